"""A new encoder takes one entry of the registry and one file: it is added to a copy of the program, and used."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
REGISTRY, FILE = "matcher/encoders/registry.py", "matcher/encoders/titles/word_lengths.py"
BEFORE = "    for info in (\n"  # where the entries begin
ENTRY = """        EncoderInfo(
            "word-lengths",
            "text",
            "Word lengths",
            "Words of like length in a title.",
            "matcher.encoders.titles.word_lengths:open_word_lengths",
            columns=("title",),
            is_default=True,
            width=12,
            threshold=0.3,
            comparison=Comparison("Word lengths", is_trained=False),
        ),
"""
ENCODER = """
import numpy as np
from matcher.vectors.embeddings import unit_rows


def open_word_lengths(spec, folder):
    return WordLengths()


class WordLengths:
    id, modality, fitted, version = "word-lengths", "text", False, "word-lengths-1"

    def encode(self, inputs, report=None):
        counts = np.zeros((len(inputs), 12), np.float32)
        for row, title in enumerate(inputs):
            for word in title.split():
                counts[row, min(len(word), 12) - 1] += 1
        return unit_rows(counts)

    def encode_queries(self, queries, inputs, report=None):
        return self.encode(queries)
"""
USE = """
import contextlib, io, json, sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
from matcher.benchmark.systems import SYSTEMS
from matcher.cli.main import cli


def terminal(*arguments):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert cli([*map(str, arguments)]) == 0, arguments
    return said.getvalue()


told = {"listed": terminal("encoders")}
with contextlib.suppress(SystemExit):
    told["help"] = terminal("encode", "--help")
terminal("import", "shop.csv", "--name", "Shop")
terminal("encode", "shop", "--text", "word-lengths", "--image", "none")
terminal("tune", "shop", "--out", "recipe.json")
told["figures"] = json.loads(terminal("evaluate", "shop", "--recipe", "recipe.json", "--json"))
terminal("run", "plain.csv", "--out", "matches.csv")  # without labels: the default encoder and its default threshold
told["matches"] = Path("matches.csv").read_text()
told["compared"] = {one.id: [one.title, one.is_trained] for one in SYSTEMS.values()}

app = AppTest.from_file("app.py", default_timeout=120)
app.query_params["catalog"] = "shop"
app.run()
app.switch_page("pages/catalog.py").run()
assert not app.exception, app.exception
choice = app.selectbox(key="encode-text")
told["choice"] = [choice.value, choice.options]
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with one entry and one file more."""
    folder = tmp_path_factory.mktemp("extended")
    for name in ("matcher", "pages"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", folder)
    for name in ("assets", ".streamlit"):
        (folder / name).symlink_to(ROOT / name)
    registry = (folder / REGISTRY).read_text()
    assert registry.count(BEFORE) == 1
    (folder / REGISTRY).write_text(registry.replace(BEFORE, BEFORE + ENTRY))
    (folder / FILE).write_text(ENCODER)
    return folder


@pytest.fixture(scope="module")
def told(extended: Path) -> dict:
    """What the terminal and the pages of that copy say; six listings of three products, and the same without labels."""
    titles = ["a bb ccc", "x yy zzz", "long words abound", "some other words", "q w e r", "m n o p"]
    frame = pd.DataFrame({"id": [f"i{row}" for row in range(6)], "title": titles})
    frame.to_csv(extended / "plain.csv", index=False)
    frame.assign(label=["p", "p", "q", "q", "r", "r"]).to_csv(extended / "shop.csv", index=False)
    done = subprocess.run([sys.executable, "-c", USE], cwd=extended, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_terminal_lists_it(told):
    listed = [line.split(maxsplit=2) for line in told["listed"].splitlines()]
    assert ["word-lengths", "text", "Words of like length in a title."] in listed
    assert "word-lengths" in told["help"]


def test_it_encodes_and_is_evaluated(told, extended):
    assert told["figures"]["listings"] == 6
    assert told["figures"]["recall"] == pytest.approx(5 / 6)  # "long words abound" and "some other words" are far apart
    vectors = [np.load(file) for file in (extended / "workspace/catalogs/shop/embeddings").glob("*.npy")]
    assert (6, 12) in [each.shape for each in vectors]


def test_without_labels_it_is_taken_and_its_threshold_holds(told):
    matches = {line.split(",")[0]: line.split(",")[1].split() for line in told["matches"].splitlines()[1:]}
    assert matches["i0"] == ["i0", "i1"]
    assert matches["i2"] == ["i2", "i3"]  # 0.23 apart: within its own threshold, beyond that of an unknown encoder


def test_the_comparison_has_it_alone_and_in_no_pair(told):
    assert told["compared"]["word-lengths"] == ["Word lengths", False]
    assert not [name for name in told["compared"] if "+" in name and "word-lengths" in name]


def test_the_pages_offer_it(told):
    value, options = told["choice"]
    assert value == "word-lengths"
    assert "Word lengths · Words of like length in a title." in options
