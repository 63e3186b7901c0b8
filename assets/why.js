// Asks the page why a pair is a match or none: for tiles that are plain markup, each with the ids of its pair.
// A tile is any element with data-one and data-other; its button, or W while it has the pointer or the focus, asks.
// tile_in_view.js stands before this in one module.

const TILE = "[data-one]";

function tileOf(event) {
  const button = event.composedPath()[0].closest?.("[data-why]");
  return button?.closest(TILE) ?? null;
}

export default function ({ parentElement, setTriggerValue }) {
  const ask = (tile) => setTriggerValue("why", { one: tile.dataset.one, other: tile.dataset.other });
  const onClick = (event) => {
    const tile = tileOf(event);
    if (tile) ask(tile);
  };
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const typing = event.composedPath()[0];
    if (typing.isContentEditable || typing.closest?.("input, textarea, select, [role=combobox], [role=dialog]")) return;
    // By the letter, or by its place where the keyboard writes no Latin letters.
    const key = /^Key[A-Z]$/.test(event.code) && !/^[a-z]$/i.test(event.key) ? event.code[3] : event.key;
    const tile = key.toLowerCase() === "w" ? tileInView(TILE) : null;
    if (tile) ask(tile);
  };
  parentElement.querySelector("span").className = "listening";
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  const unwatch = watchReach();
  return () => {
    unwatch();
    document.removeEventListener("click", onClick);
    document.removeEventListener("keydown", onKey);
  };
}
