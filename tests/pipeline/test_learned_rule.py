"""A learned rule from a catalog to its matches: judged by what has not seen it, kept, carried, never trusted."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_shop import write_shop

from matcher import DataError, encode, read_catalog
from matcher import evaluate as evaluate_in_memory
from matcher import match as match_in_memory
from matcher import tune as tune_in_memory
from matcher.errors import TooLittleKnown
from matcher.matching.pair_model.features import PairFeatures
from matcher.matching.pair_model.model import Linear, PairModel
from matcher.matching.recipe import Recipe, decide, joint_distance
from matcher.matching.resolve import outcome_of
from matcher.pipeline import matches, recipes
from matcher.pipeline.catalogs import ImportConfig, import_catalog
from matcher.pipeline.encoding import EncodeConfig, encode_catalog
from matcher.pipeline.pair_model import judge, models
from matcher.pipeline.pair_model.features import keep_features, near_pairs
from matcher.pipeline.pair_model.judge import keep_judgement, open_judgement, unseen_probability
from matcher.pipeline.pair_model.learned_model import LearnedModel, listing_keys
from matcher.pipeline.pair_model.models import load_model, read_recipe, write_recipe
from matcher.pipeline.recipe_columns import know_columns
from matcher.storage.workspace import Workspace
from matcher.vectors.candidate_pairs import NOT_FOUND

CONFIG = EncodeConfig("shop", "tfidf-char", "phash", k=10)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    file = tmp_path_factory.mktemp("table") / "shop.csv"
    write_shop(file)
    return file


@pytest.fixture(scope="module")
def shop(tmp_path_factory, table):
    """A workspace with a catalog and the recipe that was learned for it."""
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    import_catalog(workspace, ImportConfig(str(table), "Shop"))
    return workspace, recipes.tune(workspace, CONFIG, "learned")


@pytest.fixture(scope="module")
def file(shop):
    """The recipe as its file has it."""
    workspace, recipe = shop
    return write_recipe(recipe, load_model(workspace, "shop", recipe.pair_model))


def judged(shop):
    workspace, recipe = shop
    encoded = encode_catalog(workspace, recipes.config_of("shop", recipe))
    return keep_judgement(workspace, workspace.load_catalog("shop"), encoded, recipe)


def test_what_tune_says_is_what_evaluate_finds_on_products_not_learned_from(shop):
    workspace, recipe = shop
    learned = load_model(workspace, "shop", recipe.pair_model)
    found = matches.evaluate(workspace, "shop", recipe)
    assert (recipe.fusion, learned.by, learned.measured) == ("learned", "labels", 144)
    assert found.listing.f1 == pytest.approx(learned.f1)
    assert found.listing.f1 > 0.8
    assert found.modelled == found.listings == 144


def test_matches_are_the_pairs_within_groups_whatever_verdicts_say(shop):
    recipe = shop[1]
    pairs = judged(shop)
    is_match = decide(pairs, recipe)
    plain = outcome_of(pairs, recipe, is_match, (), ())
    assert set(zip(pairs.left[is_match].tolist(), pairs.right[is_match].tolist(), strict=True)) == set(
        zip(plain.left.tolist(), plain.right.tolist(), strict=True)
    )
    one, other = int(plain.left[0]), int(plain.right[0])
    far = next(row for row in range(pairs.n) if plain.group[row] != plain.group[one])
    told = outcome_of(pairs, recipe, is_match, [(far, one)], [(other, one)])
    assert told.group[far] == told.group[one] != told.group[other]
    for outcome in (plain, told):
        sizes = np.bincount(outcome.group)
        assert len(outcome.left) == (sizes * (sizes - 1) // 2).sum()
        assert (outcome.group[outcome.left] == outcome.group[outcome.right]).all()
        assert (outcome.left < outcome.right).all()
        assert set(outcome.distance) == {"text", "image", "fused", "learned"}


@pytest.mark.parametrize("name", ["one_per", "only_across"])
def test_a_column_keeps_listings_apart_under_a_model_too(shop, name):
    workspace, recipe = shop
    catalog, apart = workspace.load_catalog("shop"), replace(recipe, **{name: "label"})
    encoded = encode_catalog(workspace, recipes.config_of("shop", apart))
    pairs = keep_judgement(workspace, catalog, know_columns(encoded, catalog, apart), apart)
    again = open_judgement(workspace, know_columns(encoded, catalog, apart), apart)
    assert np.array_equal(again.distance["linked"], pairs.distance["linked"])
    group, plain = (
        outcome_of(some, rule, decide(some, rule), (), ()).group
        for some, rule in ((pairs, apart), (judged(shop), recipe))
    )
    of_one_label = [np.unique(np.stack([found, catalog.codes]), axis=1).shape[1] for found in (group, plain)]
    assert of_one_label[1] < len(group)
    if name == "one_per":
        assert of_one_label[0] == len(group)  # no group holds two of a label
    else:
        same = catalog.codes[pairs.left] == catalog.codes[pairs.right]
        assert (pairs.distance["learned"][same] == 1).all()


def test_a_veto_is_kept_to_through_others_too(shop):
    workspace, recipe = shop
    strict = replace(recipe, veto=("units",), learned_threshold=0.9)
    encoded = encode_catalog(workspace, recipes.config_of("shop", strict))
    pairs = keep_judgement(workspace, workspace.load_catalog("shop"), encoded, strict)
    off = np.flatnonzero(pairs.conflicts & 1)
    assert len(off)
    group = outcome_of(pairs, strict, decide(pairs, strict), (), ()).group
    assert not (group[pairs.left[off]] == group[pairs.right[off]]).any()


def test_a_model_reads_how_the_usual_rule_joins_title_and_photo(shop):
    workspace, _ = shop
    catalog = workspace.load_catalog("shop")
    encoded = encode_catalog(workspace, CONFIG)
    features = keep_features(workspace, catalog, encoded)
    near = encoded.pairs.chosen(near_pairs(encoded.pairs))
    usual = recipes.usual_recipe(workspace, CONFIG)
    assert usual.fusion == "mean"
    told = features.values[:, features.names.index("distance.rule")]
    assert told == pytest.approx(np.asarray(joint_distance(near, usual)), nan_ok=True)
    assert "list.rule_rank_low" in features.names
    encoded = encode_catalog(workspace, replace(CONFIG, image=None))
    assert "distance.rule" not in keep_features(workspace, catalog, encoded).names


def test_pairs_are_judged_once(shop, monkeypatch):
    workspace, recipe = shop
    before = judged(shop)
    monkeypatch.setattr(judge, "judge_pairs", lambda *_: pytest.fail("judged anew"))
    assert np.array_equal(judged(shop).distance["linked"], before.distance["linked"])
    encoded = encode_catalog(workspace, CONFIG)
    assert open_judgement(workspace, encoded, replace(recipe, pair_model="0" * 32)) is None
    with pytest.raises(DataError, match="gone; learn it again"):
        keep_judgement(workspace, workspace.load_catalog("shop"), encoded, replace(recipe, pair_model="0" * 32))


def test_a_pair_is_judged_by_the_parts_that_have_not_seen_it(shop):
    workspace, _ = shop
    catalog = workspace.load_catalog("shop")
    keys = listing_keys(catalog)
    parts = tuple(Linear(start, np.zeros(1), np.zeros(1), np.ones(1)) for start in (-4.0, 0.0, 6.0))
    line = np.linspace(-10, 10, 21)
    model = PairModel("logistic", ("a.b",), parts, line, (line + 10) / 20, 0.5, 0.0, 10**6)
    learned = LearnedModel(model, {keys[0]: 0, keys[1]: 0, keys[2]: 1, keys[3]: 2}, "labels", 9, 9, 9, 0.5, 0.5)
    pairs = encode_catalog(workspace, CONFIG).pairs
    left, right = np.array([(0, 1), (0, 2), (2, 3), (3, 50), (50, 51)], np.int32).T
    near = replace(pairs, left=left, right=right, rank=np.ones(5, np.uint16), distance={}, conflicts=None)
    found = unseen_probability(PairFeatures(("a.b",), np.zeros((5, 1), np.float32)), near, learned, catalog)
    expected = [-4, (-4 + 0) / 2, (0 + 6) / 2, 6, (-4 + 0 + 6) / 3]
    assert found.tolist() == pytest.approx([(odds + 10) / 20 for odds in expected])


def test_a_pair_that_only_its_group_implies_is_among_the_pairs(shop):
    workspace, recipe = shop
    catalog = workspace.load_catalog("shop")
    sure = Linear(0.0, np.zeros(1), np.zeros(1), np.ones(1))
    model = PairModel("logistic", ("a.b",), (sure,), np.array([-1.0, 1.0]), np.array([0.9, 0.9]), 0.4, 0.1, 10**6)
    learned = LearnedModel(model, {}, "labels", 9, 9, 9, 0.5, 0.5)
    pairs = encode_catalog(workspace, CONFIG).pairs
    chain = replace(pairs, left=np.array([0, 1], np.int32), right=np.array([1, 2], np.int32),
                    rank=np.ones(2, np.uint16), distance={}, conflicts=None)  # fmt: skip
    found = judge.judge_pairs(chain, catalog, PairFeatures(("a.b",), np.zeros((2, 1), np.float32)), learned)
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 2)]
    assert found.rank.tolist() == [1, NOT_FOUND, 1]
    assert found.distance["learned"].tolist() == pytest.approx([0.1, 1.0, 0.1])
    assert found.distance["linked"].tolist() == pytest.approx([0.1, 0.55, 0.55])
    assert decide(found, replace(recipe, learned_threshold=0.6)).tolist() == [True] * 3
    assert decide(found, replace(recipe, learned_threshold=0.5)).tolist() == [True, False, False]


def test_a_recipes_file_carries_its_model_to_another_workspace(shop, file, table, tmp_path):
    workspace, recipe = shop
    models._in_memory.clear()
    assert read_recipe(file) == recipe
    other = Workspace(tmp_path)
    import_catalog(other, ImportConfig(str(table), "Other shop"))
    pd.testing.assert_frame_equal(matches.match(other, "other-shop", recipe), matches.match(workspace, "shop", recipe))
    assert matches.evaluate(other, "other-shop", recipe) == matches.evaluate(workspace, "shop", recipe)


def test_without_its_model_a_recipe_is_refused(shop, tmp_path, table):
    _, recipe = shop
    models._in_memory.clear()
    with pytest.raises(DataError, match="not in its file"):
        read_recipe(recipe.to_json())
    other = Workspace(tmp_path)
    import_catalog(other, ImportConfig(str(table), "Shop"))
    with pytest.raises(DataError, match="pair model is not here"):
        matches.match(other, "shop", recipe)


@pytest.mark.parametrize(
    "change",
    [
        {"learned": None},
        {"learned": [1]},
        {"learned": {"format": 1}},
        {"pair_model": "0" * 32},
        {"pair_model": None},
        {"fusion": "magic"},
        {"more": 1},
    ],
)
def test_a_hostile_file_is_one_line(file, change):
    with pytest.raises(DataError) as refused:
        read_recipe(json.dumps(json.loads(file) | change))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"by": "magic"},
        {"known": -1},
        {"same": 1e300},
        {"f1": 2},
        {"rule_f1": float("nan")},
        {"folds": []},
        {"folds": ["zz", "", ""]},
        {"folds": [7, "", ""]},
        {"folds": ["0" * 15, "", ""]},
        {"model": {"format": 1}},
        {"model": "x" * 100},
    ],
)
def test_a_hostile_model_in_a_file_is_one_line(file, change):
    values = json.loads(file)
    values["learned"] |= change
    with pytest.raises(DataError) as refused:
        read_recipe(json.dumps(values))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


def test_verdicts_alone_teach_it_and_too_few_are_told(tmp_path):
    write_shop(tmp_path / "shop.csv", labels=False)
    workspace = Workspace(tmp_path / "workspace")
    import_catalog(workspace, ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    with pytest.raises(TooLittleKnown, match="0 of the near pairs are known to be one product"):
        recipes.tune(workspace, CONFIG, "learned")
    pairs = encode_catalog(workspace, CONFIG).pairs
    ids = workspace.load_catalog("shop").listings["item_id"].tolist()
    near = np.flatnonzero(pairs.rank <= 3)[::2]
    for row in near.tolist():
        one, other = ids[pairs.left[row]], ids[pairs.right[row]]
        kind = "match" if one.split("-")[0] == other.split("-")[0] else "different"
        workspace.store.add_verdict("shop", one, other, kind, source="test")
    recipe = recipes.tune(workspace, CONFIG, "learned")
    learned = load_model(workspace, "shop", recipe.pair_model)
    assert (learned.by, learned.known) == ("verdicts", len(near))
    assert learned.f1 > 0.7


def test_only_what_no_encoder_was_trained_on_is_measured(shop, monkeypatch):
    workspace, _ = shop
    catalog = workspace.load_catalog("shop")
    is_query = catalog.codes % 2 == 0
    monkeypatch.setattr(recipes, "kept_out", lambda *_: is_query)
    recipe = recipes.tune(workspace, CONFIG, "learned")
    learned = load_model(workspace, "shop", recipe.pair_model)
    assert learned.measured == is_query.sum()
    assert learned.known == (encode_catalog(workspace, CONFIG).pairs.rank <= 10).sum()


def test_without_a_fusion_the_rule_that_does_best_on_products_not_learned_from_is_taken(shop):
    workspace, learned = shop
    taken = recipes.tune(workspace, CONFIG)
    plain = recipes.tune(workspace, CONFIG, "mean")
    figures = [matches.evaluate(workspace, "shop", recipe).listing.f1 for recipe in (taken, plain, learned)]
    assert figures[0] == max(figures)


def test_a_notebook_gets_what_a_workspace_gets(shop, table):
    workspace, recipe = shop
    encoded = encode(read_catalog(table)[0], "tfidf-char", "phash", k=10)
    mine = tune_in_memory(encoded, "learned")
    assert mine == recipe
    pd.testing.assert_frame_equal(match_in_memory(encoded, mine), matches.match(workspace, "shop", recipe))
    assert evaluate_in_memory(encoded, mine) == matches.evaluate(workspace, "shop", recipe)
    assert tune_in_memory(encoded).fusion in ("learned", "either", "both", "mean")


def test_unnamed_models_make_room_for_new_ones(shop):
    workspace, recipe = shop
    first = load_model(workspace, "shop", recipe.pair_model)
    recipes.set_recipe(workspace, "shop", recipe)
    for number in range(models.KEPT + 3):
        models.save_model(workspace, "shop", replace(first, known=number))
    left = [each.stem for each in Path(models.model_file(workspace, "shop", "x").parent).glob("*.json")]
    assert recipe.pair_model in left
    assert len(left) <= models.KEPT + 2


def test_a_plain_recipes_file_is_what_it_was():
    plain = Recipe("tfidf", text_threshold=0.5)
    assert write_recipe(plain) == plain.to_json()
    assert read_recipe(plain.to_json()) == plain
