"""Which groups to look at first: those that speak most against being one product."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.matching.conflicts import USUAL, vetoed
from matcher.matching.groups.locks import FREE, number_locks
from matcher.matching.recipe import Recipe
from matcher.matching.resolve import Outcome
from matcher.review.groups.links import Spanned
from matcher.review.pair_cases import within
from matcher.vectors.candidate_pairs import CandidatePairs

WEIGHTS: Mapping[str, float] = {
    "contradicted": 3.0,
    "conflicts": 1.0,
    "labels": 1.0,
    "weakest": 1.0,
    "disagreeing": 0.5,
    "size": 0.5,
    "sellers": 0.1,
}
"""What each reason adds at most. The sum times the square root of the listings is the risk: of more, more is put right.

F1 of a listing's group after 100 actions of a curator who knows, groups in this order, without that factor, and by size
alone: relisted goods .932, .929, .931; apparel .973, .959, .971 (tests/benchmarks/simulate_groups.py).
"""


@dataclass(frozen=True)
class GroupRisks:
    """All groups of two listings or more, the riskiest first.

    Attributes:
        group: Shape (R,). Number of each, as in the outcome.
        size: Shape (R,). Listings.
        risk: Shape (R,). From 0, larger is riskier; 0 for what is locked or judged through and through.
        weakest: Shape (R,). How sure the weakest link is that the group hangs by, 0..1.
        conflicts: Shape (R,). Pairs whose titles contradict each other in amounts, pieces or model numbers.
        disagreeing: Shape (R,). Share of the links of which title and photo say different things, 0..1.
        labels: Shape (R,). How many labels are in it.
        sellers: Shape (R,). How many sellers are in it; 0 where none is known.
        contradicted: Shape (R,). Pairs judged different that are in it all the same.
        held: Shape (R,). Pairs judged the same, of a listing in it and one outside, that a lock keeps apart.
        judged: Shape (R,). Pairs of it with a verdict.
        is_settled: Shape (R,). Whether verdicts make one product of all its listings.
        is_locked: Shape (R,).
    """

    group: NDArray[np.int64]
    size: NDArray[np.int64]
    risk: NDArray[np.float64]
    weakest: NDArray[np.float32]
    conflicts: NDArray[np.int64]
    disagreeing: NDArray[np.float64]
    labels: NDArray[np.int64]
    sellers: NDArray[np.int64]
    contradicted: NDArray[np.int64]
    held: NDArray[np.int64]
    judged: NDArray[np.int64]
    is_settled: NDArray[np.bool_]
    is_locked: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.group)

    def find(self, group: int) -> int | None:
        """Where a group stands, or None."""
        found = np.flatnonzero(self.group == group)
        return int(found[0]) if len(found) else None


def rank_groups(
    pairs: CandidatePairs,
    recipe: Recipe,
    is_match: NDArray[np.bool_],
    outcome: Outcome,
    spanned: Spanned,
    sureness: NDArray[np.float32],
    codes: NDArray[np.int32],
    sellers: NDArray[np.int64] | None = None,
) -> GroupRisks:
    """Order groups by what speaks against their being one product.

    Args:
        pairs: P candidate pairs of N listings.
        recipe: The rule in force.
        is_match: Shape (P,). Its decisions.
        outcome: The groups.
        spanned: Of `span_groups`.
        sureness: Of `measure_sureness`.
        codes: Shape (N,). Label code of each listing, -1 where unknown.
        sellers: Shape (N,). Number of each listing's seller, -1 where unknown; None without such a column.
    """
    sizes = np.bincount(outcome.group)
    groups = np.flatnonzero(sizes > 1)
    count, size = len(sizes), sizes[groups].astype(np.int64)
    weakest = sureness[spanned.weakest[groups]] if len(groups) else np.zeros(0, np.float32)
    place, of_match = pairs.find(outcome.left, outcome.right), outcome.group[outcome.left]
    judged = [*outcome.judged.same.tolist(), *outcome.judged.different.tolist()]
    found = {
        "conflicts": np.bincount(of_match[_conflict(pairs, recipe, place)], minlength=count),
        "labels": _count_kinds(outcome.group, codes, count),
        "sellers": _count_kinds(outcome.group, sellers, count),
        "contradicted": _count_inside(outcome, outcome.contradicted, count),
        "held": np.bincount(outcome.group[np.array(outcome.held, np.int64).reshape(-1)], minlength=count),
        "judged": _count_inside(outcome, judged, count),
    }
    counts = {name: values[groups].astype(np.int64) for name, values in found.items()}
    links = np.bincount(of_match[outcome.direct], minlength=count)[groups]
    differing = of_match[_disagree(pairs, recipe, is_match, place) & outcome.direct]
    disagreeing = np.bincount(differing, minlength=count)[groups] / np.maximum(links, 1)
    is_locked = np.isin(groups, outcome.group[number_locks(pairs.n, outcome.judged.locked) != FREE])
    # The weakest link is one that a curator gave only where such links alone hold all of the group together.
    is_settled = np.isneginf(outcome.strength[spanned.weakest[groups]]) & (counts["contradicted"] == 0)
    risk = np.where(is_settled | is_locked, 0.0, _weigh(size, weakest, disagreeing, counts))
    order = np.lexsort((groups, -size, -risk))
    return GroupRisks(
        group=groups[order].astype(np.int64), size=size[order], risk=risk[order], weakest=weakest[order],
        disagreeing=disagreeing[order], is_settled=is_settled[order], is_locked=is_locked[order],
        **{name: values[order] for name, values in counts.items()},
    )  # fmt: skip


def _weigh(
    size: NDArray[np.int64],
    weakest: NDArray[np.float32],
    disagreeing: NDArray[np.float64],
    counts: Mapping[str, NDArray[np.int64]],
) -> NDArray[np.float64]:
    """The risk of each group by all reasons; shape (R,)."""
    shares = {
        "contradicted": counts["contradicted"] > 0,
        "conflicts": np.minimum(counts["conflicts"] / np.maximum(size - 1, 1), 1),
        "labels": counts["labels"] > 1,
        "weakest": 1 - weakest.astype(np.float64),
        "disagreeing": disagreeing,
        "size": 1 - 2 / size,
        "sellers": counts["sellers"] > 1,
    }
    risk = np.zeros(len(size))
    for name, share in shares.items():
        risk += WEIGHTS[name] * share
    return np.asarray(risk * np.sqrt(size))


def _conflict(pairs: CandidatePairs, recipe: Recipe, place: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which matches have titles that contradict each other; shape (M,)."""
    found = np.zeros(len(place), np.bool_)
    if pairs.conflicts is not None:
        seen = place >= 0
        found[seen] = vetoed(pairs.conflicts[place[seen]], {*USUAL, *recipe.veto})
    return found


