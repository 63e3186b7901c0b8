"""Counts and curves small enough to send to a browser, so that figures follow a moving slider."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.metrics import PrecisionRecallCurve

Rule = Literal["any", "all"]  # a pair matches when one distance is within its threshold, or when all are


@dataclass(frozen=True)
class ThresholdGrid:
    """Pairs counted over a grid of thresholds.

    Attributes:
        tops: Largest threshold of each axis, a distance > 0.
        same: Shape (bins + 2,) * axes. Weight of the pairs known to be one product with every distance at or under the
            edges of that cell; edge e of an axis is top * e / bins and the last entry has no limit, so it also holds
            pairs without a distance there.
        known: As `same`, for all pairs whose truth is known.
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
    """Count pairs at or under every combination of thresholds.

    Args:
        distances: One array of shape (P,) for each axis; inf where a pair has no such distance.
        tops: Largest threshold of each axis, > 0.
        same: Shape (P,). Weight of each pair if it is known to be one product, else 0.
        known: Shape (P,). Weight of each pair if its truth is known, else 0.
        bins: Steps of each axis.

    Raises:
        DataError: No axis, unequal shapes, or a top that is not above 0.
    """
    shapes = {same.shape, known.shape, *(distance.shape for distance in distances)}
    if not distances or len(tops) != len(distances) or len(shapes) != 1:
        raise DataError(f"Expected one top for each distance and arrays of one length, got {len(tops)} and {shapes}.")
    if min(tops) <= 0:
        raise DataError(f"The largest threshold must be above 0, got {min(tops)}.")
    size = (bins + 2,) * len(distances)
    cell = np.zeros(same.shape, np.int64)
    for distance, top in zip(distances, tops, strict=True):
        edges = np.linspace(0.0, top, bins + 1, dtype=np.float32)
        cell = cell * (bins + 2) + np.searchsorted(edges, distance, side="left")

    def counted(weight: NDArray[np.float64] | None) -> NDArray[np.float64]:
        counts = np.bincount(cell, weight, minlength=int(np.prod(size))).reshape(size).astype(np.float64)
        for axis in range(len(size)):
            counts = counts.cumsum(axis)
        return counts

    return ThresholdGrid(tuple(tops), counted(same), counted(known), counted(None))


def pairs_within(counts: NDArray[np.float64], tops: Sequence[float], thresholds: Sequence[float], rule: Rule) -> float:
    """Weight of the pairs that a rule accepts, read between the grid's edges; exact on them.

    The slider's front end reads the grid in the same way.

    Args:
        counts: One of a `ThresholdGrid`'s arrays.
        tops: Its tops.
        thresholds: One for each axis.
        rule: "any" is inclusion and exclusion over the axes, "all" the corner itself.
    """
    if rule == "all":
        return _corner(counts, tops, thresholds)
    total = 0.0
    for size in range(1, len(thresholds) + 1):
        for chosen in combinations(range(len(thresholds)), size):
            corner = [threshold if axis in chosen else None for axis, threshold in enumerate(thresholds)]
            total += (1 if size % 2 else -1) * _corner(counts, tops, corner)
    return total


def thinned(curve: PrecisionRecallCurve, points: int = 300) -> PrecisionRecallCurve:
    """Some points of a curve, close enough together that a screen shows no difference.

    Evenly by threshold and evenly by recall: a curve has millions of points, nearly all where nobody looks.

    Args:
        curve: T points.
        points: How many of each kind, at most.
    """
    last = len(curve.thresholds) - 1
    if last < 2 * points:
        return curve
    kept = [
        np.searchsorted(values, np.linspace(values[0], values[-1], points)).clip(0, last)
        for values in (curve.thresholds, curve.recall)
    ]
    rows = np.unique(np.concatenate([*kept, [0, last]]))
    return PrecisionRecallCurve(curve.thresholds[rows], curve.precision[rows], curve.recall[rows])


def reach(
    distance: NDArray[np.float32], threshold: float, is_same: NDArray[np.bool_] | None = None
) -> tuple[float, float]:
    """How far a slider goes, and its step.

    Far enough for nearly all pairs that could be one product and for the threshold, no farther: most of the range of
    distances holds only pairs that nobody would match.

    Args:
        distance: Shape (P,); inf where a pair has none.
        threshold: Where the slider stands.
        is_same: Shape (P,). Which pairs are one product; None where that is not known.

    Returns:
        The largest threshold, and a step of 1, 2 or 5 times a power of ten; 150 to 400 steps fill the slider.
    """
    asked = distance if is_same is None else distance[is_same]
    finite = asked[np.isfinite(asked)]
    far = float(np.quantile(finite, 0.9 if is_same is None else 0.995)) if len(finite) else 1.0
    top = max(far, 1.25 * threshold, 1e-3)
    finest = top / 150
    power = 10.0 ** np.floor(np.log10(finest))
    step = float(max(times * power for times in (1, 2, 5) if times * power <= finest))
    return float(np.ceil(top / (10 * step)) * 10 * step), step


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
