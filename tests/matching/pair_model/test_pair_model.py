"""The pair model: calibrated on data made to a known law, read from strangers' files, and never leaking."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier

from matcher.errors import DataError
from matcher.matching.clusters import group_f1
from matcher.matching.pair_model.features import PairFeatures
from matcher.matching.pair_model.fit import fit_part
from matcher.matching.pair_model.learn import FOLDS, group_pairs, known_pairs, learn_pair_model, product_folds
from matcher.matching.pair_model.model import Linear, PairModel, pair_model_from_json
from matcher.matching.pair_model.trees import trees_from_json, trees_of
from matcher.vectors.candidate_pairs import CandidatePairs


def law(count, seed=0):
    """Pairs whose probability of being one product is known: a logistic law of two of three features."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(count, 3)).astype(np.float32)
    probability = 1 / (1 + np.exp(-(2 * values[:, 0] - 1.5 * values[:, 1] - 0.5)))
    values[rng.random((count, 3)) < 0.05] = np.nan
    return PairFeatures(("distance.text", "words.jaccard", "conflict.model"), values), probability, rng


def catalog(listings, count, seed=0):
    """Made-up candidate pairs of listings with verdicts drawn from the law."""
    features, probability, rng = law(count, seed)
    left, right = np.triu_indices(listings, 1)
    rows = np.sort(rng.choice(len(left), count, replace=False))
    pairs = CandidatePairs(
        listings,
        left[rows].astype(np.int32),
        right[rows].astype(np.int32),
        rng.integers(1, 20, count).astype(np.uint16),
        {},
    )
    is_same = rng.random(count) < probability
    ends = list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    same = [pair for pair, alike in zip(ends, is_same, strict=True) if alike]
    different = [pair for pair, alike in zip(ends, is_same, strict=True) if not alike]
    nobody = np.full(listings, -1, np.int32)
    fold = np.arange(listings) % FOLDS
    return features, probability, known_pairs(pairs, nobody, fold, same, different)


@pytest.fixture(scope="module")
def learned():
    features, probability, known = catalog(300, 6_000)
    return features, probability, known, learn_pair_model(features, known)


@pytest.mark.parametrize(("count", "rungs"), [(60, {"logistic"}), (600, {"logistic", "small trees"})])
def test_the_more_is_known_the_richer_the_model(count, rungs):
    features, _, known = catalog(80, count)
    assert learn_pair_model(features, known).rung in rungs


def test_probabilities_are_what_they_say(learned):
    _, _, _, model = learned
    features, truth, rng = law(20_000, seed=9)
    found = model.probability(features)
    happened = rng.random(len(truth)) < truth
    for low in np.arange(0.0, 1.0, 0.2):
        inside = (found >= low) & (found < low + 0.2)
        assert happened[inside].mean() == pytest.approx(found[inside].mean(), abs=0.06)
    assert np.abs(found - truth).mean() < 0.09


def test_a_larger_pool_lowers_the_odds(learned):
    features, _, known, model = learned
    here, larger = model.probability(features), model.probability(features, pool=10 * known.pairs.n)
    odds = here / np.maximum(1 - here, 1e-12)
    inside = (here > 0.01) & (here < 0.99)
    assert (larger[inside] / (1 - larger[inside])) == pytest.approx(odds[inside] / 10)
    assert np.array_equal(model.probability(features, pool=5), here)


def test_a_model_comes_back_from_its_file(learned):
    features, _, _, model = learned
    back = pair_model_from_json(model.to_json())
    assert (back.rung, back.names, back.cut, back.bound, back.pool) == (
        model.rung,
        model.names,
        model.cut,
        model.bound,
        model.pool,
    )
    np.testing.assert_allclose(back.probability(features), model.probability(features), atol=1e-6)


def test_a_catalog_without_the_features_is_told(learned):
    _, _, _, model = learned
    with pytest.raises(DataError, match=r"words\.jaccard"):
        model.probability(PairFeatures(("distance.text",), np.zeros((1, 1), np.float32)))


def test_trees_give_what_scikit_learn_gives():
    features, probability, rng = law(3_000)
    fitted = HistGradientBoostingClassifier(max_iter=20, random_state=0).fit(
        features.values, rng.random(3_000) < probability
    )
    trees = trees_of(fitted)
    unseen = law(500, seed=3)[0].values
    np.testing.assert_allclose(trees.log_odds(unseen), fitted.decision_function(unseen), atol=1e-6)
    back = trees_from_json(json.loads(json.dumps(trees.to_json())), 3)
    assert np.array_equal(back.log_odds(unseen), trees.log_odds(unseen))


@pytest.mark.parametrize("rung", ["logistic", "small trees", "trees"])
def test_nothing_is_learned_of_a_feature_that_no_pair_has(rung):
    features, probability, rng = law(2_000)
    is_same, weight = rng.random(2_000) < probability, np.ones(2_000)
    values = features.values.copy()
    values[:, 2] = np.nan
    part = fit_part(rung, values, is_same, weight, seed=0)
    there = np.where(np.isnan(values), np.float32(5), values)
    only = np.where(np.arange(3) == 2, there, values)
    np.testing.assert_allclose(part.log_odds(only), part.log_odds(values))


