"""Rows in batches: of nearly the same size, and by the length of what is padded."""

import math

import numpy as np
from numpy.typing import NDArray

from matcher.training.loss import Source

BATCHES_SORTED = 16  # by length at once


def split_evenly(rows: NDArray[np.intp], size: int) -> list[NDArray[np.intp]]:
    """Parts of nearly the same size, at most `size`: BatchNorm cannot do with a last batch of one."""
    return np.array_split(rows, max(1, math.ceil(len(rows) / size)))


def batch_by_length(
    rows: NDArray[np.intp], source: Source, size: int, rng: np.random.Generator
) -> list[NDArray[np.intp]]:
    """Batches of rows whose inputs are about as long, so that little is padded, in a random order.

    They are sorted among BATCHES_SORTED batches only, so that a batch is another one in every epoch.

    Args:
        rows: Shape (R,), in the order in which they are to be seen.
        source: Says how long their inputs are.
        size: Of a batch, at most.
        rng: Decides the order of the batches.
    """
    batches = [
        some
        for group in split_evenly(rows, BATCHES_SORTED * size)
        for some in split_evenly(group[np.argsort(source.lengths(group), kind="stable")], size)
    ]
    return [batches[place] for place in rng.permutation(len(batches)).tolist()]
