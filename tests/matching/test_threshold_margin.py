"""The edge agrees with what a recipe decides, and names the pairs nearest to it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.recipe import Recipe, decide
from matcher.matching.threshold_margin import around_edge, distance_to_edge
from matcher.vectors.candidate_pairs import CandidatePairs

value = st.sampled_from([0.0, 0.1, 0.2, 0.25, 0.3, 0.7, 1.5, float("inf")])
threshold = st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.7])
fusion = st.sampled_from(["either", "both", "mean", "fused"])


def pairs_of(rows):
    text, image, fused = (np.array(column, np.float32) for column in zip(*rows, strict=True))
    left = np.zeros(len(rows), np.int32)
    right = np.arange(1, len(rows) + 1, dtype=np.int32)
    rank = np.ones(len(rows), np.uint16)
    return CandidatePairs(len(rows) + 1, left, right, rank, {"text": text, "image": image, "fused": fused})


def recipe(fusion, text=0.2, image=0.3, fused=0.25):
    return Recipe("tfidf", "phash", fusion, text_threshold=text, image_threshold=image, fused_threshold=fused)


@given(st.lists(st.tuples(value, value, value), min_size=1), fusion, threshold, threshold, threshold)
def test_a_pair_matches_just_when_it_is_not_beyond_the_edge(rows, fusion, text, image, fused):
    pairs, rule = pairs_of(rows), recipe(fusion, text, image, fused)
    assert np.array_equal(distance_to_edge(pairs, rule) <= 0, decide(pairs, rule))


def test_shares_of_the_threshold_make_titles_and_photos_comparable():
    pairs = pairs_of([(0.22, 0.9, 0.5), (0.9, 0.36, 0.5), (0.1, 0.3, 0.5)])
    assert distance_to_edge(pairs, recipe("either")) == pytest.approx([0.1, 0.2, -0.5], abs=1e-6)
    assert distance_to_edge(pairs, recipe("both")) == pytest.approx([2.0, 3.5, 0.0], abs=1e-6)
    assert distance_to_edge(pairs, recipe("fused")) == pytest.approx([1.0, 1.0, 1.0], abs=1e-6)


def test_around_the_edge_are_the_nearest_of_both_sides():
    edge = np.array([-0.9, -0.1, -0.3, 0.4, 0.2, np.inf, 0.05], np.float32)
    reachable = np.array([True, True, True, True, True, True, False])
    inside, outside = around_edge(edge, edge <= 0, reachable, 2)
    assert inside.tolist() == [1, 2]
    assert outside.tolist() == [4, 3]  # 6 is nearer, but no threshold wins it; 5 has no distance
    assert [len(some) for some in around_edge(edge, edge <= 0, reachable, 50)] == [3, 2]


def test_a_rule_that_cannot_be_used_says_what_is_missing():
    with pytest.raises(DataError, match="no text threshold; tune it"):
        distance_to_edge(pairs_of([(0.1, 0.1, 0.1)]), Recipe("tfidf", "phash"))
    titles_only = CandidatePairs(
        2, np.zeros(1, np.int32), np.ones(1, np.int32), np.ones(1, np.uint16), {"text": np.zeros(1, np.float32)}
    )
    with pytest.raises(DataError, match="text and image"):
        distance_to_edge(titles_only, recipe("either"))
