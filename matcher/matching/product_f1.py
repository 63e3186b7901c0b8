"""The figures of tuning over a whole grid of thresholds: pairs, and the F1 of every product."""

import numpy as np
from numpy.typing import NDArray

from matcher.matching.metrics import Truth
from matcher.matching.threshold_grid import Axis, Rule, accepted_by, cells_of, cumulated


def pair_counts(first: Axis, second: Axis, rule: Rule, truth: Truth) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count matches of known pairs, and right ones among them, at every pair of thresholds; shapes (A, B)."""
    axes = (first, second)
    cells = cells_of(axes)
    known = cells if truth.counted is None else cells[truth.counted]
    return accepted_by(cumulated(known, axes), rule), accepted_by(cumulated(cells[truth.same_rows], axes), rule)


def product_f1(first: Axis, second: Axis, rule: Rule, truth: Truth, *, growth: float = 1.0) -> NDArray[np.float32]:
    """Sum the F1 of each product's listings, itself counted, at every pair of thresholds.

    Pairs go once into a histogram of listing and step. Moving the first threshold then moves only the pairs that it
    newly accepts, and a running sum along the second gives all counts of that line.

    Args:
        first: A thresholds.
        second: B thresholds.
        rule: How the two distances decide.
        truth: What is known of the same pairs.
        growth: Counts each false match this many times, as in a catalog so many times larger: there, false matches
            grow with the catalog and true ones do not.

    Returns:
        Shape (A, B, G). Summed F1 of the listings of each of the G labels. With growth 1, the sum over labels divided
        by `truth.listings` is the F1 of `listing_scores`.
    """
    place, size, starts = _by_label(truth)
    histogram = _Histogram(truth, place, (2, len(size), len(second) + 1))
    step, other_step = first.steps(), second.steps()
    rows = np.arange(len(step)) if truth.counted is None else np.flatnonzero(truth.counted)
    if rule == "either":
        histogram.add(rows[other_step[rows] < len(second)], other_step)
    rows = rows[step[rows] < len(first)]
    rows = rows[np.argsort(step[rows], kind="stable")]
    bounds = np.searchsorted(step[rows], np.arange(len(first) + 1))
    always = np.zeros_like(other_step)
    total = np.zeros((len(first), len(second), len(starts)), dtype=np.float32)
    for line in range(len(first)):
        accepted = rows[bounds[line] : bounds[line + 1]]
        if rule == "either":
            histogram.add(accepted, other_step, -1)
            histogram.add(accepted, always)
        else:
            histogram.add(accepted, other_step)
        false, right = histogram.counts[:, :, :-1].cumsum(axis=2)
        f1 = 2 * (1 + right) / (1 + right + growth * false + size[:, None])
        total[line] = np.add.reduceat(f1, starts, axis=0).T
    return total


def _by_label(truth: Truth) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.intp]]:
    """Place of each listing when sorted by label (N,), -1 unlabelled; label sizes (L,) and first places (G,) there."""
    listings = np.flatnonzero(truth.label_size)
    listings = listings[np.argsort(truth.codes[listings], kind="stable")]
    place = np.full(truth.pairs.n, -1, dtype=np.int64)
    place[listings] = np.arange(len(listings))
    return place, truth.label_size[listings], np.flatnonzero(np.diff(truth.codes[listings], prepend=-1))


class _Histogram:
    """How many false and true pairs each listing has at each step; `counts` has shape (2, L, steps)."""

    def __init__(self, truth: Truth, place: NDArray[np.int64], shape: tuple[int, int, int]) -> None:
        self.counts = np.zeros(shape, dtype=np.int32)
        self._truth, self._place = truth, place

    def add(self, rows: NDArray[np.intp], steps: NDArray[np.int64], amount: int = 1) -> None:
        """Add given pairs, at their own step of `steps` (P,), to both of their listings, if these have a label."""
        _, listings, width = self.counts.shape
        kind = self._truth.is_same[rows] * np.int64(listings)
        for end in (self._truth.pairs.left, self._truth.pairs.right):
            place = self._place[end[rows]]
            cell = (kind + place) * width + steps[rows]
            np.add.at(self.counts.reshape(-1), cell[place >= 0], np.int32(amount))
