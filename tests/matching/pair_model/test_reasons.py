"""Reasons: families' shares sum to the log-odds, and are what the slow definition of Shapley's value gives."""

import time
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_pair_model import SMALL

from matcher.errors import DataError
from matcher.matching.pair_model.features import PairFeatures
from matcher.matching.pair_model.fit import fit_part
from matcher.matching.pair_model.model import Linear, PairModel, pair_model_from_json
from matcher.matching.pair_model.reason_words import tell_reasons
from matcher.matching.pair_model.reasons import Contributions, Explainer

NAMES = ("distance.text", "words.jaccard", "words.shared", "conflict.model", "list.text_rank_low")


def made(rung, count=3_000):
    """A model of pairs whose features speak for and against one product, some of them missing."""
    rng = np.random.default_rng(2)
    values = rng.normal(size=(count, len(NAMES))).astype(np.float32)
    is_same = values @ np.array([-2, 1, 0.5, 1.5, -1]) + rng.normal(size=count) > 1
    values[rng.random(values.shape) < 0.1] = np.nan
    parts = tuple(fit_part(rung, values, is_same, np.ones(count), seed) for seed in range(3))
    line = np.linspace(-5, 5, 3)
    return PairModel(rung, NAMES, parts, line, 1 / (1 + np.exp(-line)), 0.4, 0.1, 100), PairFeatures(NAMES, values)


@pytest.mark.parametrize("rung", ["logistic", "small trees", "trees"])
def test_base_and_contributions_sum_to_the_log_odds(rung):
    model, features = made(rung)
    few = features.chosen(np.arange(50))
    found = Explainer(model).contributions(few)
    assert found.families == ("distance", "words", "conflict", "list")
    assert found.base + found.values.sum(axis=1) == pytest.approx(model.log_odds(few), abs=1e-5)
    assert np.ptp(found.values, axis=0).min() > 0.1
    back = Explainer(pair_model_from_json(model.to_json())).contributions(few)
    assert back.values == pytest.approx(found.values, abs=1e-4)


def worth(trees, node, row, known, family):
    """What a tree says when only some families are known: the slow, obvious way."""
    if trees.feature[node] < 0:
        return trees.value[node]
    left, right = (worth(trees, side[node], row, known, family) for side in (trees.left, trees.right))
    if family[trees.feature[node]] not in known:
        return trees.left_share[node] * left + (1 - trees.left_share[node]) * right
    value = row[trees.feature[node]]
    goes_left = trees.missing_left[node] if np.isnan(value) else value <= trees.threshold[node]
    return left if goes_left else right


def test_contributions_are_shapleys_values():
    model, features = made("small trees", 400)
    found = Explainer(model).contributions(features.chosen(np.arange(3)))
    family = [name.split(".")[0] for name in NAMES]
    part = model.parts[0]
    alone = PairModel(model.rung, NAMES, (part,), model.scores, model.probabilities, 0.4, 0.1, 100)
    found = Explainer(alone).contributions(features.chosen(np.arange(3)))

    def said(row, known):
        return sum(worth(part, root, row, known, family) for root in part.roots.tolist())

    for row, contributions in zip(features.values, found.values, strict=False):
        assert found.base == pytest.approx(part.start + said(row, set()))
        orders = list(permutations(found.families))
        for number, name in enumerate(found.families):
            before = [set(order[: order.index(name)]) for order in orders]
            added = [said(row, known | {name}) - said(row, known) for known in before]
            assert contributions[number] == pytest.approx(np.mean(added), abs=1e-6)


def test_what_a_model_does_not_read_plays_no_part():
    model, features = made("small trees")
    idle = PairFeatures((*NAMES, "photo.same"), np.column_stack([features.values, np.ones(len(features.values))]))
    found = Explainer(model).contributions(idle.chosen(np.arange(4)))
    assert "photo" not in found.families
    assert found.values == pytest.approx(Explainer(model).contributions(features.chosen(np.arange(4))).values)


def test_a_page_of_pairs_is_explained_while_it_opens():
    model, features = made("trees")
    explainer, few = Explainer(model), features.chosen(np.arange(5))
    explainer.contributions(few)
    start = time.process_time()
    explainer.contributions(few)
    assert time.process_time() - start < 0.25  # 0.03 on an idle machine


def test_no_pairs_and_a_model_of_too_many_families():
    model, features = made("small trees", 200)
    assert Explainer(model).contributions(features.chosen(np.arange(0))).values.shape == (0, 4)
    names = tuple(f"family{number}.x" for number in range(9))
    part = Linear(0.0, np.ones(9), np.zeros(9), np.ones(9))
    many = PairModel("logistic", names, (part,), SMALL.scores, SMALL.probabilities, 0.4, 0.1, 10)
    with pytest.raises(DataError, match="9 families"):
        Explainer(many)


def told(family, value, title, other, often=None, **features):
    names = tuple(name.replace("_", ".", 1) for name in features) or ("words.jaccard",)
    values = np.array([list(features.values()) or [0.5]], np.float32)
    contributions = Contributions(0.0, (family,), np.array([[value]]))
    reasons = tell_reasons(contributions, PairFeatures(names, values), 0, title, other, often)
    return reasons[0].words if reasons else None


@pytest.mark.parametrize(
    ("family", "value", "title", "other", "words"),
    [
        ("conflict", -1.0, "Soap 250 ml", "Soap 500 ml", "250 ml against 500 ml"),
        ("conflict", 1.0, "Soap 250 ml", "soap, 0,25 L", "both state 250 ml"),
        ("conflict", -1.0, "Soap 250 ml", "Soap", "only one title states 250 ml"),
        ("conflict", 1.0, "Soap", "Soap", "nothing stated contradicts"),
        ("words", 1.0, "Acme lamp red", "lamp by ACME", "titles share acme, lamp"),
        ("words", -1.0, "lamp red", "lamp blue", "red against blue"),
        ("words", -1.0, "lamp red", "lamp", "only one title says red"),
        ("letters", -1.0, "a", "b", "titles are written differently"),
        ("list", 1.0, "a", "b", "each is among the nearest listings of the other"),
        ("words", 0.01, "a", "a", None),
    ],
)
def test_reasons_are_told_as_a_curator_would(family, value, title, other, words):
    assert told(family, value, title, other) == words


def test_the_rarest_words_are_named():
    often = {"lamp": 90, "led": 40, "desk": 30, "zephyr": 1}
    assert told("words", 1.0, "lamp led desk zephyr", "zephyr desk led lamp", often) == "titles share zephyr, desk, led"


def test_what_is_near_is_named_by_what_there_is():
    near = {"distance_text": 0.1, "distance_image": 0.2}
    assert told("distance", 1.0, "a", "b", **near) == "titles and photos are near each other"
    assert told("distance", -1.0, "a", "b", distance_text=0.9, distance_image=np.nan) == "titles are not near enough"
    assert told("photo", 1.0, "a", "b", photo_same=1.0) == "the very same photo"


def test_the_strongest_reason_comes_first():
    contributions = Contributions(0.0, ("letters", "list"), np.array([[0.5, -2.0]]))
    reasons = tell_reasons(contributions, PairFeatures(("letters.letters",), np.ones((1, 1), np.float32)), 0, "a", "b")
    assert [(reason.family, reason.log_odds) for reason in reasons] == [("list", -2.0), ("letters", 0.5)]


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["words", "conflict"]), st.booleans())
def test_any_titles_can_be_told_of(title, other, family, is_for):
    words = told(family, 1.0 if is_for else -1.0, title, other)
    assert words
    assert len(words) < 400
