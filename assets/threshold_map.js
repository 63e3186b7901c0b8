// The map of two thresholds: colour is what the rule would score, the circle is what is proposed, the diamond what is in
// force. The circle is dragged, put elsewhere by a click, or moved by arrow keys; the page hears of it once it rests.
// What stands between the points of the map is read in threshold_map_scores.js, which stands before this in one module.
//
// data: { key, first: [A], second: [B], scores: { F1, Precision, Recall: [A][B] }, shown: one of these, line: [[x, y]],
//         least, now: [x, y], point: [x, y], exact: { F1, Precision, Recall } | null, best: [x, y], step: [sx, sy] }
const STATES = new WeakMap();
const SETTLE_MS = 400; // after the last arrow key, so that a held key is one move
// Viridis by van der Walt and Smith, in the public domain: as bright as it is high, also for the colour-blind.
const VIRIDIS = [[68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141], [39, 173, 129], [92, 200, 99], [170, 220, 50], [253, 231, 37]];
const NAMES = ["F1", "Precision", "Recall"];

const make = (tag, className, ...children) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
};
const drawn = (tag, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
};
const shortNumber = (value) => (value > 0 && value < 0.001 ? value.toPrecision(1) : value.toFixed(3));

function colourOf(share) {
  const place = bound(share, 0, 1) * (VIRIDIS.length - 1);
  const low = Math.min(Math.floor(place), VIRIDIS.length - 2);
  return VIRIDIS[low].map((value, i) => Math.round(value + (VIRIDIS[low + 1][i] - value) * (place - low)));
}

/** Lowest and highest score of a layer; colours span what there is, not 0 to 1. */
function spanOf(layer) {
  const all = layer.flat();
  const low = Math.min(...all);
  return [low, Math.max(Math.max(...all), low + 1e-6)];
}

function paintLayer(state) {
  const { data, canvas, scale } = state;
  const layer = data.scores[data.shown];
  const [low, high] = spanOf(layer);
  canvas.width = layer.length;
  canvas.height = layer[0].length;
  const ink = canvas.getContext("2d");
  const image = ink.createImageData(canvas.width, canvas.height);
  layer.forEach((column, x) => column.forEach((score, y) => {
    const at = 4 * ((canvas.height - 1 - y) * canvas.width + x);
    image.data.set([...colourOf((score - low) / (high - low)), 255], at);
  }));
  ink.putImageData(image, 0, 0);
  const stops = VIRIDIS.map((colour) => `rgb(${colour.join(" ")})`).join(", ");
  const bar = make("i");
  bar.style.background = `linear-gradient(to top, ${stops})`;
  scale.replaceChildren(make("span", "", high.toFixed(3)), bar, make("span", "", low.toFixed(3)));
  scale.title = data.shown;
}

const topsOf = (data) => [data.first.at(-1), data.second.at(-1)];
// A point of the grid stands in the middle of its cell, so the field reaches half a cell beyond the first and last.
function shareOf(value, values) {
  const cells = values.length;
  return (bound(value / values.at(-1), 0, 1) * (cells - 1) + 0.5) / cells;
}
function valueAt(share, values) {
  const cells = values.length;
  return bound((share * cells - 0.5) / (cells - 1), 0, 1) * values.at(-1);
}
function put(node, [x, y], data) {
  node.style.left = `${100 * shareOf(x, data.first)}%`;
  node.style.bottom = `${100 * shareOf(y, data.second)}%`;
}

function ticks(field, values, side) {
  const top = values.at(-1);
  const power = 10 ** Math.floor(Math.log10(top / 4));
  const gap = [5, 2, 1].map((times) => times * power).find((each) => each <= top / 4);
  for (let at = 0; at <= top * 1.0001; at += gap) {
    const tick = make("span", `tick ${side}`, String(Number(at.toPrecision(4))));
    tick.style[side === "x" ? "left" : "bottom"] = `${100 * shareOf(at, values)}%`;
    field.append(tick);
  }
}

function build(root, state) {
  const { data } = state;
  state.canvas = make("canvas");
  state.scale = make("div", "scale");
  state.under = drawn("path", { class: "under" });
  state.frontier = drawn("path", { class: "frontier" });
  const lines = drawn("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" });
  lines.append(state.under, state.frontier);
  state.now = make("div", "mark now");
  state.best = make("div", "mark best");
  state.point = make("div", "point");
  state.point.tabIndex = 0;
  state.point.setAttribute("role", "slider");
  state.point.setAttribute("aria-roledescription", "point on a map");
  state.point.setAttribute("aria-label", "Both thresholds: left and right for titles, up and down for photos");
  state.point.setAttribute("aria-valuemin", "0");
  state.point.setAttribute("aria-valuemax", "1");
  state.field = make("div", "field", state.canvas, lines, state.best, state.now, state.point);
  ticks(state.field, data.first, "x");
  ticks(state.field, data.second, "y");
  state.said = make("p", "said");
  state.there = make("span", "there");
  state.line = make("span");
  const key = make("div", "key", make("span", "", "\u25CB proposed"), make("span", "", "\u25C6 in force"), make("span", "", "\u2605 best F1"), state.line);
  root.replaceChildren(
    make("div", "upwards", "Photos: largest distance that matches"), state.field, state.scale,
    make("div", "rightwards", "Titles: largest distance that matches"), state.said, key,
  );
  listen(state);
}

