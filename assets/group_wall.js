// Draws one group as a wall of photos and tells the page what the curator does with it: by key, click, and by dragging.

const walls = new WeakMap(); // host element -> what outlives a redraw: ticks, the current card and the key listener
const TELL_AFTER = 120; // milliseconds after the last tick until the page says what an action would do
const DRAG_FROM = 6; // pixels until a press is a drag
const NEXT = { kind: "skip", label: "Next", icon: "chevron_right", key: "N", tone: "" };
const BEFORE = { kind: "previous", label: "Previous", icon: "chevron_left", key: "P", tone: "" };
const BACK = { kind: "undo", label: "Undo", icon: "undo", key: "U", tone: "" };
const AGAIN = { kind: "redo", label: "Redo", icon: "redo", key: "Y", tone: "" };
const REASON = { kind: "why", label: "Why", icon: "help", key: "W", tone: "", help: "Why it is in this group" };
const MAIN = { kind: "main", label: "Main listing", icon: "star", key: "M", tone: "", help: "Let this listing stand for the group; once more, and the rule chooses again" };

const cardsOf = (wall) => wall.data.columns[0].cards;

/** Whether the page has said what actions do with the listings that are ticked now; until then it is asked itself. */
const isTold = ({ data, ticked }) => data.ticked.length === ticked.size && data.ticked.every((item) => ticked.has(item));

/** Do something with the group as it is drawn, with the listings that are ticked. */
function act(wall, kind) {
  if (!isOpen(wall)) return;
  const action = wall.data.actions.find((each) => each.kind === kind);
  if (action?.off && isTold(wall)) {
    const button = wall.root.querySelector(`.actions [data-kind="${kind}"]`);
    button?.classList.remove("refused");
    requestAnimationFrame(() => button?.classList.add("refused"));
    return;
  }
  if ((kind === "undo" || kind === "redo" || kind === "previous") && !wall.data[kind]) return;
  const cards = cardsOf(wall);
  if (action) give(wall, kind, cards[0].item, cards[1].item, [...wall.ticked]);
  else give(wall, kind, "", "");
}

function askReason(wall, place) {
  const card = cardsOf(wall)[place];
  if (card) wall.send("why", { one: card.item, other: cardsOf(wall)[card.beside]?.item ?? "" });
}

function chooseMain(wall, place) {
  const card = cardsOf(wall)[place];
  if (card && isOpen(wall)) give(wall, MAIN.kind, card.item, "");
}

/** Tick some listings, or no longer, and have the page say what that changes. */
function tick(wall, places, on) {
  for (const place of places) {
    const { item } = cardsOf(wall)[place] ?? {};
    if (item === undefined) continue;
    const ticks = on ?? !wall.ticked.has(item);
    if (ticks) wall.ticked.add(item);
    else wall.ticked.delete(item);
  }
  showTicks(wall);
  clearTimeout(wall.telling);
  wall.telling = setTimeout(() => wall.tell("ticked", { subject: wall.data.subject, items: [...wall.ticked] }), TELL_AFTER);
}

function showTicks(wall) {
  for (const [place, node] of wall.nodes.entries()) {
    const isTicked = wall.ticked.has(cardsOf(wall)[place].item);
    node.classList.toggle("ticked", isTicked);
    node.querySelector(".tick").setAttribute("aria-checked", String(isTicked));
  }
  for (const node of wall.root.querySelectorAll(".links .node"))
    node.classList.toggle("ticked", wall.ticked.has(cardsOf(wall)[Number(node.dataset.place)].item));
  const count = wall.ticked.size;
  wall.root.querySelector(".ticks").textContent = count ? `${count} ticked` : "";
}

function choose(wall, place, scroll) {
  wall.at = Math.max(0, Math.min(place, wall.nodes.length - 1));
  for (const [number, node] of wall.nodes.entries()) node.classList.toggle("current", number === wall.at);
  if (scroll) wall.nodes[wall.at]?.scrollIntoView({ block: "nearest" });
}

function drawTicked(card, place, wall) {
  const digit = place < 9 ? el("kbd", "", String(place + 1)) : el("span", "number", String(place + 1));
  const box = el("button", "tick", icon("check"));
  Object.assign(box, { type: "button", tabIndex: -1 });
  box.setAttribute("role", "checkbox");
  box.setAttribute("aria-label", `Tick listing ${place + 1}`);
  box.onclick = () => {
    choose(wall, place, false);
    tick(wall, [place]);
  };
  const why = el("p", "in", icon("link"), ` ${card.beside + 1} · ${card.sure}${card.shared ? ` · ${card.shared}` : ""}`);
  why.title = `In this group by listing ${card.beside + 1}, ${card.sure}${card.shared ? `; both say ${card.shared}` : ""}`;
  const body = el("div", "body", title(card), why);
  if (card.main) body.append(Object.assign(el("p", "main", icon("star"), " Main listing"), { title: card.main }));
  body.append(Object.assign(el("p", "note", card.note), { title: card.note }));
  if (card.badges.length) body.append(el("div", "badges", ...card.badges.map(badge)));
  const node = el("article", `card side-${card.side}`, photo(card, wall), box, digit, body);
  node.dataset.item = card.item;
  node.tabIndex = 0;
  node.setAttribute("aria-label", card.title.map(([words]) => words).join("") || card.item);
  node.addEventListener("focusin", () => choose(wall, place, false));
  node.addEventListener("click", () => choose(wall, place, false));
  wall.nodes[place] = node;
  return node;
}

