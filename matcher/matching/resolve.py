"""What a recipe and a curator's verdicts come to: the groups that are handed on, and the matches they stand for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matcher.matching.clusters import Ends, RowPairs, connect, group_listings
from matcher.matching.conflicts import stand_against
from matcher.matching.groups.column_values import values_of
from matcher.matching.groups.judged import LEAST_LINKED, NO_PAIRS, NOTHING, Judged, Links, find_affected, obey_verdicts
from matcher.matching.groups.locks import NO_LOCKS
from matcher.matching.groups.pairs import pairs_within
from matcher.matching.groups.within import Within, find_touched, splice
from matcher.matching.metrics import ascending
from matcher.matching.recipe import LEARNED, LINKED, Recipe, distance_of, with_vetoes
from matcher.matching.threshold_margin import distance_to_edge
from matcher.vectors.candidate_pairs import CandidatePairs

LEAST_CUT = 1e-6  # a probability has to be above 0 to join two groups


@dataclass(frozen=True)
class Outcome:
    """Groups with all verdicts and locks obeyed, and the matches they stand for: all pairs of a group, and no others.

    Attributes:
        group: Shape (N,). Group of each listing, 0...
        left: Shape (M,). Row of one listing of each match, less than `right`.
        right: Shape (M,).
        place: Shape (M,). Where each match stands among the candidate pairs, -1 where no search found it.
        distance: Modality to shape (M,); inf where the pair has none, also where no search found it.
        strength: Shape (M,). How sure a match is, smaller is surer; -inf for those that a curator gave, inf where
            nothing but the group speaks for it.
        direct: Shape (M,). Whether recipe or verdict match the two themselves, and not only others between them.
        contradicted: Pairs of rows judged different that verdicts "same" or a lock join all the same.
        held: Pairs of rows judged the same that a lock keeps apart.
        judged: The verdicts and locks that were obeyed.
        unjudged: Shape (N,). Group of each listing without any verdict or lock, 0...
    """

    group: NDArray[np.int32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    place: NDArray[np.intp]
    distance: Mapping[str, NDArray[np.float32]]
    strength: NDArray[np.float32]
    direct: NDArray[np.bool_]
    contradicted: Sequence[tuple[int, int]]
    held: Sequence[tuple[int, int]]
    judged: Judged
    unjudged: NDArray[np.int32]


def outcome_of(
    pairs: CandidatePairs,
    recipe: Recipe,
    is_match: NDArray[np.bool_],
    same: RowPairs | NDArray[np.int64],
    different: RowPairs | NDArray[np.int64],
    before: Outcome | None = None,
    *,
    locked: NDArray[np.int64] = NO_LOCKS,
) -> Outcome:
    """Join what the recipe matches into groups, with verdicts over it; two listings match where they are in one group.

    A lock stands above verdicts: its listings are one group, and no other is in it.

    Args:
        pairs: P candidate pairs of N listings.
        recipe: What decided.
        is_match: Shape (P,). Its decisions.
        same: Pairs of rows judged to be one product.
        different: Pairs of rows judged not to be.
        before: What the same recipe and pairs came to under other verdicts and locks: only groups that a change is
            about are looked at then.
        locked: Shape (L, 2). Rows of locked listings, see `matcher.matching.groups.locks.find_locked`.
    """
    judged = Judged(ascending(same), ascending(different), locked)
    unjudged = before.unjudged if before else join_matches(pairs, recipe, is_match)
    affected = find_affected(unjudged, before.judged if before else NOTHING, judged)
    obeyed = before.group if before else unjudged
    if affected.any():
        near = pairs.among(affected)
        refused = judged.different[affected[judged.different].all(axis=1)]
        matching = np.setdiff1d(near[is_match[near]], pairs.positions(*refused.T), assume_unique=True)
        obeyed = obey_verdicts(unjudged, _links(pairs, recipe, matching, near), judged, obeyed, affected)
    touched = find_touched(before.group, obeyed, affected) if before else np.ones(pairs.n, np.bool_)
    within = _describe_within(pairs, recipe, is_match, judged, obeyed, touched)
    if before:
        was = Within(before.left, before.right, before.place, dict(before.distance), before.strength, before.direct)
        within = splice(was, within, touched)
    contradicted = _choose(different, obeyed, are_one=True)
    return Outcome(obeyed, *within, contradicted, _choose(same, obeyed, are_one=False), judged, unjudged)


def _choose(said: RowPairs | NDArray[np.int64], group: NDArray[np.int32], *, are_one: bool) -> list[tuple[int, int]]:
    """Those of some pairs whose two are in one group, or those whose two are not."""
    pairs = np.asarray(said, dtype=np.int64).reshape(-1, 2)
    one, other = group[pairs].T
    return [(left, right) for left, right in pairs[(one == other) == are_one].tolist()]


def _describe_within(
    pairs: CandidatePairs,
    recipe: Recipe,
    is_match: NDArray[np.bool_],
    judged: Judged,
    group: NDArray[np.int32],
    wanted: NDArray[np.bool_],
) -> Within:
    """All pairs within the groups of the wanted listings, which are whole groups."""
    rows = np.flatnonzero(wanted).astype(np.int32)
    left, right = (rows[end] for end in pairs_within(group[rows]))
    place = pairs.find(left, right)
    seen, at = place >= 0, place[place >= 0]
    distance = {name: np.full(len(left), np.inf, np.float32) for name in pairs.distance if name != LINKED}
    for name, values in distance.items():
        values[seen] = pairs.distance[name][at]
    strength, direct = np.full(len(left), np.inf, np.float32), np.zeros(len(left), np.bool_)
    strength[seen], direct[seen] = _strength(pairs.chosen(at), recipe), is_match[at]
    if (
        recipe.fusion == "learned"
    ):  # all pairs of a group are matches; by itself a pair is one where it is likely enough
        direct[seen] = pairs.distance[LEARNED][at] <= np.float32(recipe.threshold(LEARNED))
    given, refused = (_among(left, right, pairs_judged, pairs.n) for pairs_judged in (judged.same, judged.different))
    direct[refused] = False
    strength[given], direct[given] = -np.inf, True
    return Within(left, right, place, distance, strength, direct)


def join_matches(
    pairs: CandidatePairs, recipe: Recipe, is_match: NDArray[np.bool_], *, chained: bool = False
) -> NDArray[np.int32]:
    """The groups of a recipe without any verdict.

    Args:
        pairs: P candidate pairs of N listings.
        recipe: What decided.
        is_match: Shape (P,). Its decisions.
        chained: Whether all that a chain of matches connects is one group, to see what is won by not doing so.

    Returns:
        Shape (N,). Group of each listing, 0...
    """
    if chained or recipe.fusion == "learned":  # there the linkage has joined them already
        return connect(pairs.n, pairs.left[is_match], pairs.right[is_match])
    links = _links(pairs, recipe, np.flatnonzero(is_match), np.arange(len(pairs)))
    ends = links.left, links.right
    return group_listings(
        pairs.n, *ends, links.strength, least_linked=LEAST_LINKED, values=links.values, against=links.against
    )


def _links(pairs: CandidatePairs, recipe: Recipe, rows: NDArray[np.intp], among: NDArray[np.intp]) -> Links:
    """Links of the matches at some positions, and what speaks against one group, among the pairs at others."""
    chosen = pairs.chosen(rows)
    cut = max(1 - recipe.threshold(LEARNED), LEAST_CUT) if recipe.fusion == "learned" else None
    values = values_of(pairs, recipe.one_per) if recipe.one_per else None
    ends, strength = (pairs.left[rows], pairs.right[rows]), _strength(with_vetoes(chosen, recipe), recipe)
    return Links(*ends, strength, cut, values, _against(pairs, recipe, among))


def _against(pairs: CandidatePairs, recipe: Recipe, among: NDArray[np.intp]) -> Ends:
    if recipe.fusion == "learned" or pairs.conflicts is None:
        return NO_PAIRS
    rows = among[stand_against(pairs.conflicts[among], recipe.veto)]
    return pairs.left[rows], pairs.right[rows]


def _strength(pairs: CandidatePairs, recipe: Recipe) -> NDArray[np.float32]:
    """How sure each pair is by itself, smaller is surer; shape (P,)."""
    return distance_of(pairs, LEARNED) if recipe.fusion == "learned" else distance_to_edge(pairs, recipe)


def _among(left: NDArray[np.int32], right: NDArray[np.int32], wanted: NDArray[np.int64], n: int) -> NDArray[np.bool_]:
    """Which pairs are among the wanted ones; shape (M,)."""
    return np.isin(left.astype(np.int64) * n + right, wanted[:, 0] * n + wanted[:, 1])


def find_closest(outcome: Outcome, row: int) -> int | None:
    """The listing of its group that a listing is surest to match, the first of equally sure ones; None if it is alone.

    Args:
        outcome: The groups.
        row: The listing; one that is in no match may be any number.
    """
    found = np.flatnonzero((outcome.left == row) | (outcome.right == row))
    if not len(found):
        return None
    best = found[np.argmin(outcome.strength[found])]
    return int(outcome.left[best] + outcome.right[best] - row)


def order_groups(
    group: NDArray[np.int32], codes: NDArray[np.int32], order: Literal["largest", "smallest", "mixed"]
) -> NDArray[np.intp]:
    """Numbers of the groups with two listings or more.

    Args:
        group: Shape (N,). Group of each listing.
        codes: Shape (N,). Label code of each, -1 where unknown.
        order: "mixed" are only the groups that hold several labels, the largest first.
    """
    sizes = np.bincount(group)
    numbers = np.flatnonzero(sizes > 1)
    if order == "mixed":
        known = codes >= 0
        labels = np.unique(np.stack([group[known], codes[known]]), axis=1)[0]  # one entry for each group and label
        numbers = numbers[np.bincount(labels, minlength=len(sizes))[numbers] > 1]
    return numbers[np.argsort(sizes[numbers] if order == "smallest" else -sizes[numbers], kind="stable")]
