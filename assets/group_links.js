// Draws what holds a group together: its listings on a circle, as they are numbered on the wall, and the links between.

const SIZE = 260; // the drawing is scaled to its place
const SVG = "http://www.w3.org/2000/svg";

function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

const titled = (text) => svg("title", {}, text);

/** Where each listing stands: the two parts that the weakest link joins lie on two sides of the circle. */
function placesOf(cards) {
  const order = cards.map((_, place) => place).toSorted((one, other) => cards[one].side - cards[other].side || one - other);
  const radius = SIZE / 2 - 22;
  const places = [];
  for (const [turn, place] of order.entries()) {
    const angle = (2 * Math.PI * (turn + 0.5)) / order.length - Math.PI / 2;
    places[place] = [SIZE / 2 + radius * Math.cos(angle), SIZE / 2 + radius * Math.sin(angle)];
  }
  return places;
}

/** The drawing; `onChoose` is told the place of a listing that is clicked. */
export function drawLinks(cards, links, onChoose) {
  const places = placesOf(cards);
  const weakest = links.find((link) => link.weakest);
  const said = weakest ? `, the weakest between ${weakest.one + 1} and ${weakest.other + 1}: ${weakest.figure}` : "";
  const drawing = svg("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img", "aria-label": `${cards.length} listings, ${links.length} links${said}` });
  drawing.classList.add("links");
  for (const link of links.toReversed()) {
    const [x1, y1] = places[link.one];
    const [x2, y2] = places[link.other];
    const line = svg("line", { x1, y1, x2, y2, "stroke-width": 1 + 3 * link.sure }, titled(`${link.one + 1} and ${link.other + 1}: ${link.figure}`));
    line.classList.add(...(link.weakest ? ["weakest"] : link.given ? ["given"] : ["link"]));
    drawing.append(line);
  }
  if (weakest) {
    const [[x1, y1], [x2, y2]] = [places[weakest.one], places[weakest.other]];
    const figure = svg("text", { x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 5 }, weakest.figure);
    figure.classList.add("figure");
    drawing.append(figure);
  }
  for (const [place, [x, y]] of places.entries()) {
    const node = svg("g", { transform: `translate(${x} ${y})` }, svg("circle", { r: 11 }), svg("text", { y: 4 }, String(place + 1)), titled(cards[place].title.map(([words]) => words).join("") || cards[place].item));
    node.classList.add("node", `side-${cards[place].side}`);
    node.dataset.place = place;
    node.addEventListener("click", () => onChoose(place));
    drawing.append(node);
  }
  return drawing;
}
