"""Titles of like length together, so that little of a batch is filling."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray


def length_batches(lengths: Sequence[int], titles: int, tokens: int | None = None) -> Iterator[NDArray[np.intp]]:
    """Part titles into batches, the longest first.

    Args:
        lengths: Of N titles, in letters, words or tokens.
        titles: In a batch, at most.
        tokens: In a batch, filling included, at most, though a single title may have more; None for no limit.

    Returns:
        Positions of the titles of each batch, shape (B,); each of the N once.
    """
    order = np.argsort(np.asarray(lengths), kind="stable")[::-1]
    start = 0
    while start < len(order):
        longest = max(1, lengths[order[start]])
        count = titles if tokens is None else max(1, min(titles, tokens // longest))
        yield order[start : start + count]
        start += count
