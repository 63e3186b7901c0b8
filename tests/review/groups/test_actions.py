"""What an action writes: groups come to what it means, under every rule, and no verdict is written for nothing."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.recipe import Recipe, decide
from matcher.matching.resolve import outcome_of
from matcher.review.groups.actions import Known, judge_none, judge_same, relate, split, take_out
from matcher.storage.records import DIFFERENT, MATCH, UNSURE, VARIANT
from matcher.vectors.candidate_pairs import CandidatePairs

N = 6
ROWS = list(range(N))
EVERY = list(combinations(ROWS, 2))
RULE = Recipe("tfidf", None, text_threshold=0.5)

pairs_of_rows = st.lists(st.sampled_from(EVERY), unique=True)
said_before = st.dictionaries(st.sampled_from(EVERY), st.sampled_from([MATCH, DIFFERENT, VARIANT, UNSURE]), max_size=6)
some = st.sets(st.sampled_from(ROWS), min_size=1, max_size=N - 1)


def groups_after(plan, given_before, matches):
    """Group of each row under a rule that matches some pairs, with all verdicts obeyed."""
    said = given_before | {(one, other): kind for one, other, kind in plan.verdicts}
    ends = np.array(sorted(matches), np.int32).reshape(-1, 2)
    distance = {"text": np.full(len(ends), 0.3, np.float32)}
    pairs = CandidatePairs(N, ends[:, 0], ends[:, 1], np.ones(len(ends), np.uint16), distance)
    same = [pair for pair, kind in said.items() if kind == MATCH]
    different = [pair for pair, kind in said.items() if kind in (DIFFERENT, VARIANT)]
    outcome = outcome_of(pairs, RULE, decide(pairs, RULE), same, different)
    assert outcome.contradicted == []
    return outcome.group.tolist()


@given(said_before, pairs_of_rows, pairs_of_rows)
def test_all_the_same_is_one_group_under_every_rule(before, links, later):
    plan = judge_same(ROWS, Known(before, links))
    assert len(set(groups_after(plan, before, later))) == 1
    assert {kind for *_, kind in plan.verdicts} <= {MATCH}
    assert len(plan.verdicts) <= N - 1 + sum(kind in (DIFFERENT, VARIANT) for kind in before.values())


@given(said_before, pairs_of_rows, pairs_of_rows, some)
def test_what_is_taken_out_is_with_none_of_the_others_under_every_rule(before, links, later, ticked):
    inside = {pair: kind for pair, kind in before.items() if not (set(pair) <= ticked and kind != MATCH)}
    plan = take_out(ROWS, ticked, Known(inside, links))
    group = groups_after(plan, inside, later)
    rest = {group[row] for row in ROWS if row not in ticked}
    assert len(rest) == 1
    assert not rest & {group[row] for row in ticked}
    assert plan.leaving == len(ticked)


@given(said_before, pairs_of_rows, pairs_of_rows, some)
def test_a_split_is_two_groups_under_every_rule(before, links, later, ticked):
    parts = [sorted(ticked), [row for row in ROWS if row not in ticked]]
    group = groups_after(split(parts, Known(before, links)), before, later)
    assert len(set(group)) == 2
    assert all(len({group[row] for row in part}) == 1 for part in parts)


@given(said_before, pairs_of_rows, pairs_of_rows)
def test_none_is_as_many_groups_as_listings_under_every_rule(before, links, later):
    plan = judge_none(ROWS, Known(before, links))
    assert len(set(groups_after(plan, before, later))) == N
    assert all(before.get((one, other)) not in (DIFFERENT, VARIANT) for one, other, _ in plan.verdicts)


@given(said_before, pairs_of_rows, some)
def test_the_same_action_again_writes_nothing(before, links, ticked):
    known = Known(before, links)
    parts = [sorted(ticked), [row for row in ROWS if row not in ticked]]
    for act in (
        lambda known: judge_same(ROWS, known),
        lambda known: judge_none(ROWS, known),
        lambda known: split(parts, known),
        lambda known: take_out(ROWS, ticked, known),
        lambda known: take_out(ROWS, ticked, known, VARIANT),
        lambda known: relate(*parts, known),
    ):
        said = before | {(one, other): kind for one, other, kind in act(known).verdicts}
        assert act(Known(said, links)).verdicts == ()


def test_as_few_verdicts_as_say_it():
    links = [(0, 1), (1, 2), (0, 2), (3, 4)]
    assert judge_same([0, 1, 2], Known({}, links)).verdicts == ((0, 1, MATCH), (1, 2, MATCH))
    assert judge_same([0, 1, 2, 3], Known({(0, 3): MATCH}, links)).verdicts == ((0, 1, MATCH), (1, 2, MATCH))
    # Three leave with two verdicts: that they are one product, and that the other two are, is known.
    known = Known({(0, 1): MATCH, (2, 3): MATCH, (3, 4): MATCH}, [(1, 4)])
    assert take_out([0, 1, 2, 3, 4], [2, 3, 4], known).verdicts == ((1, 4, DIFFERENT),)
    assert take_out([0, 1, 2], [2], Known({}, links)).verdicts == ((0, 1, MATCH), (1, 2, DIFFERENT))
    assert take_out([0, 1, 2], [2], Known({}, links), VARIANT).verdicts == ((0, 1, MATCH), (1, 2, VARIANT))
    assert take_out([0, 1, 2], [2], Known({(0, 2): VARIANT}, links)).verdicts == ((0, 1, MATCH),)
    assert relate([0, 1], [3, 4], Known({}, [(1, 3)])).verdicts == ((1, 3, VARIANT),)
    assert relate([0, 1], [3, 4], Known({(0, 4): VARIANT}, [(1, 3)])).verdicts == ()


def test_what_verdicts_say_against_it_is_said_anew():
    assert judge_same([0, 1], Known({(0, 1): VARIANT}, [])).verdicts == ((0, 1, MATCH),)
    assert split([[0, 1], [2]], Known({(0, 1): DIFFERENT, (1, 2): MATCH}, [])).verdicts == (
        (0, 1, MATCH), (1, 2, DIFFERENT),
    )  # fmt: skip
    assert take_out([0, 1], [1], Known({(0, 1): DIFFERENT}, []), VARIANT).verdicts == ((0, 1, VARIANT),)


@pytest.mark.parametrize("ticked", [[], [0, 1], [7]])
def test_to_take_out_none_or_all_is_refused(ticked):
    with pytest.raises(DataError, match="tick some, and not all"):
        take_out([0, 1], ticked, Known({}, []))


def test_more_pairs_than_anybody_means_are_refused():
    with pytest.raises(DataError, match="50 listings make 1,225 pairs"):
        judge_none(list(range(50)), Known({}, []))