/** A frame drawn over the wall ticks what it touches. */
function listenToDrag(grid, wall) {
  let start = null;
  let frame = null;
  const bounds = ({ clientX, clientY }) => ({
    left: Math.min(start.x, clientX), right: Math.max(start.x, clientX),
    top: Math.min(start.y, clientY), bottom: Math.max(start.y, clientY),
  });
  const touched = (box) => wall.nodes.flatMap((node, place) => {
    const other = node.getBoundingClientRect();
    const apart = other.left > box.right || other.right < box.left || other.top > box.bottom || other.bottom < box.top;
    return apart ? [] : [place];
  });
  grid.onpointerdown = (event) => {
    if (event.button === 0 && !event.target.closest("button")) start = { x: event.clientX, y: event.clientY, id: event.pointerId };
  };
  grid.onpointermove = (event) => {
    if (!start || event.pointerId !== start.id) return;
    if (!frame && Math.hypot(event.clientX - start.x, event.clientY - start.y) < DRAG_FROM) return;
    if (!frame) {
      frame = el("div", "frame");
      grid.append(frame);
      grid.setPointerCapture(event.pointerId);
    }
    const box = bounds(event);
    const { left, top } = grid.getBoundingClientRect();
    Object.assign(frame.style, { left: `${box.left - left}px`, top: `${box.top - top}px`, width: `${box.right - box.left}px`, height: `${box.bottom - box.top}px` });
    const inside = touched(box);
    for (const [place, node] of wall.nodes.entries()) node.classList.toggle("framed", inside.includes(place));
    event.preventDefault();
  };
  const end = (event) => {
    if (frame && event.type === "pointerup") {
      const places = touched(bounds(event));
      // All of them ticked already: the frame takes the ticks off again.
      tick(wall, places, !places.every((place) => wall.ticked.has(cardsOf(wall)[place].item)));
    }
    frame?.remove();
    for (const node of wall.nodes) node.classList.remove("framed");
    start = frame = null;
  };
  grid.onpointerup = end;
  grid.onpointercancel = end;
  grid.ondragstart = (event) => event.preventDefault();
}

function drawBar(wall) {
  const { actions, undo, redo, previous, locked } = wall.data;
  const buttons = actions.map((action) => {
    const shown = locked && action.kind === "lock" ? { ...action, label: "Unlock", icon: "lock_open" } : action;
    const button = drawAction(shown, null, () => act(wall, action.kind));
    button.append(el("small", "", action.preview));
    button.setAttribute("aria-disabled", String(action.off));
    button.setAttribute("aria-label", shown.label);
    return button;
  });
  const steps = [[BEFORE, previous], [NEXT, true], [BACK, undo], [AGAIN, redo]].map(([step, open]) => {
    const button = drawAction(step, null, () => act(wall, step.kind));
    button.disabled = !open;
    return button;
  });
  const reason = drawAction(REASON, null, () => askReason(wall, wall.at));
  const main = drawAction(MAIN, null, () => chooseMain(wall, wall.at));
  const end = el("span", "actions answers steps", ...steps, main, reason, drawHelp(wall));
  return [el("div", "actions answers group-actions", ...buttons), el("div", "line", drawHead(wall), end)];
}

function drawHead(wall) {
  const { number, risks, locked, columns, more } = wall.data;
  const count = columns[0].cards.length + more;
  return el("header", "",
    el("h3", "", locked ? icon("lock") : null, `Group ${number}`),
    el("span", "", `${count} listings`), ...risks.map((risk) => el("span", "risk", risk)), el("span", "ticks"));
}

function drawAround(wall) {
  const items = wall.data.around.map((group) => {
    const img = group.photo ? el("img") : el("span", "none");
    if (group.photo) Object.assign(img, { src: group.photo, alt: "", loading: "lazy" });
    const button = el("button", "", img, el("span", "", el("b", "", String(group.number)), ` ${group.size}`, el("small", "", group.risk)));
    button.type = "button";
    button.setAttribute("aria-label", `Group ${group.number}, ${group.size} listings`);
    if (group.present) button.setAttribute("aria-current", "true");
    else button.onclick = () => wall.send("opened", group.item);
    return el("li", "", button);
  });
  const list = el("nav", "around", el("ol", "", ...items));
  list.setAttribute("aria-label", "Groups in their order");
  return list;
}

