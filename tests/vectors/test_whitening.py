import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.vectors.whitening import fit_whitening


def stretched(count, size=6, seed=0):
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(size, size)))[0]
    return ((rng.normal(size=(count, size)) * 1.5 ** -np.arange(size)) @ turn + 5).astype(np.float32)


def test_many_vectors_come_to_be_as_wide_in_every_direction():
    vectors = stretched(20_000)
    learned = fit_whitening(vectors)
    spread = np.cov((vectors @ learned.weight + learned.bias).T)
    assert spread / spread.diagonal().mean() == pytest.approx(np.eye(6), abs=0.05)
    assert (vectors @ learned.weight + learned.bias).mean(axis=0) == pytest.approx(np.zeros(6), abs=1e-4)


@pytest.mark.parametrize("count", [1, 2, 4, 20])
def test_few_vectors_change_little(count):
    learned = fit_whitening(stretched(count, size=64))
    scale = np.linalg.norm(learned.weight, axis=0)
    assert scale.max() / scale.min() < 2


def test_many_copies_of_two_vectors_stay_in_bounds():
    learned = fit_whitening(np.tile(stretched(2, size=64), (5_000, 1)))
    scale = np.linalg.norm(learned.weight, axis=0)
    assert scale.max() / scale.min() < 1_000


@given(st.integers(1, 30), st.integers(0, 100))
def test_rows_are_unit_or_stay_zero(count, seed):
    vectors = stretched(count, seed=seed)
    vectors[0] = 0
    whitened = fit_whitening(np.concatenate([vectors, stretched(3, seed=seed)]))(vectors)
    assert not whitened[0].any()
    assert np.linalg.norm(whitened[1:], axis=1) == pytest.approx(np.ones(count - 1), abs=1e-4)


def test_what_is_rare_is_found_under_what_is_common():
    rng = np.random.default_rng(0)
    product = np.repeat(np.arange(50), 2)
    # A loud, shared background hides what tells the products apart.
    vectors = np.concatenate([10 * rng.normal(size=(100, 4)), rng.normal(size=(50, 12))[product]], axis=1)
    vectors = (vectors + 0.05 * rng.normal(size=vectors.shape)).astype(np.float32)

    def found(rows):
        cosine = rows @ rows.T / np.linalg.norm(rows, axis=1) / np.linalg.norm(rows, axis=1)[:, None]
        np.fill_diagonal(cosine, -2)
        return (product[cosine.argmax(axis=1)] == product).mean()

    assert found(fit_whitening(vectors)(vectors)) > found(vectors) + 0.2
