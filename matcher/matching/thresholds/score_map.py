"""Precision, recall and F1 over two thresholds at once: the map of what a rule could be."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.metrics import Truth
from matcher.matching.threshold_grid import Axis, Rule, accepted_by, cells_of

POINTS = 41
BLOCK = 64  # listings scored at a time


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

    Listings are scored a few dozen at a time: their pairs counted at each step of both distances, and the counts
    summed up along both. What is counted then stays in the processor's cache, so that the time grows with the pairs
    also where the counts of all listings would not fit there.

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
    shape = (len(first) + 1, len(second) + 1, 2, BLOCK)
    size = truth.label_size[np.flatnonzero(truth.label_size)].astype(np.float32)
    blocks = zip(
        *(_cut_into_blocks(end, first, second, truth) for end in (truth.pairs.left, truth.pairs.right)), strict=True
    )
    sums = np.zeros((3, len(first), len(second)))
    for start, (one, other) in zip(range(0, len(size), BLOCK), blocks, strict=True):
        known = size[start : start + BLOCK]
        cells = np.bincount(np.concatenate([one, other]), minlength=int(np.prod(shape)))
        counts = cells.astype(np.float32).reshape(shape)[..., : len(known)]
        for line in range(1, shape[0]):
            counts[line] += counts[line - 1]
        for line in range(1, shape[1]):
            counts[:, line] += counts[:, line - 1]
        accepted = accepted_by(counts, rule)
        right = accepted[:, :, 1] + 1
        matched = accepted[:, :, 0] + right
        for total, scores in zip(sums, (right / matched, right / known, 2 * right / (matched + known)), strict=True):
            total += scores.sum(axis=-1, dtype=np.float64)
    precision, recall, f1 = sums / truth.listings
    return ThresholdMap(first.thresholds, second.thresholds, precision, recall, f1)


def _cut_into_blocks(end: NDArray[np.int32], first: Axis, second: Axis, truth: Truth) -> list[NDArray[np.int32]]:
    """The pairs of every BLOCK labelled listings that have them at this end.

    Args:
        end: Shape (P,). Row of the listing at this end of each pair.
        first: As for the map.
        second: As for the map.
        truth: What is known of the pairs.

    Returns:
        For each block, the place of each pair among counts of shape (A + 1, B + 1, 2, BLOCK): its step on both
        distances, whether it is one product, and its listing.
    """
    known = np.flatnonzero(truth.label_size)
    place = np.full(truth.pairs.n, -1, dtype=np.int32)
    place[known] = np.arange(len(known))
    counted = place[end] >= 0
    if truth.counted is not None:
        counted &= truth.counted
    listing = place[end[counted]]
    cell = (2 * cells_of((first, second))[counted] + truth.is_same[counted]) * BLOCK + listing % BLOCK
    order = np.argsort((listing // BLOCK).astype(np.min_scalar_type(len(known) // BLOCK)), kind="stable")
    ends = np.cumsum(np.bincount(listing // BLOCK, minlength=-(-len(known) // BLOCK)))
    return np.split(cell.astype(np.int32)[order], ends[:-1])
