"""Groups as pairs, and their figures, against the slow and obvious way."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.clusters import group_f1
from matcher.matching.groups.pairs import pairs_within, score_groups, truth_within

groups = st.lists(st.integers(0, 4), min_size=1, max_size=12)


@given(groups)
def test_the_pairs_of_groups_are_all_there_are(group):
    left, right = pairs_within(np.array(group))
    expected = [(i, j) for i, j in combinations(range(len(group)), 2) if group[i] == group[j]]
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == expected


@given(groups, st.data())
def test_figures_of_groups_are_those_of_each_listings_set(group, data):
    labels = data.draw(st.lists(st.integers(-1, 3), min_size=len(group), max_size=len(group)))
    codes, number = np.array(labels, np.int32), np.array(group, np.int32)
    if not (codes >= 0).any():
        return
    listing, pair = score_groups(truth_within(number, codes))
    assert listing.f1 == pytest.approx(group_f1(number, codes))
    known = [(i, j) for i, j in combinations(range(len(group)), 2) if codes[i] >= 0 and codes[j] >= 0]
    matched = [(i, j) for i, j in known if group[i] == group[j]]
    same = [(i, j) for i, j in known if codes[i] == codes[j]]
    right = len(set(matched) & set(same))
    assert pair.precision == pytest.approx(right / len(matched) if matched else 1)
    assert pair.recall == pytest.approx(right / len(same) if same else 1)


def test_a_verdict_stands_over_the_labels():
    group, codes = np.array([0, 0, 1]), np.array([0, 0, 0], np.int32)
    listing, pair = score_groups(truth_within(group, codes, [(0, 2)], [(0, 1)]))
    assert pair.precision == 0
    assert listing.precision < 1
