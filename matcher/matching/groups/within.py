"""Matches as the pairs of listings within groups, made anew only where groups have changed."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Within(NamedTuple):
    """All pairs within groups, in the order of `left`, then `right`; see `Outcome` for what each says.

    Attributes:
        left: Shape (M,).
        right: Shape (M,).
        place: Shape (M,).
        distance: Modality to shape (M,).
        strength: Shape (M,).
        direct: Shape (M,).
    """

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    place: NDArray[np.intp]
    distance: dict[str, NDArray[np.float32]]
    strength: NDArray[np.float32]
    direct: NDArray[np.bool_]


def find_touched(before: NDArray[np.int32], now: NDArray[np.int32], affected: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Listings of all groups, as they were or as they are, that hold an affected one; shape (N,).

    Args:
        before: Shape (N,). Group of each listing as it was, 0...
        now: Shape (N,). As it is, 0...
        affected: Shape (N,). Listings whose groups may have changed.
    """
    touched = affected.copy()
    for group in (before, now):
        holding = np.zeros(int(group.max(initial=-1)) + 1, np.bool_)
        holding[group[affected]] = True
        touched |= holding[group]
    return touched


def splice(before: Within, fresh: Within, touched: NDArray[np.bool_]) -> Within:
    """Put new pairs in the place of those between touched listings.

    Args:
        before: The pairs as they were; none of them is between a touched listing and another.
        fresh: All pairs between touched listings as they are.
        touched: Shape (N,).
    """
    stays, n = ~touched[before.left], len(touched)
    left, right = before.left[stays], before.right[stays]
    at = np.searchsorted(left.astype(np.int64) * n + right, fresh.left.astype(np.int64) * n + fresh.right)
    is_new = np.zeros(len(left) + len(at), np.bool_)
    is_new[at + np.arange(len(at))] = True

    def merge(old: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
        merged = np.empty(len(is_new), old.dtype)
        merged[is_new], merged[~is_new] = new, old
        return merged

    return Within(
        merge(left, fresh.left),
        merge(right, fresh.right),
        merge(before.place[stays], fresh.place),
        {name: merge(values[stays], fresh.distance[name]) for name, values in before.distance.items()},
        merge(before.strength[stays], fresh.strength),
        merge(before.direct[stays], fresh.direct),
    )
