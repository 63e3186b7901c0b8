"""Main listings on Results: the rule is chosen there, and the page, the files and the next visit go by it."""

import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from run_pages import checked, opened
from streamlit.testing.v1 import AppTest

from matcher.matching.groups.main_listing import MainRule
from matcher.pipeline import catalogs, encoding
from matcher.pipeline.groups.main_listings import read_rule, set_rule
from matcher.storage.history.actions import Intent, act
from matcher.storage.records import MAIN
from matcher.storage.workspace import Workspace, open_workspace

HOSTILE = "<b>Ann & Co</b>"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Six listings of two products, by three sellers."""
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    rows = [
        {"id": f"i{number}", "title": f"{('brass desk lamp', 'garden hose green')[number % 2]}{' new' * (number == 4)}",
         "seller": (HOSTILE, "Bo", "Cy")[number % 3], "price": f"{9 - number},50"}
        for number in range(6)
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "shop.csv", index=False)
    workspace = open_workspace(tmp_path / "workspace")
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", None, k=5))
    return workspace


def captions(app: AppTest) -> str:
    return "\n".join(caption.value for caption in app.caption)


def drawn(app: AppTest) -> str:
    return "\n".join(node.proto.body for node in app.main if node.type == "html")


def test_the_rule_is_chosen_on_the_page_and_everything_goes_by_it(shop: Workspace, monkeypatch) -> None:
    made: dict[str, Callable[[], bytes]] = {}
    monkeypatch.setattr(
        "streamlit.download_button", lambda label, data, key, **_: made.__setitem__(f"{key}", data) or False
    )
    app = opened("results")
    assert "most complete title: 4 words" in drawn(app)
    control = app.selectbox(key="main-by")
    assert [*control.options] == [
        "Most complete title", "Largest sharp photo", "Cheapest", "Preferred seller", "Oldest id"
    ]  # fmt: skip
    app = checked(control.set_value("price").run())
    assert "cheapest: 5.50" in drawn(app)
    assert "cheapest: 4.50" in drawn(app)
    catalog = shop.load_catalog("shop")
    assert read_rule(shop, "shop", catalog) == MainRule("price")
    app = checked(app.selectbox(key="main-by").set_value("seller").run())
    app = checked(app.multiselect(key="main-sellers").set_value([HOSTILE]).run())
    assert read_rule(shop, "shop", catalog) == MainRule("seller", preferred=(HOSTILE,))
    assert "preferred seller: &lt;b&gt;Ann &amp; Co&lt;/b&gt;" in drawn(app)
    act(shop.store, "shop", Intent(MAIN, (1,), ("i2", "i0", "i4")), seen=[])
    assert "chosen by hand" in drawn(opened("results"))  # also in the next visit
    rows = pd.read_csv(io.BytesIO(made["download-one-row-a-group-CSV"]())).set_index("main_id")
    assert rows.loc["i2", "main_because"] == "chosen by hand"
    assert rows.loc["i2", ["ids", "lowest_price", "highest_price"]].tolist() == ["i2 i0 i4", 5.5, 9.5]
    assert rows.loc["i3", "main_because"] == f"preferred seller: {HOSTILE}"
    ids = pd.read_parquet(io.BytesIO(made["download-main-ids-Parquet"]())).set_index("old_id")["main_id"]
    assert ids.to_dict() == {"i0": "i2", "i2": "i2", "i4": "i2", "i1": "i3", "i3": "i3", "i5": "i3"}
    groups = pd.read_excel(io.BytesIO(made["download-groups-Excel"]()), engine="openpyxl")
    assert groups.groupby("group")["item_id"].first().isin(["i2", "i3"]).all()


def test_a_column_of_sellers_that_was_chosen_elsewhere_stays(shop: Workspace) -> None:
    set_rule(shop, "shop", MainRule("seller", "title"))
    app = opened("results")
    chosen = checked(app.multiselect(key="main-sellers").set_value(["brass desk lamp"]).run())
    assert "preferred seller: brass desk lamp" in drawn(chosen)
    assert read_rule(shop, "shop", shop.load_catalog("shop")) == MainRule("seller", "title", ("brass desk lamp",))


def test_a_verdict_that_a_lock_stands_above_is_counted(shop: Workspace) -> None:
    assert "kept apart by a locked group" not in captions(opened("results"))
    shop.store.add_verdict("shop", "i0", "i1", "match", source="browse")
    act(shop.store, "shop", Intent("lock", (1,), ("i0", "i2", "i4")), seen=())
    assert "1 pair judged the same, and kept apart by a locked group" in captions(opened("results"))


def test_a_rule_without_its_column_is_not_offered(shop: Workspace, tmp_path: Path) -> None:
    pd.read_csv(tmp_path / "shop.csv").drop(columns=["seller", "price"]).to_csv(tmp_path / "shop.csv", index=False)
    catalogs.import_catalog(shop, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    app = opened("results")
    assert [*app.selectbox(key="main-by").options] == ["Most complete title", "Largest sharp photo", "Oldest id"]
