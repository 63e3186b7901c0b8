"""How sure a mean over listings is: an interval by drawing whole products anew."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError

RESAMPLES = 1_000
LEVEL = 0.95
FLOATS_AT_ONCE = 1 << 22  # bounds the memory that draws of many products take


@dataclass(frozen=True)
class Figure:
    """A figure with its interval; all 0..1."""

    value: float
    low: float
    high: float


def mean_figures(
    values: NDArray[np.float64], product: NDArray[np.integer], *, resamples: int = RESAMPLES, seed: int = 0
) -> list[Figure]:
    """Means over listings, each with a 95 % interval.

    Listings of one product are good or bad together, so products are drawn with replacement, each with all of its
    listings, and the interval holds the middle 95 % of the means of all draws.

    Args:
        values: Shape (L, V). V figures of each listing.
        product: Shape (L,). Product of each listing.
        resamples: Draws.
        seed: Of the draws.

    Returns:
        V figures.

    Raises:
        DataError: Unequal lengths, or fewer than two products: one drawn again and again says nothing.

    Source: Field & Welsh, "Bootstrapping clustered data", JRSS B 69(3), 2007: the cluster bootstrap.
    """
    if len(values) != len(product):
        raise DataError(f"{len(values)} listings came with {len(product)} products; expected one for each.")
    _, group = np.unique(product, return_inverse=True)
    count = int(group.max(initial=-1)) + 1
    if count < 2:
        raise DataError(f"The figures are of {count} product; an interval needs at least two. Give more labels.")
    sums = np.stack([np.bincount(group, column, count) for column in values.T], axis=1)
    sizes = np.bincount(group, minlength=count).astype(np.float64)
    rng = np.random.default_rng(seed)
    means, step = [], max(1, FLOATS_AT_ONCE // count)
    for start in range(0, resamples, step):
        times = rng.multinomial(count, np.full(count, 1 / count), size=min(step, resamples - start)).astype(np.float64)
        means.append((times @ sums) / (times @ sizes)[:, None])
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(np.concatenate(means), [tail, 1 - tail], axis=0)
    middle = values.mean(axis=0)
    return [Figure(float(m), float(lo), float(hi)) for m, lo, hi in zip(middle, low, high, strict=True)]
