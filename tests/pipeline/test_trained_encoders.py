"""A pair model beside encoders trained on the catalog: it learns from all products, and not what they learned."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from matcher.ingest.catalog import Catalog
from matcher.matching.clusters import group_f1
from matcher.matching.pair_model.features import PairFeatures
from matcher.matching.pair_model.tree_program import segments
from matcher.matching.recipe import Recipe, decide
from matcher.matching.resolve import outcome_of
from matcher.pipeline.encoding import EncodeConfig
from matcher.pipeline.pair_model.features import compute_features
from matcher.pipeline.pair_model.judge import judge_pairs
from matcher.pipeline.pair_model.learn import learn
from matcher.pipeline.pair_model.trained import UNTRAINED, Trained, doubted_features, hide_trained
from matcher.vectors.candidate_pairs import CandidatePairs
from matcher.vectors.embeddings import embeddings_of

PRODUCTS, OF_EACH, KEPT_OUT = 120, 3, 8
CONFIG = EncodeConfig("shop", "mine", None)
RULE = Recipe("mine", None, text_threshold=0.5)


def made(seed, is_trained):
    """All pairs of a catalog whose encoder knows the products it was trained on by heart, and of others says little.

    A plain distance stands beside it, which says more of what the encoder has not seen.
    """
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(PRODUCTS), OF_EACH)
    n = len(codes)
    left, right = (rows.astype(np.int32) for rows in np.triu_indices(n, 1))
    same = codes[left] == codes[right]
    kept = same | (rng.random(len(left)) < 0.04)
    left, right, same = left[kept], right[kept], same[kept]
    plain = np.where(same, rng.normal(0.35, 0.12, len(left)), rng.normal(0.75, 0.15, len(left)))
    text = np.where(same, rng.normal(0.55, 0.15, len(left)), rng.normal(0.7, 0.15, len(left)))
    by_heart = is_trained[left] & is_trained[right]
    text[by_heart] = np.where(same[by_heart], 0.05, 0.95)
    values = np.clip(np.stack([text, plain], axis=1), 0, 2).astype(np.float32)
    pairs = CandidatePairs(n, left, right, np.ones(len(left), np.uint16), {"text": values[:, 0]})
    titles = [f"goods {seed} {row}" for row in range(n)]
    columns = {"item_id": titles, "title": titles, "photo": "", "phash": "", "label": [f"p{code}" for code in codes]}
    return pairs, Catalog(pd.DataFrame(columns), None), PairFeatures(("distance.text", "distance.tfidf"), values)


@pytest.fixture(scope="module")
def shop():
    codes = np.repeat(np.arange(PRODUCTS), OF_EACH)
    is_trained = codes >= KEPT_OUT
    return *made(0, is_trained), is_trained


def f1_elsewhere(learned):
    """F1 of groups on another catalog, of which the encoder has seen nothing."""
    pairs, catalog, features = made(1, np.zeros(PRODUCTS * OF_EACH, np.bool_))
    judged = judge_pairs(pairs, catalog, features, learned.model)
    recipe = replace(learned.recipe, pair_model=learned.model.fingerprint)
    return group_f1(outcome_of(judged, recipe, decide(judged, recipe), (), ()).group, catalog.codes)


def test_a_trained_encoder_makes_a_model_no_worse_for_new_products(shop):
    pairs, catalog, features, is_trained = shop

    def model(trained, some=features):
        return f1_elsewhere(learn(pairs, catalog, some, CONFIG, RULE, is_query=~is_trained, trained=trained))

    untrained = model(UNTRAINED, PairFeatures(features.names, features.values * np.array([np.nan, 1], np.float32)))
    assert model(Trained({"text": is_trained})) > untrained - 0.005
    assert model(UNTRAINED) < untrained - 0.05  # it believes what the encoder knows by heart


def test_figures_are_of_what_no_encoder_was_trained_on(shop):
    pairs, catalog, features, is_trained = shop
    trained = Trained({"text": is_trained})
    learned = learn(pairs, catalog, features, CONFIG, RULE, is_query=~is_trained, trained=trained)
    assert learned.model.measured == KEPT_OUT * OF_EACH
    assert learned.model.known == len(pairs)


def test_only_what_an_encoder_says_of_its_own_listings_is_left_out():
    names = ("distance.text", "distance.image", "distance.tfidf", "distance.tfidf-char", "distance.rule",
             "list.text_rank_low", "list.image_rank_low", "list.tfidf-char_rank_low", "words.shared")  # fmt: skip
    left, right = np.array([0, 0, 1], np.int32), np.array([1, 2, 2], np.int32)
    pairs = CandidatePairs(3, left, right, np.ones(3, np.uint16), {})
    features = PairFeatures(names, np.ones((3, len(names)), np.float32))
    trained = Trained({"text": np.array([True, True, False])})
    hidden = np.isnan(hide_trained(features, pairs, trained).values)
    assert hidden.tolist() == [
        [name in ("distance.text", "distance.rule", "list.text_rank_low") and row == 0 for name in names]
        for row in range(3)
    ]
    assert trained.weight(pairs).tolist() == [1, 0.5, 0.5]
    assert hide_trained(features, pairs, UNTRAINED) is features
    assert doubted_features(features, pairs, trained) == ("distance.text", "distance.rule", "list.text_rank_low")
    assert doubted_features(features, pairs, UNTRAINED) == ()


def test_half_of_the_trees_never_see_what_a_trained_encoder_says(shop):
    pairs, catalog, features, is_trained = shop
    learned = learn(pairs, catalog, features, CONFIG, RULE, trained=Trained({"text": is_trained}))
    column = learned.model.model.names.index("distance.text")
    for part in learned.model.model.parts:
        asked = [(part.feature[nodes] == column).any() for nodes in segments(part.roots, len(part.feature))]
        half = len(asked) // 2
        assert len(part.roots) == 2 * half
        assert any(asked[:half])
        assert not any(asked[half:])


def test_photos_are_compared_untrained_too_where_their_encoder_was_trained():
    listings = {"item_id": ["a", "b"], "title": "mug", "photo": ["1.jpg", "2.jpg"], "phash": "", "label": ""}
    catalog = Catalog(pd.DataFrame(listings), None)
    ends = np.array([0], np.int32), np.array([1], np.int32)
    distance = {name: np.array([0.5], np.float32) for name in ("text", "image", "fused")}
    pairs = CandidatePairs(2, *ends, np.ones(1, np.uint16), distance)
    vectors = embeddings_of(np.eye(2, dtype=np.float32))
    for image, beside in (("mine", True), ("efficientnet", False), ("phash", False)):
        asked = []
        config = EncodeConfig("shop", "tfidf-char", image)
        compute_features(pairs, catalog, config, lambda spec, asked=asked: asked.append(spec) or vectors)
        assert ("efficientnet" in asked) == beside
