"""Verdicts stand over what a recipe decides, for matches and for groups."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.clusters import connect
from matcher.matching.conflicts import CONTRADICTED, VETOES
from matcher.matching.recipe import Recipe, decide
from matcher.matching.resolve import find_closest, order_groups, outcome_of
from matcher.vectors.candidate_pairs import CandidatePairs

N = 6
EVERY = [(i, j) for i in range(N) for j in range(i + 1, N)]
RULE = Recipe("tfidf", None, text_threshold=0.5, veto=("models",))

found = st.lists(st.sampled_from(EVERY), unique=True, min_size=1).map(sorted)
judged = st.dictionaries(st.sampled_from(EVERY), st.booleans(), max_size=5)


def pairs_of(rows, distance):
    left, right = (np.array(column, np.int32) for column in zip(*rows, strict=True))
    return CandidatePairs(N, left, right, np.ones(len(rows), np.uint16), {"text": np.array(distance, np.float32)})


def settled(rows, distance, verdicts, before=None):
    """Groups; two that lie 1 apart contradict each other in their model numbers."""
    pairs = pairs_of(rows, distance)
    against = CONTRADICTED | np.uint16(1 << VETOES.index("models"))
    pairs = replace(pairs, conflicts=np.where(pairs.distance["text"] == 1, against, np.uint16(0)))
    same = [tuple(reversed(pair)) for pair, alike in verdicts.items() if alike]  # in either order
    different = [pair for pair, alike in verdicts.items() if not alike]
    return outcome_of(pairs, RULE, decide(pairs, RULE), same, different, before)


@given(found, st.data())
def test_two_listings_match_exactly_where_they_are_in_one_group(rows, data):
    distance = data.draw(st.lists(st.sampled_from([0.1, 0.5, 0.9]), min_size=len(rows), max_size=len(rows)))
    verdicts = data.draw(judged)
    out = settled(rows, distance, verdicts)
    matches = list(zip(out.left.tolist(), out.right.tolist(), strict=True))
    assert matches == [(i, j) for i, j in EVERY if out.group[i] == out.group[j]]
    known = dict(zip(rows, distance, strict=True))
    linked = {pair for pair, far in known.items() if far <= 0.5 and verdicts.get(pair, True)}
    linked |= {pair for pair, alike in verdicts.items() if alike}
    assert out.direct.tolist() == [pair in linked for pair in matches]
    for pair, far in zip(matches, out.distance["text"].tolist(), strict=True):
        assert far == np.float32(known.get(pair, np.inf))
    reached = connect(N, *np.array([*linked, (0, 0)]).T)
    assert all(reached[i] == reached[j] for i, j in matches)  # no group without a chain of matches


@given(found, st.data())
def test_groups_after_one_more_verdict_are_what_a_new_start_gives(rows, data):
    distance = data.draw(st.lists(st.sampled_from([0.1, 0.3, 0.5, 0.9, 1]), min_size=len(rows), max_size=len(rows)))
    first, then = data.draw(judged), data.draw(judged)
    before = settled(rows, distance, first)
    for verdicts in (then, first | then, {}):
        fresh, changed = settled(rows, distance, verdicts), settled(rows, distance, verdicts, before)
        assert fresh.group.tolist() == changed.group.tolist()
        assert fresh.strength.tolist() == changed.strength.tolist()


@given(found, st.data())
def test_no_group_holds_two_listings_judged_different_but_where_verdicts_contradict(rows, data):
    verdicts = data.draw(judged)
    out = settled(rows, [0.1] * len(rows), verdicts)
    for (i, j), alike in verdicts.items():
        assert (out.group[i] == out.group[j]) == (alike or (i, j) in out.contradicted)


@given(found, st.data())
def test_a_verdict_changes_the_groups_of_its_two_listings_alone(rows, data):
    verdicts, one = data.draw(judged), data.draw(st.sampled_from(EVERY))
    before = settled(rows, [0.1] * len(rows), verdicts)
    after = settled(rows, [0.1] * len(rows), verdicts | {one: data.draw(st.booleans())}, before)
    earlier = {tuple(np.flatnonzero(before.group == number)) for number in before.group.tolist()}
    later = {tuple(np.flatnonzero(after.group == number)) for number in after.group.tolist()}
    named = set(one)
    for other in list(verdicts) * 2:  # what "same" connects with the two is looked at together
        if verdicts[other] and named & set(other):
            named |= set(other)
    without = before.unjudged
    near = {row for row in range(N) if any(without[row] == without[other] for other in named)}
    for pair, alike in list(verdicts.items()) * N:
        if alike and near & set(pair):
            near |= {row for row in range(N) if without[row] in (without[pair[0]], without[pair[1]])}
    assert {group for group in earlier if not near & set(group)} == {group for group in later if not near & set(group)}


def test_one_match_between_two_groups_that_name_other_models_joins_nobody():
    rows = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]
    alike = [0.1, 0.3, 0.3, 0.9, 0.1]
    assert settled(rows, alike, {}).group.tolist() == [0, 0, 0, 0, 1, 2]
    apart = [0.1, 0.3, 1, 1, 0.1]  # 1 names another model than 2 and 3
    assert settled(rows, apart, {}).group.tolist() == [0, 0, 1, 1, 2, 3]
    assert settled(rows, apart, {(1, 2): True}).group.tolist() == [0, 0, 0, 0, 1, 2]


def test_nor_does_it_once_a_verdict_took_out_what_outweighed_the_models():
    rows = [(0, 1), (0, 3), (0, 4), (1, 2), (1, 4), (2, 3), (2, 4), (3, 4)]
    distance = [0.1, 1, 0.2, 0.15, 0.2, 0.1, 0.2, 0.2]
    assert settled(rows, distance, {}).group.tolist() == [0, 0, 0, 0, 0, 1]
    assert settled(rows, distance, {(0, 4): False}).group.tolist() == [0, 0, 1, 1, 2, 3]


def test_same_makes_one_of_two_groups_and_never_parts_one():
    rows = [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5)]
    assert len(set(settled(rows, [0.1] * 6, {}).group.tolist())) == 2
    assert settled(rows, [0.1] * 6, {(2, 3): True}).group.tolist() == [0] * N
    parted = settled(rows, [0.1] * 6, {(2, 3): True, (0, 5): False})
    assert parted.group[2] == parted.group[3]
    assert parted.group[0] != parted.group[5]


def test_matches_and_groups_part_what_was_judged_different_alike():
    out = settled([(0, 1), (1, 2)], [0.1, 0.4], {(0, 2): False})
    assert list(zip(out.left.tolist(), out.right.tolist(), strict=True)) == [(0, 1)]
    assert out.group[1] != out.group[2]
    assert len(out.strength) == len(out.distance["text"]) == 1


def test_a_verdict_parts_a_group_at_its_weakest_link():
    out = settled([(0, 1), (1, 2), (2, 3)], [0.1, 0.4, 0.2], {(0, 3): False})
    assert out.group[0] == out.group[1] != out.group[2] == out.group[3]
    assert len(out.left) == 2  # the match that would join them again is none


def test_a_given_match_is_the_surest():
    out = settled([(0, 1), (1, 2)], [0.4, 0.1], {(0, 1): True, (3, 5): True})
    strength = dict(zip(zip(out.left.tolist(), out.right.tolist(), strict=True), out.strength.tolist(), strict=True))
    assert strength[0, 1] == strength[3, 5] == -np.inf < strength[1, 2]


def test_the_closest_of_a_group_is_the_surest_match():
    out = settled([(0, 1), (1, 2), (0, 2)], [0.1, 0.4, 0.2], {(3, 5): True})
    assert [find_closest(out, row) for row in range(6)] == [1, 0, 0, 5, None, 3]
    assert find_closest(out, -1) is None


def test_groups_come_in_the_order_asked_for():
    group = np.array([0, 1, 1, 2, 2, 2, 3, 3], np.int32)
    codes = np.array([5, 1, 2, 3, 3, -1, 4, 4], np.int32)
    assert order_groups(group, codes, "largest").tolist() == [2, 1, 3]
    assert order_groups(group, codes, "smallest").tolist() == [1, 3, 2]
    assert order_groups(group, codes, "mixed").tolist() == [1]
    assert order_groups(group, np.full(8, -1, np.int32), "mixed").tolist() == []
