// Gives every text on the page with less than 4.5 to 1 against what lies behind it; icons need 3 to 1.
// Colours are the computed ones, laid over each other with their opacities, through shadow roots.
() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const parse = (colour) => {
    if (!known.has(colour)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((value, i) => value * a + below[i] * (1 - a));
  const luminance = (colour) => {
    const [r, g, b] = colour.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const parentOf = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null;
  const chainOf = (node) => {
    const chain = [];
    for (let at = node; at; at = parentOf(at)) chain.unshift([at, getComputedStyle(at)]);
    return chain;
  };
  const isExempt = (chain) => chain.some(([node, style]) =>
    node.disabled || node.getAttribute("aria-disabled") === "true" || style.visibility === "hidden" || style.display === "none");
  const found = [];
  const look = (text) => {
    const node = text.parentElement;
    if (!node || !text.data.trim() || ["SCRIPT", "STYLE", "TITLE"].includes(node.tagName)) return;
    const range = document.createRange();
    range.selectNodeContents(text);
    const [box] = range.getClientRects();
    if (!box) return;
    const isBehind = (node) => {
      const { left, right, top, bottom } = node.getBoundingClientRect();
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
      return left <= x && x <= right && top <= y && y <= bottom;
    };
    const chain = chainOf(node);
    if (isExempt(chain)) return;
    const style = chain.at(-1)[1];
    let ground = [255, 255, 255];
    let opacity = 1;
    for (const [at, each] of chain) {
      opacity *= Number(each.opacity);
      if (!isBehind(at) && at !== document.body && at !== document.documentElement) continue;
      const [r, g, b, a] = parse(each.backgroundColor);
      ground = over([r, g, b, a * opacity], ground);
    }
    if (opacity === 0) return;
    const [r, g, b, a] = parse(node instanceof SVGElement ? style.fill : style.color);
    const isIcon = /material/i.test(style.fontFamily);
    const has = ratio(over([r, g, b, a * opacity], ground), ground);
    if (has < (isIcon ? 3 : 4.5)) found.push(`${has.toFixed(2)} ${text.data.trim().slice(0, 40)} <${node.tagName.toLowerCase()} ${node.getAttribute("class") ?? ""}>`);
  };
  const walk = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) look(node);
      else if (node.shadowRoot) walk(node.shadowRoot);
    }
  };
  walk(document.body);
  return [...new Set(found)];
}
