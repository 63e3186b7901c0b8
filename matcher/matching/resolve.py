"""What a recipe and a curator's verdicts come to: the matches and groups that are handed on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matcher.matching.clusters import connect, contradictions, group_listings, pairs_within
from matcher.matching.linkage import average_linkage
from matcher.matching.metrics import ascending
from matcher.matching.recipe import LEARNED, LINKED, Recipe, distance_of, with_vetoes
from matcher.matching.threshold_margin import distance_to_edge
from matcher.vectors.candidate_pairs import CandidatePairs

LEAST_LINKED = 0.25
"""Share of the pairs between two groups that must match for the two to be one product.

F1 of a listing's group under the default recipe, against joining all that a chain connects: the demo .751 to .869,
apparel .888 to .916, relisted goods .883 to .909, titles of many shops .680 to .712, picture hashes .878 to .869.
"""


@dataclass(frozen=True)
class Outcome:
    """Matches and groups with every verdict obeyed.

    Attributes:
        left: Shape (M,). Row of one listing of each match, less than `right`.
        right: Shape (M,).
        distance: Modality to shape (M,); inf where the pair has none, also for verdicts on pairs no search found.
        strength: Shape (M,). How sure a match is, smaller is surer; -inf for those that a curator gave.
        group: Shape (N,). Group of each listing, 0...
        contradicted: Pairs of rows judged different that verdicts "same" join all the same.
    """

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    distance: Mapping[str, NDArray[np.float32]]
    strength: NDArray[np.float32]
    group: NDArray[np.int32]
    contradicted: Sequence[tuple[int, int]]


def outcome_of(
    pairs: CandidatePairs,
    recipe: Recipe,
    is_match: NDArray[np.bool_],
    same: Sequence[tuple[int, int]],
    different: Sequence[tuple[int, int]],
) -> Outcome:
    """Put verdicts over what the recipe decided.

    A pair judged the same is a match, one judged different is none, whatever the recipe says. A match that would join
    two listings judged different through others is none either, so that matches and groups say the same.

    Args:
        pairs: P candidate pairs of N listings.
        recipe: What decided.
        is_match: Shape (P,). Its decisions.
        same: Pairs of rows judged to be one product.
        different: Pairs of rows judged not to be.
    """
    if recipe.fusion == "learned":
        return _outcome_of_learned(pairs, recipe, is_match, same, different)
    alike, apart = ascending(same), ascending(different)
    kept = is_match.copy()
    kept[pairs.positions(*apart.T)] = False
    given = pairs.positions(*alike.T)
    kept[given] = True
    rows = np.flatnonzero(kept)
    found = set(zip(pairs.left[given].tolist(), pairs.right[given].tolist(), strict=True))
    unseen = np.array([pair for pair in alike.tolist() if tuple(pair) not in found], dtype=np.int32).reshape(-1, 2)
    left, right = np.concatenate([pairs.left[rows], unseen[:, 0]]), np.concatenate([pairs.right[rows], unseen[:, 1]])
    none = np.full(len(unseen), np.inf, np.float32)
    distance = {modality: np.concatenate([values[rows], none]) for modality, values in pairs.distance.items()}
    strength = np.concatenate([distance_to_edge(pairs.chosen(rows), recipe), -none])
    strength[np.searchsorted(rows, given)] = -np.inf
    if len(apart):
        part = group_listings(pairs.n, left, right, strength, same, different)
        obeyed = part[left] == part[right]
        left, right, strength = left[obeyed], right[obeyed], strength[obeyed]
        distance = {modality: values[obeyed] for modality, values in distance.items()}
    group = group_listings(pairs.n, left, right, strength, same, different, LEAST_LINKED)
    return Outcome(left, right, distance, strength, group, contradictions(pairs.n, same, different))


def _outcome_of_learned(
    pairs: CandidatePairs,
    recipe: Recipe,
    is_match: NDArray[np.bool_],
    same: Sequence[tuple[int, int]],
    different: Sequence[tuple[int, int]],
) -> Outcome:
    """Groups by average linkage with verdicts in it, and as matches all pairs within them, found by a search or not."""
    cut = max(1 - recipe.threshold("learned"), 1e-6)
    own = distance_of(pairs, LEARNED)
    apart = list(different)
    if recipe.veto:
        off = np.flatnonzero(np.isinf(with_vetoes(pairs, recipe).distance[LEARNED]))
        apart += zip(pairs.left[off].tolist(), pairs.right[off].tolist(), strict=True)
    if same or different:
        likely = np.flatnonzero(own < 1)
        group = average_linkage(pairs.n, pairs.left[likely], pairs.right[likely], 1 - own[likely], cut, same, apart)
    else:
        group = connect(pairs.n, pairs.left[is_match], pairs.right[is_match])
    left, right = pairs_within(group)
    key = left.astype(np.int64) * pairs.n + right
    rows = pairs.positions(left, right)
    at = np.searchsorted(key, pairs.left[rows].astype(np.int64) * pairs.n + pairs.right[rows])
    distance = {}
    for name, values in pairs.distance.items():
        distance[name] = np.full(len(left), np.inf, np.float32)
        distance[name][at] = values[rows]
    strength = distance[LEARNED].copy()
    judged = ascending(same)
    strength[np.isin(key, judged[:, 0] * pairs.n + judged[:, 1])] = -np.inf
    del distance[LINKED]
    return Outcome(left, right, distance, strength, group, contradictions(pairs.n, same, different))


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
