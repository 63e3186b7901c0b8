// What boards of cards are drawn with: elements, icons, photos, titles, bars, badges and buttons.
// Everything a seller wrote is set as text, never as markup.

const TONES = ["text", "image", "fused", "match", "variant", "different", "unsure"];

export function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null));
  return node;
}
export const icon = (name) => {
  const node = el("span", "icon", name);
  node.setAttribute("aria-hidden", "true");
  return node;
};
export const tone = (name) => (TONES.includes(name) ? `tone-${name}` : "");

export function photo(card, board) {
  const opens = board.data.opens && !card.fixed;
  const frame = el(opens ? "button" : "div", "photo");
  const none = () => frame.replaceChildren(el("span", "none", icon("hide_image"), "no photo"));
  if (opens) {
    frame.title = "Look at this listing";
    frame.tabIndex = -1;
    frame.onclick = () => board.send("opened", card.item);
  }
  if (!card.photo) {
    none();
    return frame;
  }
  const img = el("img");
  img.loading = "lazy";
  img.decoding = "async";
  img.alt = card.title.map(([words]) => words).join("") || card.item;
  img.onerror = none;
  img.src = card.photo;
  frame.append(img);
  return frame;
}

export function title(card) {
  const line = el("p", "title");
  line.title = card.title.map(([words]) => words).join("");
  for (const [words, differs] of card.title) line.append(differs ? el("mark", "", words) : words);
  if (!line.title) line.append(el("span", "untitled", "no title"));
  return line;
}

export function bars(card) {
  const rows = card.bars.map(({ tone: name, icon: sign, label, share, figure, tick, within, rank }) => {
    const bar = el("span", within ? "bar within" : "bar");
    const fill = el("i");
    fill.style.width = `${100 * (share ?? 0)}%`;
    bar.append(fill);
    if (tick !== null) {
      const mark = el("b");
      mark.style.left = `${100 * tick}%`;
      bar.append(mark);
    }
    const cells = [icon(sign), bar, el("span", within ? "figure within" : "figure", figure), el("span", "rank", rank)];
    for (const cell of cells) {
      cell.classList.add(...[tone(name)].filter(Boolean));
      cell.title = label;
    }
    return cells;
  });
  return el("div", "bars", ...rows.flat());
}

export const badge = ({ tone: name, icon: sign, text }) => {
  const node = el("span", `badge ${tone(name)}`, icon(sign), el("span", "", text));
  node.title = text;
  return node;
};

export function drawAction({ kind, label, icon: sign, key, tone: name, help }, pressed, onPress) {
  const button = el("button", tone(name), icon(sign), el("span", "", label), el("kbd", "", key));
  button.type = "button";
  button.tabIndex = -1;
  button.dataset.kind = kind;
  button.title = help || label;
  button.setAttribute("aria-label", label); // the help is no name
  if (pressed !== null) button.setAttribute("aria-pressed", String(pressed));
  button.onclick = onPress;
  return button;
}

/** Draw anew without losing the focus: where it was within, it goes to the card that keys act on from then on. */
export function keepFocus(root, draw, findCard) {
  const had = root.contains(root.getRootNode().activeElement);
  draw();
  if (had) findCard()?.focus({ preventScroll: true });
}
