"""Choosing a recipe's thresholds on labels or verdicts, for products that have none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError, TooLittleKnown
from matcher.matching.metrics import RowPair, Truth, listing_scores, pair_scores, truth_of
from matcher.matching.product_f1 import (
    find_peak,
    listing_f1,
    pair_counts,
    product_f1,
    product_order,
    scored_products,
    summed,
)
from matcher.matching.recipe import JOINT, Mean, Recipe, decide, distance_of, joint_distance, with_vetoes
from matcher.matching.threshold_grid import Axis, Rule
from matcher.matching.threshold_margin import distance_to_edge
from matcher.vectors.candidate_pairs import CandidatePairs

Objective = Literal["f1", "precision@0.95"]
"""The objectives offered by name; `tune_recipe` takes any precision."""

STEPS = 40  # thresholds tried on each distance; F1 is flat between them
COARSE_STEPS, FINALISTS = 12, 3  # tried of each weight and mean first, and those of them that are then tried in full
COARSE_MOST = 0.9  # share of the true pairs within the loosest of them: the last few lie among most of the false ones
FINE_STEPS = 200  # the same for pair counts, which cost less
WEIGHTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
MOVES = np.linspace(0, 1.5, 301)  # times the thresholds in force, where only verdicts say what is right
GROWTH = 1.5
"""How many times a false match counts when F1 is tuned: the thresholds will meet other products than those they were
chosen on, and often more of them, and both bring more false matches than were seen. Tuned on some products of three
catalogs and measured on the others, F1 moved against counting once by -0.003 to +0.001 in a pool of the same size, by
-0.001 to +0.003 in one twice as large and +0.002 to +0.007 in one five times as large; counting twice, by -0.004 to 0,
-0.001 to +0.005 and +0.003 to +0.013."""


def tune_recipe(
    pairs: CandidatePairs,
    codes: NDArray[np.int32],
    template: Recipe,
    objective: str = "f1",
    *,
    growth: float | None = None,
    is_query: NDArray[np.bool_] | None = None,
    same: Sequence[RowPair] = (),
    different: Sequence[RowPair] = (),
    chance: NDArray[np.float64] | None = None,
    weighed: bool = True,
) -> Recipe:
    """Choose thresholds, and for "mean" which mean and the weight of the titles, by what is known of the listings.

    Thresholds lie midway between two observed distances, never within a tie. The order of the rows plays no part.

    Args:
        pairs: Candidate pairs of N listings, with distances in the template's modalities and metric.
        codes: Shape (N,). Label code of each listing, -1 where unknown.
        template: All but the thresholds; its vetoes stand.
        objective: "f1": the largest mean F1 of a listing's matches, itself counted. "precision@0.95": the most recall
            of pairs among thresholds whose matches are right that often, on these labels.
        growth: For "f1", how many times each false match counts. None: GROWTH, or as often as the labelled listings go
            into all, for the others bring false matches of their own.
        is_query: Shape (N,). Listings of whole products whose matches are to be good; the others are only there to be
            confused with. None makes all of them queries.
        same: Pairs of rows that a curator judged to be one product, whatever their labels say.
        different: Pairs of rows judged not to be.
        chance: Shape (P,). Where there are no labels, how likely each pair is one product, as `estimate_chances` has it
            from verdicts. A few verdicts cannot choose between rules, so the template stays as it is, and its
            thresholds, which must be set, move together.
        weighed: Whether the mean and the weight are chosen too; False keeps those of the template.

    Returns:
        The template with its thresholds set.

    Raises:
        TooLittleKnown: No candidate pair is known to be one product.
        DataError: The objective is unknown, or nothing reaches the precision.
    """
    considered = pairs.rank <= template.k
    if is_query is not None:
        considered &= is_query[pairs.left] | is_query[pairs.right]
    wanted = _precision_wanted(objective)
    if chance is not None and not (codes >= 0).any():
        return _moved(pairs.chosen(considered), chance[considered], template, wanted)
    if not (codes >= 0).any():
        raise TooLittleKnown(
            f"Nothing is known to choose thresholds by: no listing has a label, and of {len(different):,} pairs judged "
            "different and none the same no share can be told. Judge a pair the same on the Review page, or import a "
            "table with labels."
        )
    truth = truth_of(pairs.chosen(considered), codes, same, different)
    if not len(truth.same_rows):
        raise TooLittleKnown(
            "No two listings found near each other have the same label, so no threshold can be told from another; "
            "give more labels or verdicts, or search more neighbours."
        )
    options = [template]
    if weighed and template.fusion == "mean" and len(template.modalities) == 2:
        options = [replace(template, text_weight=weight, mean=mean) for mean in get_args(Mean) for weight in WEIGHTS]
    if wanted is not None:
        return max((_most_recall(option, truth, wanted) for option in options), key=lambda result: result[0])[1]
    growth = max(GROWTH, len(codes) / truth.listings) if growth is None else growth
    if len(options) > FINALISTS:  # a coarse look tells those that have no hope
        tried = [
            (_surface_of(option, truth, growth, is_query, COARSE_STEPS, COARSE_MOST).most, -at)
            for at, option in enumerate(options)
        ]
        options = [options[-at] for _, at in sorted(tried, reverse=True)[:FINALISTS]]
    surfaces = (_surface_of(option, truth, growth, is_query, STEPS) for option in options)
    best = max(surfaces, key=lambda surface: surface.most)
    chosen = find_peak(*best.axes, best.f1, product_order(truth, best.axes, is_query))
    return _with_thresholds(best.recipe, best.axes, chosen)


def _precision_wanted(objective: str) -> float | None:
    """The precision in "precision@0.95"; None for "f1"."""
    if objective == "f1":
        return None
    name, _, value = objective.partition("@")
    try:
        wanted = float(value)
    except ValueError:
        wanted = -1.0
    if name != "precision" or not 0 < wanted <= 1:
        raise DataError(
            f"The objective is {objective!r}; expected f1, or precision@ and a number up to 1: precision@0.95."
        )
    return wanted


@dataclass(frozen=True)
class _Surface:
    """A rule, its A and B thresholds to try, the summed F1 of each of G products there (A, B, G), and its best sum."""

    recipe: Recipe
    axes: tuple[Axis, Axis]
    f1: NDArray[np.float32]
    most: float


def _surface_of(
    recipe: Recipe, truth: Truth, growth: float, is_query: NDArray[np.bool_] | None, steps: int, most: float = 1.0
) -> _Surface:
    axes = _axes(recipe, truth, steps, most)
    f1 = product_f1(*axes, _rule(recipe), truth, growth=growth)
    f1 = f1 if is_query is None else f1[:, :, scored_products(truth, is_query)]
    return _Surface(recipe, axes, f1, float(summed(f1).max()))


def _moved(pairs: CandidatePairs, chance: NDArray[np.float64], recipe: Recipe, precision: float | None) -> Recipe:
    """Move all thresholds by one factor, to where F1 is expected to be best or the precision to be kept."""
    edge = 1 + distance_to_edge(pairs, recipe)  # in thresholds, whatever the rule
    axis = Axis(edge, MOVES.astype(np.float32))
    if precision is None:
        everyone, known = np.arange(pairs.n), np.ones(len(pairs), np.bool_)
        size = 1 + np.bincount(pairs.left, chance, pairs.n) + np.bincount(pairs.right, chance, pairs.n)
        merit = listing_f1(axis, pairs, chance, known, everyone, size).sum(axis=0)
    else:
        steps = axis.steps()
        matched, right = (np.bincount(steps, weight, len(axis) + 1).cumsum()[:-1] for weight in (None, chance))
        merit = np.where(right >= precision * matched, right, 0)
        if not merit.any():
            raise _unreached(precision)
    merit = np.round(merit, 6)
    best = np.flatnonzero(merit == merit.max())
    factor = float(MOVES[best[np.argmin(np.abs(MOVES[best] - 1))]])  # of equal ones the least moved
    most = np.inf if recipe.metric == "manhattan" else 2.0
    seen = with_vetoes(pairs, recipe)
    moved = {}
    for name in recipe.thresholds:
        distance = joint_distance(seen, recipe) if name == "fused" else distance_of(seen, name)
        moved[name] = midway(distance, min(most, factor * recipe.threshold(name)))
    return recipe.with_thresholds(moved)


def _most_recall(recipe: Recipe, truth: Truth, precision: float) -> tuple[float, Recipe]:
    """The true pairs that are reached, and the recipe."""
    first, second = _axes(recipe, truth, FINE_STEPS)
    matched, right = pair_counts(first, second, _rule(recipe), truth)
    right_enough = np.where(right >= precision * matched, right, 0)
    if not right_enough.any():
        raise _unreached(precision)
    best = right_enough == right_enough.max()
    row, column = np.argwhere(best)[np.argmin(matched[best])]
    chosen = float(first.thresholds[row]), float(second.thresholds[column])
    return float(right_enough.max()), _with_thresholds(recipe, (first, second), chosen)


def _unreached(precision: float) -> DataError:
    return DataError(
        f"No thresholds give matches that are right {precision:.0%} of the time; ask for less, or take other encoders."
    )


def _rule(recipe: Recipe) -> Rule:
    return "both" if recipe.fusion == "both" and len(recipe.modalities) == 2 else "either"


def _axes(recipe: Recipe, truth: Truth, steps: int, most: float = 1.0) -> tuple[Axis, Axis]:
    """Thresholds to try: 0 and quantiles of true pairs' distances; with one distance only, the second axis is empty.

    Args:
        recipe: The rule.
        truth: What is known of the pairs.
        steps: Quantiles.
        most: The highest of them, 0..1.
    """
    axes = []
    pairs = with_vetoes(truth.pairs, recipe)
    for name in recipe.thresholds:
        distance = joint_distance(pairs, recipe) if name in JOINT.values() else distance_of(pairs, name)
        true_distance = distance[truth.same_rows]
        true_distance = true_distance[np.isfinite(true_distance)]
        tried = [0.0]
        if len(true_distance):
            tried += np.quantile(true_distance, np.linspace(0, most, steps + 1)[1:]).tolist()
        axes.append(Axis(distance, np.unique(np.array(tried, dtype=np.float32))))
    if len(axes) == 1:
        axes.append(Axis(np.full(len(truth.pairs), np.inf, dtype=np.float32), np.zeros(1, dtype=np.float32)))
    return axes[0], axes[1]


def _with_thresholds(recipe: Recipe, axes: tuple[Axis, Axis], chosen: tuple[float, float]) -> Recipe:
    found = zip(recipe.thresholds, axes, chosen, strict=False)  # with one distance the second axis is empty
    return recipe.with_thresholds({name: midway(axis.distance, threshold) for name, axis, threshold in found})


def merit(recipe: Recipe, truth: Truth, objective: str) -> float:
    """What an objective asks for: F1 as the mean over listings, or the recall of pairs; 0..1."""
    is_match = decide(truth.pairs, recipe)
    return listing_scores(is_match, truth).f1 if objective == "f1" else pair_scores(is_match, truth).recall


def midway(distance: NDArray[np.float32], threshold: float) -> float:
    """Move a threshold to the middle of the gap between the observed distances around it; it accepts the same pairs.

    Args:
        distance: Shape (P,). Observed distances; infinite ones do not count.
        threshold: 0 or more.
    """
    accepted = distance <= np.float32(threshold)
    below = float(distance[accepted].max(initial=0))
    above = float(distance[~accepted].min(initial=np.inf))
    if not np.isfinite(above):
        return below
    middle = np.float32((below + above) / 2)
    return float(middle) if middle < above else below  # neighbouring floats have no middle
