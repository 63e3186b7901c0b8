"""Choosing the closest from what was measured, with ties settled the same way every time."""

import numpy as np
from numpy.typing import NDArray

TIE = 2.0**-20
"""About 1e-6. Cosines this near to each other are equal: float32 sums of equal vectors differ by less."""

LARGEST_GROUP = 64  # values of which the largest is taken
GROUPS_FOR_EACH = 10  # for each of the k to be found, so that few of the k fall into one group

Found = tuple[NDArray[np.int32], NDArray[np.float32]]
"""Rows and closeness of neighbours, shape (Q, K) both, closest first; -1 and -inf where there are no more."""


def nothing_found(n: int, k: int) -> Found:
    """Rows to be filled, shapes (n, k)."""
    return np.full((n, k), -1, dtype=np.int32), np.full((n, k), -np.inf, dtype=np.float32)


def closest(near: NDArray[np.float32], k: int) -> Found:
    """Pick the k largest of each row; equal ones by index.

    Most values are far from the k-th largest. So a bound below it is found first, at a tenth of the cost of the value
    itself, and only what lies above the bound is looked at closely. Of those that tie with the k-th value, the first
    fill the places left.

    Args:
        near: Shape (Q, N). Larger is closer; -inf for what may not be picked. At least k finite values in each row.
        k: 1..N.
    """
    columns = near.shape[1]
    flat = np.flatnonzero(near >= (_at_most_kth(near, k) - TIE)[:, None])
    row, column = np.divmod(flat, columns)
    value = near.ravel()[flat]
    kth = _kth(row, value, len(near), k)
    above = value >= kth[row] - TIE
    row, column, value = row[above], column[above], value[above]
    tied = value <= kth[row] + TIE
    starts = np.searchsorted(row, np.arange(len(near)))
    places = k - np.bincount(row[~tied], minlength=len(near))
    ties_before: NDArray[np.intp] = np.cumsum(tied) - tied
    kept = ~tied | (ties_before - ties_before[starts][row] < places[row])
    index = column[kept].astype(np.int32).reshape(len(near), k)
    return by_closeness(index, value[kept].reshape(len(near), k))


def _at_most_kth(near: NDArray[np.float32], k: int) -> NDArray[np.float32]:
    """A value that at least k of each row reach, shape (Q,), and few more where the row is long.

    The row is dealt out into groups; the largest of k groups are k values of the row.
    """
    columns = near.shape[1]
    size = min(LARGEST_GROUP, columns // (GROUPS_FOR_EACH * k))
    if size < 2:
        return _largest(near, k)
    groups = columns // size
    return _largest(near[:, : groups * size].reshape(len(near), size, groups).max(axis=1), k)


def _kth(row: NDArray[np.intp], value: NDArray[np.float32], rows: int, k: int) -> NDArray[np.float32]:
    """The k-th largest of each row's values, at least k of them; the values are listed row by row."""
    counts = np.bincount(row, minlength=rows)
    padded = np.full((rows, int(counts.max(initial=k))), -np.inf, dtype=np.float32)
    padded[row, np.arange(len(row)) - (np.cumsum(counts) - counts)[row]] = value
    return _largest(padded, k)


def _largest(values: NDArray[np.float32], k: int) -> NDArray[np.float32]:
    """The k-th largest of each row; partitioning values is several times quicker than partitioning indices."""
    at = values.shape[1] - k
    return np.asarray(np.partition(values, at, axis=1)[:, at])


def by_closeness(index: NDArray[np.int32], near: NDArray[np.float32]) -> Found:
    """Order each row closest first, equal ones by index; shapes (Q, K)."""
    order = np.lexsort((index, -rounded(near)), axis=1)
    return np.take_along_axis(index, order, axis=1), np.take_along_axis(near, order, axis=1)


def rounded(near: NDArray[np.float32]) -> NDArray[np.float32]:
    """Count in units of TIE, so that equal vectors have equal numbers; any shape."""
    return np.asarray(np.rint(near / np.float32(TIE)), dtype=np.float32)
