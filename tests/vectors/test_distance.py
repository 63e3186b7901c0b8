"""Distances against the slow, obvious way."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.spatial.distance import cdist

from matcher.errors import Cancelled, DataError
from matcher.vectors.distance import closeness, distance_text, from_closeness, pair_distance
from matcher.vectors.embeddings import Embeddings, embeddings_of, fuse, unit_rows

METRICS = {"cosine": "cosine", "euclidean": "euclidean", "manhattan": "cityblock"}


def dense(n=60, width=12, seed=0):
    rows = np.random.default_rng(seed).normal(size=(n, width)).astype(np.float32)
    return embeddings_of(unit_rows(rows))


def sparse(n=60, width=40, seed=1):
    rng = np.random.default_rng(seed)
    rows = np.where(rng.random((n, width)) < 0.2, rng.random((n, width)), 0).astype(np.float32)
    rows[:, 0] += 0.1  # no title without a word
    return embeddings_of(csr_matrix(unit_rows(rows)))


def columns(embeddings: Embeddings):
    return np.hstack([part if isinstance(part, np.ndarray) else part.toarray() for part in embeddings.parts])


KINDS = {"dense": dense(), "sparse": sparse(), "fused": fuse(sparse(), dense(), 0.3)}


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", KINDS)
def test_pairs_are_measured_as_scipy_measures_them(kind, metric):
    embeddings = KINDS[kind]
    left, right = np.triu_indices(len(embeddings), 1)
    expected = cdist(columns(embeddings), columns(embeddings), METRICS[metric])[left, right]
    np.testing.assert_allclose(pair_distance(embeddings, left, right, metric), expected, atol=2e-6)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", KINDS)
def test_blocks_of_all_against_all_agree_with_pairs(kind, metric):
    embeddings = KINDS[kind]
    block = from_closeness(closeness(embeddings.rows(slice(5, 9)), embeddings, metric), metric)
    left, right = np.repeat(np.arange(5, 9), len(embeddings)), np.tile(np.arange(len(embeddings)), 4)
    # the root of a rounding error of 1e-7 is 5e-4: only a listing against itself is that far off
    tolerance = 1e-3 if metric == "euclidean" else 1e-5
    np.testing.assert_allclose(block.ravel(), pair_distance(embeddings, left, right, metric), atol=tolerance)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", KINDS)
def test_equal_vectors_are_exactly_0_apart_and_nothing_is_negative(kind, metric):
    twice = KINDS[kind].rows(np.tile(np.arange(60), 2))
    rows = np.arange(60)
    assert (pair_distance(twice, rows, rows + 60, metric) == 0).all()
    left, right = np.triu_indices(120, 1)
    assert pair_distance(twice, left, right, metric).min() >= 0


def test_a_listing_without_a_vector_is_infinitely_far():
    rows = np.eye(3, dtype=np.float32)
    rows[1] = 0
    distance = pair_distance(embeddings_of(rows), np.array([0, 0, 1]), np.array([1, 2, 1]))
    assert distance.tolist() == [np.inf, 1.0, np.inf]


def test_no_pairs_have_no_distances():
    none = np.zeros(0, dtype=np.int32)
    assert pair_distance(dense(), none, none).shape == (0,)


def test_it_can_be_cancelled():
    def stop(progress):
        raise Cancelled("enough")

    rows = np.zeros(70_000, dtype=np.int32)
    with pytest.raises(Cancelled):
        pair_distance(dense(), rows, rows, report=stop)


def test_an_unknown_metric_is_refused():
    with pytest.raises(DataError, match="'hamming'; expected one of cosine, euclidean, manhattan"):
        pair_distance(dense(), np.array([0]), np.array([1]), "hamming")


@pytest.mark.parametrize(
    ("distance", "shown"),
    [(0.0, "0.000"), (0.4321, "0.432"), (0.001, "0.001"), (0.0009, "0.0009"), (0.00042, "0.00042"), (2e-6, "0.000002"),
     (1e-9, "under 0.000001"), (1.5, "1.500"), (float("inf"), "inf")],
)  # fmt: skip
def test_a_distance_above_nothing_is_never_shown_as_nothing(distance, shown):
    assert distance_text(distance) == shown
