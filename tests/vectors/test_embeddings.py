"""Embeddings keep their promises: unit rows, honest presence, and a fusion whose cosine is the weighted mean."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix, issparse

from matcher.errors import DataError
from matcher.vectors.embeddings import Embeddings, embeddings_of, fuse, unit_rows


def made_up(n: int, width: int, seed: int, absent: tuple[int, ...] = (), sparse: bool = False) -> Embeddings:
    vectors = unit_rows(np.random.default_rng(seed).normal(size=(n, width)).astype(np.float32))
    vectors[list(absent)] = 0
    return embeddings_of(csr_matrix(vectors) if sparse else vectors)


def products(embeddings: Embeddings) -> np.ndarray:
    each = [(part @ part.T).toarray() if issparse(part) else part @ part.T for part in embeddings.parts]
    return np.sum(each, axis=0)


@given(weight=st.floats(0, 1), text_sparse=st.booleans(), image_sparse=st.booleans())
def test_fused_cosine_is_the_weighted_mean_of_cosines(weight, text_sparse, image_sparse):
    text = made_up(6, 5, seed=1, sparse=text_sparse)
    image = made_up(6, 3, seed=2, sparse=image_sparse)
    expected = weight * products(text) + (1 - weight) * products(image)
    fused = fuse(text, image, weight)
    np.testing.assert_allclose(products(fused), expected, atol=1e-6)
    assert len(fused.parts) == (2 if text_sparse != image_sparse else 1)
    assert fused.width == 8


@pytest.mark.parametrize("sparse", [False, True])
def test_a_listing_that_lacks_one_modality_uses_the_other_alone(sparse):
    text = made_up(4, 5, seed=1, absent=(0, 3), sparse=sparse)
    image = made_up(4, 3, seed=2, absent=(1, 2, 3))
    fused = fuse(text, image, 0.3)
    assert fused.present.tolist() == [True, True, True, False]
    cosines = products(fused)
    np.testing.assert_allclose(np.diag(cosines), [1, 1, 1, 0], atol=1e-6)
    assert cosines[1, 2] == pytest.approx(products(text)[1, 2], abs=1e-6)
    assert cosines[0, 1] == pytest.approx(0)


def test_rows_keep_both_parts_and_the_order_asked_for():
    fused = fuse(made_up(5, 4, seed=1, sparse=True), made_up(5, 3, seed=2, absent=(1,)), 0.5)
    some = fused.rows(np.array([3, 1]))
    np.testing.assert_allclose(products(some), products(fused)[np.ix_([3, 1], [3, 1])], atol=1e-6)


def test_presence_is_read_from_the_rows():
    assert made_up(3, 4, seed=0, absent=(1,)).present.tolist() == [True, False, True]
    assert len(embeddings_of(np.zeros((0, 4), np.float32))) == 0


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize(("value", "said"), [(np.nan, "row 3 .*not a finite"), (np.inf, "row 3"), (0.5, "has length")])
def test_bad_rows_are_refused_by_number(value, said, sparse):
    vectors = np.eye(4, dtype=np.float32)
    vectors[2, 2] = value
    with pytest.raises(DataError, match=said):
        embeddings_of(csr_matrix(vectors) if sparse else vectors)


@pytest.mark.parametrize(
    ("vectors", "present"),
    [
        (np.eye(3), np.ones(3, bool)),
        (np.ones(3, np.float32), np.ones(3, bool)),
        (np.eye(3, dtype=np.float32), np.ones(2, bool)),
        (csr_matrix(np.eye(3, dtype=np.float32)).tocsc(), np.ones(3, bool)),
    ],
)
def test_arrays_of_another_form_are_refused(vectors, present):
    with pytest.raises(DataError, match="encode the catalog again"):
        Embeddings(vectors, present)


def test_fusion_says_what_does_not_fit():
    three, four = made_up(3, 2, seed=0), made_up(4, 2, seed=0)
    with pytest.raises(DataError, match="3 titles and 4 photos"):
        fuse(three, four, 0.5)
    with pytest.raises(DataError, match="from 0 to 1"):
        fuse(three, three, 1.5)
    with pytest.raises(DataError, match="fused already"):
        fuse(fuse(made_up(3, 2, seed=0, sparse=True), three, 0.5), three, 0.5)


@pytest.mark.parametrize("sparse", [False, True])
def test_without_takes_vectors_away(sparse):
    embeddings = made_up(5, 4, seed=1, absent=(0,), sparse=sparse)
    fewer = embeddings.without(np.array([True, True, False, False, True]))
    assert fewer.present.tolist() == [False, False, True, True, False]
    expected = products(embeddings)
    expected[[0, 1, 4]] = expected[:, [0, 1, 4]] = 0
    assert np.allclose(products(fewer), expected)
    assert embeddings.present[1]
    assert embeddings.without(np.array([True, False, False, False, False])) is embeddings  # it had nothing anyway
