"""Pairs counted at every combination of thresholds at once, for the cost of counting them a few times.

Two ask for this. Tuning looks for the best of many thresholds: it reads the counts at the thresholds themselves. The
browser's sliders move between them: they get a grid with even steps, small enough to send, and read it by
interpolation, in `assets/threshold_counts.js` as `pairs_within` does here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError

Rule = Literal["either", "both"]
"""A pair matches when one distance is within its threshold, or when all are."""


@dataclass(frozen=True)
class Axis:
    """One distance and the thresholds to try on it.

    Attributes:
        distance: Shape (P,). Infinite where a pair has none.
        thresholds: Shape (A,), ascending.
    """

    distance: NDArray[np.float32]
    thresholds: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.thresholds)

    def steps(self) -> NDArray[np.int64]:
        """Position of the first threshold that accepts each pair, or A when none does; shape (P,)."""
        return np.searchsorted(self.thresholds, self.distance, side="left")


def cells_of(axes: Sequence[Axis]) -> NDArray[np.int64]:
    """The cell of each pair in a grid of shape (A + 1, B + 1, ...), as one number; shape (P,)."""
    cell = np.zeros(axes[0].distance.shape, np.int64)
    for axis in axes:
        cell = cell * (len(axis) + 1) + axis.steps()
    return cell


def cumulated(
    cells: NDArray[np.int64], axes: Sequence[Axis], weight: NDArray[np.float64] | None = None
) -> NDArray[Any]:
    """Count pairs at or under every combination of thresholds.

    Args:
        cells: Shape (P,). Of those pairs that count, from `cells_of`.
        axes: What the cells were made from.
        weight: Shape (P,). What each pair counts; None for one each.

    Returns:
        Shape (A + 1, B + 1, ...). The last entry of each axis has no limit, so it also holds pairs without a distance
        there. Whole numbers without a weight.
    """
    shape = tuple(len(axis) + 1 for axis in axes)
    counts = np.bincount(cells, weight, minlength=int(np.prod(shape))).reshape(shape)
    for axis in range(len(shape)):
        counts = counts.cumsum(axis)
    return counts


def accepted_by(counts: NDArray[Any], rule: Rule) -> NDArray[Any]:
    """What a rule of two distances accepts at every pair of thresholds; shape (A, B).

    Args:
        counts: Shape (A + 1, B + 1), from `cumulated`.
        rule: How the two distances decide.
    """
    both = counts[:-1, :-1]
    return both if rule == "both" else counts[:-1, -1:] + counts[-1:, :-1] - both


@dataclass(frozen=True)
class ThresholdGrid:
    """Pairs counted over even steps of every threshold, for the sliders.

    Attributes:
        tops: Largest threshold of each axis, a distance > 0.
        same: Shape (bins + 2,) * axes. Pairs known to be one product with every distance at or under the edges of that
            cell; edge e of an axis is top * e / bins and the last entry has no limit.
        known: As `same`, for all pairs of which it is known what they are.
        found: As `same`, for all pairs.
    """

    tops: tuple[float, ...]
    same: NDArray[np.float64]
    known: NDArray[np.float64]
    found: NDArray[np.float64]

    @property
    def bins(self) -> int:
        return int(self.found.shape[0]) - 2

    def histogram(self, axis: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Weight of same, other known and all pairs in each bin of one axis, whatever the other axes; shape (bins,)."""

        def along(counts: NDArray[np.float64]) -> NDArray[np.float64]:
            line = counts[tuple(slice(None) if i == axis else -1 for i in range(counts.ndim))]
            return np.diff(line[1:-1], prepend=0.0)  # edge 0 (exact repeats) belongs to the first bin

        same = along(self.same)
        return same, along(self.known) - same, along(self.found)


def threshold_grid(
    distances: Sequence[NDArray[np.float32]],
    tops: Sequence[float],
    *,
    same: NDArray[np.float64],
    known: NDArray[np.float64],
    bins: int = 64,
) -> ThresholdGrid:
    """Count pairs for the sliders.

    Args:
        distances: One array of shape (P,) for each axis; inf where a pair has no such distance.
        tops: Largest threshold of each axis, > 0.
        same: Shape (P,). Weight of each pair if it is known to be one product, else 0.
        known: Shape (P,). Weight of each pair if it is known what it is, else 0.
        bins: Steps of each axis.

    Raises:
        DataError: No axis, unequal shapes, or a top that is not above 0.
    """
    shapes = {same.shape, known.shape, *(distance.shape for distance in distances)}
    if not distances or len(tops) != len(distances) or len(shapes) != 1:
        raise DataError(f"Expected one top for each distance and arrays of one length, got {len(tops)} and {shapes}.")
    if min(tops) <= 0:
        raise DataError(f"The largest threshold must be above 0, got {min(tops)}.")
    axes = [
        Axis(distance, np.linspace(0.0, top, bins + 1, dtype=np.float32))
        for distance, top in zip(distances, tops, strict=True)
    ]
    cells = cells_of(axes)
    found = cumulated(cells, axes).astype(np.float64)
    return ThresholdGrid(tuple(tops), cumulated(cells, axes, same), cumulated(cells, axes, known), found)


def pairs_within(counts: NDArray[np.float64], tops: Sequence[float], thresholds: Sequence[float], rule: Rule) -> float:
    """Weight of the pairs that a rule accepts, read between the grid's edges; exact on them.

    Args:
        counts: One of a `ThresholdGrid`'s arrays.
        tops: Its tops.
        thresholds: One for each axis.
        rule: "either" is inclusion and exclusion over the axes, "both" the corner itself.
    """
    if rule == "both":
        return _corner(counts, tops, thresholds)
    total = 0.0
    for size in range(1, len(thresholds) + 1):
        for chosen in combinations(range(len(thresholds)), size):
            corner = [threshold if axis in chosen else None for axis, threshold in enumerate(thresholds)]
            total += (1 if size % 2 else -1) * _corner(counts, tops, corner)
    return total


def _corner(counts: NDArray[np.float64], tops: Sequence[float], thresholds: Sequence[float | None]) -> float:
    """Weight of the pairs with every distance at or under its threshold, by linear interpolation."""
    for top, threshold in zip(tops, thresholds, strict=True):
        if threshold is None:
            counts = counts[-1]
            continue
        bins = counts.shape[0] - 2
        place = min(max(threshold / top * bins, 0.0), float(bins))
        edge = min(int(place), bins - 1)
        counts = counts[edge] + (counts[edge + 1] - counts[edge]) * (place - edge)
    return float(counts)
