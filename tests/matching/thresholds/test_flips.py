"""Flips and changed groups against slow counting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.clusters import connect
from matcher.matching.metrics import DIFFERENT, SAME, UNKNOWN
from matcher.matching.thresholds.flips import (
    AGAINST_LABEL,
    AGAINST_VERDICT,
    AGREES,
    OPEN,
    compare_groups,
    list_flips,
)
from matcher.vectors.candidate_pairs import CandidatePairs

groupings = st.integers(1, 9).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 4), min_size=n, max_size=n)] * 2)
)  # fmt: skip


def numbered(names):
    return np.unique(np.array(names), return_inverse=True)[1].astype(np.int32)


def members(group):
    return [frozenset(np.flatnonzero(group == number).tolist()) for number in np.unique(group)]


@given(groupings)
def test_changed_groups_are_what_sets_say(drawn):
    before, after = map(numbered, drawn)
    found = compare_groups(before, after)
    old, new = members(before), members(after)
    split = kept = merged = grown = 0
    for group in (group for group in old if len(group) > 1):
        homes = [home for home in new if home & group]
        if len(homes) > 1:
            split += 1
        elif homes[0] == group:
            kept += 1
        elif any(len(other) > 1 and other & homes[0] for other in old if other != group):
            merged += 1
        else:
            grown += 1
    formed = sum(len(home) > 1 and not any(len(g) > 1 and g & home for g in old) for home in new)
    assert (found.merged, found.grown, found.split, found.kept, found.formed) == (merged, grown, split, kept, formed)


@st.composite
def decided(draw):
    n = draw(st.integers(2, 7))
    left, right = (side.astype(np.int32) for side in np.triu_indices(n, 1))
    pairs = CandidatePairs(n, left, right, np.ones(len(left), np.uint16), {})

    def several(of, kind):
        return np.array(draw(st.lists(of, min_size=len(left), max_size=len(left))), kind)

    before, after = several(st.booleans(), bool), several(st.booleans(), bool)
    groups = tuple(connect(n, left[match], right[match]) for match in (before, after))
    return (
        pairs,
        before,
        after,
        groups,
        several(st.sampled_from([SAME, DIFFERENT, UNKNOWN]), np.int8),
        several(st.booleans(), bool),
    )


@given(decided())
def test_every_flip_is_listed_once_with_what_it_moves(drawn):
    pairs, before, after, groups, known, judged = drawn
    found = list_flips(*drawn)
    assert sorted(found.rows.tolist()) == np.flatnonzero(before != after).tolist()
    for row, comes, moves, harm in zip(found.rows, found.comes, found.moves, found.harm, strict=True):
        assert comes == after[row]
        apart, together = groups if comes else groups[::-1]
        one, other = pairs.left[row], pairs.right[row]
        expected = 0
        if apart[one] != apart[other] and together[one] == together[other]:
            expected = int((apart == apart[one]).sum() * (apart == apart[other]).sum())
        assert moves == expected
        if known[row] == UNKNOWN:
            assert harm == OPEN
        elif (known[row] == SAME) == comes:
            assert harm == AGREES
        else:
            assert harm == (AGAINST_VERDICT if judged[row] else AGAINST_LABEL)
    seen, turns = {}, {}
    for row, comes, harm in sorted(zip(found.rows, found.comes, found.harm, strict=True)):
        apart = groups[0] if comes else groups[1]
        place = (harm, comes, frozenset((apart[pairs.left[row]], apart[pairs.right[row]])))
        turns[row] = seen[place] = seen.get(place, -1) + 1
    keys = [
        (-harm, turns[row], -moves, row) for harm, moves, row in zip(found.harm, found.moves, found.rows, strict=True)
    ]
    assert keys == sorted(keys)


def test_pairs_of_one_merge_take_turns_with_those_of_others():
    left, right = np.array([[0, 0, 1, 4], [2, 3, 2, 5]], np.int32)
    pairs = CandidatePairs(6, left, right, np.ones(4, np.uint16), {})
    groups = tuple(np.array(group, np.int32) for group in ([0, 0, 1, 1, 2, 3], [0, 0, 0, 0, 1, 1]))
    none, every = np.zeros(4, bool), np.ones(4, bool)
    found = list_flips(pairs, none, every, groups, np.full(4, UNKNOWN, np.int8), none)
    assert found.rows.tolist() == [0, 3, 1, 2]  # the two single listings before the second pair of the large groups
    assert found.moves.tolist() == [4, 1, 4, 4]


def test_a_merge_of_large_groups_comes_before_small_ones_and_a_verdict_before_both():
    left, right = np.array([[0, 0, 1, 3, 5, 7], [1, 3, 2, 4, 6, 8]], np.int32)
    pairs = CandidatePairs(9, left, right, np.ones(6, np.uint16), {})
    before = np.array([1, 0, 1, 1, 0, 0], bool)
    after = np.ones(6, bool)
    groups = tuple(connect(9, left[match], right[match]) for match in (before, after))
    known = np.array([UNKNOWN] * 5 + [DIFFERENT], np.int8)
    found = list_flips(pairs, before, after, groups, known, np.arange(6) == 5)
    assert found.rows.tolist() == [5, 1, 4]
    assert found.moves.tolist() == [1, 6, 1]  # three listings and two
    changes = compare_groups(*groups)
    assert (changes.merged, changes.split, changes.kept, changes.formed) == (2, 0, 0, 2)


def test_arrays_of_another_catalog_are_refused():
    pairs = CandidatePairs(2, *np.array([[0], [1]], np.int32), np.ones(1, np.uint16), {})
    some, groups = np.ones(1, bool), (np.zeros(2, np.int32),) * 2
    with pytest.raises(DataError, match="another catalog"):
        list_flips(pairs, some, np.ones(2, bool), groups, np.zeros(1, np.int8), some)
