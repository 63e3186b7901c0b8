"""A choice of a main listing stays, follows its id, and is none any more once the id names other goods."""

import sqlite3

import pandas as pd
import pytest

from matcher.pipeline import catalogs
from matcher.pipeline.groups import main_choices
from matcher.storage.database import Store, sqlite_url
from matcher.storage.history.actions import Intent, act
from matcher.storage.history.redo import list_last, redo_action, redo_verdict, take_back
from matcher.storage.records import LEAVE_MAIN, MAIN
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


def turn(store, item_ids, kind=MAIN, curator=""):
    return act(store, "shop", Intent(kind, (1,), tuple(item_ids)), seen=[], session="b.t", curator=curator)


def test_an_action_that_chose_is_taken_back_and_done_again(workspace):
    store = workspace.store
    main_choices.choose_main(store, "shop", "c", "Ann")
    before = main_choices.read_chosen(store, "shop")
    done = turn(store, "acb", curator="Bea")
    both = main_choices.read_chosen(store, "shop")
    assert (max(both, key=both.get), both["c"]) == ("a", before["c"])
    assert take_back(store, "shop", session="b.t") == done
    assert main_choices.read_chosen(store, "shop") == before
    assert redo_verdict(store, "shop", session="b.t") == done
    assert main_choices.read_chosen(store, "shop") == both
    left = turn(store, "acb", LEAVE_MAIN)
    assert main_choices.read_chosen(store, "shop") == {}
    assert take_back(store, "shop", session="b.t") == left
    assert main_choices.read_chosen(store, "shop") == both
    with store.reading() as connection:
        curators = dict(connection.exec_driver_sql("SELECT item_id, curator FROM main_listings").fetchall())
    assert curators == {"a": "Bea", "c": "Ann"}


def test_taking_back_leaves_alone_what_somebody_chose_since(workspace):
    store = workspace.store
    turn(store, "ab")
    main_choices.choose_main(store, "shop", "a", "Ann")
    since = main_choices.read_chosen(store, "shop")
    take_back(store, "shop", session="b.t")
    assert main_choices.read_chosen(store, "shop") == since
    redo_verdict(store, "shop", session="b.t")
    assert main_choices.read_chosen(store, "shop") == since


def test_what_was_taken_back_follows_its_listing_and_does_not_come_to_other_goods(workspace, tmp_path):
    store, file = workspace.store, tmp_path / "shop.csv"
    upload(workspace, file, {"007": "blue kettle", "008": "red lamp", "009": "garden hose"})
    for item_id in ("007", "008"):
        turn(store, [item_id, "009"])
        take_back(store, "shop", session="b.t")
    upload(workspace, file, {"7": "blue kettle", "008": "yellow bicycle", "009": "garden hose"})
    for action in list_last(store, "shop", session="b.t"):
        redo_action(store, "shop", action[0].id, session="b.t")
    assert list(main_choices.read_chosen(store, "shop")) == ["7"]


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
