"""Words that stand for nothing, and ids that a spreadsheet has rounded."""

import pandas as pd
import pytest

from matcher.ingest.cells import is_nothing, is_rounded
from matcher.ingest.columns.column_mapping import ColumnMap
from matcher.ingest.row_checks import standard_rows


def checked(ids, titles, labels=None):
    frame = pd.DataFrame({"id": ids, "title": titles, "label": labels or [""] * len(ids)}, dtype="str")
    frame.index = pd.Index(range(2, 2 + len(frame)))
    return standard_rows(frame, ColumnMap("id", "title", None, None, "label"))


WORDS = ["\\N", "NA", "N/A", "nan", "None", "NULL", "-", "-1", "Does not apply", "0000000000000", "#N/A"]


@pytest.mark.parametrize("word", WORDS)
def test_words_for_nothing_in_ids_labels_and_titles(word):
    listings, problems = checked(["a", word, "c", "d", "e"], [word, "x", word, word, word], [word] * 5)
    assert list(listings["item_id"]) == ["a", "c", "d", "e"]
    assert not listings["title"].any()
    assert not listings["label"].any()
    told = {problem.column: problem.found for problem in problems if problem.row == 1}
    assert told == {"title": f"{word} stands in 4 rows.", "label": f"{word} stands in 5 rows."}
    assert [problem.rejected for problem in problems if problem.row == 3] == [True]


def test_within_a_title_and_among_ids_they_stand_for_themselves():
    listings, problems = checked(["00000", "1", "0"], ["NA sports shoe", "Nan bread, none better", "A - 1"])
    assert list(listings["item_id"]) == ["00000", "1", "0"]
    assert listings["title"].all()
    assert not problems


@pytest.mark.parametrize(
    ("code", "rounded"),
    [
        ("1.00500E+15", True), ("8,80123e+12", True), ("1234567890123450000", True), ("1005001234567890000", True),
        ("1005001234567891", False), ("123450000000000", False), ("4006381333931", False),
        ("1234567890123456789", False),
        ("A1E+10", False), ("4e04108734", False),
    ],
)  # fmt: skip
def test_codes_that_a_spreadsheet_rounded(code, rounded):
    assert is_rounded(code) == rounded
    assert not is_nothing(code)


def test_rounded_ids_are_told_though_none_collide():
    _, problems = checked(["1.00500E+15", "1.00501E+15", "x1"], ["a", "b", "c"])
    assert "2 of 3 ids are rounded, as 1.00500E+15 in row 2" in problems[0].found
    _, problems = checked(["1234567890123450000", "1234567890123460000"], ["a", "b"])
    assert "2 of 2 ids" in problems[0].found
    _, problems = checked(["1234567890123450", "1234567890123461", "1234567890123472"], ["a", "b", "c"])
    assert not problems
