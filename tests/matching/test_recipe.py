"""What a recipe decides, and that a bad one is never taken for a good one."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.conflicts import VETOES
from matcher.matching.recipe import Recipe, decide, joint_distance, with_vetoes
from matcher.vectors.candidate_pairs import CandidatePairs

INF = np.inf
BOTH = Recipe("tfidf", "efficientnet", text_threshold=0.4, image_threshold=0.2, fused_threshold=0.3)


def pairs_with(text, image, rank=None, **more):
    count = len(text)
    distance = {"text": text, "image": image} | more
    return CandidatePairs(
        count + 1,
        np.zeros(count, np.int32),
        np.arange(1, count + 1, dtype=np.int32),
        np.array(rank or [1] * count, np.uint16),
        {modality: np.array(values, np.float32) for modality, values in distance.items()},
    )


PAIRS = pairs_with(
    text=[0.40, 0.41, 0.41, 0.10, INF, 0.30, INF],
    image=[0.90, 0.20, 0.21, 0.10, 0.10, INF, INF],
    fused=[0.10, 0.20, 0.30, 0.31, 0.40, 0.50, 0.60],
)


def decided(recipe, pairs=PAIRS):
    return decide(pairs, recipe).astype(int).tolist()


def test_either_needs_one_distance_within_its_threshold_and_both_needs_two():
    assert decided(BOTH) == [1, 1, 0, 1, 1, 1, 0]
    assert decided(replace(BOTH, fusion="both")) == [0, 0, 0, 1, 0, 0, 0]


def test_mean_weighs_the_two_and_takes_the_one_there_is():
    # 0.75 * text + 0.25 * image: 0.525 0.3575 0.36 0.1; then the photo alone, the title alone, neither
    assert decided(replace(BOTH, fusion="mean", text_weight=0.75, fused_threshold=0.359)) == [0, 1, 0, 1, 1, 1, 0]
    assert decided(replace(BOTH, fusion="mean", text_weight=1.0, fused_threshold=0.4)) == [1, 0, 0, 1, 1, 1, 0]


def test_a_geometric_mean_is_small_while_one_distance_is():
    # text^0.5 * image^0.5: 0.6 0.286 0.293 0.1; then the photo alone, the title alone, neither
    geometric = replace(BOTH, fusion="mean", mean="geometric")
    assert decided(replace(geometric, fused_threshold=0.29)) == [0, 1, 0, 1, 1, 0, 0]
    assert decided(replace(geometric, fused_threshold=0.61)) == [1, 1, 1, 1, 1, 1, 0]
    repeated = pairs_with(text=[0.0, 0.0, 0.0, INF], image=[1.0, 0.04, 0.0, 0.0])
    expected = [
        np.sqrt(1e-3),
        np.sqrt(4e-5),
        1e-3,
        0,
    ]  # a distance of 0 counts as a thousandth, and does not decide alone
    assert joint_distance(repeated, geometric).tolist() == pytest.approx(expected)


@pytest.mark.parametrize("mean", ["arithmetic", "geometric"])
def test_in_a_mean_one_alone_has_a_scale_of_its_own(mean):
    recipe = replace(BOTH, fusion="mean", mean=mean, fused_threshold=0.4, text_alone=0.5, image_alone=4.0)
    lone = pairs_with(text=[0.79, 0.81, INF, INF, INF], image=[INF, INF, 0.09, 0.11, INF])
    assert decided(recipe, lone) == [1, 0, 1, 0, 0]
    assert decided(replace(recipe, fused_threshold=0.2), lone) == [0, 0, 0, 0, 0]
    assert decided(replace(recipe, text_alone=1.0, image_alone=1.0), lone) == [0, 0, 1, 1, 0]
    # No cosine distance is beyond 2, so that a threshold can be put behind every pair that has one.
    assert joint_distance(pairs_with([INF, INF], [0.9, INF]), recipe).tolist() == [2, INF]
    far = replace(recipe, metric="manhattan")
    assert joint_distance(pairs_with([INF], [0.9]), far).tolist() == pytest.approx([3.6])


def test_fused_reads_the_distance_of_the_joined_vectors():
    assert decided(replace(BOTH, fusion="fused")) == [1, 1, 1, 0, 0, 0, 0]


def test_learned_reads_how_far_the_groups_of_a_pair_are_apart_whatever_found_it():
    learned = replace(BOTH, fusion="learned", learned_threshold=0.6, k=1)
    judged = pairs_with([0.1] * 3, [0.1] * 3, rank=[1, 9, 9], learned=[0.9, 0.2, 0.2], linked=[0.6, 0.61, 0.2])
    assert decided(learned, judged) == [1, 0, 1]
    assert learned.thresholds == {"learned": 0.6}
    with pytest.raises(DataError, match="has not judged these pairs yet"):
        decide(PAIRS, learned)


def test_one_encoder_decides_alone():
    for fusion in ("either", "both"):
        assert decided(replace(BOTH, image_encoder=None, fusion=fusion)) == [1, 0, 0, 1, 0, 1, 0]
        assert decided(replace(BOTH, text_encoder=None, fusion=fusion)) == [0, 1, 0, 1, 1, 0, 0]
    assert decided(replace(BOTH, image_encoder=None, fusion="mean")) == [0, 0, 0, 1, 0, 1, 0]


def test_only_neighbours_within_k_match():
    near = pairs_with([0.1, 0.1, 0.1], [0.1, 0.1, 0.1], rank=[1, 10, 11])
    assert decided(replace(BOTH, k=10), near) == [1, 1, 0]


@given(
    st.lists(st.tuples(*[st.sampled_from([0.0, 0.1, 0.5, 1.5, INF])] * 2), min_size=1),
    st.sampled_from(["either", "both", "mean"]),
    st.sampled_from(["arithmetic", "geometric"]),
    st.sampled_from([0.2, 1.0, 7.0]),
    *[st.sampled_from([0.0, 0.1, 0.3, 0.5, 2.0])] * 4,
)
def test_a_stricter_threshold_never_accepts_more(rows, fusion, mean, alone, one, other, third, fourth):
    text, image = zip(*rows, strict=True)
    pairs = pairs_with(list(text), list(image))

    def decide_at(first, second):
        thresholds = {"text_threshold": first, "image_threshold": second, "fused_threshold": first}
        return decide(pairs, replace(BOTH, fusion=fusion, mean=mean, image_alone=alone, **thresholds))

    strict = decide_at(min(one, third), min(other, fourth))
    assert not (strict & ~decide_at(max(one, third), max(other, fourth))).any()


def test_a_threshold_that_is_not_set_is_said():
    with pytest.raises(DataError, match="no image threshold; tune it"):
        decide(PAIRS, replace(BOTH, image_threshold=None))
    with pytest.raises(DataError, match="no fused threshold"):
        decide(PAIRS, replace(BOTH, fusion="mean", fused_threshold=None))


def test_a_distance_that_is_not_there_is_said():
    with pytest.raises(DataError, match="needs fused distances, and these pairs have text, image"):
        decide(pairs_with([0.1], [0.1]), replace(BOTH, fusion="fused"))


thresholds = st.none() | st.floats(0, 2)
recipes = st.builds(
    Recipe,
    text_encoder=st.text(min_size=1),
    image_encoder=st.none() | st.text(min_size=1),
    fusion=st.sampled_from(["either", "both", "mean", "fused", "learned"]),
    metric=st.sampled_from(["cosine", "euclidean", "manhattan"]),
    k=st.integers(1, 1000),
    text_threshold=thresholds,
    image_threshold=thresholds,
    fused_threshold=thresholds,
    text_weight=st.floats(0, 1),
    mean=st.sampled_from(["arithmetic", "geometric"]),
    learned_threshold=st.none() | st.floats(0, 1),
    pair_model=st.none() | st.just("0123456789abcdef" * 2),
)


@given(recipes)
def test_json_gives_the_same_recipe_back(recipe):
    assert Recipe.from_json(recipe.to_json()) == recipe


def test_a_recipe_from_before_there_were_two_means_is_read():
    values = json.loads(BOTH.to_json())
    del values["mean"]
    assert Recipe.from_json(json.dumps(values)) == BOTH


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("text_threshold", -0.1),
        ("text_threshold", 2.1),
        ("text_threshold", "0.3"),
        ("image_threshold", True),
        ("fused_threshold", float("nan")),
        ("fused_threshold", float("inf")),
        ("fused_threshold", [0.1]),
        ("text_weight", 1.01),
        ("text_weight", None),
        ("k", 0),
        ("k", 1001),
        ("k", 50.0),
        ("k", True),
        ("fusion", "any"),
        ("fusion", ["either"]),
        ("metric", "hamming"),
        ("mean", "harmonic"),
        ("text_alone", 0),
        ("image_alone", 1e9),
        ("text_encoder", ""),
        ("image_encoder", 7),
        ("learned_threshold", 1.01),
        ("learned_threshold", "0.3"),
        ("pair_model", "../../etc/passwd"),
        ("pair_model", 7),
    ],
)
def test_a_value_that_will_not_do_is_named(key, value):
    values = json.loads(BOTH.to_json()) | {key: value}
    with pytest.raises(DataError, match=f"The recipe's {key} is .*; expected"):
        Recipe.from_json(json.dumps(values))


def test_recipes_of_earlier_versions_are_read():
    values = json.loads(BOTH.to_json())
    for key in ("mean", "text_alone", "image_alone", "learned_threshold", "pair_model"):
        del values[key]
    assert Recipe.from_json(json.dumps(values)) == BOTH


def test_a_recipe_without_encoders_is_refused():
    with pytest.raises(DataError, match="expected an encoder for titles or for photos"):
        Recipe()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("[" * 9000, "not JSON"),
        ("[]", 'does not say "format": 1'),
        ("{}", 'does not say "format": 1'),
        (BOTH.to_json().replace('"format": 1', '"format": 2'), 'does not say "format": 1'),
        (BOTH.to_json().replace('"k": 50', '"k": 50, "k": 51'), "stands twice"),
        (BOTH.to_json().replace('"k": 50', '"kk": 50'), "unknown key 'kk'"),
        (BOTH.to_json().replace('"k": 50,', ""), "lacks 'k'"),
        (" " * 20_000, "20000 characters"),
    ],
)
def test_a_file_that_is_no_recipe_is_refused(text, message):
    with pytest.raises(DataError, match=message):
        Recipe.from_json(text)


def test_manhattan_distances_may_be_larger_than_2():
    assert replace(BOTH, metric="manhattan", text_threshold=17.5).text_threshold == 17.5


def with_conflicts(bits):
    return replace(PAIRS, conflicts=np.array(bits, np.uint8))


def test_a_veto_parts_what_is_near_and_nothing_else():
    conflicting = with_conflicts([1, 0, 0, 4, 2, 0, 0])  # units; models; counts
    assert decided(BOTH, conflicting) == [1, 1, 0, 1, 1, 1, 0]
    assert decided(replace(BOTH, veto=("units",)), conflicting) == [0, 1, 0, 1, 1, 1, 0]
    assert decided(replace(BOTH, veto=["models", "counts"]), conflicting) == [1, 1, 0, 0, 0, 1, 0]


@pytest.mark.parametrize("fusion", ["either", "both", "mean", "fused"])
def test_a_vetoed_pair_is_infinitely_far(fusion):
    recipe = replace(BOTH, fusion=fusion, veto=("units", "models"), text_alone=2.0)
    conflicting = with_conflicts([1, 0, 0, 4, 2, 0, 0])
    seen = with_vetoes(conflicting, recipe)
    assert np.array_equal(decide(seen, replace(recipe, veto=())), decide(conflicting, recipe))
    assert np.flatnonzero(~np.isfinite(seen.distance["fused"])).tolist() == [0, 3]
    assert with_vetoes(PAIRS, BOTH) is PAIRS


def test_a_veto_on_pairs_that_nobody_looked_at_is_refused():
    with pytest.raises(DataError, match="encode the catalog again"):
        decide(PAIRS, replace(BOTH, veto=("units",)))


@pytest.mark.parametrize("veto", ["units", ["price"], [1], {"units": 1}, None, 7, [["units"]]])
def test_a_veto_that_is_none_is_refused(veto):
    with pytest.raises(DataError, match="veto"):
        replace(BOTH, veto=veto)


def test_vetoes_travel_with_the_recipe_and_older_recipes_have_none():
    recipe = replace(BOTH, veto=("models", "units"))
    assert Recipe.from_json(recipe.to_json()) == recipe == replace(BOTH, veto=("units", "models"))
    earlier = {key: value for key, value in json.loads(BOTH.to_json()).items() if key != "veto"}
    assert Recipe.from_json(json.dumps(earlier)).veto == ()


@given(st.lists(st.integers(0, 63), min_size=7, max_size=7), st.lists(st.sampled_from(VETOES), unique=True))
def test_one_more_veto_never_adds_a_match(bits, vetoes):
    before = decide(with_conflicts(bits), replace(BOTH, veto=vetoes[1:]))
    assert not (decide(with_conflicts(bits), replace(BOTH, veto=vetoes)) & ~before).any()