function listen(state) {
  const { field, point } = state;
  const placeOf = (event) => {
    const box = field.getBoundingClientRect();
    const { first, second } = state.data;
    return [valueAt((event.clientX - box.left) / box.width, first), valueAt((box.bottom - event.clientY) / box.height, second)];
  };
  field.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    field.setPointerCapture(event.pointerId);
    state.dragging = true;
    point.focus({ preventScroll: true });
    move(state, placeOf(event));
    event.preventDefault();
  });
  field.addEventListener("pointermove", (event) => {
    if (state.dragging) move(state, placeOf(event));
    else sayThere(state, placeOf(event));
  });
  field.addEventListener("pointerleave", () => sayThere(state, null));
  const release = () => {
    if (!state.dragging) return;
    state.dragging = false;
    commit(state);
  };
  field.addEventListener("pointerup", release);
  field.addEventListener("pointercancel", release);
  point.addEventListener("keydown", (event) => {
    const far = event.shiftKey ? 10 : 1;
    const moves = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowDown: [0, -far], ArrowUp: [0, far], PageUp: [0, 10], PageDown: [0, -10] };
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in moves)) return;
    const { step } = state.data;
    move(state, state.values.map((value, axis) => value + moves[event.key][axis] * step[axis]));
    event.preventDefault();
    event.stopPropagation();
    clearTimeout(state.timer);
    state.timer = setTimeout(() => commit(state), SETTLE_MS);
  });
}

function move(state, place) {
  const { step } = state.data;
  const tops = topsOf(state.data);
  state.values = place.map((value, axis) => bound(Number((Math.round(value / step[axis]) * step[axis]).toFixed(6)), 0, tops[axis]));
  paintPoint(state);
}

function commit(state) {
  clearTimeout(state.timer);
  state.timer = null;
  const { point } = state.data;
  // Only what was moved: the other may have been changed in another tab since it was drawn.
  const moved = Object.fromEntries(["text", "image"].flatMap((name, axis) => (state.values[axis] === point[axis] ? [] : [[name, state.values[axis]]])));
  if (Object.keys(moved).length) state.send("moved", moved);
}

const scoresAt = (state, [x, y]) => Object.fromEntries(NAMES.map((name) => [name, scoreAt(state.data, name, x, y)]));
const sayPlace = ([x, y]) => `title ${shortNumber(x)}, photo ${shortNumber(y)}`;
const sayScores = (scores) => NAMES.map((name) => `${name === "F1" ? name : name.toLowerCase()} ${scores[name].toFixed(3)}`).join(", ");

function sayThere(state, place) {
  state.there.textContent = place ? `Under the pointer: ${sayPlace(place)}, ${sayScores(scoresAt(state, place))}` : "";
}

function paintPoint(state) {
  const { data, values, point, said } = state;
  const rests = values.every((value, axis) => value === data.point[axis]);
  const scores = rests && data.exact ? data.exact : scoresAt(state, values);
  put(point, values, data);
  point.setAttribute("aria-valuenow", scores.F1.toFixed(3));
  point.setAttribute("aria-valuetext", `${sayPlace(values)}, ${sayScores(scores)}`);
  said.replaceChildren(make("b", "", `${sayPlace(values)}: `), sayScores(scores), state.there);
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".map");
  const state = STATES.get(root) ?? { dragging: false };
  STATES.set(root, state);
  state.send = setTriggerValue;
  if (state.dragging || state.timer) return; // the page answered an earlier move while the next one is under way
  state.data = data;
  state.values = [...data.point];
  if (state.key !== data.key) {
    state.key = data.key;
    build(root, state);
  }
  paintLayer(state);
  const path = data.line.map(([x, y]) => `${100 * shareOf(x, data.first)} ${100 - 100 * shareOf(y, data.second)}`).join("L");
  for (const line of [state.under, state.frontier]) line.setAttribute("d", path ? `M${path}` : "");
  state.line.textContent = path ? `\u00B7\u00B7\u00B7 precision at least ${data.least}` : `nowhere a precision of ${data.least}`;
  put(state.now, data.now, data);
  put(state.best, data.best, data);
  paintPoint(state);
}
