"""Neighbours against a full sort of all distances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.spatial.distance import cdist
from sklearn.feature_extraction.text import TfidfVectorizer

from matcher.errors import Cancelled, DataError
from matcher.vectors import neighbours
from matcher.vectors.embeddings import Embeddings, embeddings_of, fuse, unit_rows
from matcher.vectors.neighbours import nearest, search

SCIPY = {"cosine": "cosine", "euclidean": "euclidean", "manhattan": "cityblock"}


def random_rows(n, width, seed=0):
    return unit_rows(np.random.default_rng(seed).normal(size=(n, width)).astype(np.float32))


def by_sorting(embeddings: Embeddings, k, metric="cosine"):
    """Index and distance, shape (N, k), the slow way."""
    rows = np.hstack([part if isinstance(part, np.ndarray) else part.toarray() for part in embeddings.parts])
    distance = np.full((len(rows), len(rows)), np.inf)
    known = np.flatnonzero(embeddings.present)
    distance[np.ix_(known, known)] = cdist(rows[known], rows[known], SCIPY[metric])
    np.fill_diagonal(distance, np.inf)
    index = np.argsort(np.round(distance, 6), axis=1, kind="stable")[:, :k]
    distance = np.take_along_axis(distance, index, axis=1)
    return np.where(np.isinf(distance), -1, index), distance


def mixed(seed=0):
    """Sparse titles beside dense photos, with gaps in both."""
    rng = np.random.default_rng(seed)
    words = np.array(["red", "blue", "shirt", "phone", "soap", "500", "ml", "xl", "set", "case"])
    titles = [" ".join(rng.choice(words, size=rng.integers(1, 6))) for _ in range(120)]
    text = csr_matrix(TfidfVectorizer(dtype=np.float32).fit_transform(titles))
    text.data[text.indptr[7] : text.indptr[8]] = 0
    text.eliminate_zeros()
    photos = random_rows(120, 6, seed)
    photos[[3, 7, 50]] = 0
    return embeddings_of(text), embeddings_of(photos)


@pytest.mark.parametrize("metric", SCIPY)
@pytest.mark.parametrize("kind", ["dense", "fused"])
def test_exact_search_finds_what_a_full_sort_finds(kind, metric, monkeypatch):
    monkeypatch.setattr(neighbours, "FLOATS_AT_ONCE", 2000)  # several blocks
    text, photos = mixed()
    embeddings = photos if kind == "dense" else fuse(text, photos, 0.4)
    found = nearest(embeddings, k=9, metric=metric)
    index, distance = by_sorting(embeddings, 9, metric)
    assert (found.index == index).all()
    np.testing.assert_allclose(found.distance, distance, atol=1e-3 if metric == "euclidean" else 1e-5)
    assert (found.method, found.recall) == ("exact", None)


@pytest.mark.parametrize("metric", SCIPY)
def test_sparse_search_finds_the_same_among_listings_that_share_something(metric):
    text, _ = mixed()
    found = nearest(text, k=15, metric=metric)
    index, distance = by_sorting(text, 15, metric)
    if metric != "manhattan":
        apart = distance > (1 if metric == "cosine" else np.sqrt(2)) - 1e-5
        index = np.where(apart, -1, index)
    assert (found.index == index).all()
    assert ((found.index < 0) == np.isinf(found.distance)).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.sampled_from(["exact", "hnsw"]), st.booleans())
def test_copies_never_push_a_listing_into_its_own_row(seed, k, method, as_sparse):
    rng = np.random.default_rng(seed)
    rows = random_rows(6, 5, seed)[rng.integers(0, 6, 60)]  # each vector some ten times
    vectors = csr_matrix(np.abs(rows)) if as_sparse and method == "exact" else rows
    found = nearest(embeddings_of(vectors), k=k, method=method)
    assert not (found.index == np.arange(60)[:, None]).any()
    for row in found.index:
        assert len(set(row)) == k
    assert (np.diff(found.distance, axis=1) >= 0).all()
    copies = (rows[:, None] == rows[None]).all(axis=2).sum(axis=1) - 1
    assert ((found.distance < 1e-6).sum(axis=1) == np.minimum(copies, k)).all()


@pytest.mark.parametrize("as_sparse", [False, True])
def test_among_hundreds_of_copies_the_first_are_taken(as_sparse):
    rows = np.repeat(random_rows(2, 64), 300, axis=0)
    rows = np.abs(rows)
    found = nearest(embeddings_of(csr_matrix(rows) if as_sparse else rows), k=4)
    assert found.index[0].tolist() == [1, 2, 3, 4]
    assert found.index[299].tolist() == [0, 1, 2, 3]
    assert found.index[302].tolist() == [300, 301, 303, 304]


def test_more_neighbours_than_listings_leaves_places_empty():
    for method in ("exact", "hnsw"):
        found = nearest(embeddings_of(random_rows(3, 4)), k=5, method=method)
        assert (found.index >= 0).sum(axis=1).tolist() == [2, 2, 2]
        assert found.index.shape == (3, 5)
        assert np.isinf(found.distance[:, 2:]).all()


@pytest.mark.parametrize("vectors", [np.zeros((3, 4), np.float32), np.zeros((0, 4), np.float32), random_rows(1, 4)])
@pytest.mark.parametrize("method", ["exact", "hnsw"])
def test_with_nobody_to_find_all_places_are_empty(vectors, method):
    found = nearest(embeddings_of(vectors), k=2, method=method)
    assert found.index.shape == (len(vectors), 2)
    assert (found.index == -1).all()
    assert np.isinf(found.distance).all()


def test_the_index_finds_nearly_all_and_says_how_much():
    rows = random_rows(5000, 64, 4)  # no clusters: hard for an index
    rows[100] = 0
    embeddings = embeddings_of(rows)
    found, true = nearest(embeddings, k=2, method="hnsw"), nearest(embeddings, k=2)
    assert found.method == "hnsw"
    shared = np.mean([len(set(a) & set(b)) / 2 for a, b in zip(found.index, true.index, strict=True)])
    assert found.recall == pytest.approx(shared, abs=0.02)
    assert found.recall > 0.99
    assert (found.index[100] == -1).all()
    assert not (found.index == 100).any()


def test_a_large_catalog_is_indexed_by_itself(monkeypatch):
    monkeypatch.setattr(neighbours, "HNSW_ABOVE", 50)
    text, photos = mixed()
    assert nearest(photos, k=3).method == "hnsw"
    assert nearest(photos, k=3, method="exact").method == "exact"
    assert nearest(text, k=3).method == "exact"
    assert nearest(photos, k=3, metric="manhattan").method == "exact"


def test_queries_from_outside_find_their_nearest():
    photos = embeddings_of(random_rows(50, 8))
    found = search(photos.rows(np.array([7, 30])), photos, k=3)
    assert found.index[:, 0].tolist() == [7, 30]
    assert found.distance[:, 0] == pytest.approx([0, 0], abs=1e-6)
    empty = embeddings_of(np.zeros((1, 8), np.float32))
    assert search(empty, photos, k=3).index.tolist() == [[-1, -1, -1]]


@pytest.mark.parametrize("make", [lambda: mixed()[0], lambda: mixed()[1], lambda: fuse(mixed()[0], mixed()[1], 0.5)])
def test_it_says_how_far_it_is_and_can_be_cancelled(make):
    seen = []
    nearest(make(), k=3, report=seen.append)
    assert seen[-1].done == seen[-1].total > 0

    def stop(progress):
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        nearest(make(), k=3, report=stop)


def test_what_cannot_be_done_is_said():
    text, photos = mixed()
    with pytest.raises(DataError, match="0 neighbours"):
        nearest(photos, k=0)
    with pytest.raises(DataError, match="choose exact search"):
        nearest(text, method="hnsw")
    with pytest.raises(DataError, match="choose exact search"):
        nearest(photos, metric="manhattan", method="hnsw")
    with pytest.raises(DataError, match="encode both with one encoder"):
        search(embeddings_of(random_rows(2, 5)), photos)
