"""What would have to change: every way that is named decides otherwise, and a smaller step does not."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.conflicts import VETOES
from matcher.matching.explain.changes import find_ways
from matcher.matching.recipe import Recipe, decide
from matcher.vectors.candidate_pairs import NOT_FOUND, CandidatePairs

# Few values on purpose, at thresholds and between them, and one under what three decimals show.
distance = st.sampled_from([0.0, 0.0004, 0.1, 0.25, 0.3001, 1.5, 2.0, float("inf")]) | st.floats(0, 2, width=32)
threshold = st.sampled_from([0.0, 0.1, 0.25, 0.3])
fusions = st.sampled_from(["either", "both", "mean", "fused", "learned"])
vetoes = st.lists(st.sampled_from(VETOES), max_size=2, unique=True)


def one_pair(text, image, rank=1, conflicts=0):
    far = np.array([max(text, image)], np.float32)
    distances = {"text": text, "image": image, "fused": far[0], "learned": min(image, 1), "linked": min(text, 1)}
    return CandidatePairs(
        2, np.zeros(1, np.int32), np.ones(1, np.int32), np.array([rank], np.uint16),
        {name: np.array([value], np.float32) for name, value in distances.items()}, np.array([conflicts], np.uint8),
    )  # fmt: skip


def rule(fusion, text=0.25, image=0.1, **more):
    both = {
        "text_threshold": text,
        "image_threshold": image,
        "fused_threshold": text,
        "learned_threshold": min(image, 1.0),
    }
    return Recipe("tfidf", "phash", fusion, k=10, pair_model="0" * 32 if fusion == "learned" else None, **both, **more)


@given(distance, distance, fusions, threshold, threshold, st.sampled_from([1, 10, 11, 900]), st.integers(0, 7), vetoes)
def test_every_way_decides_otherwise_and_nothing_in_it_is_needless(
    text, image, fusion, by_text, by_image, rank, conflicts, veto
):
    pair, recipe = one_pair(text, image, rank, conflicts), rule(fusion, by_text, by_image, veto=veto)
    now = decide(pair, recipe)[0]
    for way in find_ways(pair, recipe):
        assert decide(pair, replace(recipe, **way))[0] != now
        for name in way:
            without = {field: value for field, value in way.items() if field != name}
            assert decide(pair, replace(recipe, **without))[0] == now
        for name, value in way.items():
            if name.endswith("_threshold"):
                short = value - 1e-6 if not now else value + (0.001 if value >= 0.001 else 1e-6) + 1e-6
                near = value - 0.001 - 1e-6 if not now and value >= 0.002 else short
                assert decide(pair, replace(recipe, **{**way, name: max(near, 0) if not now else short}))[0] == now


@given(distance, distance, fusions)
def test_thresholds_that_can_help_are_named(text, image, fusion):
    pair, recipe = one_pair(text, image), rule(fusion, 0.1, 0.1)
    loosest = rule(fusion, 2.0, 2.0)
    ways = find_ways(pair, recipe)
    if not decide(pair, recipe)[0]:
        assert bool(ways) == bool(decide(pair, loosest)[0])


def test_a_way_is_a_threshold_that_can_be_typed():
    assert find_ways(one_pair(0.30961, 0.5), rule("either")) == ({"text_threshold": 0.31}, {"image_threshold": 0.5})
    assert find_ways(one_pair(0.30961, 0.5), rule("both")) == ({"text_threshold": 0.31, "image_threshold": 0.5},)
    assert find_ways(one_pair(0.2, 0.05), rule("either")) == ({"text_threshold": 0.199, "image_threshold": 0.049},)
    assert find_ways(one_pair(0.2, 0.05), rule("both")) == ({"text_threshold": 0.199}, {"image_threshold": 0.049})
    assert find_ways(one_pair(0.000_45, 0.5), rule("either", text=0.0))[0] == {"text_threshold": 0.00045}
    assert find_ways(one_pair(0.000_45, 0.5), rule("either")) == ({"text_threshold": 0.000449},)


def test_what_no_threshold_changes():
    assert find_ways(one_pair(0.0, 0.5), rule("either")) == ()  # equal titles are within every threshold
    assert find_ways(one_pair(np.inf, 0.5), rule("both")) == ()
    assert find_ways(one_pair(0.1, 0.1, rank=NOT_FOUND), rule("either")) == ()
    assert find_ways(one_pair(0.1, 0.1, rank=30), rule("either")) == ({"k": 30},)


def test_vetoes_are_lifted_and_laid():
    met = one_pair(0.1, 0.5, conflicts=0b11)  # units and counts
    assert find_ways(met, rule("either", veto=("units",))) == ({"veto": ()},)
    assert find_ways(met, rule("either"))[1:] == ({"veto": ("units",)}, {"veto": ("counts",)})
    assert find_ways(met, rule("learned", text=1.0, image=1.0))[1:] == ()  # a model would have to judge anew


@pytest.mark.parametrize("fusion", ["mean", "fused", "learned"])
def test_one_distance_of_both_has_one_threshold(fusion):
    name = "learned" if fusion == "learned" else "fused"
    (way,) = find_ways(one_pair(0.5, 0.5), rule(fusion, 0.2, 0.2))
    assert way == {f"{name}_threshold": 0.5}
