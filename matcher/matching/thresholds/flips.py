"""What a proposed rule would decide otherwise: pair by pair, the most harmful first, and group by group."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.metrics import SAME, UNKNOWN
from matcher.vectors.candidate_pairs import CandidatePairs

AGREES, OPEN, AGAINST_LABEL, AGAINST_VERDICT = -1, 0, 1, 2
"""What is known speaks for the flip, or nothing is known, or a label or a curator's verdict speaks against it."""


@dataclass(frozen=True)
class Flips:
    """Pairs that change side, the most harmful first.

    Attributes:
        rows: Shape (F,). Positions among the candidate pairs.
        comes: Shape (F,). Whether the pair becomes a match; else it is none any more.
        moves: Shape (F,). Pairs of listings that come to be one group, or no more, between the groups of its two ends.
        harm: Shape (F,). One of AGREES, OPEN, AGAINST_LABEL and AGAINST_VERDICT.
    """

    rows: NDArray[np.intp]
    comes: NDArray[np.bool_]
    moves: NDArray[np.int64]
    harm: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class GroupChanges:
    """What becomes of the groups of two listings and more.

    Attributes:
        merged: Groups that are joined to another one, or to a part of one.
        grown: Groups that only win single listings.
        split: Groups whose listings part.
        kept: Groups that stay what they are.
        formed: New groups, of listings that stood alone.
    """

    merged: int
    grown: int
    split: int
    kept: int
    formed: int


def list_flips(
    pairs: CandidatePairs,
    before: NDArray[np.bool_],
    after: NDArray[np.bool_],
    groups: tuple[NDArray[np.int32], NDArray[np.int32]],
    known: NDArray[np.int8],
    is_judged: NDArray[np.bool_],
) -> Flips:
    """List the pairs that two rules decide otherwise, those first that do most harm.

    First those that a verdict stands against, then those that a label does, then those of which nothing is known, and
    last those that are known to be right; of each kind, those first that move most pairs of listings into one group
    or out of it. Of the pairs between the same two groups one stands for all, and the others come behind those of other
    groups: one answer tells most of what joins or parts these two.

    Args:
        pairs: P candidate pairs of N listings.
        before: Shape (P,). Matches of the rule in force.
        after: Shape (P,). Matches of the proposed one.
        groups: The group of each listing, shape (N,), under the one and under the other.
        known: Shape (P,). SAME, DIFFERENT or UNKNOWN, as `kind_of` says it.
        is_judged: Shape (P,). Whether a curator said so, or has locked it.

    Raises:
        DataError: Arrays of other lengths.
    """
    if {len(before), len(after), len(known), len(is_judged)} != {len(pairs)} or {len(g) for g in groups} != {pairs.n}:
        raise DataError("Decisions and groups of another catalog came with these pairs; encode the catalog again.")
    rows = np.flatnonzero(before != after)
    comes = after[rows]
    wrong = (known[rows] == SAME) != comes
    harm = np.where(wrong, np.where(is_judged[rows], AGAINST_VERDICT, AGAINST_LABEL), AGREES)
    harm[known[rows] == UNKNOWN] = OPEN
    ends = pairs.left[rows], pairs.right[rows]
    moves = np.where(comes, _joined(*groups, *ends), _joined(*groups[::-1], *ends))
    kind = 2 * harm + comes
    turn = np.where(comes, _turns(*ends, groups[0], kind), _turns(*ends, groups[1], kind))
    order = np.lexsort((rows, -moves, turn, -harm))
    return Flips(rows[order], comes[order], moves[order], harm[order].astype(np.int8))


def compare_groups(before: NDArray[np.int32], after: NDArray[np.int32]) -> GroupChanges:
    """Tell what becomes of groups.

    Args:
        before: Shape (N,). Group of each listing, 0...
        after: Shape (N,). The same under another rule.
    """
    size_before, size_after = np.bincount(before), np.bincount(after)
    key = np.unique(before.astype(np.int64) * (int(after.max(initial=0)) + 1) + after)  # a row for each part of a group
    group, where = np.divmod(key, int(after.max(initial=0)) + 1)
    big = size_before[group] > 1
    parts = np.bincount(group, minlength=len(size_before))
    whole = big & (parts[group] == 1)
    same = whole & (size_before[group] == size_after[where])
    company = np.bincount(where[big], minlength=len(size_after))
    merged = whole & ~same & (company[where] > 1)
    return GroupChanges(
        merged=int(merged.sum()),
        grown=int((whole & ~same & ~merged).sum()),
        split=int(((size_before > 1) & (parts > 1)).sum()),
        kept=int(same.sum()),
        formed=int(((size_after > 1) & (company == 0)).sum()),
    )


def _joined(
    apart: NDArray[np.int32], together: NDArray[np.int32], left: NDArray[np.int32], right: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Pairs of listings between the groups of two listings that one grouping parts and the other joins; else 0."""
    size = np.bincount(apart)
    joined = (apart[left] != apart[right]) & (together[left] == together[right])
    return np.where(joined, size[apart[left]] * size[apart[right]], 0)


def _turns(
    left: NDArray[np.int32], right: NDArray[np.int32], group: NDArray[np.int32], kind: NDArray[np.intp]
) -> NDArray[np.int64]:
    """How many pairs before this one are of the same kind and lie between the same two groups; shape (F,)."""
    one, other = np.minimum(group[left], group[right]), np.maximum(group[left], group[right])
    order = np.lexsort((other, one, kind))
    first = np.ones(len(order), np.bool_)
    first[1:] = (np.diff(np.stack([kind, one, other])[:, order], axis=1) != 0).any(axis=0)
    place = np.arange(len(order))
    turn = np.empty(len(order), np.int64)
    turn[order] = place - np.maximum.accumulate(np.where(first, place, 0))
    return turn
