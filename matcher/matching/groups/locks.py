"""Locked groups: sets of listings that stay together and apart from all others, whatever recipe or encoder comes."""

from collections.abc import Collection, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from matcher.matching.clusters import connect

FREE = -1
"""What stands for the lock of a listing that is in none."""
NO_LOCKS: NDArray[np.int64] = np.zeros((0, 2), np.int64)


def find_locked(rows: Mapping[str, int], locks: Iterable[Collection[str]]) -> NDArray[np.int64]:
    """Find the rows of locked listings; those that have left the catalog are left out.

    Args:
        rows: Row of each item id.
        locks: The item ids of each lock; locks that share a listing are one.

    Returns:
        Shape (L, 2), in the order of rows. The first row of its lock, and the row of each locked listing.
    """
    ends = []
    for lock in locks:
        present = sorted(rows[item_id] for item_id in lock if item_id in rows)
        ends += [(present[0], row) for row in present]
    if not ends:
        return NO_LOCKS
    known, place = np.unique(np.array(ends, dtype=np.int64), return_inverse=True)
    part = connect(len(known), *place.reshape(-1, 2).T)
    first = known[np.unique(part, return_index=True)[1]]
    return np.stack([first[part], known], axis=1)


def count_in_the_way(group: NDArray[np.integer], locked: NDArray[np.int64]) -> int:
    """How many locks keep a rule from having its way.

    Args:
        group: Shape (N,). Group of each listing as the rule and verdicts would have it, no lock obeyed.
        locked: Of `find_locked`.
    """
    in_the_way = 0
    for first in np.unique(locked[:, 0]):
        rows = locked[locked[:, 0] == first, 1]
        together = np.isin(group, group[rows])
        in_the_way += len(np.unique(group[rows])) > 1 or int(together.sum()) > len(rows)
    return in_the_way


def number_locks(n: int, locked: NDArray[np.int64]) -> NDArray[np.int64]:
    """The lock of each listing, called by its first row; `FREE` where it is in none.

    Args:
        n: Listings in the catalog.
        locked: Of `find_locked`.

    Returns:
        Shape (N,).
    """
    lock = np.full(n, FREE, dtype=np.int64)
    lock[locked[:, 1]] = locked[:, 0]
    return lock
