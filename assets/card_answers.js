// Sends a curator's answers to the page, each once, and says so when one was not stored.
// An answer carries both listings of what was on the screen. It is sent again until the page confirms its number, so
// that none is lost where one run of the page takes the place of another; the page takes each number once.

const CONFIRMED_WITHIN = 5000; // milliseconds until an answer counts as not stored
const SENT_AGAIN_AFTER = 1200;
const NOT_STORED = "This answer was not stored. Reload the page.";
let lastNumber = 0;

function keepId(storage, name) {
  let id = null;
  try {
    id = storage().getItem(name);
  } catch {
    id = null; // a browser that keeps nothing
  }
  if (/^[0-9a-f]{16}$/.test(id ?? "")) return id;
  id = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  try {
    storage().setItem(name, id);
  } catch {
    return id;
  }
  return id;
}
// The browser and the tab: verdicts are taken back where they were given, also after a reload.
export const SESSION = [keepId(() => localStorage, "twinshelf-browser"), keepId(() => sessionStorage, "twinshelf-tab")].join(".");

const newBoard = () => ({
  current: [0, 0], about: null, listener: null, pending: [], run: null, painted: false, timer: null, lost: false,
});

// Answers on their way of boards that were taken off the page, by the name of the board: Streamlit may make a board anew
// while it draws a page, after a restart of the server most of all.
const left = (window.twinshelfLeft ??= new Map());

/** A board for the page, with the answers that were on their way when the one of its name before it was taken off. */
export function takeBoard(name) {
  const board = newBoard();
  if (left.has(name)) Object.assign(board, left.get(name), { taken: true });
  left.delete(name);
  return board;
}

/** Take a board off the page. */
export function leaveBoard(board) {
  clearTimeout(board.timer);
  const { pending, run, lost, data } = board;
  if (data.board && (pending.length || lost)) left.set(data.board, { pending, run, lost });
}

/** Whether keys and buttons may answer now: on a pair one answer, and none before the pair is painted. */
export function isOpen(board) {
  if (board.lost) return false;
  return !board.data.once || (board.painted && board.pending.length === 0);
}

/** Send an answer on a pair, on a group with the listings it is about, or on one listing, where other is "";
 * both are "" where the last is taken back. */
export function give(board, kind, one, other, items = []) {
  lastNumber = Math.max(lastNumber + 1, Date.now(), board.data.received + 1);
  board.pending.push({ n: lastNumber, kind, one, other, items, about: board.data.about, at: performance.now() });
  post(board);
}

function post(board) {
  const answers = board.pending.map(({ n, kind, one, other, items, about }) => ({ n, kind, one, other, items, about }));
  board.send("answers", { session: SESSION, run: board.data.run, answers });
  remindLater(board);
}

function remind(board) {
  if (!board.pending.length) return;
  if (performance.now() - board.pending[0].at > CONFIRMED_WITHIN) showLost(board, true);
  else if (board.isUnnamed) remindLater(board);
  else post(board);
}

function remindLater(board) {
  clearTimeout(board.timer);
  board.timer = setTimeout(() => remind(board), SENT_AGAIN_AFTER);
}

/** After each drawing: forget what was confirmed, and see what became of the rest after a restart of the server. */
export function confirm(board) {
  const { received, run, named } = board.data;
  const restarted = board.run !== null && board.run !== run;
  const { taken } = board;
  board.taken = false;
  board.root.dataset.named = String(named !== false); // whether the page was drawn by what this tab has told
  if (taken && board.lost) showLost(board, true);
  // Until the page knows whose tab this is, it cannot say what was stored last: its next drawing does.
  board.isUnnamed = restarted && named === false && board.pending.length > 0;
  if (board.isUnnamed) {
    remindLater(board);
    return;
  }
  board.run = run;
  const open = board.pending.length > 0;
  // Looking back stores nothing, so nothing of it is lost with the server.
  if (restarted) board.pending = board.pending.filter((answer) => answer.kind !== "previous" && mayBeKept(board, answer));
  else board.pending = board.pending.filter((answer) => answer.n > received);
  const unsure = board.pending.some((answer) => answer.gone);
  board.pending = board.pending.filter((answer) => !answer.gone);
  if (unsure) showLost(board, true);
  else if (open && !board.pending.length) showLost(board, false);
  if (board.pending.length && (restarted || taken || board.lost)) post(board);
  if (!board.pending.length) clearTimeout(board.timer);
}

/** After a restart: an answer that was stored is done; one whose pair is drawn again is given again; others are gone. */
function mayBeKept(board, answer) {
  const isPair = (one, other) =>
    (one === answer.one && other === answer.other) || (one === answer.other && other === answer.one);
  const { last, aside, columns, about, pairs } = board.data;
  if (last && isPair(last[0], last[1]) && last[2] === answer.kind) return false;
  if (pairs) return mayBeKeptOf(pairs.filter(([one, other]) => isPair(one, other)), answer, about);
  const cards = columns.flatMap((column) => column.cards);
  const drawn = aside
    ? cards.filter((card) => isPair(aside.item, card.item))
    : cards.filter((_, place) => place === 0 && cards.length === 2 && isPair(cards[0].item, cards[1].item));
  if (aside && drawn.some((card) => card.verdict === answer.kind)) return false;
  answer.about = about;
  answer.gone = answer.kind === "undo" || answer.kind === "redo" || !drawn.length;
  return true;
}

/** The same for tiles that hold a pair each, with what was said of it. */
function mayBeKeptOf(drawn, answer, about) {
  if (drawn.some(([, , said]) => said === answer.kind)) return false;
  answer.about = about;
  answer.gone = answer.kind === "undo" || !drawn.length;
  return true;
}

/** A line above the cards that stays until the page is loaded again, or the answer is confirmed after all. */
function showLost(board, lost) {
  board.lost = lost;
  const root = board.root;
  root.querySelector(".lost")?.remove();
  if (!lost) return;
  const line = document.createElement("p");
  line.className = "lost";
  line.setAttribute("role", "alert");
  const reload = document.createElement("button");
  reload.type = "button";
  reload.textContent = "Reload";
  reload.onclick = () => location.reload();
  line.append(NOT_STORED, reload);
  root.prepend(line);
  line.scrollIntoView({ block: "nearest" });
}

/** Open a pair for its answer once the browser has painted it. */
export function waitForPaint(board) {
  const drawing = `${board.data.run} ${board.data.about}`;
  if (board.drawing === drawing) return;
  board.drawing = drawing;
  board.painted = false;
  delete board.root.dataset.painted;
  const about = board.data.about;
  afterPaint(() => {
    if (board.drawing !== drawing) return;
    board.painted = true;
    board.root.dataset.painted = about;
  });
}

/** Call back once what was drawn has been painted: the first message that is sent in a frame arrives after its painting,
 * and so a frame earlier than the next frame's call. */
function afterPaint(then) {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      then();
    };
    port2.postMessage(null);
  });
}
