"""Choosing the closest from what was measured, with ties settled the same way every time."""

import numpy as np
from numpy.typing import NDArray

TIE = 2.0**-20
"""About 1e-6. Cosines this near to each other are equal: float32 sums of equal vectors differ by less."""

Found = tuple[NDArray[np.int32], NDArray[np.float32]]
"""Rows and closeness of neighbours, shape (Q, K) both, closest first; -1 and -inf where there are no more."""


def nothing_found(n: int, k: int) -> Found:
    """Rows to be filled, shapes (n, k)."""
    return np.full((n, k), -1, dtype=np.int32), np.full((n, k), -np.inf, dtype=np.float32)


def closest(near: NDArray[np.float32], k: int) -> Found:
    """Pick the k largest of each row; equal ones by index.

    Partitioning values is several times quicker than partitioning indices, and what lies at or above the k-th value is
    then found by comparison. Of those that tie with the k-th value, the first fill the places left.

    Args:
        near: Shape (Q, N). Larger is closer; -inf for what may not be picked. At least k finite values in each row.
        k: 1..N.
    """
    columns = near.shape[1]
    kth = np.partition(near, columns - k, axis=1)[:, columns - k]
    flat = np.flatnonzero(near >= (kth - TIE)[:, None])
    row, column = np.divmod(flat, columns)
    value = near.ravel()[flat]
    tied = value <= kth[row] + TIE
    starts = np.searchsorted(row, np.arange(len(near)))
    places = k - np.bincount(row[~tied], minlength=len(near))
    ties_before: NDArray[np.intp] = np.cumsum(tied) - tied
    kept = ~tied | (ties_before - ties_before[starts][row] < places[row])
    index = column[kept].astype(np.int32).reshape(len(near), k)
    return by_closeness(index, value[kept].reshape(len(near), k))


def by_closeness(index: NDArray[np.int32], near: NDArray[np.float32]) -> Found:
    """Order each row closest first, equal ones by index; shapes (Q, K)."""
    order = np.lexsort((index, -rounded(near)), axis=1)
    return np.take_along_axis(index, order, axis=1), np.take_along_axis(near, order, axis=1)


def rounded(near: NDArray[np.float32]) -> NDArray[np.float32]:
    """Count in units of TIE, so that equal vectors have equal numbers; any shape."""
    return np.asarray(np.rint(near / np.float32(TIE)), dtype=np.float32)
