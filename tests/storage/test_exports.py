"""Files hold what was decided, and no cell of a stranger's runs in a spreadsheet."""

import csv
import io

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.ingest.catalog import read_catalog
from matcher.storage.exports import (
    contest_lists,
    group_table,
    match_lists,
    match_table,
    separator_of,
    to_bytes,
    verdict_table,
)
from matcher.storage.records import Verdict
from matcher.text import guard_formulas, unguard_formulas

LISTINGS = pd.DataFrame(
    {
        "item_id": ["a", "b b", "c%", "d"],
        "title": ["=1+1", "Tea", "@sum", "-5"],
        "photo": "",
        "label": ["x", "x", "", "y"],
    }
)
LEFT, RIGHT = np.array([0, 0, 1], np.int32), np.array([1, 2, 2], np.int32)
TEXT = np.array([0.5, 0.1, np.inf], np.float32)
IMAGE = np.array([0.2, 0.9, 0.3], np.float32)
GROUPED = {"number": np.array([4, 4, 4, 9]), "direct": np.array([True, True, False])}


def test_match_lists_begin_with_the_listing_and_go_on_with_the_closest():
    lists = match_lists(LISTINGS["item_id"], LEFT, RIGHT, TEXT)
    assert lists["matches"].tolist() == ["a|c%|b b", "b b|a|c%", "c%|a|b b", "d"]
    assert lists["item_id"].tolist() == ["a", "b b", "c%", "d"]


ids_of_catalogs = st.text(alphabet=st.characters(exclude_characters="\t", exclude_categories=["Cs"]), min_size=1)


@given(st.lists(ids_of_catalogs, min_size=2, max_size=6, unique=True))
def test_every_id_stands_in_a_list_as_it_is(ids):
    everyone = np.arange(1, len(ids), dtype=np.int32)
    [first, *_] = match_lists(pd.Series(ids), np.zeros(len(ids) - 1, np.int32), everyone)["matches"]
    assert first.split(separator_of(pd.Series(ids))) == ids


def test_a_file_for_machines_holds_ids_as_they_are():
    ids = pd.DataFrame({"item_id": ["-NxA1b", "@seller7", "=5", "0012", "50%"]})
    rows = to_bytes(ids, "CSV", mark=False, guard=False).decode().splitlines()
    assert rows == ["item_id", *ids["item_id"]]


def test_the_contests_form_has_at_most_fifty():
    others = np.arange(1, 80, dtype=np.int32)
    ids = pd.Series([f"p{n}" for n in range(80)])
    contest = contest_lists(match_lists(ids, np.zeros(79, np.int32), others))
    assert list(contest.columns) == ["posting_id", "matches"]
    assert len(contest["matches"][0].split()) == 50
    assert contest["matches"][5] == "p5 p0"


def test_matches_stand_closest_first_with_distances_where_there_are_any():
    frame = match_table(LISTINGS, LEFT, RIGHT, {"text": TEXT, "image": IMAGE}, **GROUPED)
    assert frame["right_id"].tolist() == ["c%", "b b", "c%"]
    assert np.isnan(frame["text_distance"][2])
    assert frame["image_distance"].tolist() == pytest.approx([0.9, 0.2, 0.3])


def test_under_a_pair_model_the_likeliest_stand_first_with_their_probability():
    likely = np.linspace(0.9, 0.1, len(LEFT)).astype(np.float32)
    frame = match_table(LISTINGS, LEFT, RIGHT, {"text": TEXT, "learned": 1 - likely[::-1]}, **GROUPED)
    assert "learned_distance" not in frame
    assert frame["probability"].tolist() == pytest.approx(likely.tolist(), abs=1e-6)
    nothing = np.full(len(LEFT), np.inf, np.float32)
    implied = match_table(LISTINGS, LEFT, RIGHT, {"text": TEXT, "learned": nothing}, **GROUPED)
    assert implied["probability"].tolist() == [0.0] * len(LEFT)


def test_matches_say_what_was_judged_by_hand_and_what_nobody_could_tell():
    said = [
        Verdict(number, "shop", *pair, kind, "review", "doubtful", 0.0)
        for number, (pair, kind) in enumerate({("a", "b b"): "match", ("a", "c%"): "unsure"}.items())
    ]
    frame = match_table(LISTINGS, LEFT, RIGHT, {"text": TEXT, "image": IMAGE}, said, **GROUPED)
    frame = frame.set_index(["left_id", "right_id"])
    assert frame["judged_by_hand"].to_dict() == {("a", "c%"): "", ("a", "b b"): "yes", ("b b", "c%"): ""}
    assert frame["unsure"].to_dict() == {("a", "c%"): "yes", ("a", "b b"): "", ("b b", "c%"): ""}


