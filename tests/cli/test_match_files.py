"""What match and run write beside the matches: groups with their main listings, in the form that a name asks for."""

from dataclasses import replace

import pandas as pd
import pytest

from matcher.cli.main import cli
from matcher.matching.groups.main_listing import MainRule
from matcher.matching.recipe import Recipe
from matcher.pipeline.groups.main_listings import set_rule
from matcher.pipeline.recipes import current_recipe, set_recipe
from matcher.storage.workspace import open_workspace


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MATCHER_WORKSPACE", raising=False)
    frame = pd.DataFrame(
        {
            "id": ["r1", "r2", "b1", "b2", "g1"],
            "title": ["red cotton shirt", "red cotton shirt new", "blue steel bottle", "blue steel bottle", "hose"],
            "shop": ["Ann", "Bo", "Ann", "Bo", "Ann"],
            "price": ["3", "4", "5.50", "5", "1"],
        }
    )
    frame.to_csv("shop.csv", index=False)
    (tmp_path / "recipe.json").write_text(Recipe("tfidf", text_threshold=0.6, k=3).to_json())


def ok(*arguments):
    assert cli(["run", "shop.csv", "--recipe", "recipe.json", "--out", "matches.csv", *arguments]) == 0


def mains(*arguments):
    ok("--main-ids", "ids.csv", *arguments)
    return pd.read_csv("ids.csv").set_index("old_id")["main_id"].to_dict()


def test_groups_are_written_in_every_form(shop):
    ok("--groups", "groups.xlsx", "--group-rows", "rows.parquet", "--main-ids", "ids.csv")
    rows = pd.read_parquet("rows.parquet").set_index("main_id")
    assert rows.loc["r2", "main_because"] == "most complete title: 4 words"
    assert rows.loc["r2", ["size", "ids", "sellers"]].tolist() == [2, "r2 r1", "Bo | Ann"]
    assert rows.loc["b1", ["lowest_price", "highest_price"]].tolist() == [5, 5.5]
    groups = pd.read_excel("groups.xlsx", engine="openpyxl")
    assert groups["main"].tolist() == groups["item_id"].map(mains()).tolist()


def test_the_rule_of_the_command_goes_before_that_of_the_catalog(shop, capsys):
    assert mains()["r1"] == "r2"
    workspace = open_workspace()
    set_rule(workspace, workspace.catalogs()[0].id, MainRule("oldest"))
    assert mains()["r2"] == "r1"
    assert mains("--main", "title")["r1"] == "r2"
    assert mains("--main", "price") == {"r1": "r1", "r2": "r1", "b1": "b2", "b2": "b2", "g1": "g1"}
    assert mains("--main", "price:price")["b1"] == "b2"
    assert mains("--main", "seller:Bo, Ann")["r1"] == "r2"
    assert mains("--main", "seller:Ann, ")["r2"] == "r1"
    for wrong in ("newest", "seller", "seller: ,", "title:x"):
        assert cli(["run", "shop.csv", "--out", "matches.csv", "--main", wrong]) == 2
        assert "expected title, photo, price" in capsys.readouterr().err
    assert cli(["run", "shop.csv", "--recipe", "recipe.json", "--out", "m.csv", "--main-ids", "i.csv", "--main",
                "price:cost"]) == 2  # fmt: skip
    assert "no column 'cost'" in capsys.readouterr().err


def test_columns_keep_listings_apart(shop, capsys):
    def listed(*arguments):
        ok(*arguments)
        return pd.read_csv("matches.csv")["matches"].tolist()

    together = listed("--one-per", "shop")
    assert together[0] == "r1 r2"
    frame = pd.read_csv("shop.csv").assign(shop=["Ann", "ann", "Bo", "Bo", "Ann"])
    frame.to_csv("shop.csv", index=False)
    assert listed() == together
    assert listed("--one-per", "shop") == listed("--only-across", "shop") == ["r1", "r2", "b1", "b2", "g1"]
    workspace = open_workspace()
    name = workspace.catalogs()[0].name
    assert cli(["tune", name, "--one-per", "shop", "--out", "tuned.json"]) == 2  # neither labels nor verdicts
    workspace.store.add_verdict(workspace.catalogs()[0].id, "r1", "r2", "match", source="review")
    assert cli(["tune", name, "--only-across", "shop", "--out", "tuned.json"]) == 0
    assert "only across shop, written to tuned.json" in capsys.readouterr().err
    assert cli(["match", name, "--recipe", "tuned.json", "--out", "m.csv", "--only-across", "none"]) == 0
    assert cli(["match", name, "--recipe", "tuned.json", "--out", "m.csv", "--one-per", "colour"]) == 2
    assert "column 'colour', which the catalog does not have" in capsys.readouterr().err


def test_a_column_that_a_new_upload_lost_is_left_out_of_the_recipe(shop, capsys):
    ok()
    workspace = open_workspace()
    (catalog,) = workspace.catalogs()
    workspace.store.add_verdict(catalog.id, "r1", "r2", "match", source="review")
    set_recipe(workspace, catalog.id, replace(current_recipe(workspace, catalog.id), only_across="shop"))
    pd.read_csv("shop.csv").drop(columns="shop").to_csv("shop.csv", index=False)
    for arguments in (["run", "shop.csv"], ["tune", catalog.name]):
        assert cli([*arguments, "--out", "out.csv"]) == 0
        assert "no longer has the column 'shop'" in capsys.readouterr().err
    assert cli(["tune", catalog.name, "--only-across", "shop", "--out", "tuned.json"]) == 2
    assert "column 'shop', which the catalog does not have" in capsys.readouterr().err
