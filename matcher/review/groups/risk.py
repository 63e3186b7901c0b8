"""Which groups to look at first: those that speak most against being one product."""

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True)
class Signs:
    """What speaks against candidate pairs, whatever groups they are in: the same until the rule is another one.

    Attributes:
        contradict: Shape (P,). Whether the titles contradict each other in amounts, pieces or model numbers.
        disagree: Shape (P,). Whether the title says one thing and the photo another, where both are there.
    """

    contradict: NDArray[np.bool_]
    disagree: NDArray[np.bool_]


def find_signs(pairs: CandidatePairs, recipe: Recipe, is_match: NDArray[np.bool_]) -> Signs:
    """Look at every candidate pair for what speaks against it.

    Args:
        pairs: P candidate pairs.
        recipe: The rule in force.
        is_match: Shape (P,). Its decisions.
    """
    contradict, disagree = np.zeros(len(pairs), np.bool_), np.zeros(len(pairs), np.bool_)
    if pairs.conflicts is not None:
        contradict = vetoed(pairs.conflicts, {*USUAL, *recipe.veto})
    if {"text", "image"} <= pairs.distance.keys():
        text, image = (within(pairs, is_match, side, recipe.thresholds.get(side)) for side in ("text", "image"))
        known = np.isfinite(pairs.distance["text"]) & np.isfinite(pairs.distance["image"])
        disagree = (text != image) & known
    return Signs(contradict, disagree)


def rank_groups(
    outcome: Outcome,
    spanned: Spanned,
    sureness: NDArray[np.float32],
    signs: Signs,
    codes: NDArray[np.int32],
    sellers: NDArray[np.int64] | None = None,
) -> GroupRisks:
    """Order groups by what speaks against their being one product.

    Args:
        outcome: The groups.
        spanned: Of `span_groups`.
        sureness: Of `measure_sureness`.
        signs: Of `find_signs`, under the rule of the outcome.
        codes: Shape (N,). Label code of each listing, -1 where unknown.
        sellers: Shape (N,). Number of each listing's seller, -1 where unknown; None without such a column.
    """
    sizes = np.bincount(outcome.group)
    groups = np.flatnonzero(sizes > 1)
    count, size = len(sizes), sizes[groups].astype(np.int64)
    weakest = sureness[spanned.weakest[groups]] if len(groups) else np.zeros(0, np.float32)
    of_match = outcome.group[outcome.left]
    judged = np.concatenate([outcome.judged.same, outcome.judged.different])
    found = {
        "conflicts": np.bincount(of_match[_choose(signs.contradict, outcome.place)], minlength=count),
        "labels": _count_kinds(outcome.group, codes, count),
        "sellers": _count_kinds(outcome.group, sellers, count),
        "contradicted": _count_inside(outcome, outcome.contradicted, count),
        "held": np.bincount(outcome.group[np.array(outcome.held, np.int64).reshape(-1)], minlength=count),
        "judged": _count_inside(outcome, judged, count),
    }
    counts = {name: values[groups].astype(np.int64) for name, values in found.items()}
    links = np.bincount(of_match[outcome.direct], minlength=count)[groups]
    differing = of_match[_choose(signs.disagree, outcome.place) & outcome.direct]
    disagreeing = np.bincount(differing, minlength=count)[groups] / np.maximum(links, 1)
    is_locked = np.isin(groups, outcome.group[number_locks(len(outcome.group), outcome.judged.locked) != FREE])
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


def _choose(sign: NDArray[np.bool_], place: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which matches have a sign of candidate pairs; shape (M,). One that no search found has none."""
    found = np.zeros(len(place), np.bool_)
    found[place >= 0] = sign[place[place >= 0]]
    return found


def _count_kinds(group: NDArray[np.int32], kind: NDArray[np.integer] | None, groups: int) -> NDArray[np.int64]:
    """How many kinds, such as labels, each group holds; unknown ones are none. Shape (G,)."""
    if kind is None or not (kind >= 0).any():
        return np.zeros(groups, np.int64)
    known = kind >= 0
    key = np.unique(group[known].astype(np.int64) * (int(kind.max()) + 1) + kind[known])
    return np.bincount(key // (int(kind.max()) + 1), minlength=groups)


def _count_inside(
    outcome: Outcome, judged: Sequence[tuple[int, int]] | NDArray[np.int64], groups: int
) -> NDArray[np.int64]:
    """How many of some pairs of rows each group holds; shape (G,)."""
    ends = outcome.group[np.asarray(judged, dtype=np.int64).reshape(-1, 2)]
    return np.bincount(ends[ends[:, 0] == ends[:, 1], 0], minlength=groups)
