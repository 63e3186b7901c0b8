/* global changesAt, clamp, doubtfulAt, figuresAt */ // from threshold_counts.js, which stands before this in one module
// Live threshold sliders: figures follow the mouse from cumulative counts that the page sent once; on release the page
// is told and computes the exact ones. How the counts are read stands above, in threshold_counts.js.
//
// data: { rows: [{ id, name, note, value, present, top, most, step, percent, same: [n], other: [n] }],
//                                                    value: where it is proposed to be; present: where it is in force
//                                                    percent: values are 1 - likelihood, shown as likelihood in percent
//                                                    top: where the track ends; most: the largest distance there can be
//         rule: "either" | "both",                  either: one row within its threshold is enough
//         grid: { same, known, found: nested arrays, one axis a row; (n + 2) entries an axis: at or under edge 0..n, then all },
//         true_pairs: number | null,                same pairs there are, also those that no search returned
//         reached: number | null,                   share of them that the search returned
//         changes: { comes, goes }, groups: { count, largest }, review: { left: pairs to ask about, seconds: that an answer takes },
//         listings: number, exact and present: { pair, listing | null }, key: changes when the counts do }
const ICONS = {
  text: "M4 6h16M4 12h16M4 18h10",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01",
  learned: "M4 18l5-6 4 3 7-9M16 6h4v4",
  fused: "M9 7a5 5 0 1 0 0 10a5 5 0 0 0 0-10M15 7a5 5 0 1 0 0 10a5 5 0 0 0 0-10",
};
const STATES = new WeakMap();
const SETTLE_MS = 350; // after the last arrow key, so that a held key is one move

const element = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};
const shape = (tag, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
};
// As matcher/vectors/distance.py's distance_text: more decimals where three would say 0.000.
const distanceText = (value) => {
  if (!(value > 0 && value < 0.001)) return value.toFixed(3);
  return value < 0.000001 ? value.toPrecision(1) : value.toFixed(6).replace(/0+$/, "");
};
const percent = (value) => Math.round(100 * (1 - value));
const shownValue = (row, value) => (row.percent ? String(percent(value)) : distanceText(value));
const spokenValue = (row, value) => (row.percent ? `at least ${percent(value)} % likely` : distanceText(value));
const three = (value) => (value === null || Number.isNaN(value) ? "–" : value.toFixed(3));
const changeText = (change) => (Math.abs(change) < 0.0005 ? "" : (change > 0 ? "+" : "\u2212") + three(Math.abs(change)));
const whole = (value) => Math.round(value).toLocaleString("en");

const minutes = (seconds) => (seconds > 0 && seconds < 30 ? "<1" : whole(seconds / 60));

function histogram(row, known) {
  const svg = shape("svg", { viewBox: `0 0 ${row.same.length} 100`, preserveAspectRatio: "none", "aria-hidden": "true" });
  // Each side to its own highest bar: other pairs outnumber same ones a hundredfold. Square roots keep small bars in sight.
  const draw = (counts, className, up) => {
    const most = Math.sqrt(Math.max(1, ...counts));
    counts.forEach((n, i) => {
      if (!n) return;
      const height = Math.max(1.5, (Math.sqrt(n) / most) * 46);
      svg.append(shape("rect", { x: i + 0.06, width: 0.88, y: up ? 50 - height : 50, height, class: className }));
    });
  };
  draw(row.same, "same", true);
  draw(row.other, known ? "other" : "unknown", false);
  svg.append(shape("line", { x1: 0, x2: row.same.length, y1: 50, y2: 50, class: "axis" }));
  const line = shape("path", { class: "f1", d: "" });
  svg.append(line);
  return { svg, line };
}

// Between ticks: 1, 2 or 5 times a power of ten, so that there are four to ten of them.
function roundGap(top) {
  const power = 10 ** Math.floor(Math.log10(top / 4));
  return [5, 2, 1].map((times) => times * power).find((gap) => gap <= top / 4);
}

function figureBlock(title, names) {
  const block = element("div", "block");
  const set = element("div", "set");
  block.append(element("h4", "", title), set);
  const values = {};
  for (const [id, name] of names) {
    const figure = element("div", "figure");
    values[id] = element("span", "value", "–");
    values[id].dataset.figure = `${title} ${name}`;
    figure.append(element("span", "name", name), element("span", "change"), values[id]);
    set.append(figure);
  }
  return { block, values };
}

