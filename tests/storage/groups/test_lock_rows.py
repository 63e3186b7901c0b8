"""Locks outlive uploads: they follow ids that are written anew, and leave out ids that name other goods."""

import sqlite3
from itertools import count

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.pipeline import catalogs
from matcher.storage.database import Store, sqlite_url
from matcher.storage.history.actions import Intent, act
from matcher.storage.history.redo import redo_action, take_back_action
from matcher.storage.workspace import open_workspace

NUMBERS = count()
TITLES = {"00001": "steel kettle 1.7 l", "00002": "kettle of steel 1.7 l", "00003": "oak wall clock"}


@pytest.fixture
def upload(tmp_path):
    workspace = open_workspace(tmp_path / "workspace")

    def read(titles):
        pd.DataFrame({"item_id": titles.keys(), "title": titles.values()}).to_csv(tmp_path / "shop.csv", index=False)
        catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
        return [lock.item_ids for lock in workspace.store.locks("shop")]

    read(TITLES)
    assert act(workspace.store, "shop", Intent("lock", (1,), ("00001", "00002")), seen=[])
    yield read
    workspace.store.close()


def test_ids_that_are_written_otherwise_are_followed(upload):
    renamed = {item_id.lstrip("0"): title for item_id, title in TITLES.items()}
    assert upload(renamed) == [("1", "2")]
    assert upload(TITLES) == [("00001", "00002")]


def test_an_id_that_names_other_goods_is_left_out_until_the_old_ones_are_back(upload):
    assert upload(TITLES | {"00002": "garden hose, green"}) == [("00001",)]
    assert upload({"00001": TITLES["00001"]}) == [("00001",)]  # of one that is gone nothing new is known
    assert upload(TITLES) == [("00001", "00002")]


def test_one_that_is_edited_or_gone_for_a_while_stays_locked(upload):
    assert upload(TITLES | {"00002": "kettle of steel, 1.7 l, new"}) == [("00001", "00002")]
    assert upload({"00003": "oak wall clock"}) == [("00001", "00002")]
    assert upload(TITLES) == [("00001", "00002")]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = Store(sqlite_url(tmp_path_factory.mktemp("locks") / "matcher.db"))
    yield opened
    opened.close()


def test_a_lock_that_two_have_ended_is_none_while_either_stands(store):
    do = lambda kind: act(store, "shop", Intent(kind, (1,), ("a", "b")), seen=[]).id  # noqa: E731
    do("lock")
    first = do("unlock")
    take_back_action(store, "shop", first)
    second = do("unlock")
    redo_action(store, "shop", first)
    take_back_action(store, "shop", second)
    assert store.locks("shop") == []
    take_back_action(store, "shop", first)
    assert [lock.item_ids for lock in store.locks("shop")] == [("a", "b")]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["do", "take back", "do again"]), st.integers(0, 5)), max_size=14))
def test_a_lock_holds_while_its_action_stands_and_none_that_ended_it(store, steps):
    name = f"shop-{next(NUMBERS)}"
    stands, ends = {}, {}  # action to whether it stands; the action of a lock to those that ended it

    def holding():
        return [lock for lock, ended in ends.items() if stands[lock] and not any(map(stands.get, ended))]

    for step, which in steps:
        action = list(stands)[which % len(stands)] if stands else 0
        if step == "do":
            held = holding()
            done = act(store, name, Intent("unlock" if held else "lock", (1,), ("a", "b")), seen=[]).id
            stands[done] = True
            for lock in held:
                ends[lock].append(done)
            if not held:
                ends[done] = []
        elif stands and step == "take back":
            take_back_action(store, name, action)
            stands[action] = False
        elif stands:
            redo_action(store, name, action)
            stands[action] = True
        assert len(store.locks(name)) == len(holding())


def test_a_lock_that_was_ended_in_a_database_of_before_is_none_still(tmp_path):
    url, file = sqlite_url(tmp_path / "matcher.db"), tmp_path / "matcher.db"
    store = Store(url)
    for ids in (("a", "b"), ("c", "d")):
        act(store, "shop", Intent("lock", (1,), ids), seen=[])
    ended = act(store, "shop", Intent("unlock", (1,), ("a", "b")), seen=[]).id
    store.close()
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE unlocks")
        connection.execute("ALTER TABLE locks ADD COLUMN unlocked_by BIGINT")
        connection.execute("UPDATE locks SET unlocked_by = ? WHERE id = 1", (ended,))
        connection.execute("DELETE FROM migrations WHERE version >= 12")
    connection.close()
    store = Store(url)
    assert [lock.item_ids for lock in store.locks("shop")] == [("c", "d")]
    take_back_action(store, "shop", ended)
    assert len(store.locks("shop")) == 2
    store.close()
