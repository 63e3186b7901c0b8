"""A choice of a main listing stays, follows its id, and is none any more once the id names other goods."""

import sqlite3
from itertools import count

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.pipeline import catalogs
from matcher.pipeline.groups import main_choices
from matcher.storage.database import Store, sqlite_url
from matcher.storage.history.actions import Intent, act
from matcher.storage.history.redo import list_last, redo_action, redo_verdict, take_back, take_back_action
from matcher.storage.records import LEAVE_MAIN, MAIN
from matcher.storage.schema import main_listings
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


def choose(store, item_ids, kind=MAIN, curator="", session="b.t", shop="shop"):
    return act(store, shop, Intent(kind, (1,), tuple(item_ids)), seen=[], session=session, curator=curator)


def test_choices_are_kept_by_catalog(workspace):
    store = workspace.store
    for ids in ("ab", "ba"):
        choose(store, ids)
    choose(store, "ab", shop="other")
    chosen = main_choices.read_chosen(store, "shop")
    assert sorted(chosen, key=chosen.get) == ["a", "b"]
    choose(store, "ab")
    again = main_choices.read_chosen(store, "shop")
    assert again["a"] > again["b"] == chosen["b"]
    choose(store, "ab", LEAVE_MAIN)
    assert main_choices.read_chosen(store, "shop") == {}
    assert list(main_choices.read_chosen(store, "other")) == ["a"]


def test_an_action_that_chose_is_taken_back_and_done_again(workspace):
    store = workspace.store
    choose(store, "ca", curator="Ann", session="a.t")
    before = main_choices.read_chosen(store, "shop")
    done = choose(store, "acb", curator="Bea")
    both = main_choices.read_chosen(store, "shop")
    assert (max(both, key=both.get), both["c"]) == ("a", before["c"])
    assert take_back(store, "shop", session="b.t") == done
    assert main_choices.read_chosen(store, "shop") == before
    assert redo_verdict(store, "shop", session="b.t") == done
    assert main_choices.read_chosen(store, "shop") == both
    left = choose(store, "acb", LEAVE_MAIN)
    assert main_choices.read_chosen(store, "shop") == {}
    assert take_back(store, "shop", session="b.t") == left
    assert main_choices.read_chosen(store, "shop") == both
    with store.reading() as connection:
        curators = dict(connection.exec_driver_sql("SELECT item_id, curator FROM main_listings").fetchall())
    assert curators == {"a": "Bea", "c": "Ann"}


NUMBERS = count()
STEPS = st.one_of(
    st.tuples(st.sampled_from([MAIN, LEAVE_MAIN]), st.permutations("abc")),
    st.tuples(st.sampled_from(["back", "again"]), st.integers(0, 5)),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    yield (opened := Store(sqlite_url(tmp_path_factory.mktemp("mains") / "matcher.db")))
    opened.close()


@given(st.lists(STEPS, max_size=12))
def test_the_last_action_that_stands_says_which_are_chosen_in_whatever_order_they_are_taken_back(store, steps):
    shop, done, stands = f"shop-{next(NUMBERS)}", [], {}
    with store.writing() as connection:  # chosen before there were actions
        connection.execute(main_listings.insert().values(catalog_id=shop, item_id="a", chosen=5.0, curator="Ann"))
    for step, about in steps:
        if step in (MAIN, LEAVE_MAIN):
            done.append(choose(store, about, step, session=f"{len(done) % 2}.t", shop=shop))
            stands[done[-1].id] = True
        elif done:
            action = done[about % len(done)]
            turn = take_back_action if step == "back" else redo_action
            turn(store, shop, action.id, session=action.session)
            stands[action.id] = step == "again"
        expected = {"a": 5.0}
        for action in done:
            if stands[action.id]:
                expected = {**expected, action.item_ids[0]: action.made} if action.kind == MAIN else {}
        assert main_choices.read_chosen(store, shop) == expected


def test_what_was_taken_back_follows_its_listing_and_does_not_come_to_other_goods(workspace, tmp_path):
    store, file = workspace.store, tmp_path / "shop.csv"
    upload(workspace, file, {"007": "blue kettle", "008": "red lamp", "009": "garden hose"})
    for item_id in ("007", "008"):
        choose(store, [item_id, "009"])
        take_back(store, "shop", session="b.t")
    upload(workspace, file, {"7": "blue kettle", "008": "yellow bicycle", "009": "garden hose"})
    for action in list_last(store, "shop", session="b.t"):
        redo_action(store, "shop", action[0].id, session="b.t")
    assert list(main_choices.read_chosen(store, "shop")) == ["7"]


def test_a_choice_follows_its_listing_and_leaves_other_goods_alone(workspace, tmp_path):
    store, file = workspace.store, tmp_path / "shop.csv"
    upload(workspace, file, {"007": "blue kettle", "008": "red lamp", "009": "garden hose"})
    for item_id in ("007", "008", "009"):
        choose(store, [item_id, "other"])
    upload(workspace, file, {"7": "blue kettle", "8": "red lamp", "x": "other"})
    assert set(main_choices.read_chosen(store, "shop")) == {"7", "8", "009"}
    upload(workspace, file, {"7": "blue kettle new", "8": "wool socks for children", "9": "garden hose"})
    assert set(main_choices.read_chosen(store, "shop")) == {"7", "9"}


def test_a_database_of_before_gets_the_table(tmp_path):
    url = sqlite_url(tmp_path / "matcher.db")
    Store(url).close()
    with sqlite3.connect(tmp_path / "matcher.db") as connection:
        connection.execute("DROP TABLE main_listings")
        connection.execute("DROP TABLE main_changes")
        connection.execute("DELETE FROM migrations WHERE version >= 11")
    connection.close()
    store = Store(url)
    choose(store, "ab")
    assert list(main_choices.read_chosen(store, "shop")) == ["a"]
    store.close()
