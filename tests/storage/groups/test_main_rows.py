"""A choice of a main listing stays, follows its id, and is none any more once the id names other goods."""

import sqlite3

import pandas as pd
import pytest

from matcher.pipeline import catalogs
from matcher.pipeline.groups import main_choices
from matcher.storage.database import Store, sqlite_url
from matcher.storage.workspace import open_workspace


def upload(workspace, file, listings):
    pd.DataFrame({"item_id": list(listings), "title": list(listings.values())}).to_csv(file, index=False)
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(file), "Shop"))


@pytest.fixture(params=["sqlite", "postgresql"])
def workspace(request, tmp_path, monkeypatch):
    if request.param == "postgresql":
        monkeypatch.setenv("MATCHER_DATABASE_URL", request.getfixturevalue("empty_postgres"))
    yield (opened := open_workspace(tmp_path / "workspace"))
    opened.store.close()


def test_choices_are_kept_by_catalog_and_taken_back(workspace):
    store = workspace.store
    main_choices.choose_main(store, "shop", "a", "Ann")
    main_choices.choose_main(store, "shop", "b")
    main_choices.choose_main(store, "other", "a")
    chosen = main_choices.read_chosen(store, "shop")
    assert list(sorted(chosen, key=chosen.get)) == ["a", "b"]
    main_choices.choose_main(store, "shop", "a")
    again = main_choices.read_chosen(store, "shop")
    assert again["a"] > again["b"] == chosen["b"]
    assert main_choices.take_back_main(store, "shop", "a")
    assert not main_choices.take_back_main(store, "shop", "a")
    assert list(main_choices.read_chosen(store, "shop")) == ["b"]
    assert list(main_choices.read_chosen(store, "other")) == ["a"]


def test_a_choice_follows_its_listing_and_leaves_other_goods_alone(workspace, tmp_path):
    store, file = workspace.store, tmp_path / "shop.csv"
    upload(workspace, file, {"007": "blue kettle", "008": "red lamp", "009": "garden hose"})
    for item_id in ("007", "008", "009"):
        main_choices.choose_main(store, "shop", item_id)
    upload(workspace, file, {"7": "blue kettle", "8": "red lamp", "x": "other"})
    assert set(main_choices.read_chosen(store, "shop")) == {"7", "8", "009"}
    upload(workspace, file, {"7": "blue kettle new", "8": "wool socks for children", "9": "garden hose"})
    assert set(main_choices.read_chosen(store, "shop")) == {"7", "9"}


def test_a_database_of_before_gets_the_table(tmp_path):
    url = sqlite_url(tmp_path / "matcher.db")
    Store(url).close()
    with sqlite3.connect(tmp_path / "matcher.db") as connection:
        connection.execute("DROP TABLE main_listings")
        connection.execute("DELETE FROM migrations WHERE version >= 11")
    connection.close()
    store = Store(url)
    main_choices.choose_main(store, "shop", "a")
    store.close()
