// Verdicts on pairs that stand as tiles of plain markup: by their buttons, or by a key while a tile has the pointer or
// the focus. Answers are sent by card_answers.js, and which tile a key is for says tile_in_view.js: both stand before this
// in one module.
//
// data: { pairs: [[one, other, kind said or null]], keys: { key: kind }, about, run, received, last }
const PAIR = ".pairs article[data-one]";
const listeners = new WeakMap(); // host element -> what outlives a redraw

const tileAt = (node) => node?.closest?.(PAIR) ?? null;
const nameOf = (one, other) => JSON.stringify([one, other].toSorted());
const isJudged = (tile) => tile?.querySelector("[data-answer]") !== null;

/** Show at each tile what was said of it. */
function paint(board) {
  for (const button of document.querySelectorAll(`${PAIR} [data-answer]`)) {
    const { one, other } = tileAt(button).dataset;
    const said = board.said.get(nameOf(one, other)) === button.dataset.answer;
    if (button.getAttribute("aria-pressed") !== String(said)) button.setAttribute("aria-pressed", String(said));
  }
}

/** Say something of a tile's pair; the same again takes it back. */
function judge(board, tile, kind) {
  if (!isOpen(board)) return;
  const { one, other } = tile.dataset;
  const name = nameOf(one, other);
  const taken = board.said.get(name) === kind;
  board.said.set(name, taken ? null : kind);
  paint(board);
  give(board, taken ? "undo" : kind, one, other);
}

function onClick(event, board) {
  const button = event.composedPath()[0].closest?.("[data-answer]");
  const tile = tileAt(button);
  if (tile) judge(board, tile, button.dataset.answer);
}

function onKey(event, board) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const typing = event.composedPath()[0];
  if (typing.isContentEditable || typing.closest?.("input, textarea, select, [role=combobox], [role=dialog], dialog")) return;
  // By the letter, or by its place where the keyboard writes no Latin letters.
  const key = (/^Key[A-Z]$/.test(event.code) && !/^[a-z]$/i.test(event.key) ? event.code[3] : event.key).toLowerCase();
  const tile = tileInView(PAIR);
  if (!isJudged(tile)) return;
  if (key === "u") give(board, "undo", "", "");
  else if (board.data.keys[key]) {
    judge(board, tile, board.data.keys[key]);
    if (tile.contains(document.activeElement)) nextOf(tile)?.focus();
  } else return;
  event.preventDefault();
}

/** The tile after this one that can be judged. */
function nextOf(tile) {
  const tiles = [...document.querySelectorAll(PAIR)].filter(isJudged);
  return tiles[tiles.indexOf(tile) + 1] ?? null;
}

function listen(board) {
  const click = (event) => onClick(event, board);
  const key = (event) => onKey(event, board);
  // Tiles may be drawn after what was said of them has come.
  const unwatch = watchReach();
  const watcher = new MutationObserver(() => {
    board.frame ??= requestAnimationFrame(() => {
      board.frame = null;
      paint(board);
    });
  });
  document.addEventListener("click", click);
  document.addEventListener("keydown", key);
  watcher.observe(document.body, { childList: true, subtree: true });
  return () => {
    document.removeEventListener("click", click);
    document.removeEventListener("keydown", key);
    watcher.disconnect();
    unwatch();
    leaveBoard(board);
  };
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const board = listeners.get(parentElement) ?? takeBoard(data.board);
  listeners.set(parentElement, board);
  Object.assign(board, { data, send: setTriggerValue, root: parentElement.querySelector(".answers") });
  confirm(board);
  const waiting = new Set(board.pending.map(({ one, other }) => nameOf(one, other)));
  const shown = board.said ?? new Map();
  board.said = new Map(
    data.pairs.map(([one, other, kind]) => {
      const name = nameOf(one, other);
      return [name, waiting.has(name) ? (shown.get(name) ?? null) : kind];
    }),
  );
  paint(board);
  board.root.dataset.ready = "yes";
  board.close ??= listen(board);
  return () => {
    board.close();
    listeners.delete(parentElement);
  };
}
