"""The figures of tuning over a whole grid of thresholds: pairs, and the F1 of every product."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.matching.metrics import Truth
from matcher.matching.threshold_grid import Axis, Rule, accepted_by, cells_of, cumulated
from matcher.vectors.candidate_pairs import CandidatePairs
from matcher.vectors.hashing import GOLDEN_GAMMA, mix_bits

RESAMPLES = 100
NOISE = 2.0


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
    if rule == "either" and not np.isfinite(second.distance).any():  # one distance: all its thresholds at once
        known = np.ones(len(truth.pairs), np.bool_) if truth.counted is None else truth.counted
        f1 = listing_f1(first, truth.pairs, truth.is_same, known, place, size, growth=growth)
        summed = np.add.reduceat(f1, starts, axis=0).T.astype(np.float32)
        return np.repeat(summed[:, None, :], len(second), axis=1)
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
        f1 = 2 * (1 + right) / (1 + right + growth * false + size[:, None])  # in double: the order of rows is not to
        total[line] = np.add.reduceat(f1, starts, axis=0).T  # show in the sums
    return total


def listing_f1(
    axis: Axis,
    pairs: CandidatePairs,
    chance: NDArray[np.floating] | NDArray[np.bool_],
    known: NDArray[np.bool_],
    place: NDArray[np.int64],
    size: NDArray[np.int64] | NDArray[np.float64],
    *,
    growth: float = 1.0,
) -> NDArray[np.float64]:
    """The F1 of each listing's matches, itself counted, at every threshold of one distance.

    Args:
        axis: A thresholds on a distance of the P pairs.
        pairs: The pairs.
        chance: Shape (P,). Whether a pair is one product, or how likely it is.
        known: Shape (P,). Pairs that count.
        place: Shape (N,). Row of each listing in the result, -1 for one that is not scored.
        size: Shape (L,). Listings that are one product with each scored one, itself counted; or how many are expected.
        growth: Counts each false match this many times.

    Returns:
        Shape (L, A).
    """
    listings, width = len(size), len(axis) + 1
    rows = np.flatnonzero(known & (axis.distance <= axis.thresholds[-1]))
    step = np.searchsorted(axis.thresholds, axis.distance[rows])
    counts = np.zeros((2, listings, width))
    for end in (pairs.left, pairs.right):
        at = place[end[rows]]
        inside = slice(None) if at.min(initial=0) >= 0 else at >= 0
        cell, kind = (at * width + step)[inside], chance[rows][inside]
        if kind.dtype == np.bool_:  # whole numbers are counted several times as fast as shares are added up
            counts += np.bincount(cell + kind * (listings * width), minlength=counts.size).reshape(counts.shape)
        else:
            for which, share in enumerate((1 - kind, kind)):
                counts[which] += np.bincount(cell, share, listings * width).reshape(listings, width)
    false, right = np.cumsum(counts[:, :, :-1], axis=2)
    return np.asarray(2 * (1 + right) / (1 + right + growth * false + size[:, None]))


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


def scored_products(truth: Truth, is_query: NDArray[np.bool_] | None = None) -> NDArray[np.intp]:
    """Which of the G labels of `product_f1` are asked about: those of queries, or all."""
    labels = np.unique(truth.codes[truth.codes >= 0])
    return np.flatnonzero(np.isin(labels, truth.codes if is_query is None else truth.codes[is_query]))


def product_order(truth: Truth, axes: Sequence[Axis], is_query: NDArray[np.bool_] | None = None) -> NDArray[np.intp]:
    """An order of the scored products that looks random and depends on their pairs alone, not on the order of rows."""
    labels, product = np.unique(truth.codes, return_inverse=True)
    seen = truth.is_known.astype(np.uint64) + truth.is_same
    for axis in axes:
        seen = mix_bits(seen * GOLDEN_GAMMA ^ axis.distance.view(np.uint32))
    total = np.zeros(len(labels), np.uint64)
    for end in (truth.pairs.left, truth.pairs.right):
        np.add.at(total, product[end], seen)
    return np.argsort(total[labels >= 0][scored_products(truth, is_query)], kind="stable")


def summed(f1: NDArray[np.float32]) -> NDArray[np.float64]:
    """F1 over all products, shape (A, B); rounded, so that what is equal in truth is equal in whatever order summed."""
    return np.asarray(np.round(f1.sum(axis=2, dtype=np.float64), 6))


def peak_of(f1: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which points are on the peak: those that lead to its top over none that is surely worse than the top.

    Args:
        f1: Shape (A, B, G). From `product_f1`.

    Returns:
        Shape (A, B).

    Source: Breiman et al., "Classification and Regression Trees", 1984, section 3.4.3, for the standard error of a
        difference; surely worse is by more than NOISE of them.
    """
    from scipy.ndimage import label

    total = summed(f1)
    top = np.unravel_index(total.argmax(), total.shape)
    noise = np.sqrt(np.square(f1 - f1[top]).sum(axis=2, dtype=np.float64))
    part, _ = label(total[top] - total <= NOISE * noise, np.ones((3, 3)))
    return np.asarray(part == part[top])


def find_peak(first: Axis, second: Axis, f1: NDArray[np.float32], order: NDArray[np.intp]) -> tuple[float, float]:
    """The thresholds on the peak of F1.

    The single best point of a noisy surface is a matter of luck. So products are drawn anew many times, and the mean of
    the draws' best points is taken; but only of those on the peak itself (`peak_of`). Between two peaks the mean would
    lie where nothing is good.

    Args:
        first: A thresholds.
        second: B thresholds.
        f1: Shape (A, B, G). From `product_f1`.
        order: Shape (G,). In which the products are numbered for the draws, from `product_order`.

    Source: Breiman, "Bagging Predictors", Machine Learning 24, 1996.
    """
    total, products = summed(f1), f1.shape[2]
    top, peak = np.unravel_index(total.argmax(), total.shape), peak_of(f1)
    draws = np.random.default_rng(0).multinomial(products, np.full(products, 1 / products), size=RESAMPLES)
    best = (f1.reshape(-1, products)[:, order] @ draws.T.astype(np.float32)).argmax(axis=0)
    rows, columns = np.unravel_index(best[peak.ravel()[best]], total.shape)
    if len(rows):
        chosen = float(first.thresholds[rows].mean()), float(second.thresholds[columns].mean())
        if peak[_nearest(first, chosen[0]), _nearest(second, chosen[1])]:  # a peak may be bent, its middle beside it
            return chosen
    return float(first.thresholds[top[0]]), float(second.thresholds[top[1]])


def _nearest(axis: Axis, threshold: float) -> int:
    return int(np.abs(axis.thresholds - threshold).argmin())