function build(root, state) {
  const { data } = state;
  root.replaceChildren();
  const frame = element("div", "frame");
  const strip = element("div", "figures");
  const trio = [["precision", "Precision"], ["recall", "Recall"], ["f1", "F1"]];
  state.blocks = {
    listing: data.exact.listing ? figureBlock("Per listing", trio) : null,
    pair: data.true_pairs === null ? null : figureBlock("Per pair", trio),
    count: figureBlock("Matches", [["matches", "Pairs"], ["per_listing", "Per listing"], ["comes", "Come in"], ["goes", "Go out"]]),
    groups: figureBlock("Groups", [["count", "Two and more"], ["largest", "Largest"]]),
    review: figureBlock("Review left", [["minutes", "Minutes"]]),
    search: data.reached === null ? null : figureBlock("Reached by the search at all", [["reached", "Of the same pairs"]]),
  };
  for (const block of Object.values(state.blocks)) if (block) strip.append(block.block);
  frame.append(strip);
  state.parts = data.rows.map((row, i) => buildRow(frame, state, row, i));
  const legend = element("div", "legend");
  const entry = (text, mark, className) => {
    const node = element("span", className, text);
    node.style.setProperty("--mark", mark);
    legend.append(node);
  };
  if (data.true_pairs !== null) {
    entry("same product (above)", "var(--same)");
    entry("different products (below)", "var(--different)");
    entry(data.rows.length > 1 ? "F1 per pair, the other threshold as it is" : "F1 per pair", "var(--ink)", "line");
  } else {
    entry("pairs at this distance", "var(--unsure)");
  }
  frame.append(legend);
  root.append(frame);
}

function buildRow(frame, state, row, i) {
  const line = element("div", "row");
  line.style.setProperty("--colour", `var(--${row.id})`);
  const label = element("div", "label");
  const name = element("div", "name");
  const icon = shape("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  icon.append(shape("path", { d: ICONS[row.id] }));
  name.append(icon, element("span", "", row.name));
  const note = element("span", "note", row.note);
  label.append(name, note);
  const track = element("div", "track");
  const inside = element("div", "inside");
  const plot = element("div", "plot");
  const { svg, line: f1 } = histogram(row, state.data.true_pairs !== null);
  plot.append(svg);
  const present = element("div", "present");
  const handle = element("div", "handle");
  handle.tabIndex = 0;
  handle.setAttribute("role", "slider");
  handle.setAttribute("aria-label", `${row.name}: ${row.percent ? "lowest likelihood" : "largest distance"} that matches`);
  handle.setAttribute("aria-valuemin", "0");
  handle.setAttribute("aria-valuemax", String(row.top));
  track.append(inside, plot);
  const gap = roundGap(row.top);
  for (let t = 0; t * gap <= row.top * 1.0001; t++) {
    const tick = element("span", "tick", row.percent ? `${percent(t * gap)} %` : String(Number((t * gap).toPrecision(4))));
    tick.style.left = `${(100 * t * gap) / row.top}%`;
    track.append(tick);
  }
  track.append(present, handle);

  const number = element("input", "number");
  const range = row.percent ? [percent(row.most), 100, 100 * row.step] : [0, row.most, row.step];
  ["min", "max", "step"].forEach((attribute, place) => (number[attribute] = String(range[place])));
  number.type = "number";
  number.setAttribute("aria-label", row.percent ? `${row.name}: likely by at least, in percent` : `${row.name} threshold`);
  line.append(label, track, number);
  frame.append(line);

  listen(state, i, { track, handle, number });
  return { inside, handle, present, number, note, f1 };
}

function listen(state, i, { track, handle, number }) {
  const row = () => state.data.rows[i];
  const set = (value) => {
    state.values[i] = clamp(Math.round(value / row().step) * row().step, 0, Math.min(row().top, row().most));
    paint(state);
  };
  const follow = (event) => {
    const box = track.getBoundingClientRect();
    set(((event.clientX - box.left) / box.width) * row().top);
  };
  track.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    track.setPointerCapture(event.pointerId);
    state.dragging = true;
    handle.focus({ preventScroll: true });
    follow(event);
    event.preventDefault();
  });
  track.addEventListener("pointermove", (event) => state.dragging && track.hasPointerCapture(event.pointerId) && follow(event));
  const release = () => {
    if (!state.dragging) return;
    state.dragging = false;
    commit(state);
  };
  track.addEventListener("pointerup", release);
  track.addEventListener("pointercancel", release);
  handle.addEventListener("keydown", (event) => {
    const { step, top } = row();
    const moves = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -10 * step, PageUp: 10 * step };
    if (event.key === "Home") set(0);
    else if (event.key === "End") set(top);
    else if (event.key in moves) set(state.values[i] + moves[event.key]);
    else return;
    event.preventDefault();
    event.stopPropagation();
    clearTimeout(state.timer);
    state.timer = setTimeout(() => commit(state), SETTLE_MS);
  });
  number.addEventListener("change", () => {
    if (number.value === "" || Number.isNaN(number.valueAsNumber)) return paint(state);
    const typed = row().percent ? 1 - number.valueAsNumber / 100 : number.valueAsNumber;
    state.values[i] = clamp(typed, 0, row().most);
    paint(state);
    commit(state);
  });
  number.addEventListener("keydown", (event) => event.stopPropagation());
}

