// Draws listing cards and tells the page what the curator decided.
// Everything a seller wrote is set as text, never as markup.

const boards = new WeakMap(); // host element -> what outlives a redraw: the current card and the key listener
const SIZES = { small: ["view_agenda", "Small cards: four of each kind in a window"], large: ["crop_square", "Large cards"] };
const SIZE = "twinshelf-cards"; // where this browser keeps the size of its cards
let size = readSize();

function readSize() {
  try {
    return localStorage.getItem(SIZE) === "large" ? "large" : "small";
  } catch {
    return "small"; // a browser that keeps nothing
  }
}

/** Small cards or large ones: a choice of this browser, which needs no run of the page. */
function drawSizes(board) {
  const buttons = Object.entries(SIZES).map(([name, [sign, label]]) => {
    const button = el("button", "", icon(sign));
    Object.assign(button, { type: "button", title: label });
    button.setAttribute("aria-label", label);
    button.onclick = () => {
      size = name;
      try {
        localStorage.setItem(SIZE, name);
      } catch {
        // chosen for this page alone
      }
      showSize(board);
      board.nodes[board.current[0]]?.[board.current[1]]?.scrollIntoView({ block: "nearest" });
    };
    button.dataset.size = name;
    return button;
  });
  return el("div", "sizes", ...buttons);
}

function showSize(board) {
  board.root.classList.toggle("small", size === "small");
  for (const button of board.root.querySelectorAll(".sizes button"))
    button.setAttribute("aria-pressed", String(button.dataset.size === size));
}

function drawKeys(board) {
  const keys = board.data.actions.map(({ key, label }) => el("span", "", el("kbd", "", key), ` ${label.toLowerCase()}`));
  const whole = board.data.whole ?? [];
  keys.push(...whole.map(({ key, label }) => el("span", "", el("kbd", "", key), ` ${label.toLowerCase()}`)));
  return el("p", "help", ...keys, el("span", "", el("kbd", "", "U"), " undo"), el("span", "", el("kbd", "", "Y"), " redo"), board.data.why ? el("span", "", el("kbd", "", "W"), " why") : null, el("span", "", el("kbd", "", "?"), " all keys"), el("span", "", el("kbd", "", "J"), " ", el("kbd", "", "K"), " down, up"));
}

const actions = (card, board) =>
  el("div", "actions", ...board.data.actions.map((action) => {
    const isSaid = () => card.verdict === action.kind; // also by a key since it was drawn
    return drawAction(action, isSaid(), () => decide(card, isSaid() ? "undo" : action.kind, board));
  }), board.data.why ? drawAction(WHY, null, () => askWhy(card, board)) : null);

const PREVIOUS = { kind: "previous", label: "Previous", icon: "chevron_left", key: "P", tone: "" };
const WHY = { kind: "why", label: "Why", icon: "help", key: "W", tone: "", help: "Why this is a match or none" };
const UNDO = { kind: "undo", label: "Undo", icon: "undo", key: "U", tone: "" };
const REDO = { kind: "redo", label: "Redo", icon: "redo", key: "Y", tone: "" };

function answerBar(board) {
  const { actions: offered, columns, undo } = board.data;
  const buttons = offered.map((action) => drawAction(action, null, () => decide(columns[0].cards[0], action.kind, board)));
  const back = drawAction(UNDO, null, () => takeBack(board));
  back.disabled = !undo;
  const before = drawAction(PREVIOUS, null, () => lookBack(board));
  before.disabled = !board.data.previous;
  const again = drawAction(REDO, null, () => giveAgain(board));
  again.disabled = !board.data.redo;
  const why = board.data.why && columns[0].cards.length ? drawAction(WHY, null, () => askWhy(columns[0].cards[0], board)) : null;
  return el("div", "actions answers", ...buttons, offered.length || board.data.previous ? before : null, back, again, why,
    el("span", "compare", ...(columns[0]?.cards.length === 2 ? drawComparisons(board) : []), drawHelp(board)));
}

function drawTile(card, board) {
  const tile = photo(card, board);
  tile.classList.add("tile");
  tile.title = card.title.map(([words]) => words).join("") || card.item;
  if (card.item === board.data.about) tile.setAttribute("aria-current", "true");
  return tile;
}

