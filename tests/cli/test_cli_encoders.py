"""Encoders from a terminal: a training's whole way, and each thing that can go wrong on it."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from matcher.cli.main import cli
from matcher.encoders.base import THRESHOLD
from matcher.encoders.model_card import COUNTS, FIGURES
from matcher.pipeline.default_recipe import CAREFUL
from matcher.pipeline.encoding import EncodeConfig
from matcher.pipeline.pair_model.models import read_recipe
from matcher.pipeline.recipes import usual_recipe
from matcher.storage.workspace import open_workspace
from matcher.training.runs import free_name, runs

WORDS = "red blue green lamp chair table shirt phone router watch cream oil steel wood paper glass".split()
QUICK = ("--batch", 16, "--tune-share", 0.3)


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A catalog "Shop" of sixty listings of thirty products, in the folder that the commands are run in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MATCHER_WORKSPACE", raising=False)
    write("shop.csv")
    ok("import", "shop.csv", "--name", "Shop")


def write(file, labels=None):
    rng = np.random.default_rng(0)
    names = [" ".join(rng.permutation(WORDS)[:4]) + f" {number}" for number in range(30)]
    titles = [f"{name} {extra}" for name in names for extra in ("promo", "original stock")]
    labels = [row // 2 for row in range(60)] if labels is None else labels
    pd.DataFrame({"id": range(60), "title": titles, "label": labels}).to_csv(file, index=False)


def run(*arguments):
    return cli([str(argument) for argument in arguments])


def ok(*arguments):
    assert run(*arguments) == 0


def refused(capsys, *arguments):
    """The one line that a refused command prints."""
    capsys.readouterr()
    assert run(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Error: ")
    assert len(err.splitlines()) == 1
    return err


def trained_here():
    return [card.id for card in runs(Path("workspace/encoders"))]


def test_a_trained_encoder_stands_wherever_one_is_named(shop, thin_model, capsys):
    capsys.readouterr()
    ok(
        "train",
        "Shop",
        "--encoder",
        f"bert:{thin_model}",
        "--preset",
        "light",
        "--epochs",
        1,
        "--save-as",
        "mine",
        *QUICK,
    )
    out, err = capsys.readouterr()
    told = dict(line.split(maxsplit=1) for line in out.splitlines() if not line.startswith("F1"))
    assert told["encoder"] == "mine"
    assert told["epochs"] == "1"
    assert told["next"] == "python -m matcher encode Shop --text mine"
    assert "by labels" in out
    assert "shards" not in err  # no other library's progress bars
    ok("encode", "Shop", "--text", "mine")
    ok("tune", "Shop", "--text", "mine", "--out", "recipe.json")
    assert read_recipe(Path("recipe.json").read_text()).text_encoder == "mine"
    capsys.readouterr()
    ok("evaluate", "Shop", "--recipe", "recipe.json", "--json")
    assert json.loads(capsys.readouterr().out)["f1"] > 0.5
    ok("match", "Shop", "--recipe", "recipe.json", "--out", "matches.csv")
    ok("run", "shop.csv", "--recipe", "recipe.json", "--out", "other.csv")  # another catalog of this workspace
    assert len(pd.read_csv("other.csv")) == 60
    assert "is for text" in refused(capsys, "encode", "Shop", "--image", "mine")


def test_an_encoder_goes_out_comes_in_and_is_deleted(shop, thin_model, capsys):
    ok("train", "Shop", "--encoder", f"bert:{thin_model}", "--epochs", 1, "--no-labels", "--loss", "softmax", *QUICK)
    assert trained_here() == ["shop-bert"]
    ok("export-encoder", "shop-bert", "--out", "bert.zip")
    ok("import-encoder", "bert.zip", "--save-as", "again")
    capsys.readouterr()
    ok("encoders")
    listed = capsys.readouterr().out
    assert "tfidf-char" in listed
    assert "again" in listed
    ok("delete-encoder", "shop-bert")
    assert trained_here() == ["again"]
    ok("encode", "Shop", "--text", "again")
    assert "no trained encoder" in refused(capsys, "delete-encoder", "shop-bert")
    assert "no trained encoder" in refused(capsys, "export-encoder", "../shop", "--out", "x.zip")
    assert "There is a run again already" in refused(capsys, "import-encoder", "bert.zip", "--save-as", "again")
    ok("delete-encoder", "again")
    assert "in use for Shop" in capsys.readouterr().err
    assert "'again', or it was deleted" in refused(capsys, "encode", "Shop")


def test_a_training_that_cannot_be_is_one_line(shop, thin_model, capsys):
    bert = f"bert:{thin_model}"
    assert "--encoder" in refused(capsys, "train", "Shop")
    assert "phash cannot be trained" in refused(capsys, "train", "Shop", "--encoder", "phash")
    assert "no catalog" in refused(capsys, "train", "nothing", "--encoder", "bert")
    assert "expected 1 to 1000" in refused(capsys, "train", "Shop", "--encoder", "bert", "--epochs", 0)
    shares = ("--tune-share", 0.9, "--test-share", 0.5)
    assert "140% of the products would be kept out" in refused(capsys, "train", "Shop", "--encoder", "bert", *shares)
    assert "no folder" in refused(capsys, "train", "Shop", "--encoder", "bert:/no/such/model")
    assert "A run cannot be named" in refused(capsys, "train", "Shop", "--encoder", bert, "--save-as", "Über")
    assert "0 listings have a photo" in refused(capsys, "train", "Shop", "--encoder", "efficientnet")
    write("loners.csv", labels=range(60))
    ok("import", "loners.csv", "--name", "Loners")
    write("one.csv", labels=["same"] * 60)
    ok("import", "one.csv", "--name", "One")
    assert "fell to the train side" in refused(capsys, "train", "One", "--encoder", bert)
    Path("no.zip").write_text("nothing of the kind")
    assert "is no exported encoder" in refused(capsys, "import-encoder", "no.zip")
    with zipfile.ZipFile("hostile.zip", "w") as archive:
        archive.writestr("../outside.py", "x")
    assert "expected a file that this program exported" in refused(capsys, "import-encoder", "hostile.zip")
    assert trained_here() == []


def test_labels_that_join_nothing_are_left_aside(shop, thin_model, capsys):
    write("loners.csv", labels=range(60))
    ok("import", "loners.csv", "--name", "Loners")
    capsys.readouterr()
    ok("train", "Loners", "--encoder", f"bert:{thin_model}", "--epochs", 1, "--json", *QUICK)
    assert json.loads(capsys.readouterr().out)["run_id"] == "loners-bert"


INTERRUPTED = """
import signal, sys
from matcher.cli.main import cli
from matcher.cli.progress_line import ProgressLine

