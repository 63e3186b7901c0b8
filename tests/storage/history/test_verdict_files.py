"""Verdicts out to a file and in again: who, when and how the pair came up are kept, and nothing newer is covered."""

import io

import pandas as pd
import pytest

from matcher.errors import DataError
from matcher.ingest.table import Table, read_table
from matcher.storage.database import Store, sqlite_url
from matcher.storage.exports import to_bytes, verdict_table
from matcher.storage.history.import_rows import import_verdicts, plan_import
from matcher.storage.history.verdict_file import read_verdict_file
from matcher.storage.records import LONGEST_NOTE

IDS = ["00001", "00002", "b", "=c"]
LISTINGS = pd.DataFrame({"item_id": IDS, "title": ["Kettle", "=1+1", "Clock", ""]})


@pytest.fixture
def store(tmp_path):
    store = Store(sqlite_url(tmp_path / "matcher.db"))
    yield store
    store.close()


def table(rows):
    return Table(pd.DataFrame(rows, dtype=str).fillna(""), "")


def facts(verdicts):
    return [
        (v.left_id, v.right_id, v.kind, int(v.made), v.sampled, v.curator, v.note)
        for v in sorted(verdicts, key=lambda each: (each.left_id, each.right_id))
    ]


@pytest.mark.parametrize("ending", ["CSV", "Excel", "Parquet"])
def test_what_one_workspace_writes_another_reads(store, tmp_path, ending):
    said = {"source": "review", "session": "a.b"}
    store.add_verdict("shop", "00001", "00002", "match", sampled="random", curator="Ana", note="=2+2, both", **said)
    store.add_verdict("shop", "=c", "b", "variant", sampled="doubtful", curator="Žofie", **said)
    store.add_verdict("shop", "00001", "b", "unsure", **said)
    path = tmp_path / "verdicts"
    path.write_bytes(to_bytes(verdict_table(store.verdicts("shop"), LISTINGS), ending))
    read = read_verdict_file(read_table(path), IDS, 5.0)
    assert (read.problems, read.unknown) == ([], 0)
    taken = import_verdicts(store, "copy", read.verdicts, IDS)
    assert (len(taken.new), taken.changed, taken.known, taken.older) == (3, [], 0, 0)
    assert facts(store.verdicts("copy")) == facts(store.verdicts("shop"))
    again = import_verdicts(store, "copy", read.verdicts, IDS)
    assert (again.new, again.changed, again.known) == ([], [], 3)


def test_two_ids_and_a_word_are_enough_and_ids_are_followed_where_a_program_wrote_them_otherwise(store):
    read = read_verdict_file(table([{"Left_ID": "1", "RIGHT_id": "b", "Verdict": "Same product"}]), ["1", "b"], 7.0)
    assert facts(read.verdicts) == [("1", "b", "match", 7, "chosen", "", "")]
    import_verdicts(store, "shop", read.verdicts, IDS)
    assert facts(store.verdicts("shop")) == [("00001", "b", "match", 7, "chosen", "", "")]


def test_a_file_whose_ids_a_program_wrote_otherwise_throughout_is_about_this_catalog(store):
    read = read_verdict_file(table([{"left_id": "1", "right_id": "2", "verdict": "same"}]), IDS, 7.0)
    assert read.unknown == 0
    import_verdicts(store, "shop", read.verdicts, IDS)
    assert facts(store.verdicts("shop")) == [("00001", "00002", "match", 7, "chosen", "", "")]


def test_the_same_word_without_a_note_takes_none_away(store):
    said = store.add_verdict("shop", "00001", "b", "match", source="review", sampled="proof", note="asked the maker")
    read = read_verdict_file(table([{"left_id": "b", "right_id": "00001", "verdict": "same"}]), IDS, said.made + 9)
    taken = import_verdicts(store, "shop", read.verdicts, IDS)
    assert (taken.new, taken.changed, taken.known) == ([], [], 1)
    assert store.verdicts("shop") == [said]


def test_a_verdict_on_goods_that_the_ids_no_longer_name_is_left_out():
    titles = {"00001": "Steel kettle 1.7 l", "00002": "Kettle of steel, 1.7 l", "b": "", "=c": "Oak wall clock"}
    one = {"left_id": "1", "left_title": "steel KETTLE, 1.7 l", "verdict": "same"}
    rows = [
        one | {"right_id": "00002", "right_title": "Kettle of steel"},
        one | {"right_id": "=c", "right_title": "Garden hose 20 m"},  # it named a hose where the file comes from
        one | {"right_id": "b", "right_title": "Garden hose 20 m"},  # nothing is known of it here
        one | {"right_id": "gone", "right_title": "Garden hose 20 m"},
        {"left_id": "1", "right_id": "=c", "verdict": "different"},  # two ids and a word are enough
    ]
    read = read_verdict_file(table(rows), IDS, 0.0, titles)
    (problem,) = read.problems
    assert (problem.row, problem.item_id, problem.column) == (1, "=c", "right_title")
    assert "Oak wall clock" in problem.found
    assert "Garden hose" in problem.found
    assert "Leave the titles out" in problem.advice
    assert len(read.verdicts) == 4