function drawDifferences(wall) {
  const rows = wall.data.differences.map(({ name, values, more, none, fact }) => {
    const said = values.flatMap(([value, count], place) => [place ? ", " : "", el(place && fact ? "mark" : "span", "", value), ` ${count}`]);
    if (more) said.push(`, ${more} more`);
    if (none) said.push(el("small", "", `, not said ${none}`));
    return el("tr", "", el("th", "", name), el("td", "", ...said));
  });
  return el("table", "differences", el("caption", "", rows.length ? "What differs" : "Neither facts nor columns differ."), el("tbody", "", ...rows));
}

function drawOther(wall) {
  const { other } = wall.data;
  if (!other) return el("section", "other", el("p", "nothing", "No other group is near."));
  const cards = other.cards.map((card) => {
    const node = el("article", "card", photo(card, wall), el("div", "body", title(card)));
    node.dataset.other = card.item;
    return node;
  });
  const head = el("h4", "", other.locked ? icon("lock") : null, `Group ${other.number}`, el("small", "", ` ${other.cards.length + other.more} listings, the other group of Merge and Variant`));
  return el("section", "other", head, el("div", "small-wall", ...cards));
}

function keysOfWall(wall) {
  const actions = wall.data.actions.map(({ key, label }) => [key, label]);
  return [...actions, ["Space", "tick the listing, or no longer"], ["1 … 9", "tick the listing of that number"], ["drag", "tick what the frame touches"], ["Esc", "tick none"],
    ["N", "Next"], ["P", "Previous"], ["U", "Undo"], ["Y", "Redo"], ["W", "Why it is in this group"], ["M", "Main listing, or no longer"], ["← ↑ ↓ →", "move among listings"], ["?", "this sheet"]];
}

function onWallKey(event, wall) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.composedPath()[0];
  if (typing.isContentEditable || typing.closest?.("input, textarea, select, [role=combobox], [role=dialog], dialog")) return;
  // By the letter, or by its place where the keyboard writes no Latin letters.
  const place = /^Key[A-Z]$/.test(event.code) && !/^[a-z]$/i.test(event.key) ? event.code[3] : event.key;
  const key = place.length === 1 ? place.toLowerCase() : place;
  const tops = wall.nodes.map((node) => node.offsetTop);
  const row = Math.max(1, tops.filter((top) => top === tops[0]).length);
  const moves = { j: 1, k: -1, ArrowRight: 1, ArrowLeft: -1, ArrowDown: row, ArrowUp: -row };
  const kinds = { n: "skip", p: "previous", u: "undo", y: "redo" };
  const action = wall.data.actions.find((each) => each.key.toLowerCase() === key);
  if (key === "?") toggleSheet(wall);
  else if (key === " " && !typing.closest?.("button, a")) tick(wall, [wall.at]);
  else if (/^[1-9]$/.test(key)) tick(wall, [Number(key) - 1]);
  else if (key === "Escape" && wall.ticked.size) tick(wall, [...wall.nodes.keys()], false);
  else if (key in moves) choose(wall, wall.at + moves[key], true);
  else if (key === "w") {
    if (!event.repeat) askReason(wall, wall.at);
  } else if (key === "m") {
    if (!event.repeat) chooseMain(wall, wall.at);
  } else if (action || key in kinds) {
    if (!event.repeat) act(wall, action?.kind ?? kinds[key]);
  } else return;
  event.preventDefault();
}

export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component;
  const wall = walls.get(parentElement) ?? { ...takeBoard(data.board), ticked: new Set(), at: 0, subject: null };
  walls.set(parentElement, wall);
  if (wall.subject !== data.subject) {
    clearTimeout(wall.telling);
    Object.assign(wall, { subject: data.subject, at: 0, ticked: new Set() });
  }
  const root = parentElement.querySelector(".board");
  Object.assign(wall, { data, root, send: setTriggerValue, tell: setStateValue, nodes: [] });

  const cards = cardsOf(wall);
  const grid = el("div", "wall", ...cards.map((card, place) => drawTicked(card, place, wall)));
  if (data.more) grid.append(el("p", "nothing", `and ${data.more} more`));
  listenToDrag(grid, wall);
  const side = el("div", "beside", drawLinks(cards, data.links.filter(({ other }) => other < cards.length), (place) => choose(wall, place, true)), drawDifferences(wall));
  const lost = wall.lost ? root.querySelector(".lost") : null;
  const middle = el("div", "middle", grid, drawOther(wall));
  keepFocus(root, () => {
    root.replaceChildren(...(lost ? [lost] : []), ...drawBar(wall), el("div", "room", drawAround(wall), middle, side));
    root.append(drawSheet(keysOfWall(wall)));
    choose(wall, wall.at, false);
  }, () => wall.nodes[wall.at]);
  showTicks(wall);
  if (wall.run !== data.run) setStateValue("session", SESSION);
  confirm(wall);
  waitForPaint(wall);

  if (!wall.listener) {
    wall.listener = (event) => onWallKey(event, wall);
    document.addEventListener("keydown", wall.listener);
  }
  return () => {
    document.removeEventListener("keydown", wall.listener);
    leaveBoard(wall);
    clearTimeout(wall.telling);
    walls.delete(parentElement);
  };
}
