"""Locked groups: together and alone under every rule, verdicts and groups beside them as they would be without."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.groups.locks import NO_LOCKS, count_in_the_way, find_locked
from matcher.matching.recipe import Recipe, decide
from matcher.matching.resolve import outcome_of
from matcher.vectors.candidate_pairs import CandidatePairs

N = 7
EVERY = [(i, j) for i in range(N) for j in range(i + 1, N)]
RULE = Recipe("tfidf", None, text_threshold=0.5)

matches = st.lists(st.sampled_from(EVERY), unique=True).map(sorted)
verdicts = st.dictionaries(st.sampled_from(EVERY), st.booleans(), max_size=5)
locks = st.lists(st.sets(st.integers(0, N - 1), min_size=2, max_size=4), max_size=2)


def groups(found, said, locked, before=None):
    ends = np.array(found, np.int32).reshape(-1, 2)
    distance = {"text": np.linspace(0.1, 0.5, len(found)).astype(np.float32)}
    pairs = CandidatePairs(N, ends[:, 0], ends[:, 1], np.ones(len(found), np.uint16), distance)
    same, different = ([pair for pair, alike in said.items() if alike is wanted] for wanted in (True, False))
    ids = {str(row): row for row in range(N)}
    where = find_locked(ids, [{str(row) for row in lock} for lock in locked])
    return outcome_of(pairs, RULE, decide(pairs, RULE), same, different, before, locked=where)


@given(matches, verdicts, locks)
def test_a_lock_is_a_group_whatever_is_matched_and_judged(found, said, locked):
    outcome = groups(found, said, locked)
    merged = [set(lock) for lock in locked]
    if len(merged) == 2 and merged[0] & merged[1]:
        merged = [merged[0] | merged[1]]
    for lock in merged:
        (group,) = {int(outcome.group[row]) for row in lock}
        assert set(np.flatnonzero(outcome.group == group).tolist()) == lock
    assert all(outcome.group[one] == outcome.group[other] for one, other in outcome.contradicted)
    assert all(outcome.group[one] != outcome.group[other] for one, other in outcome.held)
    for (one, other), alike in said.items():
        told = (one, other) in (outcome.held if alike else outcome.contradicted)
        assert told or bool(outcome.group[one] == outcome.group[other]) is alike


@given(matches, verdicts, locks)
def test_what_is_not_locked_is_grouped_as_if_what_is_were_not_there(found, said, locked):
    held = set().union(*locked)
    outcome = groups(found, said, locked)
    free = [row for row in range(N) if row not in held]
    near = {row for pair in [*found, *said] if set(pair) & held for row in pair}
    if near & set(free):  # groups that a lock takes listings out of are joined again, of their own links
        return
    alone = groups(found, said, [])
    for one in free:
        for other in free:
            assert (outcome.group[one] == outcome.group[other]) == (alone.group[one] == alone.group[other])


@given(matches, verdicts, locks, verdicts, locks)
def test_groups_after_a_lock_or_without_one_are_what_a_new_start_gives(found, said, locked, then, later):
    before = groups(found, said, locked)
    for words, held in ((then, later), (said, later), (then, [])):
        fresh, changed = groups(found, words, held), groups(found, words, held, before)
        assert fresh.group.tolist() == changed.group.tolist()


def test_a_chain_falls_apart_where_its_middle_is_locked_away():
    chain = [(0, 2), (1, 2)]
    assert groups(chain, {}, []).group.tolist()[:3] == [0, 0, 0]
    locked = groups(chain, {(0, 2): True, (3, 4): False}, [{2, 3, 4}])
    assert locked.group.tolist()[:5] == [0, 1, 2, 2, 2]
    assert locked.held == [(0, 2)]
    assert locked.contradicted == [(3, 4)]


def test_a_verdict_that_a_lock_holds_back_changes_no_other_group():
    # 4 alone matches one of the three; with 5 beside it that was too little to join them.
    found = [(0, 1), (0, 2), (0, 4), (1, 2), (4, 5)]
    assert groups(found, {}, []).group.tolist() == [0, 0, 0, 1, 2, 2, 3]
    assert groups(found, {(0, 5): True}, [{5, 6}]).group.tolist() == [0, 0, 0, 1, 2, 3, 3]


def test_locks_are_in_the_way_of_a_rule_that_parts_or_adds_to_them():
    locked = np.array([[0, 0], [0, 1], [2, 2], [2, 3]])
    assert count_in_the_way(np.array([0, 0, 1, 1, 2]), locked) == 0
    assert count_in_the_way(np.array([0, 0, 1, 1, 1]), locked) == 1
    assert count_in_the_way(np.array([0, 1, 1, 1, 2]), locked) == 2
    assert count_in_the_way(np.array([0, 0]), NO_LOCKS) == 0


def test_rows_of_locks_are_those_that_are_there():
    rows = {"a": 4, "b": 1, "c": 0}
    assert find_locked(rows, [["a", "b", "gone"], ["c"]]).tolist() == [[0, 0], [1, 1], [1, 4]]
    assert find_locked(rows, [["a", "b"], ["b", "c"]]).tolist() == [[0, 0], [0, 1], [0, 4]]
    assert find_locked(rows, [["gone"]]).tolist() == NO_LOCKS.tolist()
