"""What a recipe and a curator's verdicts come to: the groups that are handed on, and the matches they stand for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matcher.matching.clusters import contradictions, group_listings, in_order_of_appearance
from matcher.matching.groups.pairs import pairs_within
from matcher.matching.groups.touched import Judged, find_touched
from matcher.matching.metrics import ascending
from matcher.matching.recipe import Recipe
from matcher.matching.threshold_margin import distance_to_edge
from matcher.vectors.candidate_pairs import CandidatePairs

LEAST_LINKED = 0.25
"""Share of the pairs between two groups that must match for the two to be one product.

F1 of a listing's group under the default recipe, against joining all that a chain connects: the demo .751 to .869,
apparel .888 to .916, relisted goods .883 to .909, titles of many shops .680 to .712, picture hashes .878 to .869.
"""


@dataclass(frozen=True)
class Outcome:
    """Groups with every verdict obeyed, and the matches that they stand for: all pairs of a group, and no others.

    Attributes:
        group: Shape (N,). Group of each listing, 0...
        left: Shape (M,). Row of one listing of each match, less than `right`.
        right: Shape (M,).
        distance: Modality to shape (M,); inf where the pair has none, also where no search found it.
        strength: Shape (M,). How sure a match is, smaller is surer; -inf for those that a curator gave, inf where
            nothing but the group speaks for it.
        direct: Shape (M,). Whether recipe or verdict match the two themselves, and not only others between them.
        contradicted: Pairs of rows judged different that verdicts "same" join all the same.
        judged: The verdicts that were obeyed.
    """

    group: NDArray[np.int32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    distance: Mapping[str, NDArray[np.float32]]
    strength: NDArray[np.float32]
    direct: NDArray[np.bool_]
    contradicted: Sequence[tuple[int, int]]
    judged: Judged


def outcome_of(
    pairs: CandidatePairs,
    recipe: Recipe,
    is_match: NDArray[np.bool_],
    same: Sequence[tuple[int, int]],
    different: Sequence[tuple[int, int]],
    before: Outcome | None = None,
) -> Outcome:
    """Join what the recipe matches into groups, with verdicts over it; two listings match where they are in one group.

    Args:
        pairs: P candidate pairs of N listings.
        recipe: What decided.
        is_match: Shape (P,). Its decisions.
        same: Pairs of rows judged to be one product.
        different: Pairs of rows judged not to be.
        before: What the same recipe and pairs came to under other verdicts: only groups are joined anew that a changed
            verdict touches.
    """
    judged = Judged(ascending(same), ascending(different))
    linked = is_match.copy()
    linked[pairs.positions(*judged.different.T)] = False
    rows = np.flatnonzero(linked)
    links = pairs.left[rows], pairs.right[rows], distance_to_edge(pairs.chosen(rows), recipe)
    group = _join(pairs.n, *links, judged) if before is None else _join_touched(*links, judged, before)
    left, right = pairs_within(group)
    place = pairs.find(left, right)
    seen, at = place >= 0, place[place >= 0]
    distance = {modality: np.full(len(left), np.inf, np.float32) for modality in pairs.distance}
    for modality, values in distance.items():
        values[seen] = pairs.distance[modality][at]
    strength, direct = np.full(len(left), np.inf, np.float32), np.zeros(len(left), np.bool_)
    strength[seen] = distance_to_edge(pairs.chosen(at), recipe)
    direct[seen] = linked[at]
    given = _positions(left, right, judged.same, pairs.n)
    strength[given], direct[given] = -np.inf, True
    return Outcome(
        group, left, right, distance, strength, direct, contradictions(pairs.n, same, different), judged
    )  # fmt: skip


def _join(
    n: int, left: NDArray[np.int32], right: NDArray[np.int32], strength: NDArray[np.float32], judged: Judged
) -> NDArray[np.int32]:
    return group_listings(
        n, left, right, strength, judged.same.tolist(), judged.different.tolist(), LEAST_LINKED
    )  # fmt: skip


def _join_touched(
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    strength: NDArray[np.float32],
    judged: Judged,
    before: Outcome,
) -> NDArray[np.int32]:
    """The groups of before, but for those that changed verdicts touch."""
    n = len(before.group)
    touched = find_touched(n, left, right, before.judged, judged)
    if not touched.any():
        return before.group
    row, inside = np.cumsum(touched) - 1, touched[left]
    apart = judged.different[touched[judged.different].all(axis=1)]
    near = Judged(row[judged.same[touched[judged.same[:, 0]]]], row[apart])
    group = before.group.copy()
    joined = _join(int(touched.sum()), row[left[inside]], row[right[inside]], strength[inside], near)
    group[touched] = n + joined  # no number of before is as large
    return in_order_of_appearance(group)


def _positions(
    left: NDArray[np.int32], right: NDArray[np.int32], wanted: NDArray[np.int64], n: int
) -> NDArray[np.bool_]:
    """Which pairs are among the wanted ones; shape (M,)."""
    return np.isin(left.astype(np.int64) * n + right, wanted[:, 0] * n + wanted[:, 1])


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
