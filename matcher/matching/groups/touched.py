"""Which listings may be grouped otherwise once verdicts change: the rest keep their groups without being looked at."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.matching.clusters import connect


class Judged(NamedTuple):
    """What verdicts say of pairs of rows.

    Attributes:
        same: Shape (V, 2). Pairs that are one product, each with the smaller row first.
        different: Shape (W, 2). Pairs that are not.
    """

    same: NDArray[np.int64]
    different: NDArray[np.int64]


def find_touched(
    n: int, left: NDArray[np.integer], right: NDArray[np.integer], before: Judged, now: Judged
) -> NDArray[np.bool_]:
    """Listings that some chain of matches or verdicts connects with a verdict that was given or taken back.

    Args:
        n: Listings in the catalog.
        left: Shape (M,). One listing of each match.
        right: Shape (M,). The other.
        before: The verdicts as they were.
        now: The verdicts as they are.

    Returns:
        Shape (N,). Where it is false, both have the same groups.
    """
    changed = np.concatenate([_changed(n, *each) for each in zip(before, now, strict=True)])
    if not len(changed):
        return np.zeros(n, dtype=np.bool_)
    same = np.concatenate([before.same, now.same])
    part = connect(n, np.concatenate([left, same[:, 0]]), np.concatenate([right, same[:, 1]]))
    return np.isin(part, part[changed])


def _changed(n: int, before: NDArray[np.int64], now: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows of the pairs that are in only one of two lists."""
    keys = np.setxor1d(before[:, 0] * n + before[:, 1], now[:, 0] * n + now[:, 1])
    return np.concatenate([keys // n, keys % n])
