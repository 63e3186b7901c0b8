"""What each step of a search wins on products that had no say, with how sure that is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.matching.bootstrap import Figure, mean_figures
from matcher.matching.recipe import Recipe
from matcher.matching.recipe_search.climb import Search, Tried, climb
from matcher.matching.recipe_search.steps import ALONE, FUSION, MEAN, STEPS, WEIGHT


@dataclass(frozen=True)
class Rung:
    """One step, measured on products that had no say in what it was set to. All figures are F1, 0..1, or gains in it.

    Attributes:
        step: One of STEPS.
        set_to: What the step set in the recipe that was found, as "mean" or "0.6"; "" where the step is its own name,
            or has nothing to do in that recipe.
        taken: Whether it is part of that recipe.
        folds: In how many of the searches that left a fold out it was taken.
        gain: What it wins where it is taken everywhere, whether it was or not.
        added: What it added where it was taken; these sum up to what all steps together won.
    """

    step: str
    set_to: str
    taken: bool
    folds: int
    gain: Figure
    added: float


@dataclass(frozen=True)
class Ladder:
    """A search for the best recipe, and how good its kind is on products that had no say.

    Attributes:
        recipe: What all products together chose, with its thresholds.
        start: F1 before the first step.
        end: F1 with the steps that were taken.
        in_force: F1 of the recipe that is in force, on the same listings.
        rungs: The steps that had anything to do, in the order in which they were tried.
        listings: Listings that the figures are means over, each counted among its own group.
        products: Products that they are of.
    """

    recipe: Recipe
    start: Figure
    end: Figure
    in_force: Figure
    rungs: tuple[Rung, ...]
    listings: int
    products: int


def cross_fit(
    search: Search,
    start: Recipe,
    in_force: NDArray[np.float64],
    advance: Callable[[str], None] = lambda step: None,
) -> Ladder:
    """Search once for each fold without its products, which measure, and once with all, for the recipe to take.

    So each product is measured under a recipe that it had no say in, and all of them choose the one that is taken.

    Args:
        search: What is known.
        start: The recipe to start from.
        in_force: Shape (L,). F1 of each labelled listing by the recipe in force.
        advance: Told of each step when it is tried, all searches together; may raise Cancelled.

    Raises:
        DataError: The products that choose do not do.

    Source: Stone, "Cross-validatory choice and assessment of statistical predictions", JRSS B 36(2), 1974: choices are
        made anew within each fold that measures them.
    """

    def told(has_say: NDArray[np.bool_]) -> Iterator[Tried]:
        for tried in climb(search, start, has_say):
            advance(tried.step)
            yield tried

    climbs = []
    for left_out in np.unique(search.fold):
        has_say = search.fold != left_out
        climbs.append((~has_say, list(told(has_say))))
    final = list(told(np.ones(search.pairs.n, np.bool_)))
    return _put_together(search, climbs, final, in_force)


def _put_together(
    search: Search,
    climbs: Sequence[tuple[NDArray[np.bool_], list[Tried]]],
    final: list[Tried],
    in_force: NDArray[np.float64],
) -> Ladder:
    rows = search.listings
    gains, added = np.zeros((2, len(rows), len(STEPS)))
    start = np.zeros(len(rows))
    for measures, climbed in climbs:
        measured = measures[rows]
        start[measured] = climbed[0].before[measured]
        for number, tried in enumerate(climbed):
            gain = (tried.after - tried.before)[measured]
            gains[measured, number] = gain
            added[measured, number] = gain * tried.taken
    asked = search.is_query[rows]
    values = np.column_stack([start, start + added.sum(axis=1), in_force, gains])[asked]
    first, last, now, *each = mean_figures(values, search.codes[rows][asked])
    rungs = tuple(
        Rung(
            tried.step,
            _set_to(tried),
            tried.taken,
            sum(climbed[number].taken for _, climbed in climbs),
            each[number],
            float(added[asked, number].mean()),
        )
        for number, tried in enumerate(final)
        if tried.applies or any(climbed[number].applies for _, climbed in climbs)
    )
    recipe = next(tried.recipe for tried in reversed(final) if tried.taken)
    return Ladder(recipe, first, last, now, rungs, int(asked.sum()), len(np.unique(search.codes[rows][asked])))


def _set_to(tried: Tried) -> str:
    if not tried.applies:  # only searches without some products came where the step had something to do
        return ""
    recipe = tried.recipe
    settings = {
        FUSION: recipe.fusion,
        MEAN: recipe.mean,
        WEIGHT: f"{recipe.text_weight:g}",
        ALONE: f"{recipe.text_alone:.3g} {recipe.image_alone:.3g}",
    }
    return settings.get(tried.step, "")