function commit(state) {
  clearTimeout(state.timer);
  state.timer = null;
  const thresholds = {};
  // Only what was moved: the others may have been changed in another tab since they were drawn.
  state.data.rows.forEach((row, i) => row.value !== state.values[i] && (thresholds[row.id] = state.values[i]));
  if (Object.keys(thresholds).length) state.send("moved", thresholds);
  else paint(state);
}

function paint(state) {
  const { data, values, blocks } = state;
  const moved = data.rows.some((row, i) => row.value !== values[i]);
  const live = moved ? figuresAt(data, values) : data.exact.pair;
  if (blocks.pair) {
    for (const id of ["precision", "recall", "f1"]) {
      const shown = blocks.pair.values[id];
      shown.textContent = three(live[id]);
      shown.previousSibling.textContent = changeText(live[id] - data.present.pair[id]);
    }
  }
  if (blocks.listing) {
    blocks.listing.block.classList.toggle("waiting", moved);
    for (const id of ["precision", "recall", "f1"]) {
      const shown = blocks.listing.values[id];
      shown.textContent = three(data.exact.listing[id]);
      shown.previousSibling.textContent = moved ? "" : changeText(data.exact.listing[id] - data.present.listing[id]);
    }
  }
  if (blocks.search) blocks.search.values.reached.textContent = three(data.reached);
  blocks.count.values.matches.textContent = whole(live.matches);
  blocks.count.values.per_listing.textContent = ((2 * live.matches) / Math.max(1, data.listings)).toFixed(2);

  const changes = moved ? changesAt(data, data.rows.map((row) => row.present), values) : data.changes;
  for (const id of ["comes", "goes"]) blocks.count.values[id].textContent = whole(changes[id]);
  blocks.groups.block.classList.toggle("waiting", moved);
  for (const id of ["count", "largest"]) blocks.groups.values[id].textContent = whole(data.groups[id]);
  blocks.review.values.minutes.textContent = minutes((moved ? doubtfulAt(data, values) : data.review.left) * data.review.seconds);

  state.parts.forEach((part, i) => {
    const row = data.rows[i];
    const value = values[i];
    const share = `${clamp((value / row.top) * 100, 0, 100)}%`;
    part.handle.style.left = share;
    part.present.hidden = value === row.present;
    part.present.style.left = `${clamp((row.present / row.top) * 100, 0, 100)}%`;
    part.present.title = `in force: ${spokenValue(row, row.present)}`;
    part.inside.style.width = share;
    part.number.value = shownValue(row, value);
    if (row.percent) part.note.textContent = spokenValue(row, value);
    part.handle.setAttribute("aria-valuenow", distanceText(value));
    const spoken = data.true_pairs === null ? `${whole(live.matches)} matches` : `precision ${three(live.precision)}, recall ${three(live.recall)}`;
    part.handle.setAttribute("aria-valuetext", `${spokenValue(row, value)}: ${spoken}`);
    if (data.true_pairs !== null) drawF1(part, state, i);
  });
}

function drawF1(part, state, i) {
  const { data, values } = state;
  const bins = data.rows[i].same.length;
  const points = [];
  for (let edge = 0; edge <= bins; edge++) {
    const tried = values.slice();
    tried[i] = (edge / bins) * data.rows[i].top;
    points.push(`${edge} ${100 - 96 * figuresAt(data, tried).f1}`);
  }
  part.f1.setAttribute("d", `M${points.join("L")}`);
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".sliders");
  const state = STATES.get(root) ?? { dragging: false };
  STATES.set(root, state);
  state.send = setTriggerValue;
  if (state.dragging || state.timer) return; // the page answered an earlier move while the next one is under way
  // Drawn anew only when the counts changed, so that a focused handle keeps its focus through a rerun.
  const drawn = JSON.stringify([data.key, data.rows.map((row) => row.id), data.exact.listing === null]);
  state.data = data;
  state.values = data.rows.map((row) => row.value);
  if (state.drawn !== drawn) {
    state.drawn = drawn;
    build(root, state);
  }
  paint(state);
}
