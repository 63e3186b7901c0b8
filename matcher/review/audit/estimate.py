"""How much of what is one product the search brings together at all, from listings resolved completely."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.matching.bootstrap import Figure
from matcher.review.audit.sample import Audits
from matcher.review.proof.counts import Counts
from matcher.review.proof.estimate import DRAWS, draw_scores, figure_of

HALF = 0.5  # of a product each way before the first: Jeffreys' prior
FEWEST = 5  # products with a second listing; of fewer the figure says nothing


@dataclass(frozen=True)
class WholeRecall:
    """Recall in its two parts, and both together.

    Attributes:
        reached: Share of the same pairs that the search found at all.
        recall: Share of all same pairs, found by the search or not, that match.
    """

    reached: Figure
    recall: Figure


def draw_reach(audits: Audits, *, draws: int = DRAWS, seed: int = 0) -> NDArray[np.float64]:
    """Shares of the same pairs that the search may find, as often as chance would have it; shape (draws,).

    Listings are drawn evenly, so each same pair counts as often as a drawn listing is one of its two. Weights are
    drawn for products, whose listings hang together, and not for listings. Half a product of the usual size that the
    search found, and half a one that it did not, stand beside them: a sample without a miss is no proof that there is
    none. With products of two listings this is Jeffreys' interval of a share.

    Args:
        audits: What was found.
        draws: How many shares.
        seed: Of the draws.

    Source: Binette et al., "How to Evaluate Entity Resolution Systems", 2024, arXiv 2404.05622, section 4: ratios over
        clusters sampled by their records. Rubin, "The Bayesian Bootstrap", Annals of Statistics 9(1), 1981.
    """
    rng = np.random.default_rng(seed)
    there = audits.same > 0
    same, found = audits.same[there].astype(np.float64), audits.found[there].astype(np.float64)
    usual = float(same.mean()) if len(same) else 1.0
    weight = rng.gamma(1.0, size=(draws, len(same)))
    yes, no = rng.gamma(HALF, size=(2, draws)) * usual
    return np.asarray((weight @ found + yes) / (weight @ same + yes + no))


def estimate_whole_recall(counts: Counts, audits: Audits, *, draws: int = DRAWS, seed: int = 0) -> WholeRecall | None:
    """Recall of a rule, with what the search never found.

    Args:
        counts: What was drawn of each stratum of the candidate pairs, for the part within the search.
        audits: Listings resolved completely, for the part outside.
        draws: For the intervals.
        seed: Of the draws.

    Returns:
        None while too few products with a second listing were resolved.
    """
    if np.count_nonzero(audits.same) < FEWEST:
        return None
    reached = draw_reach(audits, draws=draws, seed=seed + 1)
    inside, inside_draws = draw_scores(counts, draws=draws, seed=seed)
    share = float(audits.found.sum() / audits.same.sum())
    return WholeRecall(figure_of(share, reached), figure_of(share * float(inside[1]), reached * inside_draws[1]))
