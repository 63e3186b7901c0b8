"""Average linkage: listings joined into products while the pairs between two groups are, on average, likely enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError


def average_linkage(
    n: int,
    left: NDArray[np.integer],
    right: NDArray[np.integer],
    probability: NDArray[np.floating],
    cut: float,
    same: Sequence[tuple[int, int]] = (),
    different: Sequence[tuple[int, int]] = (),
    values: NDArray[np.int32] | None = None,
    copies: Sequence[tuple[int, int]] = (),
    against: tuple[NDArray[np.integer], NDArray[np.integer]] | None = None,
) -> NDArray[np.int32]:
    """Join the two groups with the highest mean probability between their listings, again and again, down to a cut.

    A pair that is not given counts as impossible, so a chain in which each listing is only like the next ends where its
    two ends would have to be one product. "Same" is joined before anything else and "different" never after that; where
    verdicts contradict each other, "same" wins.

    Args:
        n: Listings in the catalog.
        left: Shape (P,). One listing of each pair; a pair in either order and once.
        right: Shape (P,). The other.
        probability: Shape (P,). That the two are one product, 0..1.
        cut: The lowest mean probability at which two groups are joined, above 0, up to 1.
        same: Pairs judged to be one product.
        different: Pairs judged not to be.
        values: Shape (N,). Two groups that hold one value from 0 on are not joined; None for no such limit.
        copies: Pairs joined next after "same", where values let them.
        against: Further pairs, as two arrays; each takes 1 from the summed probability between two groups.

    Returns:
        Shape (N,). Number of each listing's group, 0.., in the order in which groups first appear in the catalog.

    Raises:
        DataError: The cut or a probability is out of range.

    Source: Sokal & Michener, "A statistical method for evaluating systematic relationships", 1958 (UPGMA).
    """
    forest = _planted(n, left, right, probability, cut, same, different, values, copies)
    if against:
        for one, other in zip(against[0].tolist(), against[1].tolist(), strict=True):
            forest.connect(forest.root(one), forest.root(other), -1.0)
    forest.grow(cut)
    roots = np.array([forest.root(row) for row in range(n)], dtype=np.int64)
    _, first, number = np.unique(roots, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[number], dtype=np.int32)


@dataclass(frozen=True)
class LinkTree:
    """All joins of average linkage, down to a lowest cut: the groups of every cut at once.

    Two listings are in one group of `average_linkage` at a cut when their `distance` is at or under 1 - cut. So a
    threshold moves over groups as it does over distances, and a stricter one only ever takes groups apart.

    Attributes:
        mean: Shape (J,), never rising. Mean probability at each join, in order.
        parent: Shape (N,). Whatever stood for the group that each listing's own was joined to; itself, if none.
        joined: Shape (N,). Number of that join; J if none.

    Source: the cophenetic distance of Sokal & Rohlf, "The comparison of dendrograms by objective methods", 1962.
    """

    mean: NDArray[np.float64]
    parent: NDArray[np.int64]
    joined: NDArray[np.int64]

    def distance(self, left: NDArray[np.integer], right: NDArray[np.integer]) -> NDArray[np.float32]:
        """1 - the mean probability at which two listings came into one group, 0..1; inf where they did not.

        Args:
            left: Shape (P,). Rows.
            right: Shape (P,). Rows, none the same as its left one.
        """
        one, other = np.array(left, dtype=np.int64), np.array(right, dtype=np.int64)
        never = len(self.mean)
        last = np.full(len(one), never)
        climbing = np.flatnonzero(one != other)
        while len(climbing):  # a later join always lies higher, so the last one on the way between the two is theirs
            first = self.joined[one[climbing]] <= self.joined[other[climbing]]
            lower = np.where(first, one[climbing], other[climbing])
            last[climbing] = self.joined[lower]
            one[climbing] = np.where(first, self.parent[lower], one[climbing])
            other[climbing] = np.where(first, other[climbing], self.parent[lower])
            climbing = climbing[(one[climbing] != other[climbing]) & (last[climbing] < never)]
        return np.asarray(np.append(1 - self.mean, np.inf)[last], dtype=np.float32)

    def roots(self) -> NDArray[np.int64]:
        """What stands for the group of each listing at the lowest cut; shape (N,)."""
        root = self.parent
        while (root != self.parent[root]).any():
            root = self.parent[root]
        return root


def link_tree(
    n: int,
    left: NDArray[np.integer],
    right: NDArray[np.integer],
    probability: NDArray[np.floating],
    lowest_cut: float,
    different: Sequence[tuple[int, int]] = (),
    values: NDArray[np.int32] | None = None,
) -> LinkTree:
    """Join groups as `average_linkage` does, and keep what was joined when.

    Args:
        n: Listings in the catalog.
        left: Shape (P,). One listing of each pair; a pair in either order and once.
        right: Shape (P,). The other.
        probability: Shape (P,). That the two are one product, 0..1.
        lowest_cut: Where joining ends, above 0, up to 1.
        different: Pairs judged not to be one product.
        values: As in `average_linkage`.

    Raises:
        DataError: The cut or a probability is out of range.
    """
    joins = _planted(n, left, right, probability, lowest_cut, (), different, values).grow(lowest_cut)
    mean = np.minimum.accumulate(np.array([mean for mean, _, _ in joins], dtype=np.float64))  # against rounding
    parent, joined = np.arange(n), np.full(n, len(joins))
    for number, (_, kept, gone) in enumerate(joins):
        parent[gone], joined[gone] = kept, number
    return LinkTree(mean, parent, joined)


def _planted(
    n: int,
    left: NDArray[np.integer],
    right: NDArray[np.integer],
    probability: NDArray[np.floating],
    cut: float,
    same: Sequence[tuple[int, int]],
    different: Sequence[tuple[int, int]],
    values: NDArray[np.int32] | None = None,
    copies: Sequence[tuple[int, int]] = (),
) -> "_Forest":
    """Groups as they stand before any is joined for its likelihood."""
    if not 0 < cut <= 1:
        raise DataError(f"The cut is {cut}; expected a probability above 0, up to 1.")
    if len(probability) and not (probability.min() >= 0 and probability.max() <= 1):
        raise DataError("A probability is not a number from 0 to 1; learn the pair model again.")
    forest = _Forest(n)
    for one, other in same:
        forest.join(forest.root(one), forest.root(other))
    if values is not None:
        forest.hold(values)
    for one, other in copies:
        if not forest.share_value(forest.root(one), forest.root(other)):
            forest.join(forest.root(one), forest.root(other))
    for one, other in different:
        forest.forbid(forest.root(one), forest.root(other))
    likely = probability > 0
    for one, other, value in zip(
        left[likely].tolist(), right[likely].tolist(), probability[likely].tolist(), strict=True
    ):
        forest.connect(forest.root(one), forest.root(other), value)
    return forest


_NONE: frozenset[int] = frozenset()


class _Forest:
    """Groups while they grow: which listing is in which, and the summed probability between any two."""

    def __init__(self, n: int) -> None:
        self._parent = list(range(n))
        self._size = [1] * n
        self._sums: dict[int, dict[int, float]] = {}
        self._apart: dict[int, set[int]] = {}
        self._held: dict[int, set[int]] = {}

    def root(self, row: int) -> int:
        """The listing that stands for the group of another."""
        while self._parent[row] != row:
            self._parent[row] = row = self._parent[self._parent[row]]
        return row

    def connect(self, one: int, other: int, probability: float) -> None:
        """Add the probability of a pair to what lies between two groups."""
        if one != other:
            for here, there in ((one, other), (other, one)):
                sums = self._sums.setdefault(here, {})
                sums[there] = sums.get(there, 0.0) + probability

    def forbid(self, one: int, other: int) -> None:
        """Never join two groups; those that are one already stay so."""
        if one != other:
            self._apart.setdefault(one, set()).add(other)
            self._apart.setdefault(other, set()).add(one)

    def hold(self, values: NDArray[np.int32]) -> None:
        """Say which values the listings have, so that no two groups with one in common are joined from now on."""
        for row in np.flatnonzero(values >= 0).tolist():
            self._held.setdefault(self.root(row), set()).add(int(values[row]))

    def share_value(self, one: int, other: int) -> bool:
        """Whether two groups hold one value; False where nobody said which there are."""
        return not self._held.get(one, _NONE).isdisjoint(self._held.get(other, _NONE))

    def join(self, one: int, other: int) -> int:
        """Make one group of two, and of what lies between them and others."""
        if one == other:
            return one
        kept, gone = (one, other) if self._size[one] >= self._size[other] else (other, one)
        self._parent[gone] = kept
        self._size[kept] += self._size[gone]
        for near, value in self._sums.pop(gone, {}).items():
            del self._sums[near][gone]
            if near != kept:
                self.connect(kept, near, value)
        if gone in self._held:
            self._held.setdefault(kept, set()).update(self._held.pop(gone))
        for far in self._apart.pop(gone, set()):
            self._apart[far].discard(gone)
            self.forbid(kept, far)
        return kept

    def grow(self, cut: float) -> list[tuple[float, int, int]]:
        """Join the likeliest two groups until no mean reaches the cut; of equal ones those that come first.

        Returns:
            For each join, in order: the mean, the root that stayed and the one that went.
        """
        joined: list[tuple[float, int, int]] = []
        waiting = [self._offer(one, other) for one, sums in self._sums.items() for other in sums if one < other]
        waiting = [offer for offer in waiting if -offer[0] >= cut]  # a mean over two groups is never above both means
        heapify(waiting)
        while waiting:
            offer = heappop(waiting)
            _, one, other = offer
            if other not in self._sums.get(one, ()) or offer != self._offer(one, other):
                continue  # it was made before one of the two grew
            if other in self._apart.get(one, ()) or self.share_value(one, other):
                continue
            kept = self.join(one, other)
            joined.append((-offer[0], kept, other if kept == one else one))
            for near in self._sums.get(kept, ()):
                offer = self._offer(*sorted((kept, near)))
                if -offer[0] >= cut:
                    heappush(waiting, offer)
        return joined

    def _offer(self, one: int, other: int) -> tuple[float, int, int]:
        mean = self._sums[one][other] / (self._size[one] * self._size[other])
        return -mean, one, other
