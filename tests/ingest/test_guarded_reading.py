"""A file that takes too much, or ends its reader, ends another process and one line says so."""

import pandas as pd
import pytest

from matcher.errors import DataError
from matcher.ingest import guarded_reading
from matcher.ingest.guarded_reading import read_guarded
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
