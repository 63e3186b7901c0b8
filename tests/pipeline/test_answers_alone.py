"""From answers alone to matches: a curator who knows the truth answers the queue, and a model is learned and used."""

from dataclasses import replace

import numpy as np
import pytest
from made_shop import write_shop

from matcher.matching.clusters import group_f1
from matcher.matching.pair_model.learn import FEW
from matcher.matching.recipe import decide
from matcher.matching.resolve import outcome_of
from matcher.pipeline import matches, recipes
from matcher.pipeline.catalogs import ImportConfig, import_catalog
from matcher.pipeline.encoding import EncodeConfig, encode_catalog, remember
from matcher.pipeline.learn_rule import LearnConfig, learn_rule, learned_recipe
from matcher.pipeline.pair_model import learn as learning
from matcher.pipeline.pair_model.explain import explain_pairs
from matcher.pipeline.pair_model.judge import keep_judgement
from matcher.pipeline.pair_model.models import load_model
from matcher.review.queue import review_queue
from matcher.storage.workspace import Workspace


@pytest.fixture
def shop(tmp_path):
    """A shop without labels, encoded, and the true product of each listing."""
    write_shop(tmp_path / "shop.csv", labels=False)
    workspace = Workspace(tmp_path / "workspace")
    import_catalog(workspace, ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    encoded = encode_catalog(workspace, EncodeConfig("shop", "tfidf-char", "phash", k=10))
    remember(workspace, encoded)
    # By letters and photos alone sizes of one product are doubtful; the usual veto of units would leave nothing to ask.
    rule = replace(recipes.current_recipe(workspace, "shop"), veto=(), fusion="mean", fused_threshold=0.35)
    recipes.set_recipe(workspace, "shop", rule)
    catalog = workspace.load_catalog("shop")
    products = [item_id.split("-")[0] for item_id in catalog.listings["item_id"]]
    return workspace, catalog, encoded, np.unique(products, return_inverse=True)[1].astype(np.int32)


def answer(shop, count):
    """Answer so many questions of the queue, as the Review page asks them."""
    workspace, catalog, encoded, codes = shop
    ids, recipe = catalog.listings["item_id"].tolist(), recipes.current_recipe(workspace, "shop")
    while (given := len(workspace.store.verdicts("shop"))) < count:
        verdicts = workspace.store.verdicts("shop")
        for question in review_queue(encoded.pairs, recipe, ids, verdicts, count=min(20, count - given)):
            one, other = (int(end[question.pair]) for end in (encoded.pairs.left, encoded.pairs.right))
            kind = "match" if codes[one] == codes[other] else "different"
            workspace.store.add_verdict("shop", ids[one], ids[other], kind, source="review", sampled=question.sampled)


def measure(shop, recipe):
    """F1 of the groups by a recipe, without the verdicts that go above it: with them a small shop is right anyway."""
    workspace, catalog, encoded, codes = shop
    pairs = keep_judgement(workspace, catalog, encoded, recipe)
    return group_f1(outcome_of(pairs, recipe, decide(pairs, recipe), (), ()).group, codes)


def test_answers_alone_make_a_model_that_is_put_in_force_and_explained(shop):
    workspace, catalog, encoded, _ = shop
    rule = recipes.current_recipe(workspace, "shop")
    answer(shop, 2 * FEW)
    result = learn_rule(workspace, LearnConfig("shop"))
    recipe = recipes.current_recipe(workspace, "shop")
    learned = load_model(workspace, "shop", result.model)
    assert (recipe.fusion, recipe.pair_model, result.in_force) == ("learned", result.model, True)
    assert (learned.by, learned.f1, learned.rule_f1) == ("verdicts", result.f1, result.rule_f1)
    assert measure(shop, recipe) > measure(shop, rule)
    handed_out = matches.match(workspace, "shop", recipe).set_index("item_id")["matches"]
    for verdict in workspace.store.verdicts("shop"):
        assert (verdict.right_id in handed_out[verdict.left_id].split()) == (verdict.kind == "match")
    judged = replace(encoded, pairs=keep_judgement(workspace, catalog, encoded, recipe))
    assert all(each.reasons for each in explain_pairs(workspace, catalog, judged, recipe, [0, 1, 2]) if each)


def test_a_model_that_does_worse_than_the_rule_is_kept_and_not_put_in_force(shop, monkeypatch):
    workspace = shop[0]
    rule = recipes.current_recipe(workspace, "shop")
    answer(shop, FEW - 20)
    figures = iter([(0.7, 80), (0.8, 80)])  # the model's, and the rule's
    monkeypatch.setattr(learning, "measure_f1", lambda *_: next(figures))
    result = learn_rule(workspace, LearnConfig("shop"))
    assert not result.in_force
    assert recipes.current_recipe(workspace, "shop") == rule
    assert learned_recipe(workspace, "shop").pair_model == result.model


def test_what_nobody_was_asked_about_is_taken_from_the_rule_in_force(shop, monkeypatch):
    workspace = shop[0]
    answer(shop, 80)
    given = []
    learn = learning.learn_pair_model
    monkeypatch.setattr(learning, "learn_pair_model", lambda *with_: given.append(with_[4]) or learn(*with_))
    recipes.tune(workspace, EncodeConfig("shop", "tfidf-char", "phash", k=10), "learned")
    pairs = shop[2].pairs
    near = pairs.chosen(pairs.rank <= 10)
    in_force = recipes.current_recipe(workspace, "shop")
    assert np.array_equal(given[0], learning.distance_to_edge(near, in_force))
