"""Whatever fails under a command is one line and exit code 2; a defect keeps its traceback."""

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_cli import ROOT, ok, refused, table, write

from matcher.cli.main import cli
from matcher.matching.recipe import Recipe
from matcher.pipeline import matches

__all__ = ["table"]


def test_failing_storage_is_one_line(table, capsys):
    ok("import", "shop.csv", "--name", "Shop")
    ok("match", "Shop", "--recipe", "recipe.json", "--out", "matches.csv")
    folder = Path("workspace/catalogs/shop")
    for pattern in ("pairs/*.parquet", "embeddings/*.npy", "listings-*.parquet"):
        kept = {file: file.read_bytes() for file in folder.glob(pattern)}
        for file, content in kept.items():
            file.write_bytes(content[: len(content) // 2])
        if pattern.startswith("embeddings"):
            shutil.rmtree(folder / "pairs")
        said = refused(capsys, "match", "Shop", "--recipe", "recipe.json", "--out", "matches.csv")
        assert "damaged" in said
        assert str(table.parent) not in said
        for file, content in kept.items():
            file.write_bytes(content)
    ok("match", "Shop", "--recipe", "recipe.json", "--out", "matches.csv")
    Path("full").symlink_to("/dev/full")
    assert "Make room" in refused(capsys, "match", "Shop", "--recipe", "recipe.json", "--out", "full")


def test_too_little_memory_is_one_line_and_a_defect_is_not(table, capsys, monkeypatch):
    ok("import", "shop.csv", "--name", "Shop")

    def fail(*_):
        raise error

    monkeypatch.setattr(matches, "hand_out", fail)
    error: Exception = MemoryError()
    assert "not enough memory" in refused(capsys, "match", "Shop", "--recipe", "recipe.json", "--out", "m.csv")
    error = KeyError("title")
    with pytest.raises(KeyError):
        cli(["match", "Shop", "--recipe", "recipe.json", "--out", "m.csv"])


@pytest.mark.parametrize("digits", [400, 5000])
@pytest.mark.parametrize("key", ["k", "text_threshold", "text_weight", "text_alone", "format"])
def test_a_number_of_many_digits_is_no_recipe(table, capsys, key, digits):
    ok("import", "shop.csv", "--name", "Shop")
    text = Recipe("tfidf", text_threshold=0.6).to_json()
    values = json.loads(text) | {key: "HERE"}
    Path("huge.json").write_text(json.dumps(values).replace('"HERE"', "9" * digits))
    assert "recipe" in refused(capsys, "match", "Shop", "--recipe", "huge.json", "--out", "m.csv")


def test_dates_that_no_calendar_has_are_read_or_told(table):
    far = pa.array([2**62, -(2**62), 0], pa.int64())
    columns = {
        "id": pa.array(["a", "b", "c"]),
        "title": pa.array(["red cup", "red cup new", "blue jar"]),
        "day": pa.array([date.max, date.min, None]),
        "made": far.cast(pa.timestamp("us")),
        "zoned": far.cast(pa.timestamp("us", "Europe/Paris")),
        "took": far.cast(pa.duration("us")),
        "then": pa.array([datetime.max, None, datetime.min]),
    }
    pq.write_table(pa.table(columns), "shop.parquet")
    ok("import", "shop.parquet", "--name", "Dates")


MANY = """
import os, runpy, sys
import sklearn.feature_extraction.text, sparse_dot_topn, matcher.cli.main  # else each program would load them
for line in sys.stdin.buffer:
    program = os.fork()
    if program == 0:
        sys.argv = ["matcher", *map(os.fsdecode, line.rstrip(b"\\n").split(b"\\t"))]
        try:
            runpy.run_module("matcher", run_name="__main__")
        except SystemExit as end:
            sys.stderr.flush()
            os._exit(end.code)  # and not by the long way, which would copy all of what was loaded
    code = os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])
    print(f"ended with {code}", file=sys.stderr, flush=True)
"""


def run_bytes(commands: list[list[bytes]], cwd: Path) -> list[tuple[int, list[str]]]:
    """Run commands with arguments that are no text, as a shell of another encoding gives them: codes and lines said."""
    done = subprocess.run(
        [sys.executable, "-c", MANY], cwd=cwd, env=os.environ | {"PYTHONPATH": str(ROOT)},
        input=b"\n".join(map(b"\t".join, commands)), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    *told, rest = re.split(r"ended with (\d+)\n", done.stderr.decode(errors="replace"))
    assert rest == ""
    return [(int(code), said.splitlines()) for said, code in zip(told[::2], told[1::2], strict=True)]


def test_names_that_are_not_utf_8(table):
    """A file may be called so; a catalog, an encoder and a workspace may not."""
    folder = table.parent
    os.rename(os.fsencode(table), os.fsencode(folder) + b"/caf\xe9.csv")
    used = [b"run", b"caf\xe9.csv", b"--recipe", b"recipe.json", b"--out", b"m\xe9.csv"]
    refused = [
        [b"import", b"caf\xe9.csv", b"--name", b"caf\xe9"],
        [b"--workspace", b"w\xe9", b"import", b"caf\xe9.csv", b"--name", b"Shop"],
        [b"encode", b"Shop", b"--text", b"caf\xe9"],
        [b"match", b"Shop", b"--recipe", b"r\xe9.json", b"--out", b"m.csv"],
        [b"caf\xe9"],
    ]
    done, *others = run_bytes([used, *refused], folder)
    assert done[0] == 0, done[1]
    assert len(pd.read_csv(os.fsdecode(os.fsencode(folder) + b"/m\xe9.csv"))) == 5
    assert len(others) == len(refused)
    for code, said in others:
        assert code == 2, said
        assert len(said) == 1, said


def test_labels_of_which_no_two_are_alike_measure_nothing(table, capsys):
    write(table, ["a", "b", "", "", ""])
    ok("import", "shop.csv", "--name", "Shop")
    assert "Nothing to measure" in refused(capsys, "evaluate", "Shop", "--recipe", "recipe.json")