def test_a_later_word_stands_and_an_earlier_one_gives_way(store):
    rows = [{"left_id": "b", "right_id": "00001", "verdict": "different", "given": "2001-01-01 00:00:00"}]
    old = read_verdict_file(table(rows), IDS, 0.0).verdicts
    now = store.add_verdict("shop", "00001", "b", "match", source="review")
    assert plan_import(store, "shop", old, IDS).older == 1
    import_verdicts(store, "shop", old, IDS)
    assert store.verdicts("shop") == [now]
    rows[0]["given"] = "2201-01-01 00:00:00"
    plan = plan_import(store, "shop", new := read_verdict_file(table(rows), IDS, 0.0).verdicts, IDS)
    assert (len(plan.changed), plan.older) == (1, 0)
    assert store.verdicts("shop") == [now]  # a plan changes nothing
    import_verdicts(store, "shop", new, IDS)
    assert [verdict.kind for verdict in store.verdicts("shop")] == ["different"]
    assert len(store.verdict_history("shop")) == 2


def test_of_one_pair_twice_in_a_file_the_last_word_counts(store):
    rows = [
        {"left_id": "b", "right_id": "00001", "verdict": "match", "given": "2020-01-02 00:00:00"},
        {"left_id": "00001", "right_id": "b", "verdict": "variant", "given": "2020-01-01 00:00:00"},
    ]
    taken = import_verdicts(store, "shop", read_verdict_file(table(rows), IDS, 0.0).verdicts, IDS)
    assert (len(taken.new), taken.older) == (1, 1)
    assert [verdict.kind for verdict in store.verdicts("shop")] == ["match"]


def test_rows_that_cannot_be_read_are_named_and_the_rest_is_taken():
    rows = [
        {"left_id": "b", "right_id": "00001", "verdict": "match"},
        {"left_id": "", "right_id": "00001", "verdict": "match"},
        {"left_id": "b", "right_id": "b", "verdict": "match"},
        {"left_id": "b", "right_id": "=c", "verdict": "perhaps"},
        {"left_id": "b", "right_id": "=c", "verdict": "same", "given": "last week"},
        {"left_id": "b", "right_id": "elsewhere", "verdict": "same", "note": "x" * 9000},
    ]
    read = read_verdict_file(table(rows), IDS, 0.0)
    assert [(problem.row, problem.column) for problem in read.problems] == [
        (1, "left_id"), (2, "right_id"), (3, "verdict"), (4, "given"),
    ]  # fmt: skip
    assert (len(read.verdicts), read.unknown) == (2, 1)
    assert len(read.verdicts[1].note) == LONGEST_NOTE


@pytest.mark.parametrize("given", ["0001-01-01", "1677-01-01", "2999-01-01 10:00:00", "9999-12-31", "12345-01-01"])
def test_a_time_that_no_table_can_hold_leaves_out_its_row_alone(given):
    rows = [
        {"left_id": "b", "right_id": "00001", "verdict": "match", "given": given},
        {"left_id": "b", "right_id": "=c", "verdict": "match", "given": "2026-01-31 18:00:00"},
    ]
    read = read_verdict_file(table(rows), IDS, 0.0)
    assert [(problem.row, problem.column, problem.found) for problem in read.problems] == [
        (0, "given", f"{given}: no time.")
    ]
    assert list(verdict_table(read.verdicts, LISTINGS)["given"]) == ["2026-01-31 18:00:00"]


def test_a_file_of_another_catalog_or_of_something_else_is_refused():
    with pytest.raises(DataError, match="None of the 1 verdicts is about two listings of this catalog"):
        read_verdict_file(table([{"left_id": "x", "right_id": "y", "verdict": "same"}]), IDS, 0.0)
    with pytest.raises(DataError, match="no column right_id; found left_id, verdict"):
        read_verdict_file(table([{"left_id": "x", "verdict": "same"}]), IDS, 0.0)


def test_the_file_of_an_empty_catalog_is_read_as_empty(tmp_path):
    frame = verdict_table([], LISTINGS)
    assert list(pd.read_csv(io.BytesIO(to_bytes(frame, "CSV")))) == list(frame.columns)