LINEAR = Linear(0.5, np.array([1.0]), np.array([0.0]), np.array([1.0]))
SMALL = PairModel("logistic", ("a.b",), (LINEAR,), np.array([0.0, 1.0]), np.array([0.1, 0.9]), 0.4, 0.1, 10)
TREE = {"start": 0, "roots": [0], "feature": [0, -1, -1], "threshold": [0.5, 0, 0], "missing_left": [1, 0, 0],
        "left": [1, 0, 0], "right": [2, 0, 0], "value": [0, 1.0, -1.0]}  # fmt: skip


def test_a_tree_written_by_hand_is_followed():
    values = np.array([[0.5], [0.6], [np.nan]], np.float32)
    assert trees_from_json(TREE, 1).log_odds(values).tolist() == [1, -1, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"left": [0, 0, 0]},  # round and round
        {"right": [9, 0, 0]},
        {"feature": [1, -1, -1]},
        {"feature": [0, -1]},
        {"threshold": [float("nan"), 0, 0]},
        {"value": [0, 1e300, 0]},
        {"value": [0, True, 0]},
        {"value": "x" * 3},
        {"roots": [3]},
        {"roots": [0] * 5_000},
        {"missing_left": [2, 0, 0]},
        {"start": None},
    ],
)
def test_a_hostile_tree_is_refused_in_one_line(change):
    with pytest.raises(DataError) as refused:
        trees_from_json(TREE | change, 1)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"rung": "oracle"},
        {"names": []},
        {"names": ["x" * 1000]},
        {"parts": []},
        {"parts": [7]},
        {"parts": [{"weight": [1, 2], "middle": [0], "spread": [1], "start": 0}]},
        {"parts": [{"weight": [1], "middle": [0], "spread": [0], "start": 0}]},
        {"scores": [1, 0]},
        {"scores": []},
        {"probabilities": [0.9, 0.1]},
        {"probabilities": [0.1, 1.1]},
        {"probabilities": [-0.1, 0.9]},
        {"cut": 0},
        {"cut": "0.4"},
        {"bound": -1},
        {"pool": 0},
        {"pool": float("inf")},
    ],
)
def test_a_hostile_model_is_refused_in_one_line(change):
    with pytest.raises(DataError) as refused:
        pair_model_from_json(json.dumps(json.loads(SMALL.to_json()) | change))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["format", "names", "parts", "rung", "scores"]), inner, max_size=4)
        ),
        max_leaves=8,
    )
)
@settings(max_examples=60)
def test_any_json_is_a_model_or_refused(value):
    with pytest.raises(DataError):
        pair_model_from_json(json.dumps(value))


def test_what_is_not_json_is_refused():
    for text in ("", "[" * 100_000, "{", "\x00", "x" * 50_000_000):
        with pytest.raises(DataError):
            pair_model_from_json(text)


labels = st.lists(st.integers(-1, 4), min_size=1, max_size=12)


@given(labels, st.data())
def test_no_product_is_in_two_folds(codes, data):
    titles = data.draw(st.lists(st.sampled_from(["", "x", "y"]), min_size=len(codes), max_size=len(codes)))
    fold = product_folds(np.array(codes, np.int32), titles)
    for said in (codes, titles):
        for value in set(said) - {-1, ""}:
            assert len({int(fold[row]) for row, each in enumerate(said) if each == value}) == 1
    assert set(fold.tolist()) <= set(range(FOLDS))


def test_a_verdict_stands_over_a_label():
    left, right = np.triu_indices(3, 1)
    pairs = CandidatePairs(3, left.astype(np.int32), right.astype(np.int32), np.ones(3, np.uint16), {})
    known = known_pairs(pairs, np.array([0, 0, -1], np.int32), np.zeros(3, np.int64), same=[(2, 0)], different=[(1, 0)])
    assert known.is_known.tolist() == [True, True, False]
    assert known.is_same.tolist() == [False, True, False]


def test_too_little_known_is_told():
    features, _, known = catalog(40, 30)
    nothing = known_pairs(known.pairs, np.full(40, -1, np.int32), known.fold, same=[], different=[])
    with pytest.raises(DataError, match="give more verdicts"):
        learn_pair_model(features, nothing)


def test_labels_choose_where_groups_are_joined():
    """Products of three listings; pairs of one product are near, and few others are."""
    rng = np.random.default_rng(1)
    n = 240
    codes = np.repeat(np.arange(n // 3), 3).astype(np.int32)
    left, right = np.triu_indices(n, 1)
    is_same = codes[left] == codes[right]
    kept = is_same | (rng.random(len(left)) < 0.06)
    left, right, is_same = left[kept].astype(np.int32), right[kept].astype(np.int32), is_same[kept]
    pairs = CandidatePairs(n, left, right, rng.integers(1, 10, len(left)).astype(np.uint16), {})
    near = np.where(is_same, rng.normal(0.3, 0.2, len(left)), rng.normal(1.0, 0.2, len(left))).astype(np.float32)
    features = PairFeatures(("distance.text",), near[:, None])
    model = learn_pair_model(features, known_pairs(pairs, codes, product_folds(codes)), codes)
    group = group_pairs(model, pairs, model.probability(features))
    assert group_f1(group, codes) > 0.93
    apart = group_pairs(model, pairs, model.probability(features), different=[(0, 1)])
    assert apart[0] != apart[1]
