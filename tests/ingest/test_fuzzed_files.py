"""Hundreds of damaged and odd files: each is read, or refused in one line, and none ends in anything else.

What compiled readers see is read in a process of its own, many files in one. A file may end that process, as it would
end its own in the program (`guarded_reading`): the next process goes on behind it. It may not make it raise.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from fuzzing import mutate, mutate_json, mutate_zip

from matcher.cli.main import cli
from matcher.matching.recipe import Recipe

ROOT = Path(__file__).parents[2]
TITLES = ["red cotton shirt", 'shirt, "red" & <blue>', "blue steel bottle 0,5 l", "blaue Flasche ü 50 %", "", "NA"]
FRAME = pd.DataFrame(
    {"id": ["00017", "b;2", "c", "d", "e", "f"], "title": TITLES, "label": ["r", "r", "", "b", "b", "-"], "n": range(6)}
)
READ_MANY = """
import json, resource, sys
from pathlib import Path
from matcher.errors import MatcherError
from matcher.ingest.source import read_source
resource.setrlimit(resource.RLIMIT_AS, (4_000_000_000, 4_000_000_000))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
for name in sys.argv[1:]:
    try:
        said = f"{len(read_source(Path(name)).frame)} rows"
    except MatcherError as error:
        said = str(error)
    except MemoryError:
        said = "takes more memory"
    print(json.dumps([name, said]), flush=True)
"""


def read_all(files: list[Path]) -> dict[str, str]:
    """What reading each file came to; a file that ends its process says so."""
    outcomes: dict[str, str] = {}
    left = [str(file) for file in files]
    while left:
        done = subprocess.run(
            [sys.executable, "-c", READ_MANY, *left],
            env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}, capture_output=True, check=False,
        )  # fmt: skip
        found = dict(json.loads(line) for line in done.stdout.splitlines())
        outcomes |= found
        left = left[len(found) :]
        if left:
            assert done.returncode < 0, f"{left[0]}: {done.stderr.decode(errors='replace')[-2000:]}"
            outcomes[left.pop(0)] = "ended its reader"
    return outcomes


@pytest.mark.parametrize(
    ("ending", "write", "change", "count"),
    [
        (".parquet", FRAME.to_parquet, mutate, 250),
        (".feather", FRAME.to_feather, mutate, 100),
        (".xlsx", lambda path: FRAME.to_excel(path, index=False), mutate_zip, 250),
        (".json", lambda path: FRAME.to_json(path, orient="records"), mutate, 200),
        (".jsonl", lambda path: FRAME.to_json(path, orient="records", lines=True), mutate, 100),
        (".csv", lambda path: FRAME.to_csv(path, index=False), mutate, 400),
        (".tsv", lambda path: path.write_bytes(FRAME.to_csv(sep="\t", index=False).encode("utf-16")), mutate, 200),
    ],
)
def test_odd_tables_are_read_or_refused(
    tmp_path: Path, ending: str, write: Callable[[Path], object], change: Callable[[bytes, int], bytes], count: int
) -> None:
    sound = tmp_path / f"sound{ending}"
    write(sound)
    files = [sound]
    for seed in range(count):
        files.append(tmp_path / f"{seed}{ending}")
        files[-1].write_bytes(change(sound.read_bytes(), seed))
    outcomes = read_all(files)
    assert len(outcomes) == count + 1
    assert outcomes[str(sound)] == "6 rows"
    assert not [said for said in outcomes.values() if "\n" in said or "Traceback" in said]
    assert any(not said.endswith("rows") for said in outcomes.values()) or ending in (".csv", ".tsv")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A table, and a catalog made from it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MATCHER_WORKSPACE", raising=False)
    FRAME.to_csv("shop.csv", index=False)
    assert cli(["import", "shop.csv", "--name", "Shop"]) == 0
    return Path("shop.csv").read_bytes()


def ends_well(capsys: pytest.CaptureFixture[str], *arguments: str) -> bool:
    """Whether a command did it; one that did not has said so in one line."""
    capsys.readouterr()
    code = cli([*arguments])
    said = capsys.readouterr().err.splitlines()
    assert code in (0, 2)
    assert code == 0 or (len(said) == 1 and said[0].startswith("Error: ")), said
    return code == 0


def test_odd_tables_are_imported_or_refused_by_the_terminal(shop: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    for seed in range(120):
        Path("odd.csv").write_bytes(mutate(shop, 10_000 + seed))
        ends_well(capsys, "import", "odd.csv", "--name", "Odd")


def test_odd_recipes_are_used_or_refused_by_the_terminal(shop: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    sound = Recipe("tfidf", text_threshold=0.6, k=3).to_json().encode()
    used = 0
    for seed in range(400):
        Path("odd.json").write_bytes(mutate_json(sound, seed))
        used += ends_well(capsys, "match", "Shop", "--recipe", "odd.json", "--out", "matches.csv")
    assert 0 < used < 300
