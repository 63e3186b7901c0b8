"""One row says all of a group, and one row says what each id becomes."""

import io
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.groups.main_listing import choose_main, rank_ids, rank_titles
from matcher.storage.exports import group_table, to_bytes
from matcher.storage.groups.tables import MOST_NAMED, list_groups, list_main_ids

LISTINGS = pd.DataFrame(
    {
        "item_id": ["a", "b b", "c", "d"],
        "title": ["=1+1", "green tea", "green tea", "hose"],
        "seller": ["Ann", "Bo", "Ann", ""],
        "price": ["3,20", "", "2.50", "free"],
    }
)
NUMBER, FAMILY = np.array([4, 7, 7, 9]), np.array([4, 4, 4, 9])


def mains(listings, number):
    return choose_main(number, rank_titles(listings["title"].tolist()), rank_ids(listings["item_id"].tolist()))


def test_a_group_is_one_row():
    frame = list_groups(LISTINGS, NUMBER, FAMILY, mains(LISTINGS, NUMBER))
    assert frame.iloc[0].to_dict() == {
        "group": 7,
        "family": 4,
        "size": 2,
        "main_id": "b b",
        "main_title": "green tea",
        "main_because": "most complete title: 2 words",
        "ids": "b b|c",
        "titles": "green tea",
        "sellers": "Bo | Ann",
        "lowest_price": 2.5,
        "highest_price": 2.5,
    }
    assert frame["group"].tolist() == [7, 4, 9]
    assert frame["main_because"].tolist()[1:] == ["", ""]
    assert frame["lowest_price"].tolist()[:2] == [2.5, 3.2]
    assert np.isnan(frame["lowest_price"][2])


def test_what_the_catalog_does_not_say_has_no_column():
    plain = LISTINGS[["item_id", "title"]]
    assert list(list_groups(plain, NUMBER, FAMILY, mains(plain, NUMBER)))[-1] == "titles"


def test_an_old_id_becomes_the_main_one():
    frame = list_main_ids(LISTINGS, NUMBER, FAMILY, mains(LISTINGS, NUMBER))
    assert list(frame) == ["old_id", "main_id", "group", "family"]
    assert dict(zip(frame["old_id"], frame["main_id"], strict=True)) == {"a": "a", "b b": "b b", "c": "b b", "d": "d"}
    assert frame["family"].tolist() == [4, 4, 4, 9]


def test_the_main_listing_stands_first_among_all_of_its_group():
    number = np.array([1, 2, 1, 1])
    frame = group_table(LISTINGS, number, main=mains(LISTINGS, number).row)
    assert frame["item_id"].tolist() == ["c", "a", "d", "b b"]
    assert frame["main"].tolist() == ["c", "c", "c", "b b"]


def test_a_large_group_fits_a_cell_of_a_spreadsheet_and_no_title_of_it_is_a_formula():
    titles = [f"=1+{row:03} {'9' * 9000}" for row in range(300)]
    large = pd.DataFrame({"item_id": [f"{row}" for row in range(300)], "title": titles})
    number = np.ones(300, np.int64)
    frame = list_groups(large, number, number, mains(large, number))
    assert frame["titles"][0].endswith(f" | and {300 - MOST_NAMED} more")
    assert "'=1+0" in to_bytes(frame, "CSV", mark=False).decode().splitlines()[1]
    assert len(pd.read_excel(io.BytesIO(to_bytes(frame, "Excel")), engine="openpyxl")) == 1


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["mug", "blue mug", "large blue mug"])), max_size=12))
def test_every_listing_stands_in_one_row(rows):
    number = np.array([each for each, _ in rows], dtype=np.int64)
    titles = {"item_id": [f"i{row}" for row in range(len(rows))], "title": [title for _, title in rows]}
    listings = pd.DataFrame(titles, dtype="str")
    found = mains(listings, number)
    groups, ids = list_groups(listings, number, number, found), list_main_ids(listings, number, number, found)
    listed = [one for row in groups["ids"] for one in row.split(" ")] if len(groups) else []
    assert sorted(listed) == sorted(listings["item_id"])
    assert groups["size"].sum() == len(number)
    assert set(ids["main_id"]) == set(groups["main_id"])
    assert all(row.split(" ")[0] == main for row, main in zip(groups["ids"], groups["main_id"], strict=True))


@pytest.mark.parametrize("kind", ["CSV", "Parquet", "Excel"])
def test_each_form_holds_the_same(kind):
    frame = list_groups(LISTINGS, NUMBER, FAMILY, mains(LISTINGS, NUMBER))
    data = io.BytesIO(to_bytes(frame, kind))
    readers = {"CSV": pd.read_csv, "Parquet": pd.read_parquet, "Excel": partial(pd.read_excel, engine="openpyxl")}
    read = readers[kind](data)
    assert read["main_id"].tolist() == frame["main_id"].tolist()
    assert read["highest_price"].fillna(0).tolist() == frame["highest_price"].fillna(0).tolist()
