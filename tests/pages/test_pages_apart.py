"""At most one listing of each seller: chosen on Thresholds, obeyed by Results, and said by Why."""

from pathlib import Path

import pandas as pd
import pytest
from run_pages import checked, opened, said

from matcher.matching.recipe import Recipe
from matcher.pipeline import catalogs, encoding, recipes
from matcher.storage.workspace import Workspace, open_workspace
from pages._why import dialog


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    rows = [{"id": f"i{number}", "title": ("brass desk lamp", "garden hose green")[number % 2],
             "sold *by*": ("Ann", "Bo", "Cy")[number // 4]} for number in range(12)]  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "shop.csv", index=False)
    workspace = open_workspace(tmp_path / "workspace")
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", None, k=11))
    recipes.set_recipe(workspace, "shop", Recipe("tfidf", None, text_threshold=0.4, k=11))
    return workspace


def largest() -> str:
    return {metric.label: metric.value for metric in opened("results").metric}["Largest group"]


def test_a_column_is_chosen_on_a_page_that_has_read_the_labels(shop: Workspace) -> None:
    checked(opened("thresholds").selectbox(key="apart-across").set_value("sold *by*").run())
    assert recipes.current_recipe(shop, "shop").only_across == "sold *by*"


def test_the_limit_is_chosen_and_every_page_goes_by_it(shop: Workspace, tmp_path: Path) -> None:
    assert largest() == "6"
    app = opened("thresholds")
    control = app.selectbox(key="apart-one-per")
    assert [*control.options] == ["no column", "sold *by*"]
    checked(control.set_value("sold *by*").run())
    assert recipes.current_recipe(shop, "shop").one_per == "sold *by*"
    assert largest() == "3"
    assert r"at most one listing of each sold \*by\* in a group" in said(opened("results"))
    shop.store.add_verdict("shop", "i0", "i2", "match", source="review")  # both of Ann
    assert largest() == "4"

    app = opened("thresholds")
    app = checked(app.selectbox(key="apart-across").set_value("sold *by*").run())
    app.session_state[dialog.ASKED] = ("i4", "i6")
    app = checked(app.run())
    assert r"Both have the same sold \*by\*, and this rule matches only listings that differ in it." in said(app)
    app = checked(app.selectbox(key="apart-one-per").set_value("").run())
    checked(app.selectbox(key="apart-across").set_value("").run())
    assert recipes.current_recipe(shop, "shop").columns == ()

    recipes.set_recipe(shop, "shop", Recipe("tfidf", None, text_threshold=0.4, k=11, one_per="title"))  # by a file
    app = opened("thresholds")
    assert app.selectbox(key="apart-one-per").value == "title"
    checked(app.selectbox(key="apart-one-per").set_value("").run())
    assert recipes.current_recipe(shop, "shop").columns == ()

    recipes.set_recipe(shop, "shop", Recipe("tfidf", None, text_threshold=0.4, k=11, one_per="sold *by*"))
    pd.read_csv(tmp_path / "shop.csv").drop(columns="sold *by*").to_csv(tmp_path / "shop.csv", index=False)
    catalogs.import_catalog(shop, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    assert largest() == "6"  # the column is gone, and with it the limit
