"""CandidatePairs: every pair that some modality found, with its distance in every modality."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.progress import Report, silent
from matcher.vectors.copies import pairs_of_copies
from matcher.vectors.distance import Metric, pair_distance
from matcher.vectors.embeddings import Embeddings
from matcher.vectors.neighbours import Neighbours

Modality = Literal["text", "image", "fused"]
NOT_FOUND = np.iinfo(np.uint16).max  # the rank of a pair that no search found
MODALITIES: tuple[Modality, ...] = ("text", "image", "fused")


@dataclass(frozen=True)
class CandidatePairs:
    """Pairs worth judging, in the order of `left`, then `right`, each once.

    Attributes:
        n: Listings in the catalog.
        left: Shape (P,). Row of one listing.
        right: Shape (P,). Row of the other, always larger than `left`.
        rank: Shape (P,). Best place the pair has in a row of neighbours, in either direction and any modality; 1 is
            nearest. Pairs with `rank <= k` are those that a search for k neighbours finds; NOT_FOUND for those that
            only groups of others imply.
        distance: Modality to shape (P,). Infinite where a listing lacks the modality.
        conflicts: Shape (P,). What the titles contradict each other in, as bits (see `matching.conflicts`); None where
            it was not looked for.
        values: Column of the catalog to shape (N,): the value of each listing as a number from 0, -1 where there is
            none. Only columns that a recipe asks for.
    """

    n: int
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    rank: NDArray[np.uint16]
    distance: Mapping[str, NDArray[np.float32]]
    conflicts: NDArray[np.uint16] | None = None
    values: Mapping[str, NDArray[np.int32]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.left)

    def chosen(self, which: NDArray[np.bool_] | NDArray[np.integer]) -> "CandidatePairs":
        """Some of the pairs, in the same order; `which` is a mask (P,) or ascending positions."""
        distance = {modality: values[which] for modality, values in self.distance.items()}
        conflicts = None if self.conflicts is None else self.conflicts[which]
        ends = self.left[which], self.right[which]
        return CandidatePairs(self.n, *ends, self.rank[which], distance, conflicts, self.values)

    def joined_by(self, left: NDArray[np.integer], right: NDArray[np.integer]) -> "CandidatePairs":
        """These pairs and further ones that no search found, of which no distance and no conflict is known.

        Args:
            left: Shape (Q,). Rows.
            right: Shape (Q,). Rows, each larger than its left one; none of the pairs is among these.
        """
        key = np.concatenate([self._key, left.astype(np.int64) * self.n + right])
        order = np.argsort(key, kind="stable")

        def with_more(values: NDArray[Any], value: float) -> NDArray[Any]:
            return np.concatenate([values, np.full(len(left), value, values.dtype)])[order]

        distance = {name: with_more(values, np.inf) for name, values in self.distance.items()}
        conflicts = None if self.conflicts is None else with_more(self.conflicts, 0)
        ends = (key[order] // self.n).astype(np.int32), (key[order] % self.n).astype(np.int32)
        return CandidatePairs(self.n, *ends, with_more(self.rank, NOT_FOUND), distance, conflicts, self.values)

    def among(self, chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Positions of the pairs whose two listings are both among some, ascending; few listings cost little.

        Args:
            chosen: Shape (N,). Which listings.
        """
        rows = np.flatnonzero(chosen)
        starts, ends = (np.searchsorted(self.left, rows.astype(self.left.dtype), side) for side in ("left", "right"))
        counts = ends - starts
        at = np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(int(counts.sum()))
        return np.asarray(at[chosen[self.right[at]]], dtype=np.intp)

    @cached_property
    def degree(self) -> NDArray[np.int64]:
        """How many pairs each listing is in; shape (N,)."""
        return self.ends(np.arange(len(self)))

    def ends(self, rows: NDArray[np.integer]) -> NDArray[np.int64]:
        """How many of the given pairs, by position, each listing is in; shape (N,)."""
        left = np.bincount(self.left[rows], minlength=self.n)
        return np.asarray(left + np.bincount(self.right[rows], minlength=self.n), dtype=np.int64)

    def positions(self, one: NDArray[np.integer], other: NDArray[np.integer]) -> NDArray[np.intp]:
        """Where pairs of rows, in either order, stand among the candidates; those that do not are left out."""
        at = self.find(one, other)
        return at[at >= 0]

    def find(self, one: NDArray[np.integer], other: NDArray[np.integer]) -> NDArray[np.intp]:
        """Where pairs of rows, in either order, stand among the candidates, -1 for those that do not; their shape."""
        wanted = np.minimum(one, other).astype(np.int64) * self.n + np.maximum(one, other)
        at = np.searchsorted(self._key, wanted)
        if not len(self):
            return np.full(at.shape, -1, dtype=np.intp)
        return np.where(self._key[np.minimum(at, len(self) - 1)] == wanted, at, -1)

    @cached_property
    def _key(self) -> NDArray[np.int64]:
        """One number for each pair, ascending; shape (P,)."""
        return self.left.astype(np.int64) * self.n + self.right


