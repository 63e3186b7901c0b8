"""Intervals: as a slow and obvious bootstrap gives them, and by product, not by listing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.bootstrap import mean_figures

scored = st.lists(st.tuples(st.integers(0, 5), st.sampled_from([0.0, 0.25, 0.5, 1.0])), min_size=2).filter(
    lambda rows: len({product for product, _ in rows}) > 1
)


def slow(values, product, resamples, seed):
    """Draw products one by one, put all their listings together, and take the mean."""
    names = np.unique(product)
    times = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
    means = []
    for draw in times:
        drawn = [values[product == name] for name, count in zip(names, draw, strict=True) for _ in range(count)]
        means.append(np.concatenate(drawn).mean())
    return np.quantile(means, [0.025, 0.975])


@given(scored)
@settings(deadline=None, max_examples=50)
def test_it_is_what_drawing_products_one_by_one_gives(rows):
    product, values = (np.array(column) for column in zip(*rows, strict=True))
    one, other = mean_figures(np.stack([values, 1 - values], axis=1), product, resamples=40, seed=3)
    assert one.value == pytest.approx(values.mean())
    assert (one.low, one.high) == pytest.approx(tuple(slow(values, product, 40, 3)))
    assert (other.low, other.high) == pytest.approx((1 - one.high, 1 - one.low))


def test_listings_of_one_product_are_not_independent():
    """The same products with ten times the listings tell no more than before."""
    values, product = np.random.default_rng(0).random((40, 1)), np.arange(40)
    few, many = (mean_figures(np.repeat(values, times, axis=0), np.repeat(product, times))[0] for times in (1, 10))
    assert (few.low, few.high) == pytest.approx((many.low, many.high))
    alone = mean_figures(np.repeat(values, 10, axis=0), np.arange(400))[0]
    assert alone.high - alone.low < 0.5 * (many.high - many.low)


def test_it_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(1)
    covered = []
    for seed in range(200):
        figure = mean_figures(rng.random((60, 1)), np.arange(60), resamples=300, seed=seed)[0]
        covered.append(figure.low <= 0.5 <= figure.high)
    assert 0.88 < np.mean(covered) <= 0.99


def test_draws_of_many_products_come_in_blocks(monkeypatch):
    values, product = np.random.default_rng(0).random((90, 2)), np.arange(90) // 3
    whole = mean_figures(values, product)
    monkeypatch.setattr("matcher.matching.bootstrap.FLOATS_AT_ONCE", 64)
    for one, other in zip(whole, mean_figures(values, product), strict=True):
        assert one.value == other.value
        assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=0.02)


@pytest.mark.parametrize(("product", "said"), [([1, 1, 1], "1 product"), ([1, 2], "3 listings came with 2")])
def test_what_gives_no_interval_is_refused(product, said):
    with pytest.raises(DataError, match=said):
        mean_figures(np.zeros((3, 1)), np.array(product))
