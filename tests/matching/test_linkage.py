"""Average linkage: scipy's on small dense cases, with verdicts obeyed and chains refused."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from matcher.errors import DataError
from matcher.matching.linkage import average_linkage, link_tree

N = 7
LEFT, RIGHT = np.triu_indices(N, 1)
probabilities = arrays.arrays(
    np.float64, len(LEFT), elements=st.integers(0, 2**30).map(lambda whole: whole / 2**30), unique=True
)
rows = st.integers(0, N - 1)
judged = st.lists(st.tuples(rows, rows).filter(lambda pair: pair[0] != pair[1]), max_size=4)


def partition(group):
    return {frozenset(np.flatnonzero(group == number).tolist()) for number in set(group.tolist())}


@given(probabilities, st.sampled_from([0.2, 0.5, 0.8]))
def test_dense_cases_are_scipys(probability, cut):
    group = average_linkage(N, LEFT, RIGHT, probability, cut)
    expected = fcluster(linkage(1 - probability, "average"), 1 - cut, "distance")
    assert partition(group) == partition(expected)
    assert squareform(probability).shape == (N, N)


@given(probabilities, judged, judged, st.sampled_from([0.1, 0.5]))
def test_verdicts_are_obeyed(probability, same, different, cut):
    group = average_linkage(N, LEFT, RIGHT, probability, cut, same, different)
    alike = average_linkage(N, LEFT[:0], RIGHT[:0], probability[:0], 1.0, same)
    for one, other in same:
        assert group[one] == group[other]
    for one, other in different:
        assert group[one] != group[other] or alike[one] == alike[other]


@given(probabilities, judged, judged, st.randoms())
def test_neither_the_order_of_pairs_nor_that_of_their_ends_matters(probability, same, different, random):
    order = list(range(len(LEFT)))
    random.shuffle(order)
    one = average_linkage(N, LEFT, RIGHT, probability, 0.4, same, different)
    other = average_linkage(N, RIGHT[order], LEFT[order], probability[order], 0.4, same[::-1], different[::-1])
    assert np.array_equal(one, other)


@given(probabilities, judged, st.sampled_from([0.2, 0.35, 0.5, 0.8]))
def test_link_distances_give_the_groups_of_every_cut_at_once(probability, different, cut):
    sparse = np.where(probability < 0.2, 0.0, probability)
    tree = link_tree(N, LEFT, RIGHT, sparse, 0.1, different)
    far = tree.distance(LEFT, RIGHT)
    assert np.array_equal(tree.distance(RIGHT, LEFT), far)
    assert np.array_equal(np.isfinite(far), tree.roots()[LEFT] == tree.roots()[RIGHT])
    group = average_linkage(N, LEFT, RIGHT, sparse, cut, (), different)
    clear = np.abs(1 - far - cut) > 1e-6  # a mean right at the cut may be rounded across it
    assert np.array_equal((far <= 1 - cut)[clear], (group[LEFT] == group[RIGHT])[clear])
    assert np.isinf(link_tree(N, LEFT, RIGHT, np.zeros(len(LEFT)), 0.1).distance(LEFT, RIGHT)).all()


@given(probabilities)
def test_a_stricter_cut_only_parts(probability):
    loose, strict = (average_linkage(N, LEFT, RIGHT, probability, cut) for cut in (0.3, 0.6))
    assert all(len(set(loose[strict == number].tolist())) == 1 for number in set(strict.tolist()))


def test_pairs_that_are_not_given_count_as_impossible():
    left, right = np.arange(4), np.arange(1, 5)
    group = average_linkage(5, left, right, np.array([0.9, 0.8, 0.9, 0.8]), 0.5)
    assert group.tolist() == [0, 0, 1, 1, 2]


def test_groups_are_numbered_as_they_first_appear():
    assert average_linkage(4, np.array([1]), np.array([3]), np.array([0.9]), 0.5).tolist() == [0, 1, 2, 1]
    assert average_linkage(0, np.array([], int), np.array([], int), np.array([]), 0.5).tolist() == []


@pytest.mark.parametrize(("probability", "cut"), [(0.5, 0.0), (0.5, 1.1), (1.5, 0.5), (np.nan, 0.5), (-0.1, 0.5)])
def test_what_is_no_probability_is_refused(probability, cut):
    with pytest.raises(DataError, match="probability"):
        average_linkage(2, np.array([0]), np.array([1]), np.array([probability]), cut)


def test_a_large_catalog_takes_seconds():
    rng = np.random.default_rng(0)
    rows = np.sort(rng.integers(0, 34_000, (60_000, 2)), axis=1)
    near = np.unique(np.concatenate([rows, np.stack([np.arange(33_990), np.arange(33_990) + 5], axis=1)]), axis=0)
    near = near[near[:, 0] < near[:, 1]]
    start = time.perf_counter()
    average_linkage(34_000, near[:, 0], near[:, 1], rng.random(len(near)), 0.3)
    assert time.perf_counter() - start < 15
