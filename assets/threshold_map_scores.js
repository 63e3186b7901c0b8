// What the map of thresholds says at a place between its points; threshold_map.js stands below this in one module.

const bound = (value, low, high) => Math.min(high, Math.max(low, value));

/** The two neighbours of a value among ascending ones, evenly apart from 0, and how far it is from the first. */
function between(values, value) {
  const last = values.length - 1;
  const place = bound((value / values[last]) * last, 0, last);
  const low = Math.min(Math.floor(place), Math.max(0, last - 1));
  return [low, Math.min(low + 1, last), place - low];
}

/** A score at thresholds, read between the four points around them; exact on a point. */
export function scoreAt(map, name, x, y) {
  const scores = map.scores[name];
  const [left, right, across] = between(map.first, x);
  const [low, high, up] = between(map.second, y);
  const along = (row) => scores[left][row] * (1 - across) + scores[right][row] * across;
  return along(low) * (1 - up) + along(high) * up;
}
