"""What a recipe and a curator's verdicts come to: the matches and groups that are handed on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.edge import distance_to_edge
from matcher.groups import contradictions, group_listings
from matcher.pairs import CandidatePairs
from matcher.recipe import Recipe


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

    A pair judged the same is a match, one judged different is none, whatever the recipe says.

    Args:
        pairs: P candidate pairs of N listings.
        recipe: What decided.
        is_match: Shape (P,). Its decisions.
        same: Pairs of rows judged to be one product.
        different: Pairs of rows judged not to be.
    """
    key = pairs.left.astype(np.int64) * pairs.n + pairs.right
    wanted, refused = _keys(same, pairs.n), _keys(different, pairs.n)
    kept = is_match.copy()
    kept[_positions(key, refused)] = False
    kept[_positions(key, wanted)] = True
    rows = np.flatnonzero(kept)
    unseen = wanted[~np.isin(wanted, key[rows])]  # judged the same, but found by no search
    left = np.concatenate([pairs.left[rows], (unseen // pairs.n).astype(np.int32)])
    right = np.concatenate([pairs.right[rows], (unseen % pairs.n).astype(np.int32)])
    none = np.full(len(unseen), np.inf, np.float32)
    distance = {modality: np.concatenate([values[rows], none]) for modality, values in pairs.distance.items()}
    strength = np.concatenate([distance_to_edge(pairs.chosen(rows), recipe), none])
    strength[np.isin(left.astype(np.int64) * pairs.n + right, wanted)] = -np.inf
    group = group_listings(pairs.n, left, right, strength, same, different)
    return Outcome(left, right, distance, strength, group, contradictions(pairs.n, same, different))


def _keys(judged: Sequence[tuple[int, int]], n: int) -> NDArray[np.int64]:
    """One number for each pair of rows, ascending, each once."""
    rows = np.sort(np.array(judged, dtype=np.int64).reshape(-1, 2), axis=1)
    return np.unique(rows[:, 0] * n + rows[:, 1])


def _positions(key: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.intp]:
    """Where those of the wanted keys that are there stand in the ascending keys."""
    at = np.searchsorted(key, wanted)
    there = at < len(key)
    there[there] = key[at[there]] == wanted[there]
    return at[there]