def _disagree(
    pairs: CandidatePairs, recipe: Recipe, is_match: NDArray[np.bool_], place: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Of which matches the title says one thing and the photo another, where both are there; shape (M,)."""
    found = np.zeros(len(place), np.bool_)
    if not {"text", "image"} <= pairs.distance.keys():
        return found
    seen = np.flatnonzero(place >= 0)
    at = place[seen]
    text, image = (within(pairs, is_match, side, recipe.thresholds.get(side))[at] for side in ("text", "image"))
    known = np.isfinite(pairs.distance["text"][at]) & np.isfinite(pairs.distance["image"][at])
    found[seen] = (text != image) & known
    return found


def _count_kinds(group: NDArray[np.int32], kind: NDArray[np.integer] | None, groups: int) -> NDArray[np.int64]:
    """How many kinds, such as labels, each group holds; unknown ones are none. Shape (G,)."""
    if kind is None or not (kind >= 0).any():
        return np.zeros(groups, np.int64)
    known = kind >= 0
    key = np.unique(group[known].astype(np.int64) * (int(kind.max()) + 1) + kind[known])
    return np.bincount(key // (int(kind.max()) + 1), minlength=groups)


def _count_inside(outcome: Outcome, judged: Iterable[Sequence[int]], groups: int) -> NDArray[np.int64]:
    """How many of some pairs of rows each group holds; shape (G,)."""
    ends = outcome.group[np.array(list(judged), dtype=np.int64).reshape(-1, 2)]
    return np.bincount(ends[ends[:, 0] == ends[:, 1], 0], minlength=groups)
