"""Choosing the closest: the slow way is a full sort by closeness, then index."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from matcher.vectors.top_k import TIE, closest

# Few distinct values on purpose: ties are where selection goes wrong.
few_values = arrays(
    np.float32, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.sampled_from([-1.0, 0.0, 0.25, 1.0])
)


@given(few_values, st.data())
def test_it_picks_what_a_full_sort_picks(near, data):
    k = data.draw(st.integers(1, near.shape[1]))
    index, value = closest(near, k)
    expected = np.argsort(-near, axis=1, kind="stable")[:, :k]
    assert (index == expected).all()
    assert (value == np.take_along_axis(near, expected, axis=1)).all()


@pytest.mark.parametrize("columns", [39, 40, 200, 1000, 3001])
@pytest.mark.parametrize("kind", ["spread", "few", "one"])
@pytest.mark.parametrize("k", [1, 3, 39])
def test_long_rows_are_picked_from_as_short_ones(columns, kind, k):
    rng = np.random.default_rng(columns)
    near = rng.normal(size=(9, columns)).astype(np.float32).round(3)
    if kind == "few":  # ties everywhere
        near = near.round(0)
    elif kind == "one":  # all that may be picked stands together
        near[:, k:] = -np.inf
    index, value = closest(near, k)
    expected = np.argsort(-near, axis=1, kind="stable")[:, :k]
    assert (index == expected).all()
    assert (value == np.take_along_axis(near, expected, axis=1)).all()


def test_values_that_float32_sums_cannot_tell_apart_are_ties():
    noise = np.array([[0.3, 1 - 1e-7, 1 + 1e-7, 1 - 2e-7, 1.0]], dtype=np.float32)
    assert closest(noise, 2)[0].tolist() == [[1, 2]]
    assert closest(noise - 4 * np.float32(TIE) * np.array([0, 0, 0, 0, 1], np.float32), 3)[0].tolist() == [[1, 2, 3]]


def test_what_may_not_be_picked_is_not():
    near = np.array([[-np.inf, 0.5, 0.5], [0.1, -np.inf, 0.2]], dtype=np.float32)
    assert closest(near, 2)[0].tolist() == [[1, 2], [2, 0]]
