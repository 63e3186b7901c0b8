"""What a training changed: the same queries before and after it, and which neighbours came in and which went out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEAREST = 5  # neighbours of a query that are compared: what a curator sees at a glance


@dataclass(frozen=True)
class Change:
    """One query.

    Attributes:
        row: The listing that is asked about.
        came: Listings among its nearest after the training only, the nearest first.
        went: Listings among its nearest before it only, the nearest first.
        stayed: Listings among both.
        gained: Listings of its product that came, less those that went; 0 without labels.
    """

    row: int
    came: NDArray[np.int64]
    went: NDArray[np.int64]
    stayed: NDArray[np.int64]
    gained: int


def changes(
    queries: Sequence[int] | NDArray[np.integer],
    before: NDArray[np.integer],
    after: NDArray[np.integer],
    codes: NDArray[np.int32],
) -> list[Change]:
    """Compare neighbours, the queries that changed most first.

    Args:
        queries: Rows of Q listings.
        before: Shape (Q, K). Rows of their neighbours, ascending by distance, padded with -1.
        after: The same after the training.
        codes: Shape (N,). Label codes of all listings, -1 where unknown.
    """
    found = []
    for row, old, new in zip(np.asarray(queries).tolist(), before, after, strict=True):
        old, new = old[old >= 0].astype(np.int64), new[new >= 0].astype(np.int64)
        came, went = new[~np.isin(new, old)], old[~np.isin(old, new)]
        same = [int((codes[rows] == codes[row]).sum()) if codes[row] >= 0 else 0 for rows in (came, went)]
        found.append(Change(row, came, went, new[np.isin(new, old)], same[0] - same[1]))
    return sorted(found, key=lambda change: (-len(change.came) - len(change.went), change.row))
