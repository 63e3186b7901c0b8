"""Precision, recall and F1 over two thresholds at once: the map of what a rule could be."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.metrics import Truth
from matcher.matching.threshold_grid import Axis, Rule

POINTS = 41


@dataclass(frozen=True)
class ThresholdMap:
    """Scores as the mean over listings, each counted among its own matches, at every pair of thresholds.

    Attributes:
        first: Shape (A,), ascending. Thresholds of the first distance.
        second: Shape (B,), ascending. Thresholds of the second.
        precision: Shape (A, B), 0..1.
        recall: Shape (A, B).
        f1: Shape (A, B).
    """

    first: NDArray[np.float32]
    second: NDArray[np.float32]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]

    def frontier(self, least: float) -> NDArray[np.int64]:
        """The loosest second threshold at which precision is still enough, for each first one.

        Args:
            least: The precision, 0..1.

        Returns:
            Shape (A,). Position in `second`; -1 where none is strict enough.
        """
        enough = self.precision >= least - 1e-12
        last = self.precision.shape[1] - 1 - np.argmax(enough[:, ::-1], axis=1)
        return np.where(enough.any(axis=1), last, -1)


def even_thresholds(top: float, points: int = POINTS) -> NDArray[np.float32]:
    """Thresholds from 0 to `top`, evenly; shape (points,)."""
    return np.linspace(0.0, top, points, dtype=np.float32)


def map_thresholds(first: Axis, second: Axis, rule: Rule, truth: Truth) -> ThresholdMap:
    """Score a rule of two distances at every pair of thresholds, exactly, as `listing_scores` does at one.

    Pairs go once into a histogram of listing and step. Moving the first threshold then moves only the pairs that it
    newly accepts, and only the listings of these are scored anew, at all second thresholds together.

    Args:
        first: Distances of the P pairs and A thresholds.
        second: The same pairs and B thresholds.
        rule: How the two distances decide.
        truth: What is known of the pairs.

    Raises:
        DataError: No listing has a label, so there is nothing to score.
    """
    if not truth.listings:
        raise DataError("No listing has a label; give verdicts on the Review page, or import a table with labels.")
    sums = np.zeros((3, len(first), len(second)))
    listings = _Listings(truth, len(second))
    step, other = first.steps(), second.steps()
    rows = np.arange(len(step)) if truth.counted is None else np.flatnonzero(truth.counted)
    if rule == "either":
        listings.add(rows[other[rows] < len(second)], other)
    rows = rows[step[rows] < len(first)]
    rows = rows[np.argsort(step[rows], kind="stable")]
    bounds = np.searchsorted(step[rows], np.arange(len(first) + 1))
    always = np.zeros_like(other)
    for line in range(len(first)):
        accepted = rows[bounds[line] : bounds[line + 1]]
        if rule == "either":
            listings.add(accepted[other[accepted] < len(second)], other, -1)
            listings.add(accepted, always)
        else:
            listings.add(accepted[other[accepted] < len(second)], other)
        sums[:, line] = listings.sums()
    precision, recall, f1 = sums / truth.listings
    return ThresholdMap(first.thresholds, second.thresholds, precision, recall, f1)


class _Listings:
    """Right and false matches of each labelled listing at every second threshold, and their summed scores.

    Only the listings that a step touches are scored anew.
    """

    def __init__(self, truth: Truth, width: int) -> None:
        known = np.flatnonzero(truth.label_size)
        self._truth = truth
        self._place = np.full(truth.pairs.n, -1, dtype=np.int64)
        self._place[known] = np.arange(len(known))
        self._size = truth.label_size[known].astype(np.float32)
        self._counts = np.zeros((2, len(known), width), dtype=np.int32)
        self._touched = np.ones(len(known), dtype=np.bool_)
        self._scores = np.zeros((3, len(known), width), dtype=np.float32)
        self._sums = np.zeros((3, width))

    def add(self, rows: NDArray[np.intp], steps: NDArray[np.int64], amount: int = 1) -> None:
        """Add given pairs, at their own step of `steps` (P,), to both of their listings."""
        _, listings, width = self._counts.shape
        kind = self._truth.is_same[rows].astype(np.int64)
        for end in (self._truth.pairs.left, self._truth.pairs.right):
            place = self._place[end[rows]]
            known = place >= 0
            cell = (kind[known] * listings + place[known]) * width + steps[rows[known]]
            np.add.at(self._counts.reshape(-1), cell, np.int32(amount))
            self._touched[place[known]] = True

    def sums(self) -> NDArray[np.float64]:
        """Summed precision, recall and F1 at every second threshold; shape (3, B)."""
        changed = np.flatnonzero(self._touched)
        self._touched[:] = False
        false, right = self._counts[:, changed].cumsum(axis=2, dtype=np.int32).astype(np.float32)
        right += 1
        matched, size = right + false, self._size[changed, None]
        scores = np.stack([right / matched, right / size, 2 * right / (matched + size)])
        self._sums += scores.sum(axis=1, dtype=np.float64) - self._scores[:, changed].sum(axis=1, dtype=np.float64)
        self._scores[:, changed] = scores
        return self._sums.copy()
