"""Titles and photos that are joined before the search: one weight, of the encoding, for page and terminal alike."""

from dataclasses import replace

import pytest
from made_shop import write_shop

from matcher.matching.recipe import Recipe, decide
from matcher.pipeline import matches, recipes
from matcher.pipeline.catalogs import ImportConfig, import_catalog
from matcher.pipeline.encoding import EncodeConfig, load_encoded
from matcher.pipeline.pair_model.models import model_file
from matcher.storage.workspace import open_workspace

CONFIG = EncodeConfig("shop", "tfidf-char", "phash", k=10)


@pytest.fixture
def workspace(tmp_path):
    workspace = open_workspace(tmp_path / "workspace")
    write_shop(tmp_path / "shop.csv", labels=False)
    import_catalog(workspace, ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    matches.find_matches(workspace, CONFIG)
    return workspace


def both_counts(workspace):
    """Matches as a page decides, on what the catalog was encoded to, and as the terminal does, by the recipe alone."""
    recipe = recipes.current_recipe(workspace, "shop")
    encoded = load_encoded(workspace, "shop")
    judged = matches.judged_pairs(workspace, "shop", recipe)[1]
    return [int(decide(pairs, recipe).sum()) for pairs in (encoded.pairs, judged)]


def test_a_rule_that_joins_before_the_search_has_the_weight_that_was_searched_with(workspace):
    usual = recipes.current_recipe(workspace, "shop")
    assert usual.text_weight != CONFIG.text_weight  # of the mean
    joined = recipes.complete_recipe(workspace, CONFIG, replace(usual, fusion="fused"))
    assert joined.text_weight == CONFIG.text_weight
    joined = replace(joined, fused_threshold=0.12)
    for kept in (joined, replace(joined, text_weight=usual.text_weight)):  # as an earlier version kept it
        recipes.set_recipe(workspace, "shop", kept)
        assert recipes.current_recipe(workspace, "shop") == joined
        page, terminal = both_counts(workspace)
        assert page == terminal > 0


def test_a_new_search_with_another_weight_keeps_the_rule_and_its_threshold(workspace):
    joined = Recipe("tfidf-char", "phash", "fused", k=10, fused_threshold=0.12)
    recipes.set_recipe(workspace, "shop", joined)
    matches.find_matches(workspace, replace(CONFIG, text_weight=0.8))
    assert recipes.current_recipe(workspace, "shop") == replace(joined, text_weight=0.8)
    assert recipes.outdated_recipe(workspace, "shop") is None
    page, terminal = both_counts(workspace)
    assert page == terminal > 0


@pytest.mark.parametrize("fusion", ["fused", "learned"])
def test_a_rule_of_another_weight_is_not_laid_on_these_distances(workspace, fusion):
    rule = Recipe("tfidf-char", "phash", fusion, k=10, fused_threshold=0.1, learned_threshold=0.5, pair_model="a" * 32)
    file = model_file(workspace, "shop", "a" * 32)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"{}")
    assert recipes.is_usable(workspace, rule, CONFIG)
    assert not recipes.is_usable(workspace, replace(rule, text_weight=0.8), CONFIG)
    assert recipes.is_usable(workspace, replace(rule, fusion="mean", text_weight=0.8), CONFIG)
    titles = replace(rule, image_encoder=None, text_weight=0.8)
    assert recipes.is_usable(workspace, titles, replace(CONFIG, image=None))  # nothing is joined
