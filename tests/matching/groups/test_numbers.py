"""Numbers of groups stay with the listings that had them, and none comes twice."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.groups.numbers import find_families, number_groups

few = st.integers(0, 4)
catalogs = st.lists(st.tuples(few, few), min_size=1, max_size=12)  # group now, number before (0 for none)


def arrays(catalog):
    group, before = (np.array(column, dtype=np.int64) for column in zip(*catalog, strict=True))
    return group, before


@given(catalogs, st.integers(0, 9))
def test_a_number_is_one_group_and_new_ones_were_never_given(catalog, last):
    group, before = arrays(catalog)
    number = number_groups(group, before, last)
    assert len(set(zip(group.tolist(), number.tolist(), strict=True))) == len(set(group.tolist()))
    assert len(set(number.tolist())) == len(set(group.tolist()))
    assert all(one in before or one > max(last, before.max()) for one in number.tolist())
    new = sorted({one for one in number.tolist() if one > max(last, before.max())})
    assert new == list(range(max(last, before.max()) + 1, max(last, before.max()) + 1 + len(new)))


@given(catalogs, st.integers(0, 9))
def test_nobody_has_a_better_claim_to_a_number_than_the_group_that_has_it(catalog, last):
    """The slow, obvious way: no group would rather have a number, and also have it before the one that does."""
    group, before = arrays(catalog)
    number = number_groups(group, before, last)
    given = dict(zip(group.tolist(), number.tolist(), strict=True))

    def claim(one, asked):
        votes = int(((group == one) & (before == asked)).sum())
        return votes, int((group == one).sum()), -asked

    for one, has in given.items():
        for asked in set(before[group == one].tolist()) - {0, has}:
            rather = has > max(last, before.max()) or claim(one, asked) > claim(one, has)
            holders = [other for other, number in given.items() if number == asked]
            assert not rather or claim(holders[0], asked)[:2] >= claim(one, asked)[:2]


@given(catalogs, st.integers(0, 9))
def test_what_is_grouped_as_before_keeps_its_number_whatever_else_changes(catalog, last):
    group, before = arrays(catalog)
    number = number_groups(group, before, last)
    assert number_groups(group, number, int(number.max())).tolist() == number.tolist()
    for one in set(group.tolist()):
        (had,) = [set(before[group == one].tolist())]
        if len(had) == 1 and had != {0} and set(group[np.isin(before, [*had])].tolist()) == {one}:
            assert set(number[group == one].tolist()) == had


@given(catalogs, st.permutations(range(5)))
def test_what_groups_are_called_inside_does_not_matter(catalog, names):
    group, before = arrays(catalog)
    renamed = np.array(names)[group]
    assert number_groups(renamed, before, 7).tolist() == number_groups(group, before, 7).tolist()


def test_ties_go_to_the_larger_group_and_then_to_the_smaller_number():
    group, before = np.array([0, 0, 1, 1, 1]), np.array([3, 3, 3, 3, 0])
    assert number_groups(group, before, 3).tolist() == [4, 4, 3, 3, 3]
    assert number_groups(np.array([0, 0, 1]), np.array([9, 5, 0]), 9).tolist() == [5, 5, 10]


def test_most_listings_decide():
    group, before = np.array([0, 0, 0, 1]), np.array([2, 2, 1, 1])
    assert number_groups(group, before, 2).tolist() == [2, 2, 2, 1]


def test_at_first_the_largest_group_is_number_one():
    group = np.array([4, 2, 2, 0, 0, 0, 1, 1])
    assert number_groups(group, np.zeros(8, np.int64), 0).tolist() == [4, 2, 2, 1, 1, 1, 3, 3]
    assert number_groups(group[:0], np.zeros(0, np.int64), 5).tolist() == []


def test_families_are_what_variants_connect_and_have_the_smallest_number():
    number = np.array([7, 7, 2, 5, 9, 1])
    assert find_families(number, [(1, 3), (3, 4)]).tolist() == [5, 5, 2, 5, 5, 1]
    assert find_families(number, []).tolist() == number.tolist()
