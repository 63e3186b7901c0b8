"""Where a pair stands among all that its two listings are near to."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.vectors.candidate_pairs import CandidatePairs

TENTH = 10
RADII = (0.5, 1.0, 1.5)  # of the median distance between a listing and its nearest


def list_features(pairs: CandidatePairs, distance: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """Compare a distance with the others of both ends: what is near in a crowd says less than what is near alone.

    A listing's list is made of all candidate pairs it is in, so that it is the same from both ends. Each value is given
    for the end where it is smaller and for the end where it is larger, so that the order of the two does not matter.

    Args:
        pairs: P candidate pairs of N listings.
        distance: Shape (P,), infinite where there is none.

    Returns:
        Name to shape (P,). Not a number where the pair has no distance. rank: place in the list, 1 is nearest; gap:
        beyond the nearest of the list, in distances; tenth: ratio to the tenth; score: deviations from the list's mean;
        within: how many of the list lie within each of RADII; two_hops: mean nearest distance of the list's nearest.

    Source: the second, third and first teams of the contests Shopee "Price Match Guarantee", 2021, and Foursquare
        "Location Matching", 2022: ranks, means and counts of both ends' lists, and ratios to their best.
    """
    lists = _Lists(pairs, distance)
    known = np.isfinite(distance)
    nearest, tenth = lists.nearest, lists.at(TENTH)
    mean, deviation = lists.moments()
    typical = float(np.median(nearest[np.isfinite(nearest)])) if np.isfinite(nearest).any() else 1.0
    hops = lists.mean_of(nearest)
    sides = []
    with np.errstate(invalid="ignore", divide="ignore"):
        for end, rank in ((pairs.left, lists.rank[: len(pairs)]), (pairs.right, lists.rank[len(pairs) :])):
            side: dict[str, NDArray[Any]] = {
                "rank": rank,
                "gap": distance - nearest[end],
                "tenth": distance / tenth[end],
                "score": (distance - mean[end]) / deviation[end],
                "two_hops": hops[end],
            }
            for radius in RADII:
                side[f"within_{radius:g}"] = lists.within(radius * typical)[end]
            sides.append(side)
    features = {}
    for name in sides[0]:
        for word, chosen in (("low", np.fmin), ("high", np.fmax)):
            values = chosen(sides[0][name], sides[1][name]).astype(np.float32)
            features[f"{name}_{word}"] = np.where(known & np.isfinite(values), values, np.float32(np.nan))
    return features


class _Lists:
    """The distances of each listing's pairs, sorted; every pair is in two lists."""

    def __init__(self, pairs: CandidatePairs, distance: NDArray[np.float32]) -> None:
        self._n = pairs.n
        ends = np.concatenate([pairs.left, pairs.right]).astype(np.int64)
        both = np.concatenate([distance, distance])
        order = np.lexsort((both, ends))
        self._end, self._distance = ends[order], both[order]
        self._other = np.concatenate([pairs.right, pairs.left])[order]
        count = np.bincount(ends, minlength=pairs.n)
        self._start = np.concatenate([[0], np.cumsum(count)])
        place = np.arange(len(ends)) - self._start[self._end]
        first = np.append(True, (self._end[1:] != self._end[:-1]) | (self._distance[1:] != self._distance[:-1]))
        tied = place[np.maximum.accumulate(np.where(first[: len(ends)], np.arange(len(ends)), 0))]
        self.rank = np.empty(len(ends), dtype=np.float32)  # of equal distances the place of the first
        self.rank[order] = tied + 1
        self.nearest = self.at(1)

    def at(self, place: int) -> NDArray[np.float32]:
        """Distance at a place of each list, or its last; infinite where the list is empty; shape (N,)."""
        result = np.full(self._n, np.inf, dtype=np.float32)
        count = np.diff(self._start)
        rows = np.flatnonzero(count)
        result[rows] = self._distance[self._start[rows] + np.minimum(place, count[rows]) - 1]
        return result

    def moments(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and deviation of each list's finite distances; shape (N,)."""
        finite = np.isfinite(self._distance)
        end, values = self._end[finite], self._distance[finite].astype(np.float64)
        count = np.maximum(np.bincount(end, minlength=self._n), 1)
        mean = np.bincount(end, values, minlength=self._n) / count
        square = np.bincount(end, values**2, minlength=self._n) / count
        return mean, np.sqrt(np.maximum(square - mean**2, 1e-6))

    def within(self, radius: float) -> NDArray[np.int64]:
        """How many of each list lie within a radius; shape (N,)."""
        return np.bincount(self._end[self._distance <= np.float32(radius)], minlength=self._n)

    def mean_of(self, value: NDArray[np.float32], count: int = 5) -> NDArray[np.float64]:
        """Mean of a value of the first few of each list; shape (N,)."""
        place = np.arange(len(self._end)) - self._start[self._end]
        near = (place < count) & np.isfinite(value[self._other])
        end = self._end[near]
        found = np.bincount(end, value[self._other[near]], minlength=self._n)
        return np.asarray(found / np.maximum(np.bincount(end, minlength=self._n), 1))
