"""Groups: chains of matches, with verdicts obeyed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.clusters import connect, contradictions, group_f1, group_listings


def grouped(n, links, same=(), different=()):
    """`links` are (one, other, distance)."""
    left, right, distance = np.array(links, np.float32).reshape(-1, 3).T
    return group_listings(n, left.astype(np.int32), right.astype(np.int32), distance, same, different).tolist()


def test_chains_join_and_groups_are_numbered_as_they_first_appear():
    assert grouped(6, [(4, 1, 0.1), (1, 3, 0.2), (0, 5, 0.3)]) == [0, 1, 2, 1, 1, 0]
    assert grouped(3, []) == [0, 1, 2]


def test_same_joins_what_nothing_matched():
    assert grouped(4, [(0, 1, 0.1)], same=[(3, 1)]) == [0, 0, 1, 0]


def test_different_parts_a_direct_match():
    assert grouped(2, [(0, 1, 0.0)], different=[(1, 0)]) == [0, 1]


def test_different_cuts_the_weakest_link_of_the_chain():
    chain = [(0, 1, 0.1), (1, 2, 0.3), (2, 3, 0.2)]
    assert grouped(4, chain, different=[(0, 3)]) == [0, 0, 1, 1]


def test_every_way_between_the_two_is_cut_at_its_weakest():
    square = [(0, 1, 0.1), (1, 3, 0.4), (0, 2, 0.5), (2, 3, 0.2)]
    assert grouped(4, square, different=[(0, 3)]) == [0, 0, 1, 1]


def test_a_link_judged_same_is_not_the_one_that_is_cut():
    chain = [(0, 1, 0.1), (1, 2, 0.9)]
    assert grouped(3, chain, same=[(2, 1)], different=[(0, 2)]) == [0, 1, 1]


def test_other_groups_are_left_alone():
    links = [(0, 1, 0.1), (1, 2, 0.2), (3, 4, 0.9), (4, 5, 0.9)]
    assert grouped(6, links, different=[(0, 2)]) == [0, 0, 1, 2, 2, 2]


def test_verdicts_that_contradict_each_other_are_told_and_same_wins():
    same, different = [(0, 1), (1, 2)], [(2, 0), (0, 3)]
    assert contradictions(4, same, different) == [(2, 0)]
    assert grouped(4, [], same, different) == [0, 0, 0, 1]


rows = st.integers(0, 7)
pairs_of_rows = st.lists(st.tuples(rows, rows).filter(lambda pair: pair[0] != pair[1]), max_size=5)
links = st.lists(st.tuples(rows, rows, st.sampled_from([0.0, 0.1, 0.5])).filter(lambda link: link[0] != link[1]))


@given(links, pairs_of_rows, pairs_of_rows)
def test_verdicts_are_obeyed(matches, same, different):
    group = grouped(8, matches, same, different)
    contradicted = contradictions(8, same, different)
    for one, other in same:
        assert group[one] == group[other]
    for one, other in different:
        assert group[one] != group[other] or (one, other) in contradicted


@given(links, pairs_of_rows, pairs_of_rows, st.randoms())
def test_no_link_is_left_out_without_need_and_order_does_not_matter(matches, same, different, random):
    group = grouped(8, matches, same, different)
    shuffled = [(b, a, d) for a, b, d in matches]
    random.shuffle(shuffled)
    assert grouped(8, shuffled, same, different) == group
    for one, other, _ in matches:
        joined = [group[one] if number == group[other] else number for number in group]
        parts_somebody = any(joined[a] == joined[b] and group[a] != group[b] for a, b in different)
        assert group[one] == group[other] or parts_somebody


def test_many_verdicts_in_one_large_group_are_obeyed():
    rng = np.random.default_rng(0)
    left, right = rng.integers(0, 5_000, (2, 12_000))
    different = list(zip(range(0, 100, 2), range(1, 100, 2), strict=True))
    group = group_listings(5_000, left, right, rng.random(12_000, np.float32), different=different)
    assert all(group[one] != group[other] for one, other in different)
    assert group.max() == pytest.approx(len(set(group.tolist())) - 1)


@given(st.integers(1, 30), st.integers(0, 40), st.integers(0, 1000))
def test_components_are_what_a_walk_along_the_links_reaches(n, links, seed):
    left, right = np.random.default_rng(seed).integers(n, size=(2, links))
    found = connect(n, left, right)
    component = list(range(n))
    for _ in range(n):  # the slow, obvious way: each node takes the smallest number among its neighbours
        for one, other in zip(left, right, strict=True):
            component[one] = component[other] = min(component[one], component[other])
    firsts = sorted(set(component))
    assert found.tolist() == [firsts.index(number) for number in component]


def test_a_chain_whose_ends_have_nothing_in_common_is_not_one_group():
    chain = [(row, row + step, 0.1 * step) for row in range(40) for step in (1, 2) if row + step < 40]
    left, right, distance = np.array(chain, np.float32).T
    rows = left.astype(np.int32), right.astype(np.int32), distance
    assert len(set(group_listings(40, *rows).tolist())) == 1
    assert np.bincount(group_listings(40, *rows, least_linked=0.25)).max() <= 8
    judged = group_listings(40, *rows, same=[(0, 39)], different=[(1, 2)], least_linked=0.25)
    assert judged[0] == judged[39]
    assert judged[1] != judged[2]


@given(links, pairs_of_rows, pairs_of_rows, st.sampled_from([0.25, 0.5, 1.0]))
def test_groups_are_linked_enough_and_never_wider_than_chains(matches, same, different, least):
    rows = np.array(matches, np.float32).reshape(-1, 3)
    left, right, distance = rows[:, 0].astype(np.int32), rows[:, 1].astype(np.int32), rows[:, 2]
    wide = group_listings(8, left, right, distance, same, different)
    group = group_listings(8, left, right, distance, same, different, least)
    assert all(len(set(wide[group == number].tolist())) == 1 for number in set(group.tolist()))
    assert all(group[one] == group[other] for one, other in same)


@given(links, pairs_of_rows, st.sampled_from([0.25, 0.5]))
def test_pairs_that_speak_against_part_groups_and_never_join_any(matches, contradicting, least):
    rows = np.array(matches, np.float32).reshape(-1, 3)
    left, right, distance = rows[:, 0].astype(np.int32), rows[:, 1].astype(np.int32), rows[:, 2]
    known = {frozenset(ends) for ends in zip(left.tolist(), right.tolist(), strict=True)}
    off = sorted({tuple(sorted(pair)) for pair in contradicting if frozenset(pair) not in known})
    against = tuple(np.array(off, np.int32).reshape(-1, 2).T)
    wide = group_listings(8, left, right, distance)
    group = group_listings(8, left, right, distance, least_linked=least, against=against)
    assert all(len(set(wide[group == number].tolist())) == 1 for number in set(group.tolist()))
    if not off:
        assert np.array_equal(group, group_listings(8, left, right, distance, least_linked=least))
    every = group_listings(8, left, right, distance, same=off, least_linked=least, against=against)
    assert all(every[one] == every[other] for one, other in off)


def test_a_match_less_for_each_pair_that_speaks_against():
    left, right = np.array([0, 1, 1, 2]), np.array([1, 2, 3, 3])  # 0-1 and 2-3, and between them 1-2 and 1-3
    rows = left, right, np.full(4, 0.1, np.float32)
    off = np.array([0]), np.array([2])
    assert group_listings(4, *rows, least_linked=0.5).tolist() == [0, 0, 0, 0]
    assert group_listings(4, *rows, least_linked=0.5, against=off).tolist() == [0, 0, 1, 1]
    assert group_listings(4, *rows, least_linked=0.25, against=off).tolist() == [0, 0, 0, 0]
    assert group_listings(4, *rows, same=[(0, 2)], least_linked=0.5, against=off).tolist() == [0, 0, 0, 0]


def test_two_listings_with_one_match_between_them_are_a_group_at_any_share():
    one, other, distance = np.array([0]), np.array([1]), np.array([0.9], np.float32)
    assert group_listings(2, one, other, distance, least_linked=1.0).tolist() == [0, 0]


def test_a_group_is_scored_against_the_product_of_each_of_its_listings():
    group = np.array([0, 0, 0, 1, 2], np.int32)
    codes = np.array([7, 7, 3, 7, -1], np.int32)
    # 2 * shared / (group + product): two of the three 7s are among three; the 3 alone is; the last 7 is by itself
    assert group_f1(group, codes) == pytest.approx((2 * (2 * 2 / 6) + 2 * 1 / 4 + 2 * 1 / 4) / 4)
    assert group_f1(codes[:4], codes[:4]) == 1
    with pytest.raises(DataError):
        group_f1(group, np.full(5, -1, np.int32))
