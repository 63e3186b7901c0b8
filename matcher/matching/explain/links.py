"""Two listings by way of others: what joins them into one group, or how little lies between their two groups."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.matching.conflicts import stand_against
from matcher.matching.groups.column_values import values_of
from matcher.matching.recipe import LEARNED
from matcher.matching.resolve import Outcome
from matcher.vectors.candidate_pairs import CandidatePairs


@dataclass(frozen=True)
class Links:
    """How two listings lie to each other among the groups.

    Attributes:
        is_joined: Whether they are in one group, verdicts obeyed.
        was_joined: Whether they are without any verdict.
        way: Rows from the one to the other, each matching the next by itself; empty where they are not in one group, or
            no such way was kept.
        matching: Pairs between their two groups that match by themselves; 0 where they are in one group.
        between: All pairs between the two groups; 0 where they are in one group.
        mean: Mean probability of a pair model over all pairs between the two groups, 0..1; None without a model.
        is_locked: Whether a lock holds one of them, and so both together, or the two apart.
        shares: Whether the two groups hold one value of the column of which a group holds each at most once.
        against: Pairs between the two groups that speak against one group; 0 where they are in one group.
    """

    is_joined: bool
    was_joined: bool
    way: tuple[int, ...] = ()
    matching: int = 0
    between: int = 0
    mean: float | None = None
    is_locked: bool = False
    shares: bool = False
    against: int = 0


def find_links(
    pairs: CandidatePairs,
    matches: NDArray[np.bool_],
    outcome: Outcome,
    left: int,
    right: int,
    one_per: str | None = None,
    vetoes: Sequence[str] = (),
) -> Links:
    """Look at the groups of two listings.

    Args:
        pairs: P candidate pairs.
        matches: Shape (P,). Which of them match by themselves.
        outcome: The groups.
        left: Row of one listing.
        right: Row of the other.
        one_per: The column of the recipe of which a group holds each value at most once.
        vetoes: Those of the recipe, where it has no pair model.
    """
    group = outcome.group
    was_joined = bool(outcome.unjudged[left] == outcome.unjudged[right])
    one, other = int(group[left]), int(group[right])
    is_locked = bool(np.isin([left, right], outcome.judged.locked[:, 1]).any())
    if one == other:
        return Links(True, was_joined, _find_way(pairs, matches, outcome, left, right), is_locked=is_locked)
    ends = group[pairs.left], group[pairs.right]
    crossing = np.flatnonzero(((ends[0] == one) & (ends[1] == other)) | ((ends[0] == other) & (ends[1] == one)))
    between = int((group == one).sum() * (group == other).sum())
    learned = pairs.distance.get(LEARNED)
    mean = None if learned is None else float((1 - learned[crossing].astype(np.float64)).sum() / between)
    values = values_of(pairs, one_per) if one_per else np.full(len(group), -1)
    shares = set(values[group == one].tolist()) & set(values[group == other].tolist()) - {-1}
    matching = int(matches[crossing].sum())
    against = 0 if pairs.conflicts is None else int(stand_against(pairs.conflicts[crossing], vetoes).sum())
    return Links(False, was_joined, (), matching, between, mean, is_locked, bool(shares), against)


def _find_way(
    pairs: CandidatePairs, matches: NDArray[np.bool_], outcome: Outcome, left: int, right: int
) -> tuple[int, ...]:
    """The fewest matches and verdicts "same" that lead from one listing of a group to another."""
    inside = outcome.group == outcome.group[left]
    rows = np.flatnonzero(matches & inside[pairs.left] & inside[pairs.right])
    same = outcome.judged.same[inside[outcome.judged.same[:, 0]]] if len(outcome.judged.same) else []
    near: dict[int, list[int]] = {}
    refused = {frozenset(pair) for pair in outcome.judged.different.tolist()}
    for one, other in [*np.stack([pairs.left[rows], pairs.right[rows]], axis=1).tolist(), *np.array(same).tolist()]:
        if frozenset((one, other)) not in refused:
            near.setdefault(one, []).append(other)
            near.setdefault(other, []).append(one)
    before = {left: left}
    waiting = deque([left])
    while waiting and right not in before:
        row = waiting.popleft()
        for beside in near.get(row, ()):
            if beside not in before:
                before[beside] = row
                waiting.append(beside)
    if right not in before:
        return ()
    way = [right]
    while way[-1] != left:
        way.append(before[way[-1]])
    return tuple(reversed(way))
