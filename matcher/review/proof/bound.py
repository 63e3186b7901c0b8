"""Bounds on what a rule gets right that hold whenever one looks, also for whoever stops as soon as they please."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln

from matcher.review.proof.counts import Counts, Floats

ERROR = 0.05  # how often a bound may be wrong at any time, over all looks together
PRIOR = (20.0, 0.3)  # weight of right and of wrong before the first verdict; any keeps the guarantee, a fit is narrower
STEPS = 20  # halvings of the multiplier
POINTS = 33  # shares tried at once


@dataclass(frozen=True)
class Bound:
    """Between which two shares a figure lies, 0..1."""

    low: float
    high: float


def bound_precision(counts: Counts, error: float = ERROR) -> Bound:
    """Bound the share of matches that are right; nothing is known of a rule without matches, so 0 to 1 then."""
    accepted = counts.chosen(counts.is_accepted)
    total = accepted.total.sum()
    if not total:
        return Bound(0.0, 1.0)
    ones, sure = np.ones((1, len(accepted.size))), accepted.sure_same.sum()
    least, most = (_least(accepted, sign * ones, error)[0] for sign in (1, -1))
    return Bound(float(max(0.0, (least + sure) / total)), float(min(1.0, (sure - most) / total)))


def bound_recall(counts: Counts, error: float = ERROR) -> Bound:
    """Bound the share of the same pairs among all candidates that match.

    What the search never found is not in it.
    """

    def weigh(share: Floats) -> Floats:
        return np.where(counts.is_accepted, 1 - share[:, None], -share[:, None])

    def sure(share: Floats) -> Floats:
        return np.asarray((weigh(share) * counts.sure_same).sum(axis=1))

    low = _largest(lambda share: _least(counts, weigh(share), error) + sure(share) >= 0)
    high = _largest(lambda share: _least(counts, -weigh(share), error) - sure(share) < 0)
    return Bound(low, min(1.0, high + 1 / (POINTS - 1) ** 2))


def _largest(is_shown: Callable[[Floats], NDArray[np.bool_]]) -> float:
    """The largest share, rounded down, up to which all are shown, tried twice: everywhere, and then where it lies."""
    low, width = 0.0, 1.0
    for _ in range(2):
        shares = low + np.linspace(0, width, POINTS)
        shown = is_shown(shares)
        low = float(shares[max(0, (len(shares) if shown.all() else int(np.argmin(shown))) - 1)])
        width /= POINTS - 1
    return min(1.0, low)


def log_ratio(counts: Counts, right: Floats) -> Floats:
    """How strongly the verdicts speak against given numbers of same pairs, stratum by stratum.

    The exponential is the chance of the verdicts under a spread of many numbers, divided by their chance under this
    one: the ratio of prior to posterior. Under the true number it is a martingale that starts at 1, so that it ever
    reaches 1 / error has a chance of at most `error`. Products over strata are one too, in whatever order verdicts
    come.

    Args:
        counts: What was drawn.
        right: Shape (..., H). Same pairs of each stratum, supposed.

    Source: Waudby-Smith & Ramdas, "Confidence sequences for sampling without replacement", NeurIPS 2020, section 2:
        the prior-posterior-ratio martingale; Ville's inequality.
    """
    n, x, size = counts.drawn, counts.same, counts.size
    a, b = np.where(counts.is_accepted, PRIOR[0], PRIOR[1]), np.where(counts.is_accepted, PRIOR[1], PRIOR[0])
    # Both chances are of one order of the verdicts, so that the orders cancel out.
    spread = betaln(x + a, n - x + b) - betaln(a, b)
    return np.asarray(spread - _log_falling(right, x) - _log_falling(size - right, n - x) + _log_falling(size, n))


def _log_falling(of: Floats, times: Floats) -> Floats:
    """Log of `of` * (`of` - 1) * ... with so many factors, -inf where one of them is 0."""
    falling: Floats = gammaln(of + 1) - gammaln(np.maximum(of - times, 0) + 1)
    return np.asarray(np.where(of - times < -1e-9, -np.inf, falling))


def _least(counts: Counts, weights: Floats, error: float) -> Floats:
    """The least weighted sum of same pairs that the verdicts do not speak against.

    The numbers of same pairs whose ratios stay under 1 / error together are what is possible. The least sum over them
    is bounded from below by its Lagrangian dual, whatever the multiplier: what is found is never too good.

    Args:
        counts: Of H strata.
        weights: Shape (R, H). R sums.
        error: How often this may be wrong.

    Returns:
        Shape (R,).
    """
    limit = np.log(1 / error)
    low, high = np.full(len(weights), -12.0), np.full(len(weights), 18.0)  # log of the multiplier
    best = (np.where(weights > 0, counts.same, counts.size - counts.drawn + counts.same) * weights).sum(axis=1)
    for _ in range(STEPS):
        middle = (low + high) / 2
        multiplier = np.exp(middle)[:, None]
        right = _balance(counts, weights / multiplier)
        against = log_ratio(counts, right).sum(axis=1)
        dual = (weights * right).sum(axis=1) + multiplier[:, 0] * (against - limit)
        best = np.maximum(best, dual)
        too_far = against > limit
        low, high = np.where(too_far, middle, low), np.where(too_far, high, middle)
    return np.asarray(best)


def _balance(counts: Counts, slope: Floats) -> Floats:
    """The numbers of same pairs, shape (R, H), at which slope * right + log_ratio is least.

    It is convex, so the place is where one pair more begins to raise it.
    """
    n, x, size = counts.drawn, counts.same, counts.size
    low = np.broadcast_to(x, slope.shape).copy()
    high = np.broadcast_to(size - (n - x), slope.shape).copy()
    for _ in range(int(np.log2(max(2.0, float((high - low).max(initial=1))))) + 2):
        middle = np.floor((high - low) / 2) + low
        left = size - middle
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = np.log((middle + 1 - x) / (middle + 1)) + np.log(left / (left - (n - x)))
        rises = (slope + np.where(middle >= high, np.inf, gain) >= 0) | (middle >= high)
        high = np.where(rises, middle, high)
        low = np.where(rises, low, np.minimum(middle + 1, high))
    return low
