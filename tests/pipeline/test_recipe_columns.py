"""Columns that keep listings apart: through tuning, in a notebook, and after an upload without them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_shop import write_shop

from matcher import encode, match, read_catalog
from matcher.errors import DataError
from matcher.pipeline import catalogs, matches, recipes
from matcher.pipeline.encoding import EncodeConfig
from matcher.pipeline.recipe_columns import Apart
from matcher.storage.workspace import open_workspace

CONFIG = EncodeConfig("shop", "tfidf", "phash", k=10)


@pytest.fixture
def workspace(tmp_path):
    """The made-up shop, each product sold twice by one seller and once by another."""
    write_shop(tmp_path / "shop.csv")
    table = pd.read_csv(tmp_path / "shop.csv", dtype=str)
    table["seller"] = np.where(table["id"].str.endswith("-2"), "Bo", "Ann")
    table.to_csv(tmp_path / "shop.csv", index=False)
    return upload(open_workspace(tmp_path / "workspace"), tmp_path / "shop.csv")


def upload(workspace, file):
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(file), "Shop"))
    matches.find_matches(workspace, CONFIG)
    return workspace


def held_twice(workspace, recipe):
    """Groups with several listings of one seller, and how many listings are in groups of several."""
    found = matches.hand_out(workspace, "shop", recipe)
    seller = found.catalog.listings["seller"].to_numpy()
    sizes = pd.Series(seller).groupby(found.group).agg(["size", "nunique"])
    return int((sizes["size"] > sizes["nunique"]).sum()), int(sizes["size"][sizes["size"] > 1].sum())


def test_a_tuned_rule_holds_one_of_each_seller(workspace):
    apart = recipes.tune(workspace, CONFIG, "either", apart=Apart(one_per="seller"))
    assert held_twice(workspace, replace(apart, one_per=None))[0] > 10
    twice, grouped = held_twice(workspace, apart)
    assert twice == 0
    assert grouped > 50
    recipes.set_recipe(workspace, "shop", apart)
    assert recipes.tune(workspace, CONFIG, "either").one_per == "seller"  # what was in force stays


def test_after_an_upload_without_the_column_it_is_named_and_a_new_rule_does_without(workspace, tmp_path):
    recipe = recipes.tune(workspace, CONFIG, "either", apart=Apart("seller", "seller"))
    recipes.set_recipe(workspace, "shop", recipe)
    pd.read_csv(tmp_path / "shop.csv").drop(columns="seller").to_csv(tmp_path / "shop.csv", index=False)
    upload(workspace, tmp_path / "shop.csv")
    with pytest.raises(DataError, match="column 'seller', which the catalog does not have"):
        matches.match(workspace, "shop", recipe)
    assert recipes.tune(workspace, CONFIG, "either").columns == ()


def test_a_notebook_obeys_the_columns_of_a_recipe(tmp_path, workspace):
    recipe = recipes.tune(workspace, CONFIG, "either", apart=Apart(one_per="seller"))
    catalog, _ = read_catalog(tmp_path / "shop.csv")
    ours = match(encode(catalog, "tfidf", "phash", k=10), recipe)
    assert ours["matches"].tolist() == matches.match(workspace, "shop", recipe)["matches"].tolist()
    seller = dict(zip(catalog.listings["item_id"], catalog.listings["seller"], strict=True))
    for listed in ours["matches"].str.split():
        assert len({seller[one] for one in listed}) == len(listed)
