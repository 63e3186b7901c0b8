"""The comparison from end to end, on a tiny catalog and a network of one thin layer."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from matcher.benchmark.results import Results, load_results, results_file
from matcher.benchmark.run import compare_catalog
from matcher.benchmark.setup import (
    CompareConfig,
    expected_seconds,
    open_setup,
    resume_results,
    rows_to_do,
    training_of,
)
from matcher.benchmark.systems import SYSTEMS, System
from matcher.cli.main import cli
from matcher.errors import Cancelled, DataError
from matcher.ingest.catalog import Catalog
from matcher.pipeline.kept.says_nothing import mark_phrase
from matcher.storage.workspace import Workspace, open_workspace
from matcher.training.data.split import TEST, TRAIN
from matcher.training.runs import runs, unfinished

WORDS = "red blue green lamp chair table shirt phone router watch cream oil steel wood paper glass".split()
MODELS = ("tfidf", "bert", "characterbert", "efficientnet", "bert+efficientnet")


@pytest.fixture(scope="module", autouse=True)
def thin_models(thin_model, tmp_path_factory):
    """BERT is thin, and CharacterBERT cannot be had."""
    nowhere = tmp_path_factory.mktemp("models") / "nowhere"
    with pytest.MonkeyPatch.context() as patch:
        for system in (
            System("bert", "BERT", text=f"bert:{thin_model}"),
            System("characterbert", "CharacterBERT", text=f"characterbert:{nowhere}"),
            System("bert+efficientnet", "BERT + EfficientNet", text=f"bert:{thin_model}", image="efficientnet"),
        ):
            patch.setitem(SYSTEMS, system.id, system)
        yield


def shop(folder: Path) -> Workspace:
    """Sixty products twice each, titles only."""
    rng = np.random.default_rng(0)
    names = [" ".join(rng.permutation(WORDS)[:4]) + f" {number}" for number in range(60)]
    columns = {
        "item_id": [str(row) for row in range(120)],
        "title": [f"{name} {extra}" for name in names for extra in ("promo", "original stock")],
        "image": "",
        "photo": "",
        "phash": "",
        "label": [f"p{row // 2}" for row in range(120)],
    }
    workspace = open_workspace(folder / "workspace")
    workspace.save_catalog("Shop", "shop.csv", Catalog(pd.DataFrame(columns), None), [])
    return workspace


@pytest.fixture
def workspace(tmp_path, share_converted):
    made = shop(tmp_path)
    share_converted(made.encoders)
    return made


@pytest.fixture(scope="module")
def finished(thin_models, share_converted, tmp_path_factory):
    """A comparison that went to its end: the workspace and what it came to. Not to be changed."""
    workspace = shop(tmp_path_factory.mktemp("finished"))
    share_converted(workspace.encoders)
    return workspace, compare_catalog(workspace, config())


def config(**changes) -> CompareConfig:
    return replace(CompareConfig("shop", MODELS, epochs=1), **changes)


def results(workspace: Workspace) -> Results:
    found = load_results(workspace, "shop")
    assert found is not None
    return found


def test_every_row_has_figures_or_a_reason(finished):
    workspace, result = finished
    table = results(workspace)
    assert [(row.model, row.data) for row in table.rows] == [
        (model, data) for model in MODELS for data in ("original", "balanced")
    ]
    assert (result.rows, result.without) == (4, 6)
    for row in table.rows:
        if row.model in ("tfidf", "bert"):
            assert row.seen is not None
            assert row.seen.f1.low <= row.seen.f1.value <= row.seen.f1.high
        else:
            assert (row.unseen, row.seen) == (None, None)
    assert "nowhere" in table.row("characterbert", "original").reason
    assert "no photos" in table.row("efficientnet", "original").reason
    assert "no photos" in table.row("bert+efficientnet", "balanced").reason


def test_what_is_measured_on_what(finished):
    workspace, _ = finished
    table, sides = results(workspace), open_setup(workspace, config()).sides
    for row in table.rows:
        if row.unseen:
            assert (row.unseen.pool, row.unseen.listings) == (120, (sides == TEST).sum())
    one, balanced = table.row("bert", "original"), table.row("bert", "balanced")
    assert one.seen.pool == one.seen.listings == (sides == TRAIN).sum()
    assert balanced.seen.products == one.seen.products == (sides == TRAIN).sum() / 2
    assert one.encoders != balanced.encoders
    assert table.row("tfidf", "balanced").unseen is None
    assert one.training_seconds > 0
    assert table.row("tfidf", "original").training_seconds is None
    assert {card.config["balanced"] for card in runs(workspace.encoders)} == {True, False}
    assert {card.data["learned_from"] for card in runs(workspace.encoders)} == {(sides == TRAIN).sum()}


def test_what_is_kept_reads_back_and_other_files_are_refused(finished, workspace):
    table = results(finished[0])
    assert Results.from_json(table.to_json()) == table
    with pytest.raises(DataError, match="Start it again"):
        Results.from_json(json.dumps({"format": 1, "rows": [{}]}))
    results_file(workspace, "shop").write_text("{")
    with pytest.raises(DataError, match="cannot be read"):
        load_results(workspace, "shop")
    compare_catalog(workspace, config(models=("tfidf",)))  # a damaged file is no reason to refuse a new start
    assert len(results(workspace).rows) == 2


def test_what_is_marked_as_saying_nothing_is_left_out_and_makes_another_comparison(workspace):
    before = open_setup(workspace, config())
    mark_phrase(workspace, "shop", "original stock")
    after = open_setup(workspace, config())
    assert before.shown == after.shown == before.catalog.listings["title"].tolist()
    assert after.catalog.listings["title"].tolist() == [title.removesuffix(" original stock") for title in after.shown]
    assert resume_results(before).basis != resume_results(after).basis
    spec = SYSTEMS["bert"].text
    assert training_of(before, spec, "original").run_id != training_of(after, spec, "original").run_id


class Stopping:
    """Cancels at the first report that says so."""

    def __init__(self, words: str = "") -> None:
        self.words, self.told = words, []

    def __call__(self, progress):
        self.told.append(progress)
        if self.words and self.words in progress.message:
            raise Cancelled("Cancelled; what was finished is kept.")


def test_a_cancelled_comparison_goes_on_where_it_was(workspace):
    wanted = config(models=("tfidf", "bert"), epochs=3)
    stop = Stopping("balanced data: epoch 3")
    with pytest.raises(Cancelled, match="goes on where it was"):
        compare_catalog(workspace, wanted, stop)
    table = results(workspace)
    assert [(row.model, row.data) for row in table.rows] == [
        ("tfidf", "original"),
        ("tfidf", "balanced"),
        ("bert", "original"),
    ]
    compared = open_setup(workspace, wanted)
    todo = rows_to_do(wanted, resume_results(compared))
    assert [(one.id, data) for one, data in todo] == [("bert", "balanced")]
    assert expected_seconds(compared, todo) > 0
    half = next(card.id for card in runs(workspace.encoders) if "balanced" in card.id)
    assert unfinished(workspace.encoders, half).exists()  # kept as a run, but not done
    again = Stopping()
    compare_catalog(workspace, wanted, again)
    told = [progress.message for progress in again.told]
    assert not any("original" in message for message in told)
    assert any("epoch 3" in message for message in told)
    assert not any("epoch 2" in message for message in told)  # from the checkpoint, not from the start
    assert results(workspace).rows[:2] == table.rows[:2]
    assert results(workspace).row("bert", "balanced").unseen is not None
    spent = results(workspace).seconds[half]["training"]
    assert spent > table.seconds[half]["training"]


def test_other_settings_or_listings_start_a_new_table(workspace):
    compare_catalog(workspace, config(models=("tfidf",)))
    assert not rows_to_do(config(models=("tfidf",)), resume_results(open_setup(workspace, config())))
    assert len(resume_results(open_setup(workspace, config(epochs=2))).rows) == 0
    listings = workspace.load_catalog("shop").listings.iloc[:-4]
    workspace.save_catalog("Shop", "shop.csv", Catalog(listings, None), [])
    assert len(resume_results(open_setup(workspace, config())).rows) == 0


def test_a_table_stays_until_another_has_a_row(workspace):
    compare_catalog(workspace, config(models=("tfidf",), epochs=2))
    before = results(workspace)

    def stop(progress):
        if "Training" in progress.message:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        compare_catalog(workspace, config(models=("bert",), data=("original",)), stop)
    assert results(workspace) == before
    compare_catalog(workspace, config(models=("bert",), data=("original",)))
    assert [row.model for row in results(workspace).rows] == ["bert"]


def test_two_comparisons_of_a_catalog_do_not_run_at_once(workspace):
    refused = []

    def meanwhile(progress):
        if not refused:
            with pytest.raises(DataError, match="Another comparison of this catalog is running") as told:
                compare_catalog(workspace, config(models=("tfidf",)))
            refused.append(told)

    compare_catalog(workspace, config(models=("tfidf",)), meanwhile)
    assert refused
    assert [row.reason for row in results(workspace).rows] == ["", ""]
    compare_catalog(workspace, config(models=("tfidf",)))  # once it is over, the next may start


def test_a_row_without_figures_is_tried_again(workspace):
    compare_catalog(workspace, config(models=("tfidf", "characterbert"), data=("original",)))
    todo = rows_to_do(config(data=("original",)), results(workspace))
    assert [one.id for one, _ in todo] == ["bert", "characterbert", "efficientnet", "bert+efficientnet"]


def test_what_cannot_be_compared_is_said(workspace):
    with pytest.raises(DataError, match="Got elmo to compare"):
        compare_catalog(workspace, config(models=("elmo",)))
    with pytest.raises(DataError, match="Got nothing to compare"):
        compare_catalog(workspace, config(models=()))
    listings = workspace.load_catalog("shop").listings.assign(label="")
    workspace.save_catalog("Shop", "shop.csv", Catalog(listings, None), [])
    with pytest.raises(DataError, match="0 products with two listings to train on"):
        compare_catalog(workspace, config())


def test_what_only_one_of_two_encoders_finds_is_kept(workspace, monkeypatch):
    """Picture hashes stand in for photos: each is that of its product but for some bits."""
    rng = np.random.default_rng(1)
    flips = [sum(1 << int(bit) for bit in rng.choice(64, rng.integers(0, 20), replace=False)) for _ in range(120)]
    hashes = [(0x9E3779B97F4A7C15 * (row // 2 + 1)) % 2**64 ^ flips[row] for row in range(120)]
    listings = workspace.load_catalog("shop").listings.assign(photo="none.jpg", phash=[f"{one:016x}" for one in hashes])
    listings["photo"] = [f"{row:08x}.jpg" for row in range(120)]
    workspace.save_catalog("Shop", "shop.csv", Catalog(listings, None), [])
    pair = System("bert+efficientnet", "BERT + EfficientNet", text="tfidf", image="phash", is_trained=False)
    monkeypatch.setitem(SYSTEMS, pair.id, pair)
    compare_catalog(workspace, config(models=("tfidf", pair.id), data=("original",)))
    table = results(workspace)
    row, titles = table.row(pair.id, "original"), table.row("tfidf", "original")
    assert row.encoders == ("tfidf", "phash")
    assert row.unseen.text_threshold is not None
    assert row.unseen.image_threshold is not None
    assert row.unseen.listings == titles.unseen.listings
    found = row.apart
    assert found.photo + found.title + found.both + found.neither == row.unseen.listings / 2  # two listings a product
    assert len(found.title_examples) == found.title > 0
    for example in found.title_examples:
        assert int(example.left_id) // 2 == int(example.right_id) // 2
        assert example.text <= row.unseen.text_threshold
        assert example.image > row.unseen.image_threshold
    assert Results.from_json(table.to_json()) == table


def test_the_command_writes_a_table_and_a_page(workspace, tmp_path, capsys):
    out = tmp_path / "out"
    arguments = ["compare", "shop", "--out", str(out), "--epochs", "1", "--workspace", str(workspace.root)]
    assert cli([*arguments, "--models", "tfidf,characterbert"]) == 0
    table = pd.read_csv(out / "comparison.csv")
    assert set(table["protocol"]) == {"unseen", "seen"}
    assert len(table) == 8
    first = table.iloc[0]
    assert first["f1_low"] <= first["f1"] <= first["f1_high"]
    assert first["paper_f1"] == 0.611
    assert "nowhere" in table.loc[table["model"] == "CharacterBERT", "note"].iloc[0]
    assert "Encoders compared on Shop" in (out / "comparison.html").read_text()
    said = capsys.readouterr()
    assert "F1 on unseen products" in said.out
    assert "%" in said.err or "Written" in said.err
    assert cli([*arguments, "--models", "elmo"]) == 2
    assert "Got elmo to compare" in capsys.readouterr().err
    assert cli([*arguments, "--models", ","]) == 2
    assert "Got nothing to compare" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_compared(workspace, tmp_path, capsys):
    (tmp_path / "file").touch()
    arguments = ["compare", "shop", "--out", str(tmp_path / "file" / "out"), "--workspace", str(workspace.root)]
    assert cli(arguments) == 2
    assert "Nothing can be written into" in capsys.readouterr().err
    assert load_results(workspace, "shop") is None
