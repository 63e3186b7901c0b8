"""Precision, recall and F1 from verdicts drawn at random within strata."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.matching.bootstrap import LEVEL, Figure
from matcher.review.proof.counts import Counts, Floats

DRAWS = 4_000
HALF = 0.5  # of a verdict each way before the first: Jeffreys' prior


@dataclass(frozen=True)
class Estimate:
    """What a rule gets right, over pairs; each with the interval that holds it in 95 of 100 samples of this size.

    Recall and F1 are of the pairs that the search found: what it never found is in neither.
    """

    precision: Figure
    recall: Figure
    f1: Figure


def prior_weights(counts: Counts) -> tuple[Floats, Floats]:
    """Verdicts same and different that each stratum is supposed to have before the first, shape (H,) each.

    Half a verdict each way; but errors of several strata are added up, and so many halves would weigh towards errors
    that nobody saw, so their halves are divided by the root of how many there are. In a large stratum that does not
    match, "different" weighs as much as makes it hold, until something is known, as many same pairs as match in all:
    of a hundred thousand pairs that nothing speaks for, not half are one product.

    On simulated catalogs, with next to no same pairs in the far strata and with as many as match, intervals of recall
    held the truth 96 times in 100; with half a verdict each way everywhere, 90 times.
    """
    accepted = counts.is_accepted
    matched = max(float(counts.total[accepted].sum()), 1.0)
    wrong = HALF / np.sqrt(np.where(accepted, max(1, accepted.sum()), max(1, (~accepted).sum())))
    return np.where(accepted, HALF, wrong), np.where(accepted, wrong, np.maximum(HALF, wrong * counts.size / matched))


def estimate_scores(counts: Counts, *, draws: int = DRAWS, seed: int = 0) -> Estimate:
    """Estimate precision, recall and F1.

    The pairs of a stratum that have no verdict are taken to be the same as often as those that were drawn: once for
    the figures themselves, and many times, as often as chance would have it, for their intervals. Pairs are drawn one
    by one, so that it does not matter that those of one product are right or wrong together.

    Args:
        counts: What was drawn of each stratum.
        draws: For the intervals.
        seed: Of the draws.

    Source: Webber, "Approximate Recall Confidence Intervals", ACM TOIS 31(1), 2013: the beta-binomial interval.
    """
    middle, drawn = draw_scores(counts, draws=draws, seed=seed)
    tail = (1 - LEVEL) / 2
    figures = [
        Figure(float(value), *map(float, np.quantile(values, [tail, 1 - tail])))
        for value, values in zip(middle, drawn, strict=True)
    ]
    return Estimate(*figures)


def draw_scores(
    counts: Counts, *, draws: int = DRAWS, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Precision, recall and F1 from verdicts, and as they may be, as often as chance would have it.

    Args:
        counts: What was drawn of each stratum.
        draws: How often.
        seed: Of the draws.

    Returns:
        The figures, shape (3,), and the drawn ones, shape (3, draws).
    """
    rng = np.random.default_rng(seed)
    shape = (draws, len(counts.size))
    same, different = prior_weights(counts)
    rate = rng.beta(counts.same + same, counts.drawn - counts.same + different, size=shape)
    left = (counts.size - counts.drawn).astype(np.int64)
    drawn = _scores(counts, counts.same + rng.binomial(left, rate))
    share = np.where(counts.drawn > 0, counts.same / np.maximum(counts.drawn, 1), same / (same + different))
    middle = _scores(counts, (counts.size * share)[None])
    return np.concatenate(middle), np.stack(drawn)


def _scores(counts: Counts, same: Floats) -> tuple[NDArray[np.float64], ...]:
    """Precision, recall and F1, shape (D,) each, for D supposed numbers of same pairs in each stratum, shape (D, H)."""
    same = same + counts.sure_same
    right, true = same[:, counts.is_accepted].sum(axis=1), same.sum(axis=1)
    matched = counts.total[counts.is_accepted].sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (right / matched, right / true, 2 * right / (matched + true))
    return tuple(np.nan_to_num(figure, nan=1.0) for figure in found)
