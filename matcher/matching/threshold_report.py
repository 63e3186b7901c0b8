"""What there is to see of a recipe's thresholds: exact figures, curves, counts for sliders, and the pairs at the edge.

Pure functions of candidate pairs, a recipe and what is known of the pairs; whoever calls them again and again keeps the
results.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.matching.metrics import (
    SAME,
    UNKNOWN,
    PrecisionRecallCurve,
    Scores,
    Truth,
    listing_scores,
    pair_scores,
    precision_recall_curve,
)
from matcher.matching.recipe import JOINT, LEARNED, LINKED, Recipe, distance_of, joint_distance, with_vetoes
from matcher.matching.threshold_grid import Rule, ThresholdGrid, threshold_grid
from matcher.matching.threshold_margin import around_edge, distance_to_edge
from matcher.vectors.candidate_pairs import MODALITIES, CandidatePairs

DOUBT = 0.1  # a pair is doubtful while it lies within a tenth of its threshold
ENOUGH = 20  # same pairs that must be known before they tell how far a slider goes


@dataclass(frozen=True)
class Figures:
    """What a recipe comes to.

    Attributes:
        pair: Scores over pairs, None when no pair is known to be one product.
        listing: Scores as the mean over listings; None as above, or where only verdicts are known.
        matches: Matching pairs.
        true_pairs: Same pairs there are, also those that no search returned; None as `pair`.
        reached: Share of them that the search returned, 0..1; None without labels, where it cannot be known.
    """

    pair: Scores | None
    listing: Scores | None
    matches: int
    true_pairs: int | None
    reached: float | None


def figures_of(is_match: NDArray[np.bool_], truth: Truth) -> Figures:
    """The exact figures of decisions on the pairs of `truth`; `is_match` has shape (P,)."""
    matches = int(np.count_nonzero(is_match))
    if not truth.true_pairs:  # 0 of 0 is no figure, whatever the labels say of single listings
        return Figures(None, None, matches, None, None)
    if truth.listings:
        pair, listing = pair_scores(is_match, truth), listing_scores(is_match, truth)
        return Figures(pair, listing, matches, truth.true_pairs, truth.candidate_recall)
    return Figures(pair_scores(is_match, truth), None, matches, truth.true_pairs, None)


def compared_distance(pairs: CandidatePairs, recipe: Recipe, name: str) -> NDArray[np.float32]:
    """The distances that the recipe compares with the threshold of this name, infinite under a veto; shape (P,)."""
    pairs = with_vetoes(pairs, recipe)
    return joint_distance(pairs, recipe) if name in JOINT.values() else distance_of(pairs, name)


def rule_of(recipe: Recipe) -> Rule:
    """How the answers of the recipe's thresholds are joined."""
    return "both" if recipe.fusion == "both" else "either"


def slider_reach(truth: Truth, recipe: Recipe, name: str, threshold: float) -> tuple[float, float]:
    """How far the slider of a threshold goes, and its step; see `reach`. `threshold` is where it stands."""
    if name == LEARNED:
        return 1.0, 0.01
    is_same = truth.is_same if len(truth.same_rows) > ENOUGH else None
    return reach(compared_distance(truth.pairs, recipe, name), threshold, is_same)


def slider_grid(truth: Truth, recipe: Recipe, tops: tuple[float, ...]) -> ThresholdGrid:
    """The counts that the sliders read, one axis for each threshold of the recipe; its k is kept to."""
    inside = (truth.pairs.rank <= recipe.k) | (recipe.fusion == "learned")
    kind = truth.kind(inside)
    return threshold_grid(
        [compared_distance(truth.pairs, recipe, name)[inside] for name in recipe.thresholds],
        tops,
        same=(kind == SAME).astype(np.float64),
        known=(kind != UNKNOWN).astype(np.float64),
    )


def curves_of(truth: Truth) -> dict[str, PrecisionRecallCurve]:
    """Precision and recall of each modality alone, and of a pair model's groups; empty when no pair is the same."""
    found = len(truth.same_rows)
    if not found:
        return {}
    known = truth.is_known
    return {
        name: thin_out(
            precision_recall_curve(distance[known], truth.is_same[known], not_retrieved=truth.true_pairs - found)
        )
        for name in (*MODALITIES, LEARNED)
        if (distance := truth.pairs.distance.get(LINKED if name == LEARNED else name)) is not None
    }


def pairs_at_edge(
    pairs: CandidatePairs, recipe: Recipe, is_match: NDArray[np.bool_], count: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Positions of the last pairs to match and of the first ones not to; `count` of each at most."""
    return around_edge(distance_to_edge(pairs, recipe), is_match, pairs.rank <= recipe.k, count)


def doubtful_pairs(pairs: CandidatePairs, recipe: Recipe) -> NDArray[np.intp]:
    """Positions of the pairs that lie within a tenth of their threshold, ascending."""
    return np.flatnonzero((np.abs(distance_to_edge(pairs, recipe)) <= DOUBT) & (pairs.rank <= recipe.k))


def reach(
    distance: NDArray[np.float32], threshold: float, is_same: NDArray[np.bool_] | None = None
) -> tuple[float, float]:
    """How far a slider goes, and its step.

    Far enough for nearly all pairs that could be one product and for the threshold, no farther: most of the range of
    distances holds only pairs that nobody would match.

    Args:
        distance: Shape (P,); inf where a pair has none.
        threshold: Where the slider stands.
        is_same: Shape (P,). Which pairs are one product; None where that is not known.

    Returns:
        The largest threshold, and a step of 1, 2 or 5 times a power of ten; 150 to 400 steps fill the slider.
    """
    looked_at = distance if is_same is None else distance[is_same]
    finite = looked_at[np.isfinite(looked_at)]
    far = float(np.quantile(finite, 0.9 if is_same is None else 0.995)) if len(finite) else 1.0
    top = max(far, 1.25 * threshold, 1e-3)
    finest = top / 150
    power = 10.0 ** np.floor(np.log10(finest))
    step = float(max(times * power for times in (1, 2, 5) if times * power <= finest))
    return float(np.ceil(top / (10 * step)) * 10 * step), step


def thin_out(curve: PrecisionRecallCurve, points: int = 300) -> PrecisionRecallCurve:
    """Some points of a curve, close enough together that a screen shows no difference.

    Evenly by threshold and evenly by recall: a curve has millions of points, nearly all where nobody looks.

    Args:
        curve: T points.
        points: How many of each kind, at most.
    """
    last = len(curve.thresholds) - 1
    if last < 2 * points:
        return curve
    kept = [
        np.searchsorted(values, np.linspace(values[0], values[-1], points)).clip(0, last)
        for values in (curve.thresholds, curve.recall)
    ]
    rows = np.unique(np.concatenate([*kept, [0, last]]))
    return PrecisionRecallCurve(curve.thresholds[rows], curve.precision[rows], curve.recall[rows])
