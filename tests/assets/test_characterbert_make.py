"""The bundled CharacterBERT as it is shipped, and what makes it again."""

import csv
from pathlib import Path

import numpy as np
import pytest

from assets.characterbert.make.measure import find_spoiled
from assets.characterbert.make.stages import Plan, make
from matcher.encoders.registry import load_encoder
from matcher.encoders.titles.characterbert_bundled import FOLDER
from matcher.progress import silent

DEMO = Path(__file__).parents[2] / "assets" / "demo" / "listings.csv"


@pytest.fixture(scope="module")
def demo_titles():
    with DEMO.open(encoding="utf-8", newline="") as file:
        return list(dict.fromkeys(row["title"] for row in csv.DictReader(file) if row["title"]))


def test_the_asset_is_small_and_has_its_card():
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) <= 15_000_000
    assert "Measured" in (FOLDER / "README.md").read_text("utf-8")


def test_spoiled_titles_find_their_original_more_often_than_with_minilm(demo_titles, converted):
    bundled, minilm = (load_encoder(name, folder=converted) for name in ("characterbert", "bert"))
    found = find_spoiled(demo_titles[:200], bundled.encode, minilm.encode)
    by_kind = {kind: [one for one in found if one.kind == kind] for kind in ("misspelt", "cut", "glued")}
    for kind, rows in by_kind.items():
        ahead = np.mean([one.network - one.minilm for one in rows])
        assert ahead > 0.02, (kind, rows)


def test_the_script_makes_a_model_that_opens(tmp_path):
    plan = Plan(titles=40, taken=24, epochs=1, iterations=1, buckets=300, demo_seeds=1, names=50)
    make(tmp_path, ["Sepatu lari pria", "Teh melati 25 kantong"], plan, silent, measured=8)
    assert "| misspelt |" in (tmp_path / "README.md").read_text()
    assert load_encoder(f"characterbert:{tmp_path}").encode(["one two"]).shape == (1, 384)