function drawCard(card, board, place) {
  const body = el("div", "body", title(card));
  if (card.note) body.append(Object.assign(el("p", "note", card.note), { title: card.note }));
  if (card.bars.length) body.append(bars(card));
  if (card.badges.length) body.append(el("div", "badges", ...card.badges.map(badge)));
  if ((board.data.actions.length || board.data.why) && !card.fixed && !board.data.once) body.append(actions(card, board));
  const node = el("article", card.large ? "card large" : "card", photo(card, board), body);
  node.dataset.item = card.item;
  node.setAttribute("aria-label", card.title.map(([words]) => words).join("") || card.item);
  if (place) {
    node.tabIndex = 0;
    node.addEventListener("focusin", () => makeCurrent(board, place, false));
    board.nodes[place[0]][place[1]] = node;
  }
  return node;
}

function decide(card, kind, board) {
  if (!isOpen(board)) return;
  const { aside, columns, once } = board.data;
  // Shown at once in every column that holds the listing; the page stores it and answers with the same.
  if (kind !== "undo" && !once) {
    for (const { cards } of columns)
      for (const other of cards) if (other.item === card.item) other.verdict = kind;
  }
  if (once) give(board, kind, columns[0].cards[0].item, columns[0].cards[1].item);
  else give(board, kind, aside?.item ?? "", card.item);
}

/** Say something of the listing that stays in view as a whole: once, and not before it is painted. */
function decideWhole(kind, board) {
  const isSent = board.pending.some(({ one, other }) => one && !other);
  if (isOpen(board) && board.painted && !isSent) give(board, kind, board.data.aside.item, "");
}

/** Ask why a pair is a match or none: of the two cards of a pair, or of a card and the listing it stands beside. */
function askWhy(card, board) {
  const { columns, once, beside } = board.data;
  if (once) board.send("why", { one: columns[0].cards[0].item, other: columns[0].cards[1].item });
  else board.send("why", { one: beside, other: card.item });
}

function takeBack(board) {
  if (board.data.undo && isOpen(board)) give(board, "undo", "", "");
}

/** Give again what was taken back last. */
function giveAgain(board) {
  if (board.data.redo && isOpen(board)) give(board, "redo", "", "");
}

/** Show the pair before this one again; nothing is taken back. */
function lookBack(board) {
  if (board.data.previous && isOpen(board)) give(board, "previous", "", "");
}

