"""What F1 becomes when the catalog grows: true matches stay, false ones come with every listing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.metrics import Truth, matches_per_listing

TIMES = (1.0, 2.0, 5.0, 10.0)
WORTH_SAYING = 0.01  # of F1 lost in a catalog twice as large: thresholds are due to be tuned again


@dataclass(frozen=True)
class PoolForecast:
    """F1, mean over listings, in catalogs that are larger by more listings of other products.

    Attributes:
        listings: Shape (G,). Of the catalog, now and when it has grown.
        f1: Shape (G,). Expected there with the same rule, 0..1; the first is measured.
    """

    listings: NDArray[np.int64]
    f1: NDArray[np.float64]

    @property
    def needs_tuning(self) -> bool:
        """Whether the second of these catalogs loses so much that thresholds should be chosen again there."""
        return len(self.f1) > 1 and bool(self.f1[0] - self.f1[1] > WORTH_SAYING)


def forecast_f1(is_match: NDArray[np.bool_], truth: Truth, times: Sequence[float] = TIMES) -> PoolForecast:
    """Expect the F1 of a rule in larger catalogs, from its false matches in this one.

    A listing's right matches stay what they are. Its false ones grow with the number of listings that it could be
    confused with; how easily that happens differs from listing to listing, and a listing without any so far is not
    safe from them. So the rate of each is estimated from its own false matches and from those of all: Poisson counts
    whose rates follow a gamma distribution.

    Args:
        is_match: Shape (P,). Matches of the rule.
        truth: What is known of the pairs.
        times: How many times as many listings the catalog has, each 1 or more; 1 first.

    Raises:
        DataError: No listing has a label, or a catalog is to shrink.

    Source: Robbins, "An Empirical Bayes Approach to Statistics", 1956, with the gamma prior of negative binomials.
    """
    if not truth.listings:
        raise DataError("No listing has a label; give verdicts on the Review page, or import a table with labels.")
    if not times or min(times) < 1:
        raise DataError(f"Expected catalogs 1 time as large or more, got {', '.join(map(str, times)) or 'none'}.")
    known = truth.label_size > 0
    counted = is_match if truth.counted is None else is_match & truth.counted
    right = truth.pairs.ends(truth.same_rows[is_match[truth.same_rows]])[known]
    false = matches_per_listing(counted, truth.pairs)[known] - right
    size = truth.label_size[known]
    shape, rate = _fit_rates(false)
    f1 = [_expect(1 + right, false, size, shape, rate, growth) for growth in times]
    pool = np.round(truth.pairs.n * np.array(times)).astype(np.int64)
    return PoolForecast(pool, np.array(f1))


def _fit_rates(false: NDArray[np.int64]) -> tuple[float, float]:
    """Shape and rate of the gamma distribution that the rates of false matches follow, by their moments."""
    mean, variance = float(false.mean()), float(false.var())
    spread = max(variance - mean, 1e-6)  # what Poisson counts alone would not vary by
    return max(mean, 1e-6) ** 2 / spread, max(mean, 1e-6) / spread


def _expect(
    right: NDArray[np.int64],
    false: NDArray[np.int64],
    size: NDArray[np.int64],
    shape: float,
    rate: float,
    growth: float,
) -> float:
    """Mean F1 when each listing wins further false matches at its own rate.

    Args:
        right: Shape (L,). Right matches, the listing itself counted.
        false: Shape (L,). False ones so far.
        size: Shape (L,). Listings of its product.
        shape: Of the gamma distribution of rates.
        rate: Of that distribution.
        growth: Times as many listings.
    """
    kinds, times = np.unique(np.stack([right, false, size]), axis=1, return_counts=True)
    right, false, size = kinds
    more = (growth - 1) / (rate + growth)  # chance of one more, of a negative binomial with `shape + false`
    chance = np.exp((shape + false) * np.log1p(-more))
    total, further, left = np.zeros(len(right)), 0, np.ones(len(right))
    while left.max(initial=0) > 1e-6 and further < 2000:
        total += chance * 2 * right / (right + false + further + size)
        left -= chance
        chance = chance * (shape + false + further) / (further + 1) * more
        further += 1
    return float(np.average(total, weights=times))
