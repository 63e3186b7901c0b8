"""Bins are scikit-learn's own, and what it learns from their numbers is what it learns from the values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.ensemble._hist_gradient_boosting.binning import _find_binning_thresholds

from matcher.matching.pair_model.boosting.binning import Bins, bin_values
from matcher.matching.pair_model.trees import trees_of


def drawn(seed, count, columns=3):
    """Features of which one has few values, one is often missing, and some are infinite; weights as of products."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(count, columns)).astype(np.float32)
    values[:, 1] = np.round(values[:, 1], 1)
    values[rng.random(count) < 0.3, 2] = np.nan
    values[rng.random(count) < 0.02, 0] = np.inf
    return values, rng.choice([0.25, 0.5, 1.0, 3.0], count)


@given(st.integers(0, 2**32 - 1), st.sampled_from([5, 300]), st.sampled_from([3, 20, 255]))
def test_a_value_is_in_the_bin_that_ends_at_the_first_edge_above_it(seed, count, most):
    values, weight = drawn(seed, count)
    bins = bin_values(values, weight, most)
    for column, edges in enumerate(bins.edges):
        assert len(edges) < most
        assert (np.diff(edges) > 0).all()
        for value, number in zip(values[:, column], bins.numbers[:, column], strict=True):
            assert np.isnan(number) if np.isnan(value) else number == sum(edge < value for edge in edges)


@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 40, 400]), st.sampled_from([3, 30]))
def test_the_edges_are_those_of_scikit_learn(seed, count, most):
    values, weight = drawn(seed, count)
    for column, edges in enumerate(bin_values(values, weight, most).edges):
        if not np.isnan(values[:, column]).all():
            expected = _find_binning_thresholds(values[:, column].astype(np.float64), most, weight)
            np.testing.assert_array_equal(edges, expected)


def test_bins_hold_like_weights():
    values, weight = drawn(1, 5_000)
    numbers = bin_values(values, weight, 10).numbers[:, 0]
    shares = np.bincount(numbers.astype(int), weight) / weight.sum()
    assert shares == pytest.approx(np.full(10, 0.1), abs=0.01)


@pytest.mark.parametrize("count", [200, 1_500])  # fewer values than bins, and more
def test_the_same_trees_are_learned(count):
    values, weight = drawn(0, count)
    known = np.where(np.isfinite(values), values, 0.0).sum(axis=1)
    is_same = known + np.isnan(values[:, 2]) + np.random.default_rng(1).normal(size=count) > 0
    settings = {"max_iter": 20, "max_leaf_nodes": 7, "random_state": 0, "early_stopping": False}
    plain = trees_of(HistGradientBoostingClassifier(**settings).fit(values, is_same, weight))
    bins = bin_values(values, weight)
    found = trees_of(HistGradientBoostingClassifier(**settings).fit(bins.numbers, is_same, weight), bins)
    for name, numbers in vars(plain).items():
        np.testing.assert_array_equal(getattr(found, name), numbers, err_msg=name)


def test_a_threshold_on_numbers_is_the_edge_of_the_last_bin_before_it():
    bins = Bins(np.zeros((1, 2), np.float32), (np.array([0.1, 0.2, 0.3]), np.array([5.0])))
    found = bins.thresholds(np.array([0, 0, 0, 1]), np.array([2.5, 1.0, np.inf, 0.5]))  # nothing is in bin 1
    assert found.tolist() == [0.3, 0.1, np.inf, 5.0]
    alone = Bins(np.zeros((1, 1), np.float32), (np.zeros(0),))  # a feature of one value, in which only leaves are found
    assert alone.thresholds(np.array([0, 0]), np.array([0.0, np.inf])).tolist() == [0.0, np.inf]