def test_matches_say_their_group_what_joins_them_and_which_listings_are_variants():
    said = [
        Verdict(number, "shop", *pair, "variant", "review", "doubtful", 0.0)
        for number, pair in enumerate([("a", "d"), ("b b", "d"), ("c%", "gone")])
    ]
    frame = match_table(LISTINGS, LEFT, RIGHT, {"text": TEXT}, said, **GROUPED).set_index(["left_id", "right_id"])
    assert frame["group"].tolist() == [4, 4, 4]
    assert frame["through_others"].to_dict() == {("a", "b b"): "", ("a", "c%"): "", ("b b", "c%"): "yes"}
    assert frame["variants"].to_dict() == {("a", "b b"): "d", ("a", "c%"): "d|gone", ("b b", "c%"): "d|gone"}


def test_groups_come_largest_first_with_the_numbers_they_have():
    frame = group_table(LISTINGS, np.array([1, 3, 3, 3]), np.array([1, 1, 1, 1]))
    assert frame["group"].tolist() == [3, 3, 3, 1]
    assert frame["family"].tolist() == [1] * 4
    assert frame["size"].tolist() == [3, 3, 3, 1]
    assert frame["item_id"].tolist() == ["b b", "c%", "d", "a"]
    assert "photo" not in frame


def test_the_curators_own_columns_keep_their_names(tmp_path):
    (tmp_path / "shop.csv").write_text(
        "id,title,size,group,photo,image,label\n1,Coat,L,men,front,a.jpg,P\n2,Cap,S,women,back,b.jpg,P\n"
    )
    catalog, _ = read_catalog(tmp_path / "shop.csv", None, None, tmp_path / "into")
    frame = group_table(catalog.listings, np.array([0, 0], np.int32))
    assert list(frame.columns[:3]) == ["match_group", "match_size", "family"]
    assert frame["match_size"].tolist() == [2, 2]
    own = frame[["size", "group", "photo", "image"]]
    assert own.to_numpy().tolist() == [["L", "men", "front", "a.jpg"], ["S", "women", "back", "b.jpg"]]


def test_a_verdict_outlives_its_listing():
    verdicts = [Verdict(1, "shop", "a", "gone", "different", "review", "doubtful", 0.0)]
    [row] = verdict_table(verdicts, LISTINGS).to_dict("records")
    assert (row["left_title"], row["right_title"], row["verdict"]) == ("=1+1", "", "different")
    assert row["given"] == "1970-01-01 00:00:00"


HOSTILE = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\uff1d1", '=HYPERLINK("x")']


SIGNS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_csv_cell_starts_a_formula_wherever_a_spreadsheet_splits(delimiter):
    inside = [f"mug{separator}{cell}" for cell in [*HOSTILE, '"=1+1"'] for separator in ";\t"]
    cells = [*HOSTILE, *inside]
    data = to_bytes(pd.DataFrame({"=name": cells, "price": [-5.0] * len(cells)}), "CSV").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data), delimiter=delimiter))
    starts = {cell.lstrip('" ')[:1] for row in rows for cell in row if cell not in ("-5.0", "5.0")}
    assert not starts & set(SIGNS)
    assert "'=1+1" in data


@given(st.text(alphabet=st.sampled_from("ab'\" ;\t=+-@5.|"), max_size=12))
def test_a_guarded_cell_can_be_read_back(cell):
    assert unguard_formulas(guard_formulas(cell)) == cell


@pytest.mark.parametrize("cell", ["-5", "+5,5", "mug; -red", "a-b", "x;-5;y", "250 ml"])
def test_numbers_and_ordinary_text_get_no_apostrophe(cell):
    assert guard_formulas(cell) == cell.replace("; -", ";' -")


def test_no_excel_cell_is_a_formula():
    data = to_bytes(pd.DataFrame({"title": HOSTILE, "price": range(len(HOSTILE))}), "Excel")
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert [cell.value for cell in sheet["A"]] == ["title", *HOSTILE]
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    assert [cell.value for cell in sheet["B"]][1:] == list(range(len(HOSTILE)))


def test_parquet_keeps_everything_as_it_is():
    frame = pd.DataFrame({"title": HOSTILE, "n": range(len(HOSTILE))})
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(to_bytes(frame, "Parquet"))), frame)


def test_what_excel_cannot_hold_is_refused_with_a_way_out():
    with pytest.raises(DataError, match="Export CSV or Parquet"):
        to_bytes(pd.DataFrame({"title": ["x" * 40_000]}), "Excel")


@given(st.text())
def test_any_text_survives_excel(text):
    data = to_bytes(pd.DataFrame({"title": [text]}), "Excel")
    openpyxl.load_workbook(io.BytesIO(data))
