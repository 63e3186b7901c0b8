"""A file that takes too much, or ends its reader, ends another process and one line says so."""

import os

import pandas as pd
import pytest

from matcher.errors import DataError
from matcher.ingest import guarded_reading
from matcher.ingest.guarded_reading import _memory_of, read_guarded
from matcher.ingest.read_options import ReadOptions
from matcher.ingest.source import read_source


@pytest.fixture
def goods():
    return pd.DataFrame({"id": ["00017", "b"], "title": ["Vase =1", "Thé"], "title_2": ["", "\u2026"]})


def test_what_another_process_read_is_what_this_one_reads(tmp_path, goods, monkeypatch):
    goods.to_excel(tmp_path / "goods.xlsx", index=False)
    goods.to_parquet(tmp_path / "goods.parquet")
    (tmp_path / "goods.csv").write_bytes(goods.to_csv(index=False, sep=";").encode("cp1252"))
    monkeypatch.setattr(guarded_reading, "SMALL_TEXT", 0)
    for name in ("goods.xlsx", "goods.parquet", "goods.csv"):
        for options in (ReadOptions(), ReadOptions(header_row=1)):
            here, there = read_source(tmp_path / name, options), read_guarded(tmp_path / name, options)
            pd.testing.assert_frame_equal(here.frame, there.frame)
            assert (here.note, here.problems, here.taken, here.sheets) == (
                there.note, there.problems, there.taken, there.sheets,
            )  # fmt: skip


def test_what_is_wrong_is_said_in_the_same_words(tmp_path):
    (tmp_path / "goods.parquet").write_bytes(b"PAR1 damaged")
    for read in (read_source, read_guarded):
        with pytest.raises(DataError, match="cannot be read as Parquet"):
            read(tmp_path / "goods.parquet")
        with pytest.raises(DataError, match="is not a file"):
            read(tmp_path / "gone.parquet")


def test_too_much_time_and_too_much_memory_end_in_one_line(tmp_path, monkeypatch):
    (tmp_path / "goods.csv").write_text("id,title\n" + "".join(f'{n},"Vase ""{n}"""\n' for n in range(400_000)))
    assert (tmp_path / "goods.csv").stat().st_size > guarded_reading.SMALL_TEXT
    monkeypatch.setattr(guarded_reading, "SECONDS", 1)
    with pytest.raises(DataError, match="takes more than 1 seconds to read"):
        read_guarded(tmp_path / "goods.csv")
    monkeypatch.setattr(guarded_reading, "WALL_SECONDS", 0.2)
    with pytest.raises(DataError, match="was not read within"):
        read_guarded(tmp_path / "goods.csv")
    monkeypatch.setattr(guarded_reading, "WALL_SECONDS", 60)
    monkeypatch.setattr(guarded_reading, "MEMORY", 100_000_000)
    with pytest.raises(DataError, match=r"ended its reader|more memory"):
        read_guarded(tmp_path / "goods.csv")


def test_memory_in_use_is_bounded_and_the_bound_is_named_with_the_way_to_move_it(tmp_path, monkeypatch):
    goods = [f"{n},{'vase ' * 40}{n}" for n in range(60_000)]
    (tmp_path / "goods.csv").write_text("\n".join(["id,title", *goods]))
    assert len(read_guarded(tmp_path / "goods.csv").frame) == 60_000  # far from the usual bounds
    monkeypatch.setenv("MATCHER_READ_MEMORY_MB", "150")
    said = r"goods.csv takes more memory to read than the 150 MB that a table may.*MATCHER_READ_MEMORY_MB=300"
    with pytest.raises(DataError, match=said):
        read_guarded(tmp_path / "goods.csv")
    monkeypatch.delenv("MATCHER_READ_MEMORY_MB")
    for setting in ("MATCHER_READ_MEMORY_MB", "MATCHER_READ_SECONDS"):
        for wrong in ("much", "-1", "0", "1.5", "9" * 30):
            monkeypatch.setenv(setting, wrong)
            with pytest.raises(DataError, match=f"{setting} is .*expected a whole number"):
                read_guarded(tmp_path / "goods.csv")
        monkeypatch.delenv(setting)


def test_the_memory_of_a_process_is_known():
    before = _memory_of(os.getpid())
    held = bytearray(b"x" * 50_000_000)
    assert 30_000_000 < before < before + 40_000_000 < _memory_of(os.getpid())
    del held
    assert _memory_of(2**22 + 1) == 0  # no system gives out such a number
