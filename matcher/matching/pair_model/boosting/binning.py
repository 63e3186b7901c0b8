"""Features as numbers of bins, for boosted trees to be learned from: all edges of a feature from one sort of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_BINS = 255  # as scikit-learn has it, one more being for what is missing
ALMOST_INFINITE = 1e300  # the largest edge; infinity lies above it


@dataclass(frozen=True)
class Bins:
    """P pairs with F features, each value by the number of its bin.

    Attributes:
        numbers: Shape (P, F). 0, 1, ..., and not a number where a feature is missing.
        edges: Of each feature, rising: up to edge i a value is in bin i or in one before it.
    """

    numbers: NDArray[np.float32]
    edges: tuple[NDArray[np.float64], ...]

    def thresholds(self, feature: NDArray[np.intp], threshold: NDArray[np.float64]) -> NDArray[np.float64]:
        """Thresholds on values that part them as these on numbers of bins do.

        Args:
            feature: Shape (M,). The column of each threshold.
            threshold: Shape (M,). Between two numbers of bins; one above them all, or below them as of a leaf, stays
                as it is.

        Returns:
            Shape (M,).
        """
        found = np.array(threshold, dtype=np.float64)
        for column, edges in enumerate(self.edges):
            below = np.ceil(threshold) - 1  # the last bin on the left
            inner = (feature == column) & (below >= 0) & (below < len(edges))
            found[inner] = edges[below[inner].astype(np.intp)]
        return found


def bin_values(values: NDArray[np.float32], weight: NDArray[np.float64], most: int = MOST_BINS) -> Bins:
    """Part the values of each feature into bins of equal weight, or give each its own where there are few.

    The bins are those of scikit-learn's HistGradientBoostingClassifier, which sorts the values anew for each edge: that
    is 90 % of what learning from a few thousand pairs takes. Whole numbers as few as these it takes as they are.

    Args:
        values: Shape (P, F); not a number where a feature is missing.
        weight: Shape (P,). What each pair counts; above 0.
        most: Bins of a feature.

    Source: Hyndman & Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50(4), 1996,
        definition 2, weighted.
    """
    numbers = np.full(values.shape, np.nan, dtype=np.float32)
    edges = []
    for column in range(values.shape[1]):
        known = np.flatnonzero(~np.isnan(values[:, column]))
        found = values[known, column].astype(np.float64)
        edges.append(_edges(found, weight[known], most))
        numbers[known, column] = np.searchsorted(edges[-1], found)
    return Bins(numbers, tuple(edges))


def _edges(values: NDArray[np.float64], weight: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """Rising numbers, of which each value is at or under the one that ends its bin."""
    distinct = np.unique(values)
    if len(distinct) <= most:
        return np.minimum((distinct[1:] + distinct[:-1]) / 2, ALMOST_INFINITE)
    order = np.argsort(values, kind="stable")
    values, below = values[order], np.cumsum(weight[order])
    wanted = np.linspace(0, 100, most + 1)[1:-1] / 100 * below[-1]
    at = np.minimum(np.searchsorted(below, wanted), len(values) - 1)
    after = np.minimum(at + 1, len(values) - 1)
    is_between = below[at] - wanted <= np.finfo(np.float64).eps
    return np.unique(np.minimum(np.where(is_between, (values[at] + values[after]) / 2, values[at]), ALMOST_INFINITE))
