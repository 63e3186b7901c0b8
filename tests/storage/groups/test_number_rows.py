"""Numbers of groups are kept by item id, chosen anew where another was faster, and follow ids that are written anew."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from matcher.pipeline import catalogs
from matcher.review.group_numbers import keep_numbers
from matcher.storage.database import Store, sqlite_url
from matcher.storage.records import GroupNumbers
from matcher.storage.workspace import Workspace, open_workspace


@pytest.fixture(params=["sqlite", "postgresql"])
def workspace(request, tmp_path):
    url = ""
    if request.param == "postgresql":
        url = request.getfixturevalue("empty_postgres")
    tmp_path.joinpath("catalogs").mkdir()
    yield (opened := Workspace(tmp_path, url))
    opened.store.close()


def numbers(workspace, ids, group):
    return keep_numbers(workspace, "shop", list(ids), np.array(group)).number.tolist()


def test_numbers_outlive_what_is_grouped_and_left(workspace):
    assert numbers(workspace, "abcd", [0, 0, 1, 1]) == [1, 1, 2, 2]
    revision = workspace.store.counted_groups("shop").revision
    assert numbers(workspace, "dcba", [5, 5, 3, 3]) == [2, 2, 1, 1]
    assert workspace.store.counted_groups("shop").revision == revision  # nothing to keep
    assert numbers(workspace, "xcd", [0, 1, 1]) == [3, 2, 2]  # a and b have left
    assert numbers(workspace, "xcd", [0, 1, 2]) == [3, 2, 4]
    assert numbers(workspace, "xcd", [0, 0, 0]) == [2, 2, 2]
    assert numbers(workspace, "xcd", [0, 1, 1]) == [5, 2, 2]  # neither 3 nor 4 comes again
    assert numbers(workspace, "abcd", [0, 0, 1, 1]) == [1, 1, 2, 2]
    assert workspace.store.group_numbers("other") == GroupNumbers({})


def test_of_two_that_choose_at_once_the_second_chooses_again(workspace):
    store = workspace.store
    assert store.keep_group_numbers("shop", GroupNumbers({"a": 1, "b": 2}, 2, 0))
    assert not store.keep_group_numbers("shop", GroupNumbers({"c": 1}, 1, 0))
    assert store.group_numbers("shop") == GroupNumbers({"a": 1, "b": 2}, 2, 1)
    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(lambda turn: numbers(workspace, [f"{turn}-{n}" for n in range(5)], range(5)), range(8)))
    every = [number for some in given for number in some]
    assert sorted(every) == list(range(3, 43))


def test_numbers_follow_ids_that_another_program_wrote_otherwise(tmp_path):
    workspace = open_workspace(tmp_path / "workspace")

    def upload(*ids):
        pd.DataFrame({"item_id": ids, "title": [f"kettle {n}" for n in range(len(ids))]}).to_csv(
            tmp_path / "s.csv", index=False
        )
        catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "s.csv"), "Shop"))
        return list(ids)

    assert numbers(workspace, upload("00009", "00010", "00011"), [0, 1, 1]) == [2, 1, 1]
    for ids in (("11", "9", "10"), ("11.0", "10.0", "9.0"), ("00009", "00011", "00010")):
        expected = [2 if float(one) == 9 else 1 for one in ids]
        assert numbers(workspace, upload(*ids), expected) == expected
    assert numbers(workspace, upload("x", "y", "z"), [0, 0, 0]) == [3, 3, 3]


def test_a_database_of_before_gets_the_table(tmp_path):
    url = sqlite_url(tmp_path / "matcher.db")
    Store(url).close()
    with sqlite3.connect(tmp_path / "matcher.db") as connection:
        connection.execute("DROP TABLE group_numbers")
        connection.execute("DROP INDEX verdicts_taken_back")
        connection.execute("DELETE FROM migrations WHERE version >= 7")
    connection.close()
    store = Store(url)
    assert store.keep_group_numbers("shop", GroupNumbers({"a": 1}, 1, 0))
    store.close()
