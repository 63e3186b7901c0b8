"""Rows in batches: of nearly the same size, and by the length of what is padded."""

import math

import numpy as np
from numpy.typing import NDArray

BATCHES_SORTED = 16  # by length at once


def split_evenly(rows: NDArray[np.intp], size: int) -> list[NDArray[np.intp]]:
    """Parts of nearly the same size, at most `size`: BatchNorm cannot do with a last batch of one."""
    return np.array_split(rows, max(1, math.ceil(len(rows) / size)))


def sort_into_batches(lengths: NDArray[np.intp], size: int) -> list[NDArray[np.intp]]:
    """Places of inputs that are about as long, so that little is padded: batches of at most `size`, shortest first."""
    return split_evenly(np.argsort(lengths, kind="stable"), size)


def batch_by_length(
    rows: NDArray[np.intp], lengths: NDArray[np.intp], size: int, rng: np.random.Generator
) -> list[NDArray[np.intp]]:
    """Batches of rows whose inputs are about as long, so that little is padded, in a random order.

    They are sorted among BATCHES_SORTED batches only, so that a batch is another one in every epoch.

    Args:
        rows: Shape (R,), in the order in which they are to be seen.
        lengths: Shape (R,). How long the input of each is.
        size: Of a batch, at most.
        rng: Decides the order of the batches.
    """
    batches = [
        rows[group[places]]
        for group in split_evenly(np.arange(len(rows)), BATCHES_SORTED * size)
        for places in sort_into_batches(lengths[group], size)
    ]
    return [batches[number] for number in rng.permutation(len(batches)).tolist()]
