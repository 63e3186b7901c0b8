"""How likely pairs are one product, from a few hundred verdicts on doubtful pairs and on matches drawn at random.

Which pair is asked about follows from how far it lies from the edge of the recipe, and from chance. So among pairs
equally far from it those with a verdict are a fair sample, whatever was asked first, and their share of same products
holds for the pairs without one. Counted without regard to that distance the doubtful ones would mislead: most of what
is asked is half right by design, and most of what is matched is not.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.matching.metrics import RowPair
from matcher.matching.recipe import Recipe
from matcher.matching.threshold_margin import distance_to_edge
from matcher.vectors.candidate_pairs import CandidatePairs

# What is taken for true before anybody has answered, and how sure of it: at the edge every second pair is one product,
# and a tenth of the threshold nearer 2 of 3 are, a tenth farther 1 of 4. Of three catalogs with photos and one of
# titles 20 answers of the default queue then gave .007 more F1 than the untuned recipe in the mean, 60 .008, 200 and
# 400 .011; the worst of all was .007 less (60 answers), and .0006 more was there to be had at most after 400.
EXPECTED = np.array([0.0, 8.0, 12.0])  # log odds at the edge; their fall per threshold on the near and the far side
SPREAD = np.array([0.7, 4.0, 1.0])  # standard deviations; nobody is asked about what is far outside
LEAST_FALL = (0.5, 3.0)  # a pair farther off is never likelier


def estimate_chances(
    pairs: CandidatePairs,
    recipe: Recipe,
    same: Sequence[RowPair],
    different: Sequence[RowPair],
    picked: Sequence[RowPair] = (),
) -> NDArray[np.float64]:
    """The probability of each pair to be one product.

    Log odds fall with the distance from the edge of the recipe, on its two sides by different slopes; the three numbers
    are the most probable ones after the verdicts.

    Args:
        pairs: P pairs, with distances in the recipe's modalities.
        recipe: With its thresholds set; in force when the verdicts were given, or near to it.
        same: Pairs of rows judged to be one product.
        different: Pairs of rows judged not to be.
        picked: Those of them that a curator picked by hand. They are what they are, but stand for no others, unless
            there are only such.

    Returns:
        Shape (P,). 1 and 0 where there is a verdict; 0 where the recipe can match at no threshold.

    Source: the most probable values under normal priors, as in MacKay, "Information Theory, Inference, and Learning
        Algorithms", 2003, section 41.
    """
    edge = distance_to_edge(pairs, recipe).astype(np.float64)
    reachable = np.isfinite(edge) & (pairs.rank <= recipe.k)
    yes, no, by_hand = (_positions(pairs, rows) for rows in (same, different, picked))
    drawn = [rows[~np.isin(rows, by_hand) & reachable[rows]] for rows in (yes, no)]
    if not len(drawn[0]) + len(drawn[1]):
        drawn = [rows[reachable[rows]] for rows in (yes, no)]
    is_same = np.repeat([1.0, 0.0], [len(rows) for rows in drawn])
    log_odds = _sides(np.where(reachable, edge, 0.0)) @ _most_probable(edge[np.concatenate(drawn)], is_same)
    chance = np.where(reachable, 1 / (1 + np.exp(-np.clip(log_odds, -500, 500))), 0.0)
    chance[yes], chance[no] = 1.0, 0.0
    return np.asarray(chance)


def _positions(pairs: CandidatePairs, rows: Sequence[RowPair]) -> NDArray[np.intp]:
    return np.unique(pairs.positions(*np.array(rows, dtype=np.int64).reshape(-1, 2).T))


def _sides(edge: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the three numbers are multiplied by; shape (P, 3)."""
    return np.stack([np.ones_like(edge), -np.minimum(edge, 0), -np.maximum(edge, 0)], axis=1)


def _most_probable(edge: NDArray[np.float64], is_same: NDArray[np.float64]) -> NDArray[np.float64]:
    """The three numbers after the verdicts; shape (3,)."""
    from scipy.optimize import minimize

    order = np.lexsort((is_same, edge))  # so that the order of the rows decides not even the last digit
    sides, is_same = _sides(edge[order]), is_same[order]

    def improbability(numbers: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        log_odds = sides @ numbers
        off = (numbers - EXPECTED) / SPREAD
        error = 1 / (1 + np.exp(-np.clip(log_odds, -500, 500))) - is_same
        value = np.sum(np.logaddexp(0, log_odds) - is_same * log_odds) + np.sum(off**2) / 2
        return float(value), sides.T @ error + off / SPREAD

    bounds = [(None, None), *((least, None) for least in LEAST_FALL)]
    found: Any = minimize(improbability, EXPECTED, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x, dtype=np.float64)