function makeCurrent(board, [column, row], scroll) {
  const columns = board.data.columns;
  if (!columns.length) return;
  const x = Math.max(0, Math.min(column, columns.length - 1));
  const y = Math.max(0, Math.min(row, columns[x].cards.length - 1));
  board.current = [x, y];
  for (const nodes of board.nodes) for (const node of nodes) node.classList.remove("current");
  const node = board.nodes[x]?.[y];
  if (!node || !board.data.keys) return;
  node.classList.add("current");
  if (scroll) node.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function perRow(board) {
  if (board.data.layout !== "grid") return 1;
  const tops = board.nodes[0].map((node) => node.offsetTop);
  return Math.max(1, tops.filter((top) => top === tops[0]).length);
}

function onKey(event, board) {
  if (!board.data.keys || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.composedPath()[0];
  if (typing.isContentEditable || typing.closest?.("input, textarea, select, [role=combobox], [role=dialog], dialog")) return;
  const [x, y] = board.current;
  const grid = board.data.layout === "grid";
  const step = perRow(board);
  // By the letter, or by its place where the keyboard writes no Latin letters.
  const place = /^Key[A-Z]$/.test(event.code) && !/^[a-z]$/i.test(event.key) ? event.code[3] : event.key;
  const key = place.length === 1 ? place.toLowerCase() : place;
  const moves = {
    j: [x, y + 1], k: [x, y - 1],
    ArrowDown: [x, y + step], ArrowUp: [x, y - step],
    ArrowLeft: grid ? [x, y - 1] : [x - 1, y], ArrowRight: grid ? [x, y + 1] : [x + 1, y],
  };
  const card = board.data.columns[x]?.cards[y];
  const chosen = board.data.actions.find((action) => action.key.toLowerCase() === key);
  const whole = board.data.whole?.find((action) => action.key.toLowerCase() === key);
  if (key === "?") toggleSheet(board);
  else if (compareByKey(key, event, board)) {
    // done there
  } else if (moves[key]) makeCurrent(board, moves[key], true);
  else if (key === "u" && (board.data.undo || board.data.actions.length)) {
    if (!event.repeat) takeBack(board);
  } else if (key === "y" && board.data.redo) {
    if (!event.repeat) giveAgain(board);
  } else if (key === "p" && board.data.previous) {
    if (!event.repeat) lookBack(board);
  } else if (key === "w" && board.data.why && card) {
    if (!event.repeat) askWhy(card, board);
  } else if (chosen && card) {
    if (!event.repeat && isOpen(board)) {
      decide(card, chosen.kind, board);
      if (!board.data.once) makeCurrent(board, [x, y + 1], true);
    }
  } else if (whole && board.data.aside) {
    if (!event.repeat) decideWhole(whole.kind, board);
  } else if (key === "Enter" && card && board.data.opens && !typing.closest?.("button, a")) board.send("opened", card.item);
  else return;
  event.preventDefault();
}

/** A letter that is pressed in a window is not for what lies below it, which Streamlit's own shortcuts do not know. */
function keepInWindow(event) {
  if (!/^Key[A-Z]$/.test(event.code) || event.ctrlKey || event.metaKey || event.altKey) return;
  const pressed = event.composedPath()[0];
  const isField = pressed.isContentEditable || pressed.closest?.("input, textarea, select, [role=combobox], [role=listbox]");
  if (!isField && pressed.closest?.("[role=dialog], dialog")) event.stopPropagation();
}
window.addEventListener("keydown", keepInWindow, true);

function drawColumn(column, x, board) {
  if (board.data.layout === "strip") return el("div", "strip", ...column.cards.map((card) => drawTile(card, board)));
  const cards = column.cards.map((card, y) => drawCard(card, board, [x, y]));
  const holder = el("div", { columns: "column", groups: "group" }[board.data.layout] ?? board.data.layout);
  holder.style.setProperty("--count", cards.length);
  if (column.heading) {
    const heading = el("h3", "", column.icon ? icon(column.icon) : null, column.heading);
    if (column.note) heading.append(el("small", "", column.note));
    holder.append(heading);
    holder.classList.add(...[tone(column.tone)].filter(Boolean));
  }
  if (board.data.layout === "pair" && cards.length === 2) holder.append(drawStage(column.cards, board));
  holder.append(...(cards.length ? cards : column.nothing === " " ? [] : [el("p", "nothing", column.nothing || "Nothing here.")]));
  return holder;
}

export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component;
  const board = boards.get(parentElement) ?? takeBoard(data.board);
  boards.set(parentElement, board);
  if (board.about !== data.about) Object.assign(board, { about: data.about, current: [0, 0], turned: false, zoom: 1 });
  const root = parentElement.querySelector(".board");
  Object.assign(board, { data, root, send: setTriggerValue, nodes: data.columns.map(() => []) });

  const columns = data.columns.map((column, x) => drawColumn(column, x, board));
  let content = columns[0] ?? el("div");
  if (data.layout === "groups") content = el("div", "groups", ...columns);
  if (data.layout === "columns") {
    content = el("div", "columns", ...columns);
    content.style.setProperty("--count", columns.length);
  }
  if (data.aside) {
    const aside = el("aside", "", drawCard(data.aside, board, null), drawSizes(board));
    if (data.actions.length) aside.append(drawKeys(board));
    content = el("div", "with-aside", aside, content);
  }
  const lost = board.lost ? root.querySelector(".lost") : null;
  keepFocus(root, () => {
    root.replaceChildren(...(lost ? [lost] : []), ...(data.once ? [answerBar(board)] : []), content);
    showSize(board);
    showComparison(board);
    root.append(drawSheet(keysOf(board)));
    makeCurrent(board, board.current, false);
  }, () => board.nodes[board.current[0]]?.[board.current[1]]);
  if (data.once && board.run !== data.run) setStateValue("session", SESSION);
  confirm(board);
  waitForPaint(board);

  if (!board.listener) {
    board.listener = (event) => onKey(event, board);
    document.addEventListener("keydown", board.listener);
  }
  return () => {
    document.removeEventListener("keydown", board.listener);
    leaveBoard(board);
    boards.delete(parentElement);
  };
}
