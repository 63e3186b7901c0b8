"""Catalogs of clothes: one piece in many colours is one product there, unless somebody says otherwise."""

import pandas as pd

from matcher.matching.title_facts.clothes import SAMPLE, are_clothes
from matcher.pipeline.catalogs import ImportConfig, import_catalog
from matcher.pipeline.encoding import EncodeConfig
from matcher.pipeline.in_memory import encode, match, read_catalog
from matcher.pipeline.recipes import usual_recipe
from matcher.storage.workspace import open_workspace

WORN = ["linen shirt red size m", "linen shirt blue size m", "wool coat grey xl", "rain cape"]
USED = ["phone case red", "phone case blue", "kettle steel", "shirt size m"]


def test_clothes_are_told_by_sizes_in_most_titles():
    assert are_clothes(WORN)
    assert not are_clothes(USED)
    assert not are_clothes(["shirt size m", "lamp"])
    assert not are_clothes([])
    assert not are_clothes(["", ""])
    assert are_clothes(["shirt size m", "", ""])
    many = [f"shirt {number} size m" for number in range(SAMPLE)]
    assert are_clothes([*many, *(f"lamp {number}" for number in range(SAMPLE - 100))])
    assert not are_clothes([*many, *(f"lamp {number}" for number in range(SAMPLE + 100))])


def test_colours_of_clothes_part_nothing_until_the_next_import_says_otherwise(tmp_path):
    workspace = open_workspace(tmp_path / "workspace")
    for titles, parts in ((WORN, False), (USED, True)):
        table = tmp_path / "shop.csv"
        pd.DataFrame({"item_id": range(len(titles)), "title": titles}).to_csv(table, index=False)
        import_catalog(workspace, ImportConfig(str(table), "shop"))
        recipe = usual_recipe(workspace, EncodeConfig("shop", "tfidf-char", None))
        assert ("colours" in recipe.veto) == parts
        assert "colours" not in usual_recipe(workspace, EncodeConfig("shop", "tfidf-char", "phash")).veto
        catalog, _ = read_catalog(table)
        matched = match(encode(catalog, text="tfidf-char", image=None))
        assert (matched["matches"].str.len() > 1).any() != parts
    assert "colours" in usual_recipe(workspace, EncodeConfig("gone", "tfidf-char", None)).veto