def interrupt(self, progress):
    if progress.message.startswith("epoch 3"):
        signal.raise_signal(signal.SIGINT)

ProgressLine.__call__ = interrupt
signal.signal(signal.SIGINT, signal.default_int_handler)  # the suite may run where SIGINT is ignored
sys.exit(cli(sys.argv[1:]))
"""


def test_ctrl_c_keeps_the_best_epoch(shop, thin_model):
    """In a process of its own, as a terminal has it: the tests' process has a signal stack of pytest's."""
    arguments = ("train", "Shop", "--encoder", f"bert:{thin_model}", "--epochs", 9, "--rate", 1e-3, "--save-as", "mine")
    command = [sys.executable, "-c", INTERRUPTED, *map(str, [*arguments, *QUICK])]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 130, done.stderr
    assert done.stdout == ""
    assert "is kept as mine" in done.stderr
    assert trained_here() == ["mine"]


def test_a_full_disk_leaves_earlier_encoders_alone(shop, thin_model, capsys, monkeypatch):
    arguments = ("train", "Shop", "--encoder", f"bert:{thin_model}", "--epochs", 1, *QUICK)
    ok(*arguments, "--save-as", "first")
    kept = {file: file.read_bytes() for file in Path("workspace/encoders/first").rglob("*") if file.is_file()}

    def full(descriptor):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert "No space left on device" in refused(capsys, *arguments, "--save-as", "second")
    assert all(file.read_bytes() == content for file, content in kept.items())
    assert trained_here() == ["first"]
    ok(*arguments, "--save-as", "second")


def test_a_loss_that_is_no_number_ends_with_advice(shop, thin_model, capsys, monkeypatch):
    monkeypatch.setattr(
        "matcher.training.loss.Objective.loss", lambda *given: torch.tensor(torch.nan, requires_grad=True)
    )
    said = refused(capsys, "train", "Shop", "--encoder", f"bert:{thin_model}", *QUICK)
    assert "Try a tenth of the learning rates" in said
    assert trained_here() == []


def test_a_free_name_is_found(tmp_path):
    assert free_name(tmp_path, "shop", "titles") == "shop-titles"
    for name in ("shop-titles", "shop-titles-2"):
        (tmp_path / name).mkdir()
    assert free_name(tmp_path, "shop", "titles") == "shop-titles-3"
    assert len(free_name(tmp_path, "a" * 60, "photos")) <= 64


def test_an_encoder_trained_here_brings_its_threshold_along(tmp_path):
    workspace = open_workspace(tmp_path)
    folder = workspace.encoders / "mine"
    folder.mkdir()
    figures = dict.fromkeys(FIGURES, 0.5)
    card = {"id": "mine", "modality": "text", "encoder": "bert", "config": {}, "catalog": "Shop", "width": 32}
    card |= {"data": dict.fromkeys(COUNTS, 5), "split": {"measured_by": "labels"}, "figures": figures}
    (folder / "config.json").write_text(json.dumps(card))
    (folder / "weights.safetensors").write_bytes(b"")
    recipe = usual_recipe(workspace, EncodeConfig("shop", "mine", None))
    assert recipe.text_threshold == pytest.approx(CAREFUL * 0.5)
    assert usual_recipe(workspace, EncodeConfig("shop", "other", None)).text_threshold == THRESHOLD
