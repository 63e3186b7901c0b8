// Looks at the two photos of a pair in one place: flipped, one over the other, parted by a line that follows the
// pointer, or through a lens, with one zoom for both.

export const COMPARISONS = {
  side: ["splitscreen_right", "Side by side", "1"],
  flip: ["flip_to_front", "In the same place, one after the other", "2"],
  overlay: ["layers", "One over the other", "3"],
  swipe: ["compare", "Parted by a line that follows the pointer", "4"],
  lens: ["search", "One through a lens over the other", "5"],
};
const COMPARISON = "twinshelf-compare"; // where this browser keeps which
const ZOOMS = [1, 2, 4];
let comparison = readComparison();

function readComparison() {
  try {
    const kept = localStorage.getItem(COMPARISON);
    return kept in COMPARISONS ? kept : "side";
  } catch {
    return "side"; // a browser that keeps nothing
  }
}

/** Both photos in one frame; what is shown of them is for the style to say. */
export function drawStage(cards, board) {
  const photos = cards.map((card) => photo(card, { data: { opens: false } }));
  const frame = photos[0];
  frame.append(...photos[1].childNodes);
  frame.onclick = () => turn(board);
  const caption = el("figcaption", "", el("span", "which"), el("span", "", el("kbd", "", "T"), " turn ", el("kbd", "", "Z"), " zoom"));
  return el("figure", "stage", frame, caption);
}

export function drawComparisons(board) {
  return Object.entries(COMPARISONS).map(([name, [sign, label, key]]) => {
    const button = el("button", "", icon(sign));
    Object.assign(button, { type: "button", title: `${label} (${key})`, tabIndex: -1 });
    button.setAttribute("aria-label", label);
    button.dataset.compare = name;
    button.onclick = () => compare(name, board);
    return button;
  });
}

function compare(name, board) {
  comparison = name;
  board.turned = false;
  try {
    localStorage.setItem(COMPARISON, name);
  } catch {
    // chosen for this page alone
  }
  showComparison(board);
}

function turn(board) {
  board.turned = !board.turned;
  showComparison(board);
}

export function showComparison(board) {
  const { root, data } = board;
  const isPair = data.layout === "pair" && data.columns[0]?.cards.length === 2;
  if (!isPair) {
    delete root.dataset.compare;
    return;
  }
  root.dataset.compare = comparison;
  root.classList.toggle("turned", Boolean(board.turned));
  root.style.setProperty("--zoom", board.zoom ?? 1);
  const shown = { flip: ["Left one", "Right one"], overlay: ["Left one, half seen through, over the right one", "What differs: black is alike"],
    swipe: ["Left one to the left of the pointer", "Right one to the left of the pointer"],
    lens: ["Left one in the lens", "Right one in the lens"] };
  root.querySelector(".which").textContent = shown[comparison]?.[board.turned ? 1 : 0] ?? "";
  for (const button of root.querySelectorAll(".compare button"))
    button.setAttribute("aria-pressed", String(button.dataset.compare === comparison));
  for (const frame of root.querySelectorAll(".pair .photo")) frame.onpointermove = (event) => point(event, board);
}

/** The zoom goes to where the pointer is, in both photos at once. */
function point(event, board) {
  const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
  board.root.style.setProperty("--x", `${(100 * (event.clientX - left)) / width}%`);
  board.root.style.setProperty("--y", `${(100 * (event.clientY - top)) / height}%`);
}

/** Whether the key was one of these. */
export function compareByKey(key, event, board) {
  if (!board.root.dataset.compare) return false;
  const name = Object.keys(COMPARISONS).find((each) => COMPARISONS[each][2] === key);
  if (name) compare(name, board);
  else if (key === "t" && comparison !== "side") turn(board);
  else if (key === "z") {
    board.zoom = ZOOMS[(ZOOMS.indexOf(board.zoom ?? 1) + 1) % ZOOMS.length];
    showComparison(board);
  } else return false;
  return true;
}
