"""A pair measured on demand is what the search measures, and stands where a full list has it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from matcher.errors import DataError
from matcher.vectors.candidate_pairs import NOT_FOUND, candidate_pairs
from matcher.vectors.embeddings import embeddings_of, fuse, unit_rows
from matcher.vectors.neighbours import nearest
from matcher.vectors.single_pair import single_pair


def made(seed, n=12, sparse=False):
    rng = np.random.default_rng(seed)
    text, image = (unit_rows(rng.normal(size=(n, 6)).astype(np.float32)) for _ in range(2))
    text[3] = 0
    if sparse:  # as titles are: no word counts less than nothing, and most are in few of them
        text = unit_rows(np.where(text > 0.3, text, 0))
    return {"text": embeddings_of(csr_matrix(text) if sparse else text), "image": embeddings_of(image)}


def nearer_in(neighbours, row, other):
    """One more than the neighbours that are nearer than the other listing is."""
    listed, distance = neighbours.index[row].tolist(), neighbours.distance[row]
    return 1 + int((distance < distance[listed.index(other)] - 1e-6).sum()) if other in listed else NOT_FOUND


@given(
    st.integers(0, 50), st.integers(0, 11), st.integers(0, 11), st.sampled_from(["cosine", "euclidean", "manhattan"])
)
def test_it_is_what_the_search_says(seed, one, other, metric):
    if one == other:
        return
    embeddings = made(seed, sparse=seed % 2 == 0 and metric != "manhattan")
    searched = {name: each.present for name, each in embeddings.items()}
    found = single_pair(embeddings, searched, one, other, metric, 0.3)
    every = {**embeddings, "fused": fuse(embeddings["text"], embeddings["image"], 0.3)}
    lists = {name: nearest(embeddings[name], k=11, metric=metric) for name in ("text", "image")}
    pairs = candidate_pairs(every, lists, metric)
    at = pairs.find(np.array([one]), np.array([other]))[0]
    if at < 0:
        assert found.pair.rank[0] == NOT_FOUND
        return
    both_ways = ((one, other), (other, one))
    for name, values in pairs.distance.items():
        assert found.pair.distance[name][0] == pytest.approx(values[at], abs=1e-6)
    assert found.pair.rank[0] == min(nearer_in(each, *ends) for each in lists.values() for ends in both_ways)
    assert found.pair.rank[0] <= pairs.rank[at]  # equally near ones take places after each other there
    listed = {
        name for name, each in lists.items() if other in each.index[one].tolist() or one in each.index[other].tolist()
    }
    assert set(found.places) == listed


def test_what_was_not_searched_is_not_there():
    embeddings = made(1)
    nothing = {name: np.zeros(12, np.bool_) for name in embeddings}
    found = single_pair(embeddings, nothing, 0, 1)
    assert found.places == {}
    assert found.pair.rank[0] == NOT_FOUND
    assert all(np.isinf(values[0]) for values in found.pair.distance.values())


@pytest.mark.parametrize(("one", "other"), [(2, 2), (0, 12), (-1, 3)])
def test_a_pair_is_of_two_listings(one, other):
    embeddings = made(1)
    with pytest.raises(DataError, match="two different listings"):
        single_pair(embeddings, {name: each.present for name, each in embeddings.items()}, one, other)
