"""A tightened rule keeps exactly the matches up to a margin."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matcher.matching.recipe import Recipe, decide
from matcher.matching.threshold_margin import distance_to_edge
from matcher.matching.thresholds.tighten import tighten
from matcher.vectors.candidate_pairs import CandidatePairs

# Few distinct values on purpose: a tie is kept whole or not at all.
distances = st.sampled_from([0.0, 0.1, 0.2, 0.25, 0.3, 0.4, 0.9, float("inf")])


@example([(0.0, 0.0), (0.0, 0.1)], "either", (0.0, 0.1, 0.0), 0)
@given(
    st.lists(st.tuples(distances, distances), min_size=1, max_size=20),
    st.sampled_from(["either", "both", "mean", "fused"]),
    st.tuples(*[st.sampled_from([0.0, 0.1, 0.3, 0.4, 1.0])] * 3),
    st.integers(0, 19),
)
def test_the_matches_up_to_a_margin_stay_and_the_others_go(drawn, fusion, thresholds, chosen):
    n = len(drawn) + 1
    text, image = np.array(drawn, dtype=np.float32).T
    pairs = CandidatePairs(
        n, np.zeros(n - 1, np.int32), np.arange(1, n, dtype=np.int32), np.ones(n - 1, np.uint16),
        {"text": text, "image": image, "fused": np.minimum(text, image)},
    )  # fmt: skip
    recipe = Recipe(
        "t", "i", fusion, **dict(zip(("text_threshold", "image_threshold", "fused_threshold"), thresholds, strict=True))
    )
    is_match, edge = decide(pairs, recipe), distance_to_edge(pairs, recipe)
    rows = np.flatnonzero(is_match)
    if not len(rows):
        return
    margin = float(edge[rows[chosen % len(rows)]])
    tight = tighten(pairs, recipe, margin)
    stays = edge <= margin
    if fusion == "either":  # no threshold is stricter than 0
        for name, distance in (("text", text), ("image", image)):
            stays |= (distance == 0) & (recipe.threshold(name) == 0)
    assert decide(pairs, tight).tolist() == (is_match & stays).tolist()
    assert all((tight.threshold(name) <= np.float32(recipe.threshold(name))) for name in recipe.thresholds)


def test_a_threshold_that_keeps_nothing_follows_its_share():
    pairs = CandidatePairs(
        2, np.zeros(1, np.int32), np.ones(1, np.int32), np.ones(1, np.uint16),
        {"text": np.array([0.2], np.float32), "image": np.array([np.inf], np.float32)},
    )  # fmt: skip
    tight = tighten(pairs, Recipe("t", "i", "either", text_threshold=0.4, image_threshold=0.3), -0.5)
    assert tight.text_threshold == pytest.approx(0.2)
    assert tight.image_threshold == pytest.approx(0.15)
