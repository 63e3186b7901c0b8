// Which tile a key is for, where tiles are plain markup: the one that the pointer or the focus came to last.
// A button that was clicked keeps the focus while the pointer goes on, so the focus alone would be of an earlier tile.
let reachedBy = "focus";

function notePointer() {
  reachedBy = "pointer";
}

function noteFocus() {
  reachedBy = "focus";
}

/** Watch pointer and focus; what is returned ends it. */
export function watchReach() {
  document.addEventListener("pointermove", notePointer);
  document.addEventListener("focusin", noteFocus);
  return () => {
    document.removeEventListener("pointermove", notePointer);
    document.removeEventListener("focusin", noteFocus);
  };
}

/** The tile that a key is for, or null. */
export function tileInView(selector) {
  const focused = document.activeElement?.closest(selector) ?? null;
  const pointed = document.querySelector(`${selector}:hover`);
  return reachedBy === "pointer" ? (pointed ?? focused) : (focused ?? pointed);
}
