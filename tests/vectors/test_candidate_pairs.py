"""The union of what the modalities found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.vectors.candidate_pairs import NOT_FOUND, CandidatePairs, candidate_pairs
from matcher.vectors.distance import pair_distance
from matcher.vectors.embeddings import embeddings_of, unit_rows
from matcher.vectors.neighbours import nearest


def both_modalities(n, seed):
    rng = np.random.default_rng(seed)
    text, image = (unit_rows(rng.normal(size=(n, 4)).astype(np.float32)) for _ in range(2))
    image[rng.random(n) < 0.2] = 0
    return {"text": embeddings_of(text), "image": embeddings_of(image)}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 30), st.integers(1, 8))
def test_pairs_are_all_that_any_modality_found_each_once_and_measured_in_both(seed, n, k):
    embeddings = both_modalities(n, seed)
    neighbours = {modality: nearest(one, k=k) for modality, one in embeddings.items()}
    pairs = candidate_pairs(embeddings, neighbours)

    best: dict[tuple[int, int], int] = {}
    for found in neighbours.values():
        for row, others in enumerate(found.index):
            for place, other in enumerate(others, start=1):
                if other >= 0:
                    pair = (min(row, int(other)), max(row, int(other)))
                    best[pair] = min(place, best.get(pair, place))
    assert list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) == sorted(best)
    assert pairs.rank.tolist() == [best[pair] for pair in sorted(best)]
    for modality, one in embeddings.items():
        assert (pairs.distance[modality] == pair_distance(one, pairs.left, pairs.right)).all()


def test_a_smaller_k_is_a_part_of_the_pairs():
    embeddings = both_modalities(60, 1)
    wide = candidate_pairs(embeddings, {modality: nearest(one, k=9) for modality, one in embeddings.items()})
    narrow = candidate_pairs(embeddings, {modality: nearest(one, k=4) for modality, one in embeddings.items()})
    part = wide.chosen(wide.rank <= 4)
    assert (part.left == narrow.left).all()
    assert (part.right == narrow.right).all()
    assert (part.distance["image"] == narrow.distance["image"]).all()
    assert len(part) == len(narrow) < len(wide)


def test_a_modality_that_was_not_searched_is_measured_all_the_same():
    embeddings = both_modalities(20, 2)
    pairs = candidate_pairs(embeddings, {"text": nearest(embeddings["text"], k=3)})
    assert set(pairs.distance) == {"text", "image"}


def test_a_lone_listing_makes_no_pair():
    embeddings = both_modalities(1, 0)
    pairs = candidate_pairs(embeddings, {"text": nearest(embeddings["text"])})
    assert len(pairs) == 0
    assert pairs.distance["text"].shape == (0,)


def test_positions_finds_pairs_in_either_order():
    embeddings = both_modalities(20, 3)
    pairs = candidate_pairs(embeddings, {"text": nearest(embeddings["text"], k=3)})
    assert pairs.positions(pairs.right[[4, 2]], pairs.left[[4, 2]]).tolist() == [4, 2]
    assert pairs.positions(np.array([5]), np.array([5])).tolist() == []


def test_arrays_that_do_not_belong_together_are_refused():
    embeddings = both_modalities(20, 4)
    found = nearest(embeddings["text"], k=3)
    with pytest.raises(DataError, match=r"\[19, 20\] listings"):
        candidate_pairs({"text": embeddings["text"].rows(slice(1, None))}, {"text": found})
    with pytest.raises(DataError, match="expected text, image or fused"):
        candidate_pairs({"title": embeddings["text"]}, {"title": found})
    with pytest.raises(DataError, match="neighbours for nothing"):
        candidate_pairs(embeddings, {})
    with pytest.raises(DataError, match="embeddings for all neighbours"):
        candidate_pairs({"text": embeddings["text"]}, {"image": found})


def test_further_pairs_take_their_place_with_nothing_known_of_them():
    pairs = CandidatePairs(4, np.array([0, 1], np.int32), np.array([2, 3], np.int32), np.array([1, 2], np.uint16),
                           {"text": np.array([0.1, 0.2], np.float32)}, np.array([1, 2], np.uint8))  # fmt: skip
    more = pairs.joined_by(np.array([0, 2], np.int32), np.array([1, 3], np.int32))
    assert list(zip(more.left.tolist(), more.right.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 3), (2, 3)]
    assert more.rank.tolist() == [NOT_FOUND, 1, 2, NOT_FOUND]
    assert more.distance["text"].tolist() == [np.inf, np.float32(0.1), np.float32(0.2), np.inf]
    assert more.conflicts.tolist() == [0, 1, 2, 0]
    assert more.positions(np.array([3]), np.array([2])).tolist() == [3]
    none = np.zeros(0, np.int32)
    assert pairs.joined_by(none, none).left.tolist() == [0, 1]
