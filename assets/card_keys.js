// The sheet of all keys, under "?", the same on every board.

const MOVES = { J: "down", K: "up", "← ↑ ↓ →": "move among cards", Enter: "look at this listing" };

export function keysOf(board) {
  const { actions: offered, layout, columns, why, whole = [] } = board.data;
  const hasCards = columns.some(({ cards }) => cards.length);
  const answers = [...offered, ...whole].map(({ key, label }) => [key, label]);
  const steps = hasCards && !whole.length ? [["P", "Previous"], ...(layout === "pair" ? [] : [["N", "Next"]])] : [];
  const isPair = layout === "pair" && columns[0]?.cards.length === 2;
  const looks = isPair
    ? [...Object.values(COMPARISONS).map(([, label, key]) => [key, label]), ["T", "turn, where photos lie in one place"], ["Z", "zoom, 1, 2 and 4 times"]]
    : Object.entries(hasCards ? MOVES : {});
  const reasons = why && hasCards ? [["W", "Why this is a match or none"]] : [];
  return [...answers, ...steps, ["U", "Undo"], ["Y", "Redo"], ...reasons, ...looks, ["?", "this sheet"]];
}

/** The sheet; `keys` are pairs of a key and what it does. */
export function drawSheet(keys) {
  const list = el("dl", "", ...keys.flatMap(([key, what]) => [el("dt", "", el("kbd", "", key)), el("dd", "", what)]));
  const close = el("button", "", "Close");
  close.type = "button";
  const sheet = el("dialog", "sheet", el("h3", "", "Keys"), list, close);
  sheet.setAttribute("aria-label", "Keys");
  close.onclick = () => sheet.close();
  sheet.onkeydown = (event) => {
    if (event.key === "?") sheet.close();
  };
  sheet.onclick = (event) => {
    if (event.target === sheet) sheet.close(); // beside it
  };
  return sheet;
}

export function toggleSheet(board) {
  const sheet = board.root.querySelector("dialog.sheet");
  if (sheet && !sheet.open) sheet.showModal();
}

export function drawHelp(board) {
  const button = el("button", "keys", icon("keyboard"));
  Object.assign(button, { type: "button", title: "All keys (?)", tabIndex: -1 });
  button.setAttribute("aria-label", "All keys");
  button.onclick = () => toggleSheet(board);
  return button;
}
