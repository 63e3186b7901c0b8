// How cumulative counts are read at any thresholds: the rule of matcher/matching/threshold_grid.py, in the browser.
// Pure functions; tests/browser/test_threshold_counts.py holds them against the library. threshold_sliders.js stands
// below this text in one module.

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

// Count of pairs at or under all thresholds, read between the edges; null stands for "no limit".
function counted(grid, rows, values, axis = 0) {
  if (axis === rows.length) return grid;
  const all = grid.length - 1;
  if (values[axis] === null) return counted(grid[all], rows, values, axis + 1);
  const place = clamp((values[axis] / rows[axis].top) * (all - 1), 0, all - 1);
  const edge = Math.min(Math.floor(place), all - 2);
  const low = counted(grid[edge], rows, values, axis + 1);
  const high = counted(grid[edge + 1], rows, values, axis + 1);
  return low + (high - low) * (place - edge);
}

// "either" is inclusion and exclusion over the rows, "both" is the corner itself.
function accepted(grid, rows, values, rule) {
  if (rule === "both") return counted(grid, rows, values);
  let total = 0;
  for (let chosen = 1; chosen < 1 << rows.length; chosen++) {
    const corner = values.map((value, i) => ((chosen >> i) & 1 ? value : null));
    const size = corner.filter((value) => value !== null).length;
    total += (size % 2 ? 1 : -1) * counted(grid, rows, corner);
  }
  return total;
}

// Pairs that match at some thresholds and not at others, and the reverse. At the looser of both on each axis "either"
// holds all that one of the two does, and at the stricter "both" holds what the two have in common.
export function changesAt(data, before, after) {
  const count = (values) => accepted(data.grid.found, data.rows, values, data.rule);
  const [one, other] = [count(before), count(after)];
  const corner = data.rule === "both" ? Math.min : Math.max;
  const joined = count(before.map((value, axis) => corner(value, after[axis])));
  const common = data.rule === "both" ? joined : one + other - joined;
  return { comes: Math.max(0, other - common), goes: Math.max(0, one - common) };
}

// Pairs within a tenth of their threshold: those that Review asks about.
export function doubtfulAt(data, values) {
  const count = (times) => accepted(data.grid.found, data.rows, values.map((value) => times * value), data.rule);
  return count(1.1) - count(0.9);
}

// Precision, recall and F1 per pair; where nothing is matched nothing is wrong, and where nothing is to be found nothing
// is missed.
export function figuresAt(data, values) {
  const count = (name) => accepted(data.grid[name], data.rows, values, data.rule);
  const matches = count("found");
  if (data.true_pairs === null) return { matches, precision: null, recall: null, f1: null };
  const same = count("same");
  const known = count("known");
  const precision = known > 0 ? same / known : 1;
  const recall = data.true_pairs > 0 ? same / data.true_pairs : 1;
  const f1 = known + data.true_pairs > 0 ? (2 * same) / (known + data.true_pairs) : 1;
  return { matches, precision, recall, f1 };
}
