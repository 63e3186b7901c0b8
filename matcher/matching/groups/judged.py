"""Verdicts and locks over groups: each changes the groups of its listings, and no other."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.matching.clusters import Ends, connect, group_listings, in_order_of_appearance
from matcher.matching.groups.locks import FREE, NO_LOCKS, number_locks
from matcher.matching.linkage import average_linkage

LEAST_LINKED = 0.25
"""Share of the pairs between two groups that must match for the two to be one product.

F1 of a listing's group under the default recipe, against joining all that a chain connects: the demo .751 to .869,
apparel .888 to .916, relisted goods .883 to .909, titles of many shops .680 to .712, picture hashes .878 to .869.
Where model numbers that several titles have contradict each other, a match less for each such pair: the demo .870 to
.891, with titles alone .786 to .794, titles of many shops .678 to .679, the others the same.
"""


class Judged(NamedTuple):
    """What verdicts say of pairs of rows, and which listings are locked.

    Attributes:
        same: Shape (V, 2). Pairs that are one product, each with the smaller row first.
        different: Shape (W, 2). Pairs that are not.
        locked: Shape (L, 2). The first row of its lock, and the row of each locked listing, see `find_locked`.
    """

    same: NDArray[np.int64]
    different: NDArray[np.int64]
    locked: NDArray[np.int64] = NO_LOCKS


NO_PAIRS: Ends = (np.zeros(0, np.int32), np.zeros(0, np.int32))


class Links(NamedTuple):
    """Matches from which groups are joined.

    Attributes:
        left: Shape (M,). Row of one listing of each.
        right: Shape (M,). Row of the other.
        strength: Shape (M,). How sure each is, smaller is surer.
        cut: Where the strength is 1 - the probability of a pair model: the mean probability down to which groups are
            joined by average linkage, above 0. None for links of a plain rule.
        values: Shape (N,). Value of each listing in a column, -1 for none, of which a group holds each at most once
            unless verdicts "same" say so; None where there is no such limit.
        against: Pairs that speak against one group of their two, see `group_listings`; none under a pair model, whose
            probabilities say it all.
    """

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    strength: NDArray[np.float32]
    cut: float | None = None
    values: NDArray[np.int32] | None = None
    against: Ends = NO_PAIRS


NOTHING = Judged(np.zeros((0, 2), np.int64), np.zeros((0, 2), np.int64))


def find_affected(group: NDArray[np.int32], before: Judged, now: Judged) -> NDArray[np.bool_]:
    """Listings whose groups may be others once verdicts or locks have changed; the rest need not be looked at.

    Args:
        group: Shape (N,). Group of each listing, 0.., without any verdict.
        before: The verdicts and locks as they were.
        now: The same as they are.

    Returns:
        Shape (N,). Listings of all groups that "same" connects with one that a change is about.
    """
    changed = group[np.concatenate([_changed(len(group), *each) for each in zip(before, now, strict=True)])]
    same = group[np.concatenate([before.same, now.same])]
    known, place = np.unique(np.concatenate([changed, same.ravel()]), return_inverse=True)  # a few of all groups
    ends = place[len(changed) :].reshape(-1, 2)
    part = connect(len(known), ends[:, 0], ends[:, 1])
    touched = np.zeros(int(group.max(initial=-1)) + 1, np.bool_)
    touched[known[np.isin(part, part[place[: len(changed)]])]] = True
    return touched[group]


def obey_verdicts(
    group: NDArray[np.int32], links: Links, judged: Judged, obeyed: NDArray[np.int32], affected: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """Put verdicts and locks over groups: "same" makes one group of two, and "different" parts one anew.

    Where a group holds two listings judged different, it alone is joined again from its links, without the weakest on
    the way between the two (see `group_listings`); so is one that holds a value twice of which it may hold one. What is
    locked is a group of its own, whatever verdicts say; where that takes listings out of a group, the rest of it is
    joined again from its links.

    Args:
        group: Shape (N,). Group of each listing, 0.., without any verdict.
        links: Matches between listings; at least those between listings that are affected.
        judged: The verdicts and locks.
        obeyed: Shape (N,). Group of each listing as they are where nothing is affected, 0..N - 1.
        affected: Shape (N,). Of `find_affected`.

    Returns:
        Shape (N,). Group of each listing, 0.., in the order in which groups first appear in the catalog.
    """
    n, rows = len(group), np.flatnonzero(affected)
    lock = number_locks(n, judged.locked)
    near = judged.same[affected[judged.same[:, 0]]]
    known, place = np.unique(group[rows], return_inverse=True)
    ends = np.searchsorted(known, group[near[(lock[near] == FREE).all(axis=1)]])
    joined = np.full(n, FREE, dtype=np.int32)  # of no listing but those that are affected
    joined[rows] = connect(len(known), ends[:, 0], ends[:, 1])[place]
    found = obeyed.astype(np.int64)
    found[rows] = n + joined[rows]
    disputed = np.zeros(n, np.bool_)
    disputed[rows] = np.isin(joined[rows], _find_disputed(links, judged, joined, rows))
    free = disputed & (lock == FREE)
    if free.any():
        found[free] = 2 * n + _join(links, judged, joined, free)
    found[judged.locked[:, 1]] = 3 * n + judged.locked[:, 0]
    return in_order_of_appearance(found)


def _find_disputed(
    links: Links, judged: Judged, joined: NDArray[np.int32], rows: NDArray[np.intp]
) -> NDArray[np.integer]:
    """Groups of affected listings that cannot stay as "same" joined them; some may be named twice."""
    one, other = joined[judged.different.T]
    locked = joined[judged.locked[:, 1]]
    twice = [] if links.values is None else [_holding_twice(joined[rows], links.values[rows])]
    return np.concatenate([one[(one == other) & (one != FREE)], locked[locked != FREE], *twice])


def _join(links: Links, judged: Judged, joined: NDArray[np.int32], disputed: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Join the listings of disputed groups anew, each group by itself; shape (of those listings,)."""
    row = np.cumsum(disputed) - 1

    def inside(one: NDArray[np.integer], other: NDArray[np.integer]) -> NDArray[np.bool_]:
        return np.asarray(disputed[one] & disputed[other] & (joined[one] == joined[other]))

    kept = inside(links.left, links.right)
    same, different = (row[pairs[inside(*pairs.T)]].tolist() for pairs in (judged.same, judged.different))
    left, right = row[links.left[kept]], row[links.right[kept]]
    values = None if links.values is None else links.values[disputed]
    if links.cut is not None:
        likely = np.maximum(1 - links.strength[kept], 0)  # a vetoed pair is infinitely far apart
        return average_linkage(int(disputed.sum()), left, right, likely, links.cut, same, different, values)
    held = inside(*links.against)
    against = row[links.against[0][held]], row[links.against[1][held]]
    return group_listings(
        int(disputed.sum()), left, right, links.strength[kept], same, different, LEAST_LINKED, values, against
    )


def _holding_twice(group: NDArray[np.int32], values: NDArray[np.int32]) -> NDArray[np.int64]:
    """Groups in which a value stands twice."""
    known = values >= 0
    key = group[known].astype(np.int64) * (int(values.max(initial=0)) + 1) + values[known]
    found, count = np.unique(key, return_counts=True)
    return np.asarray(found[count > 1] // (int(values.max(initial=0)) + 1))


def _changed(n: int, before: NDArray[np.int64], now: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows of the pairs that are in only one of two lists."""
    keys = np.setxor1d(before[:, 0] * n + before[:, 1], now[:, 0] * n + now[:, 1], assume_unique=True)
    return np.concatenate([keys // n, keys % n])
