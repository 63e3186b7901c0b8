"""Locks outlive uploads: they follow ids that are written anew, and leave out ids that name other goods."""

import pandas as pd
import pytest

from matcher.pipeline import catalogs
from matcher.storage.history.actions import Intent, act
from matcher.storage.workspace import open_workspace

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