def candidate_pairs(
    embeddings: Mapping[str, Embeddings],
    neighbours: Mapping[str, Neighbours],
    metric: Metric = "cosine",
    report: Report = silent,
) -> CandidatePairs:
    """Unite what the modalities found and measure every pair in every modality.

    Where more listings share one content than a row of neighbours has room for, `pairs_of_copies` adds what they hide.

    Args:
        embeddings: Modality to embeddings of the same N listings.
        neighbours: Modality to what `nearest` found; not all modalities need be searched.
        metric: The metric that the neighbours were found with.
        report: Told how many pairs are measured.

    Raises:
        DataError: No modality, an unknown one, or arrays of different catalogs.
    """
    n = _catalog_size(embeddings, neighbours)
    keys, ranks = [], []
    for modality, found in neighbours.items():
        row, place = np.nonzero(found.index >= 0)
        other = found.index[row, place].astype(np.int64)
        rank = np.minimum(place + 1, NOT_FOUND - 1).astype(np.uint16)
        for one, its, place_of in ((row, other, rank), pairs_of_copies(embeddings[modality], found, metric)):
            keys.append(np.minimum(one, its) * n + np.maximum(one, its))
            ranks.append(place_of)
    key, rank = _best_rank(np.concatenate(keys), np.concatenate(ranks))
    left, right = (key // n).astype(np.int32), (key % n).astype(np.int32)
    distance: dict[str, NDArray[np.float32]] = {
        modality: pair_distance(embeddings[modality], left, right, metric, report)
        for modality in MODALITIES
        if modality in embeddings
    }
    return CandidatePairs(n, left, right, rank, distance)


def _catalog_size(embeddings: Mapping[str, Embeddings], neighbours: Mapping[str, Neighbours]) -> int:
    unknown = set(embeddings) - set(MODALITIES)
    if unknown or not neighbours or not set(neighbours) <= set(embeddings):
        raise DataError(
            f"Embeddings came for {', '.join(embeddings) or 'nothing'} and neighbours for "
            f"{', '.join(neighbours) or 'nothing'}; expected text, image or fused, and embeddings for all neighbours."
        )
    sizes = {len(one) for one in embeddings.values()} | {len(one.index) for one in neighbours.values()}
    if len(sizes) > 1:
        raise DataError(f"Arrays of {sorted(sizes)} listings came together; encode the catalog again.")
    return sizes.pop()


def _best_rank(key: NDArray[np.int64], rank: NDArray[np.uint16]) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    """Each key once, ascending, with its smallest rank."""
    if not len(key):
        return key, rank
    order = np.argsort(key, kind="stable")
    key, rank = key[order], rank[order]
    starts = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    return key[starts], np.minimum.reduceat(rank, starts)
