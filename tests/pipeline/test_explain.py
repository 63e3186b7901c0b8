"""Reasons for the pairs of a learned recipe: what judged a pair explains it, and only what is asked for is read."""

import time
from dataclasses import replace

import numpy as np
import pytest
from made_shop import write_shop

from matcher.errors import DataError
from matcher.pipeline import recipes
from matcher.pipeline.catalogs import ImportConfig, import_catalog
from matcher.pipeline.encoding import EncodeConfig, encode_catalog
from matcher.pipeline.pair_model import explain
from matcher.pipeline.pair_model.explain import explain_pairs
from matcher.pipeline.pair_model.features import (
    MANY,
    NEAR,
    NEAR_OF_MANY,
    keep_features,
    near_pairs,
    position_among_near,
)
from matcher.pipeline.pair_model.judge import keep_judgement, unseen_probability
from matcher.pipeline.pair_model.models import load_model
from matcher.storage.workspace import Workspace
from matcher.vectors.candidate_pairs import NOT_FOUND, CandidatePairs


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A workspace, its catalog, the recipe that was learned for it, and its pairs as the pages have them."""
    folder = tmp_path_factory.mktemp("shop")
    write_shop(folder / "shop.csv")
    workspace = Workspace(folder / "workspace")
    import_catalog(workspace, ImportConfig(str(folder / "shop.csv"), "Shop"))
    recipe = recipes.tune(workspace, EncodeConfig("shop", "tfidf-char", "phash", k=25), "learned")
    encoded = encode_catalog(workspace, recipes.config_of("shop", recipe))
    catalog = workspace.load_catalog("shop")
    pairs = keep_judgement(workspace, catalog, encoded, recipe)
    return workspace, catalog, encoded, recipe, replace(encoded, pairs=pairs, key=f"{encoded.key} judge")


def test_each_pair_is_explained_by_the_parts_that_judged_it(shop):
    workspace, catalog, encoded, recipe, judged = shop
    learned = load_model(workspace, "shop", recipe.pair_model)
    near = near_pairs(judged.pairs)
    expected = unseen_probability(
        keep_features(workspace, catalog, encoded), judged.pairs.chosen(near), learned, catalog
    )
    found = explain_pairs(workspace, catalog, judged, recipe, near.tolist())
    assert [each.probability for each in found] == pytest.approx(expected.tolist(), abs=1e-6)
    titles = catalog.listings["title"]
    for position, each in list(zip(near.tolist(), found, strict=True))[:200]:
        strength = [abs(reason.log_odds) for reason in each.reasons]
        assert strength == sorted(strength, reverse=True)
        one, other = (titles.iat[end] for end in (judged.pairs.left[position], judged.pairs.right[position]))
        spoken = next((reason for reason in each.reasons if reason.family == "conflict"), None)
        if spoken and spoken.log_odds < 0 and ("250" in one) != ("250" in other):
            assert spoken.words in ("250 ml against 500 ml", "500 ml against 250 ml")


def test_a_pair_that_the_model_did_not_look_at_has_no_reasons(shop):
    workspace, catalog, _, recipe, judged = shop
    far = np.flatnonzero(judged.pairs.rank > NEAR)
    near = near_pairs(judged.pairs)
    assert len(far)
    found = explain_pairs(workspace, catalog, judged, recipe, [int(far[0]), int(near[-1]), int(far[-1])])
    assert [each is None for each in found] == [True, False, True]
    assert explain_pairs(workspace, catalog, judged, recipe, []) == []


def test_what_only_a_group_implies_moves_no_pair_to_anothers_reasons(shop):
    workspace, catalog, encoded, recipe, _ = shop
    left, right = np.triu_indices(len(catalog.listings), 1)
    new = encoded.pairs.find(left, right) < 0
    more = replace(encoded, pairs=encoded.pairs.joined_by(left[new], right[new]))
    assert (more.pairs.rank == NOT_FOUND).any()
    before, after = near_pairs(encoded.pairs), near_pairs(more.pairs)
    assert not np.array_equal(before, after)
    assert position_among_near(more.pairs, after.tolist()) == list(range(len(after)))
    some = slice(None, None, 40)
    assert explain_pairs(workspace, catalog, more, recipe, after[some].tolist()) == explain_pairs(
        workspace, catalog, encoded, recipe, before[some].tolist()
    )


def test_it_says_what_is_missing(shop, tmp_path):
    workspace, catalog, encoded, recipe, judged = shop
    with pytest.raises(DataError, match="decides by either, not by a pair model"):
        explain_pairs(workspace, catalog, judged, replace(recipe, fusion="either", pair_model=None), [0])
    with pytest.raises(DataError, match="gone; learn it again"):
        explain_pairs(workspace, catalog, judged, replace(recipe, pair_model="0" * 32), [0])
    with pytest.raises(DataError, match="features of these pairs are not in the workspace"):
        explain_pairs(workspace, catalog, replace(encoded, content="other"), recipe, [0])


def test_a_page_of_pairs_is_explained_at_once(shop, monkeypatch):
    workspace, catalog, _, recipe, judged = shop
    page = near_pairs(judged.pairs)[:5].tolist()
    explain_pairs(workspace, catalog, judged, recipe, page)
    monkeypatch.setattr(explain, "Explainer", lambda _: pytest.fail("made anew"))
    start = time.process_time()
    explain_pairs(workspace, catalog, judged, recipe, page)
    assert time.process_time() - start < 0.25  # 0.01 on an idle machine


def test_a_large_catalog_has_fewer_near_pairs():
    rank = np.arange(1, 31, dtype=np.uint16)
    ends = np.zeros(30, np.int32), np.arange(1, 31, dtype=np.int32)
    near = {n: len(near_pairs(CandidatePairs(n, *ends, rank, {}))) for n in (31, MANY, MANY + 1)}
    assert near == {31: NEAR, MANY: NEAR, MANY + 1: NEAR_OF_MANY}
