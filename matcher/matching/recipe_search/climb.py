"""The search itself: steps tried one on top of the other, each kept only where the products that choose gain by it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.groups.pairs import truth_within
from matcher.matching.metrics import RowPair, per_listing_scores
from matcher.matching.pair_model.families import is_better
from matcher.matching.recipe import Recipe, decide
from matcher.matching.recipe_search.steps import GROUPS, LEARNED, STEPS, options_of
from matcher.matching.resolve import join_matches
from matcher.matching.tuning import tune_recipe
from matcher.vectors.candidate_pairs import CandidatePairs

Judged = tuple[CandidatePairs, Recipe]
Learn = Callable[[NDArray[np.bool_], Recipe], Judged | None]
"""Learns a pair model from the products of some listings, shape (N,), beside a rule: the pairs as it judges them, each
by what has not learned from it, and the recipe; None where too little is known."""
FLOOR = 1e-9  # of a gain, below which it is rounding


@dataclass(frozen=True)
class Search:
    """What a search works on.

    Attributes:
        pairs: P candidate pairs of N listings, with what their titles contradict each other in.
        codes: Shape (N,). Label code of each listing, -1 where unknown.
        same: Pairs of rows judged to be one product, whatever their labels say.
        different: Pairs of rows judged not to be.
        fold: Shape (N,). Fold of each listing, 0.., no product in two; see `product_folds`.
        is_query: Shape (N,). Listings of products that no encoder was trained on: they choose and are measured.
        learn: Learns a pair model.
    """

    pairs: CandidatePairs
    codes: NDArray[np.int32]
    same: Sequence[RowPair]
    different: Sequence[RowPair]
    fold: NDArray[np.int64]
    is_query: NDArray[np.bool_]
    learn: Learn

    @property
    def listings(self) -> NDArray[np.intp]:
        """Rows of the L labelled listings, ascending: what there are figures of."""
        return np.flatnonzero(self.codes >= 0)


@dataclass(frozen=True)
class Tried:
    """One step of a search.

    Attributes:
        step: One of STEPS.
        recipe: The best that the step can make of the recipe before it, with its thresholds; that recipe itself where
            the step has nothing to do.
        before: Shape (L,). F1 of each labelled listing's group before the step.
        after: Shape (L,). The same with the step.
        taken: Whether it is kept.
        applies: Whether it had anything to do.
    """

    step: str
    recipe: Recipe
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    taken: bool
    applies: bool


@dataclass(frozen=True)
class _Measured:
    """A recipe with the F1 of each labelled listing (L,), and what those that choose see (C,): by thresholds that were
    chosen without their own fold, so that a rule which only learns by heart wins nothing."""

    recipe: Recipe
    f1: NDArray[np.float64]
    choosing: NDArray[np.float64]


def climb(search: Search, start: Recipe, has_say: NDArray[np.bool_]) -> Iterator[Tried]:
    """Try all steps in their order, from a recipe on; each is kept where it wins more than a standard error.

    Labels and verdicts of listings without a say play no part in what is chosen: neither in thresholds, nor in what a
    pair model learns, nor in which steps are kept. Their F1 is measured all the same.

    Args:
        search: What is known.
        start: The recipe to start from, with its thresholds.
        has_say: Shape (N,). Listings of whole products that choose.

    Yields:
        One for each of STEPS, as soon as it is tried.

    Raises:
        DataError: No two listings that have a say are known to be one product.
    """
    told = _Told(search, has_say)
    now = told.measure(search.pairs, start, chained=True)
    for step in STEPS:
        best = told.try_step(step, now)
        gains = best is not None and float(best.choosing.mean() - now.choosing.mean()) > FLOOR
        taken = best is not None and (step == GROUPS or (gains and told.is_better(best, now)))
        after = best or now
        yield Tried(step, after.recipe, now.f1, after.f1, taken, best is not None)
        now = after if taken else now


class _Told:
    """A search as those see it who have a say."""

    def __init__(self, search: Search, has_say: NDArray[np.bool_]) -> None:
        self._search, self._has_say = search, has_say
        self._codes = np.where(has_say, search.codes, -1).astype(np.int32)
        self._same, self._different = (_within(judged, has_say) for judged in (search.same, search.different))
        self._chooses = search.is_query[self._codes >= 0]
        self._product = self._codes[self._codes >= 0][self._chooses]
        if not len(self._product):
            raise DataError("No listing that could choose has a label; give more labels.")

    def try_step(self, step: str, now: _Measured) -> _Measured | None:
        """The best that a step may come to; None where it has nothing to do."""
        pairs = self._search.pairs
        if step == GROUPS:
            return self.measure(pairs, now.recipe)
        if step == LEARNED:
            learned = self._search.learn(self._has_say, now.recipe)
            return self.measure(*learned) if learned else None
        tried = [(self._unseen_f1(option), option) for option in options_of(step, now.recipe, pairs)]
        if not tried:
            return None
        choosing, best = max(tried, key=lambda each: float(each[0].mean()))
        return replace(self.measure(pairs, self._tuned(best, self._has_say)), choosing=choosing)

    def _unseen_f1(self, recipe: Recipe) -> NDArray[np.float64]:
        """F1 of each listing that chooses, by thresholds that were chosen without its fold; shape (C,)."""
        fold = self._search.fold
        found = np.zeros(len(self._product))
        measured = fold[self._codes >= 0][self._chooses]
        for left_out in np.unique(fold[self._has_say]):
            tuned = self._tuned(recipe, self._has_say & (fold != left_out))
            inside = measured == left_out
            found[inside] = self.measure(self._search.pairs, tuned).choosing[inside]
        return found

    def _tuned(self, recipe: Recipe, has_say: NDArray[np.bool_]) -> Recipe:
        search = self._search
        same, different = (_within(judged, has_say) for judged in (search.same, search.different))
        return tune_recipe(
            search.pairs, np.where(has_say, search.codes, -1).astype(np.int32), recipe, weighed=False,
            is_query=None if search.is_query.all() else search.is_query, same=same, different=different,
        )  # fmt: skip

    def measure(self, pairs: CandidatePairs, recipe: Recipe, *, chained: bool = False) -> _Measured:
        """The groups of a recipe, as they are for all and for those who choose."""
        group = join_matches(pairs, recipe, decide(pairs, recipe), chained=chained)
        search = self._search
        f1 = listing_f1(group, search.codes, search.same, search.different)
        choosing = listing_f1(group, self._codes, self._same, self._different)[self._chooses]
        return _Measured(recipe, f1, choosing)

    def is_better(self, one: _Measured, other: _Measured) -> bool:
        """Whether the first has the better groups by more than a standard error over products."""
        return is_better(1 - one.choosing, 1 - other.choosing, self._product)


def _within(judged: Sequence[RowPair], some: NDArray[np.bool_]) -> list[RowPair]:
    return [pair for pair in judged if some[list(pair)].all()]


def listing_f1(
    group: NDArray[np.int32], codes: NDArray[np.int32], same: Sequence[RowPair], different: Sequence[RowPair]
) -> NDArray[np.float64]:
    """F1 of each labelled listing's group, itself counted, by labels with verdicts over them.

    Args:
        group: Shape (N,). Group of each listing.
        codes: Shape (N,). Label code of each, -1 where unknown.
        same: Pairs of rows judged to be one product.
        different: Pairs of rows judged not to be.

    Returns:
        Shape (L,), the labelled listings in catalog order.
    """
    truth = truth_within(group, codes, same, different)
    return per_listing_scores(np.ones(len(truth.pairs), np.bool_), truth)[2]
