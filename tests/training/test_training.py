import json
import math
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from matcher.encoders.backbones import TitleBackbone, open_backbone, whitening_layer
from matcher.encoders.fine_tuned import CONVERTED, TrainedPhotos, TrainedTitles, open_trained, read_whitening
from matcher.encoders.model_card import WEIGHTS, read_card
from matcher.encoders.photos.photo_net import load_named
from matcher.encoders.projection import Projection
from matcher.encoders.registry import load_encoder
from matcher.encoders.titles.char_tfidf import open_letters
from matcher.encoders.titles.multilingual_use import bundled_resources
from matcher.encoders.titles.multilingual_use_net import load_use
from matcher.errors import Cancelled, DataError, EncoderError, TrainingError
from matcher.ingest.catalog import Catalog
from matcher.pipeline.train_encoder import train_catalog, training_job
from matcher.progress import silent
from matcher.storage.workspace import Workspace
from matcher.training import loop, validation
from matcher.training import train as train_module
from matcher.training.checkpoints import load_state, optimiser_tensors, restore_optimiser, save_state
from matcher.training.config import LIGHT, PAPER, TrainConfig, preset
from matcher.training.data.batches import batch_by_length
from matcher.training.data.class_targets import classes_of, join_labels
from matcher.training.data.split import TRAIN, TUNE
from matcher.training.dataset import Listings
from matcher.training.loop import BEST, CHECKPOINT, Task, encode, fit
from matcher.training.loss import contrast
from matcher.training.optimiser import is_fast_in_bfloat16
from matcher.training.retrieval_score import score_retrieval
from matcher.training.runs import (
    delete_run,
    discard_unfinished,
    export_run,
    import_run,
    lock_run,
    read_history,
    runs,
    unfinished,
)
from matcher.training.train import train
from matcher.training.validation import LETTERS_WITHOUT_LABELS
from matcher.vectors.embeddings import embeddings_of, unit_rows
from matcher.vectors.whitening import fit_whitening

# Learning


class Points:
    """Classes of points around directions of their own; an edited copy is a point nearby."""

    def __init__(self, classes=40, each=4):
        rng = np.random.default_rng(0)
        self.codes = np.repeat(np.arange(classes), each).astype(np.int32)
        # Half of the dimensions say what it is, the other half, much louder, are noise to be unlearned.
        self.points = rng.normal(size=(classes, 16))[self.codes]
        self.points[:, 8:] = 1.5 * rng.normal(size=(len(self.codes), 8))
        self.points += 0.3 * rng.normal(size=self.points.shape)

    at_once = 2

    def lengths(self, rows):
        return np.abs(self.points[rows, 0] * 10).astype(np.intp)

    def plain(self, rows):
        return (torch.from_numpy(self.points[rows]).float(),)

    def edited(self, rows, rng):
        return (torch.from_numpy(self.points[rows] + 0.2 * rng.normal(size=(len(rows), 16))).float(),)


class Toy(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = torch.nn.Identity()
        self.projection = Projection(16, 8)

    def forward(self, points):
        return self.projection(self.backbone(points))


CONFIG = TrainConfig(epochs=6, batch=16, head_rate=0.03, scale=16, margin=0.3, patience=20)


def toy_task(folder, points=None, **changes):
    torch.manual_seed(0)
    points = points or Points()
    codes = points.codes
    tune = codes >= 28

    def score(model):
        return score_retrieval(embeddings_of(unit_rows(encode(model, points, np.arange(len(codes))))), codes, tune)

    rows = np.flatnonzero(~tune)
    task = Task(Toy(), points, classes_of(codes), rows, score, folder, "toy")
    return replace(task, **changes)


def test_training_helps_products_that_it_never_saw(tmp_path):
    task = toy_task(tmp_path)
    before = task.score(task.model.eval()).f1
    history = fit(task, CONFIG, silent)
    assert [epoch.number for epoch in history] == [0, 1, 2, 3, 4, 5, 6]
    assert history[-1].loss < history[1].loss
    assert task.score(task.model).f1 == pytest.approx(max(epoch.f1 for epoch in history))
    assert max(epoch.f1 for epoch in history) > before + 0.05


@pytest.mark.parametrize("changes", [{"loss": "softmax"}, {"contrast": 0.5}, {"sub_centres": 2}, {"margin_power": 0.2}])
def test_every_choice_of_loss_learns(tmp_path, changes):
    history = fit(toy_task(tmp_path), replace(CONFIG, **changes), silent)
    assert history[-1].loss < history[1].loss


def test_the_same_seed_gives_the_same_training(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = (fit(toy_task(tmp_path / name), CONFIG, silent) for name in "ab")
    assert [epoch.loss for epoch in first] == [epoch.loss for epoch in second]


def test_it_stops_when_the_figure_no_longer_rises_and_keeps_the_best(tmp_path):
    figures = iter([0.4, 0.5, 0.7, 0.6, 0.6, 0.9])
    weights = []

    def score(model):
        weights.append(model.projection.linear.weight.detach().clone())
        return replace(real(model), f1=next(figures))

    task = toy_task(tmp_path)
    real = task.score
    history = fit(replace(task, score=score), replace(CONFIG, patience=2), silent)
    assert [epoch.f1 for epoch in history] == [0.4, 0.5, 0.7, 0.6, 0.6]
    assert torch.equal(task.model.projection.linear.weight, weights[2])


def test_long_and_short_listings_do_not_share_a_batch():
    source = Points()
    rows = np.random.default_rng(0).permutation(160)
    batches = batch_by_length(rows, source.lengths(rows), 8, np.random.default_rng(1))
    assert sorted(np.concatenate(batches)) == list(range(160))
    assert {len(some) for some in batches} == {8}
    spread = [np.ptp(source.lengths(some)) for some in batches]
    assert np.mean(spread) < 0.3 * np.mean([np.ptp(source.lengths(rows[at : at + 8])) for at in range(0, 160, 8)])
    lengths = [source.lengths(some).mean() for some in batches]
    assert lengths != sorted(lengths)
    first = batch_by_length(rows, source.lengths(rows), 8, np.random.default_rng(1))[0]
    assert list(first) == list(batches[0])


def test_vectors_come_in_the_order_of_the_rows():
    source, rows, model = Points(), np.array([5, 90, 3, 3, 41]), Toy()
    one_by_one = [encode(model, source, rows[place : place + 1])[0] for place in range(5)]
    assert encode(model, source, rows) == pytest.approx(np.array(one_by_one), abs=1e-6)


def test_a_loss_that_is_no_number_ends_with_advice(tmp_path):
    class Broken(Points):
        def edited(self, rows, rng):
            return (torch.full((len(rows), 16), torch.nan),)

    with pytest.raises(TrainingError, match="stopped being a number in epoch 1: the training diverged"):
        fit(toy_task(tmp_path, Broken()), CONFIG, silent)


def test_a_training_that_diverges_in_the_last_step_is_noticed_too(tmp_path):
    task = toy_task(tmp_path)
    steps = math.ceil(len(task.rows) / CONFIG.batch)

    def spoil(progress):
        if progress.done == steps:
            task.model.projection.linear.weight.data.fill_(torch.nan)

    with pytest.raises(TrainingError, match="stopped being a number in epoch 1: the training diverged"):
        fit(task, CONFIG, spoil)


def test_cancel_goes_through_and_leaves_the_best(tmp_path):
    def stop(progress):
        if progress.done > 10:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        fit(toy_task(tmp_path), CONFIG, stop)
    assert load_state(tmp_path / BEST) is not None


# Going on after a kill

KILLED = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
sys.path[:0] = [sys.argv[2], sys.argv[3]]
from test_training import CONFIG, toy_task
from matcher.training.loop import fit

def kill(progress):
    if progress.done > 25:  # in the middle of the fourth epoch of seven steps
        os.kill(os.getpid(), signal.SIGKILL)

fit(toy_task(Path(sys.argv[1])), CONFIG, kill)
"""


def test_a_killed_training_ends_as_if_it_had_not_been(tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    here = Path(__file__).parent
    arguments = [sys.executable, "-c", KILLED, str(broken), str(here), str(here.parents[1])]
    assert subprocess.run(arguments, timeout=200).returncode == -signal.SIGKILL
    before = load_state(broken / CHECKPOINT)
    assert before is not None
    assert len(before.about["history"]) == 4
    resumed, expected = fit(toy_task(broken), CONFIG, silent), fit(toy_task(whole), CONFIG, silent)
    for after, straight in zip(resumed, expected, strict=True):
        assert replace(after, seconds=0) == replace(straight, seconds=0)


def test_a_checkpoint_of_another_training_is_left_alone(tmp_path):
    fit(toy_task(tmp_path), replace(CONFIG, epochs=2), silent)
    seen = []
    fit(toy_task(tmp_path, fingerprint="other"), replace(CONFIG, epochs=1), lambda progress: seen.append(progress.done))
    assert next(done for done in seen if done) == 1


def test_a_full_disk_is_told_and_the_last_state_survives(tmp_path, monkeypatch):
    save_state(tmp_path / "state", {"x": torch.ones(2)}, {"epoch": 1})

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TrainingError, match="No space left on device"):
        save_state(tmp_path / "state", {"x": torch.zeros(2)}, {"epoch": 2})
    monkeypatch.undo()
    saved = load_state(tmp_path / "state")
    assert saved is not None
    assert saved.about == {"epoch": 1}
    assert saved.tensors["x"].tolist() == [1, 1]
    assert [file.name for file in tmp_path.iterdir()] == ["state"]


def test_a_damaged_state_is_told(tmp_path):
    (tmp_path / "state").write_bytes(b"nothing of the kind")
    with pytest.raises(TrainingError, match="is damaged"):
        load_state(tmp_path / "state")
    assert load_state(tmp_path / "none") is None


# The objective


def test_contrast_is_the_formula():
    torch.manual_seed(0)
    first, second, classes = torch.randn(4, 6), torch.randn(4, 6), torch.tensor([0, 1, 0, 2])
    cosine = torch.nn.functional.cosine_similarity(first[:, None], second[None], dim=2)
    losses = []
    for table in (cosine, cosine.T):
        for row in range(4):
            same = [column for column in range(4) if classes[column] == classes[row]]
            chances = torch.softmax(table[row] / 0.1, 0)
            losses.append(-sum(torch.log(chances[column]) for column in same) / len(same))
    assert contrast(first, second, classes, 0.1).item() == pytest.approx(float(sum(losses) / 8), rel=1e-4)


# Classes


def test_labels_verdicts_and_loners_make_classes():
    labels = np.array([0, 0, 1, -1, -1, 2], dtype=np.int32)
    classes = classes_of(labels, same=[(2, 3)], different=[(0, 5), (1, 5), (2, 3)])
    of = classes.of[:, 0]
    assert of[0] == of[1]
    assert of[2] == of[3]
    assert len(set(of.tolist())) == classes.count == 4
    assert classes.single == 2
    assert classes.rivals[of[0]].tolist() == [of[5]]
    assert classes.rivals[of[5]].tolist() == [of[0]]
    assert classes.rivals[of[2]].tolist() == [-1]


def test_without_labels_every_listing_is_its_own():
    classes = classes_of(np.zeros(5, dtype=np.int32), from_labels=False, same=[(0, 1)])
    assert classes.count == 4
    assert classes.single == 3


def test_exact_repeats_without_a_label_share_a_class():
    classes = classes_of(np.full(5, -1, dtype=np.int32), contents=["p", "", "p", "", "q"])
    assert classes.of[0, 0] == classes.of[2, 0]
    assert classes.count == 4


def test_a_photo_under_two_labels_counts_for_both():
    labels = np.array([0, 0, 1, 1, 2, 2], dtype=np.int32)
    classes = classes_of(labels, contents=["p", "q", "p", "r", "", ""])
    assert classes.of.tolist() == [[0, 1], [0, -1], [1, 0], [1, -1], [2, -1], [2, -1]]


@given(st.lists(st.tuples(st.integers(-1, 4), st.sampled_from(["", "p", "q"])), min_size=2, max_size=20))
def test_every_listing_has_its_own_class_first(rows):
    labels = np.array([label for label, _ in rows], dtype=np.int32)
    try:
        classes = classes_of(labels, contents=[content for _, content in rows])
    except TrainingError:
        return
    assert (classes.of[:, 0] >= 0).all()
    assert classes.sizes.sum() == len(rows)
    for row, of in enumerate(classes.of):
        kept = of[of >= 0].tolist()
        assert len(set(kept)) == len(kept)
        for other in kept[1:]:  # each further class is that of a listing with the same content
            assert any(
                classes.of[twin, 0] == other and rows[twin][1] == rows[row][1] != "" for twin in range(len(rows))
            )


@pytest.mark.parametrize(
    ("labels", "message"), [([0, 0], "Found 1 product"), ([], "Found 0 product"), ([0, 1, 2], "stands on one listing")]
)
def test_listings_that_teach_nothing_are_refused(labels, message):
    with pytest.raises(TrainingError, match=message):
        classes_of(np.array(labels, dtype=np.int32))


def test_verdicts_join_names():
    joined = join_labels(["1", "2", "3", "4", "5"], ["a", "", "b", "", ""], [(0, 1), (1, 2), (3, 4)])
    assert joined[:3] == ["a", "a", "a"]
    assert joined[3] == joined[4] != ""
    assert join_labels(["1", "2"], ["a", ""], []) == ["a", ""]


# The score


@given(
    st.lists(st.sampled_from([0.0, 0.4, 0.5, 0.9, 2.0]), min_size=2, max_size=8),
    st.lists(st.integers(0, 2), min_size=8, max_size=8),
)
def test_the_best_threshold_is_the_best(angles, labels):
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    codes = np.array(labels[: len(angles)], dtype=np.int32)
    is_query = np.arange(len(angles)) % 2 == 0
    found = score_retrieval(embeddings_of(vectors), codes, is_query)
    distance = 1 - vectors @ vectors.T
    np.fill_diagonal(distance, 0)
    same = codes[:, None] == codes[None]

    def f1_at(threshold):
        match = (distance <= threshold) | np.eye(len(codes), dtype=bool)
        return (2 * (match & same).sum(1) / (match.sum(1) + same.sum(1)))[is_query].mean()

    # No match at all is a threshold under every distance; rounding may put equal vectors a little apart.
    best = max(f1_at(limit) for limit in [-1.0, *(distance.ravel() + 1e-5)])
    assert found.f1 == pytest.approx(best, abs=1e-6)
    assert found.queries == is_query.sum()


def test_a_validation_of_many_products_keeps_room_for_training_rows(monkeypatch):
    source = Points()
    sides = np.where(source.codes < 30, TUNE, TRAIN).astype(np.int8)
    monkeypatch.setattr(validation, "MOST_IN_POOL", 60)
    monkeypatch.setattr(validation, "LEAST_TRAINING_ROWS", 30)
    made = validation.prepare_label_validation(source, source.codes, sides, [], 7)
    assert made is not None
    assert len(made.codes) == 60
    assert made.is_training.sum() >= 30
    assert 0 < made.is_query.sum() <= 30
    assert set(np.bincount(made.codes[made.is_query])) == {0, 4}  # whole products
    assert 0 <= made.score_whitened(Toy()).f1 <= 1


@pytest.mark.parametrize(("loud", "by_labels", "whitened"), [(0, True, False), (10, True, True), (0, False, True)])
def test_vectors_are_whitened_where_that_helps_or_nobody_can_tell(loud, by_labels, whitened):
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(100), 4).astype(np.int32)
    # What tells products apart, what all share, and faint noise, which whitening makes as loud as the rest.
    shared = loud * rng.normal(size=(400, 4))
    vectors = np.concatenate([rng.normal(size=(100, 16))[codes], shared, 0.2 * rng.normal(size=(400, 64))], axis=1)
    is_query = codes >= 50
    made = validation.Validation(lambda model, heartbeat: vectors, codes, is_query, ~is_query, [""] * 400, by_labels)
    rows = unit_rows(vectors.astype(np.float32))
    score, learned = made.whiten(rows)
    scores = made.score_vectors(rows), made.score_vectors(made.fit_whitening(rows)(rows))
    assert (learned is not None) is whitened
    assert score == scores[whitened] == made.score_whitened(Toy())
    assert (scores[1].f1 > scores[0].f1) is (loud > 0)


def test_nothing_to_measure_on_is_told():
    with pytest.raises(DataError, match="No listing to measure on"):
        score_retrieval(
            embeddings_of(np.eye(3, dtype=np.float32)), np.full(3, -1, dtype=np.int32), np.ones(3, dtype=bool)
        )


# Settings


def test_settings_survive_the_round_trip():
    for config in (*PAPER.values(), *LIGHT.values()):
        assert TrainConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize(
    "text", ['{"epochs": 0}', '{"epochs": "many"}', '{"colour": 1}', "[]", "{", '{"balanced": 1}', '{"epochs": true}']
)
def test_bad_settings_are_refused(text):
    with pytest.raises(TrainingError):
        TrainConfig.from_json(text)


def test_a_gpu_decides_the_preset():
    assert preset("image", has_gpu=False) == LIGHT["image"]
    assert preset("image", has_gpu=True) == PAPER["image"]
    assert preset("text", "light", has_gpu=True) == LIGHT["text"]


def test_large_catalogs_get_fewer_copies():
    for modality in ("text", "image"):
        work = [
            count * config.epochs * config.rounds
            for count in (1_000, 3_000, 6_000, 34_000)
            for config in [preset(modality, "light", has_gpu=False, listings=count)]
        ]
        assert work[1] == 3 * work[0]
        assert work[3] < 4 * work[1]
    usual, large = (preset("text", "light", has_gpu=False, listings=count) for count in (3_000, 34_000))
    assert usual == LIGHT["text"]
    assert (large.epochs, large.warm_up, large.ramp) == pytest.approx((3, 0.3, 0.9))
    assert large.rate == 2 * usual.rate


# The whole job


WORDS = "red blue green lamp chair table shirt phone router watch cream oil steel wood paper glass".split()


def titles_of(products=30, each=2):
    rng = np.random.default_rng(0)
    names = [" ".join(rng.permutation(WORDS)[:4]) + f" {number}" for number in range(products)]
    return [f"{name} {extra}" for name in names for extra in ("promo", "original stock", "new")[:each]]


def listings(**changes):
    titles = titles_of()
    labels = [str(row // 2) for row in range(len(titles))]
    ids = [str(row) for row in range(len(titles))]
    return replace(Listings("mine", ids, labels, titles, [None] * len(titles)), **changes)


@pytest.fixture(scope="module")
def quick(thin_model):
    return replace(LIGHT["text"], encoder=f"bert:{thin_model}", epochs=2, batch=16, letters=64, tune_share=0.3)


@pytest.fixture(scope="module")
def trained(quick, tmp_path_factory):
    encoders = tmp_path_factory.mktemp("encoders")
    train(listings(), encoders, "mine", quick, silent)
    return encoders


def test_a_trained_text_encoder_opens_and_encodes(trained):
    card = read_card(trained / "mine")
    encoder = open_trained(trained / "mine")
    vectors = encoder.encode(["red lamp 3", "", "red lamp 3"])
    width = card.width + card.letters
    assert vectors.shape == (3, width)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 1], abs=1e-5)
    assert np.array_equal(vectors[0], vectors[2])
    assert encoder.modality == "text"
    assert open_trained(trained / "mine").version == encoder.version
    again = open_trained(trained / "mine").encode(["red lamp 3"])  # from what was kept of the conversion
    assert again[0] == pytest.approx(vectors[0], abs=1e-5)


def test_whitening_is_read_where_the_network_is_not(trained, tmp_path):
    learned = fit_whitening(unit_rows(np.random.default_rng(0).normal(size=(50, 32)).astype(np.float32)))
    shutil.copytree(trained / "mine", tmp_path / "mine")
    tensors = load_file(tmp_path / "mine" / WEIGHTS)
    tensors = {name: tensor for name, tensor in tensors.items() if not name.startswith("whitening.")}
    save_file(tensors, tmp_path / "mine" / WEIGHTS)
    plain = open_trained(tmp_path / "mine").encode(["red lamp 3", ""])[:, :32]
    layer = whitening_layer(learned).state_dict()
    whitened = {"whitening.weight": layer["weight"], "whitening.bias": layer["bias"]}
    save_file(tensors | whitened, tmp_path / "mine" / WEIGHTS)
    found = open_trained(tmp_path / "mine").encode(["red lamp 3", ""])[:, :32]
    assert unit_rows(found) == pytest.approx(learned(unit_rows(plain)), abs=1e-5)
    strange = {"whitening.weight": torch.eye(3), "whitening.bias": torch.zeros(3)}
    for parts, said in (
        (strange, "of shapes"),
        ({name: part.bfloat16() for name, part in whitened.items()}, "damaged"),
    ):
        save_file(tensors | parts, tmp_path / "mine" / WEIGHTS)
        with pytest.raises(EncoderError, match=said):
            read_whitening(tmp_path / "mine" / WEIGHTS, 32)


@pytest.mark.parametrize(
    ("capable", "expected"), [({}, False), ({"avx512_bf16": True}, True), ({"amx_bf16": True, "avx2": True}, True)]
)
def test_a_cpu_trains_in_bfloat16_where_it_has_units_for_it(monkeypatch, capable, expected):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capable)
    assert is_fast_in_bfloat16(torch.device("cpu")) is expected


@pytest.mark.parametrize("share", [0.0, 0.1])
def test_dropout_is_as_it_was_told(quick, tmp_path, monkeypatch, share):
    shares = set()

    def noted(task, config, report):
        shares.update(part.p for part in task.model.modules() if isinstance(part, torch.nn.Dropout))
        return fit(task, config, report)

    monkeypatch.setattr(train_module, "fit", noted)
    train(listings(), tmp_path, "mine", replace(quick, epochs=1, dropout=share), silent)
    assert shares == {share}


def test_the_card_and_the_history_say_how_it_came_about(trained):
    card = read_card(trained / "mine")
    assert card.data["listings"] == 60
    assert card.data["pool"] == 60
    assert 0 < card.data["tuned_on"] < 60
    assert card.split["measured_by"] == "labels"
    assert card.figures["f1"] >= card.figures["f1_network"]
    assert TrainConfig(**card.config).epochs == 2
    assert read_history(trained / "mine")["number"].tolist() == [0, 1, 2]
    assert [folder.name for folder in trained.iterdir() if folder.name.startswith(".training")] == [
        ".training-mine.lock"
    ]


def test_a_run_goes_out_and_comes_in_as_one_file(trained, tmp_path):
    export_run(trained, "mine", tmp_path / "mine.zip")
    card = import_run(tmp_path / "mine.zip", tmp_path, "other")
    assert card.id == "other"
    assert [card.id for card in runs(tmp_path)] == ["other"]
    one, two = (open_trained(folder).encode(["red lamp 3"]) for folder in (trained / "mine", tmp_path / "other"))
    assert one == pytest.approx(two, abs=1e-6)
    with pytest.raises(TrainingError, match="There is a run other already"):
        import_run(tmp_path / "mine.zip", tmp_path, "other")
    delete_run(tmp_path, "other")
    assert runs(tmp_path) == []
    with pytest.raises(EncoderError, match="no trained encoder 'other'"):
        delete_run(tmp_path, "other")


def test_a_damaged_file_is_told(trained, tmp_path):
    export_run(trained, "mine", tmp_path / "mine.zip")
    content = bytearray((tmp_path / "mine.zip").read_bytes())
    middle = len(content) // 2
    content[middle : middle + 2_000] = b"\xff" * 2_000
    (tmp_path / "mine.zip").write_bytes(content)
    with pytest.raises(EncoderError, match="Export the run again"):
        import_run(tmp_path / "mine.zip", tmp_path / "encoders")


@pytest.mark.parametrize("name", ["../outside", "backbone/../../outside.json", "model.pkl", "/etc/passwd"])
def test_a_hostile_file_is_not_unpacked(trained, tmp_path, name):
    export_run(trained, "mine", tmp_path / "mine.zip")
    with zipfile.ZipFile(tmp_path / "mine.zip", "a") as archive:
        archive.writestr(name, "x")
    with pytest.raises(EncoderError, match="expected a file that this program exported"):
        import_run(tmp_path / "mine.zip", tmp_path / "encoders")
    assert not list(tmp_path.glob("outside*"))


@pytest.mark.parametrize("name", ["bert", "../x", "", "Mine", ".hidden", "mine"])
def test_a_bad_or_taken_name_is_refused_and_nothing_is_touched(trained, quick, name):
    before = (trained / "mine" / "config.json").read_bytes()
    with pytest.raises(TrainingError):
        train(listings(), trained, name, quick, silent)
    assert (trained / "mine" / "config.json").read_bytes() == before


def test_two_trainings_of_one_name_do_not_meet(quick, tmp_path):
    def start_another(progress):
        train(listings(), tmp_path, "mine", quick, silent)

    with pytest.raises(TrainingError, match="A training of mine is running"):
        train(listings(), tmp_path, "mine", quick, start_another)


def test_it_can_be_cancelled_while_it_measures(quick, tmp_path):
    def stop(progress):
        if progress.message.endswith("measuring"):
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled, match=r"Stopped\."):
        train(listings(), tmp_path, "mine", quick, stop)
    assert not (tmp_path / "mine").exists()


def test_what_a_running_training_holds_is_not_discarded(tmp_path):
    with lock_run(tmp_path, "mine") as work:
        work.mkdir()
        discard_unfinished(tmp_path, "mine")
        assert work.is_dir()
    discard_unfinished(tmp_path, "mine")
    assert not work.exists()


def test_a_full_disk_at_the_end_is_told_and_leaves_no_rubbish(quick, tmp_path, monkeypatch):
    def full(self, folder):
        raise SafetensorError("Error while serializing: No space left on device")

    monkeypatch.setattr(TitleBackbone, "save", full)
    with pytest.raises(TrainingError, match=r"cannot be written.*Make room"):
        train(listings(), tmp_path, "mine", quick, silent)
    assert [path.name for path in tmp_path.glob(".making*")] == []
    monkeypatch.undo()
    told = []
    train(listings(), tmp_path, "mine", quick, lambda progress: told.append(progress.message))
    assert not any(message.startswith("epoch") for message in told if not message.endswith("measuring"))  # only written


def test_cancel_keeps_the_best_so_far(quick, tmp_path):
    def stop(progress):
        if progress.message.startswith("epoch 2"):
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled, match=r"the best of 1 epoch, F1 .* is kept as mine"):
        train(listings(), tmp_path, "mine", quick, stop)
    assert open_trained(tmp_path / "mine").encode(["red lamp"]).shape[0] == 1


@pytest.mark.parametrize("labels", [[""] * 60, [str(row // 2) for row in range(60)]])
def test_it_learns_without_labels(quick, tmp_path, labels):
    card = train(listings(labels=labels), tmp_path, "mine", replace(quick, use_labels=False), silent)
    assert card.split["measured_by"] == "edited copies"
    assert card.data["classes"] == card.data["learned_from"]
    assert (card.letters, card.letter_share) == (64, LETTERS_WITHOUT_LABELS)


def test_balanced_rows_are_learned(quick, tmp_path):
    card = train(listings(), tmp_path, "mine", replace(quick, epochs=1, balanced=True), silent)
    assert card.figures["f1"] > 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"titles": [""] * 60}, "0 listings have a title"),
        ({"labels": [str(row) for row in range(60)]}, "stands on one listing"),
        ({"labels": ["one"] * 60}, "fell to the train side"),
    ],
)
def test_listings_without_anything_to_learn_are_refused(quick, tmp_path, changes, message):
    with pytest.raises(TrainingError, match=message):
        train(listings(**changes), tmp_path, "mine", quick, silent)
    assert not (tmp_path / "mine").exists()


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    files = []
    for product in range(10):
        goods = Image.fromarray(rng.integers(0, 256, (6, 6, 3), dtype=np.uint8)).resize((90, 70))
        for copy in range(2):
            file = folder / f"{product}-{copy}.png"
            goods.crop((copy * 5, 0, 90, 70)).save(file)
            files.append(file)
    return files


@pytest.fixture(scope="module")
def photo_training(photos):
    """Listings of ten products with two photos each, and how they are trained on."""
    labels = [str(row // 2) for row in range(20)]
    mine = Listings("mine", [str(row) for row in range(20)], labels, [""] * 20, photos)
    return mine, replace(LIGHT["image"], epochs=3, batch=8, views=2, side=64, dimensions=16, tune_share=0.4)


@pytest.fixture(scope="module")
def trained_on_photos(photo_training, tmp_path_factory):
    """The folder of encoders where one trained on photos without a stop stands, and its card. Not to be changed."""
    encoders = tmp_path_factory.mktemp("photo-encoders")
    mine, config = photo_training
    return encoders, train(mine, encoders, "mine", config, silent)


def test_a_trained_photo_encoder_opens_and_encodes(photos, trained_on_photos):
    encoders, card = trained_on_photos
    assert card.side == 64
    encoder = open_trained(encoders / "mine")
    assert isinstance(encoder, TrainedPhotos)
    vectors = encoder.encode([photos[0], None, photos[1]])
    assert vectors.shape == (3, 16)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 1], abs=1e-5)
    assert asdict(card)["encoder"] == "efficientnet"


def test_a_photo_training_goes_on_as_if_it_had_not_been_stopped(photo_training, trained_on_photos, tmp_path):
    mine, config = photo_training

    class Killed(Exception):
        pass

    def kill(progress):
        if progress.step == loop.STEP and progress.done > progress.total / 3:
            raise Killed

    with pytest.raises(Killed):
        train(mine, tmp_path, "mine", config, kill)
    train(mine, tmp_path, "mine", config, silent)
    folders = (tmp_path / "mine", trained_on_photos[0] / "mine")
    resumed, whole = (read_history(folder) for folder in folders)
    assert resumed["loss"].tolist()[1:] == whole["loss"].tolist()[1:]  # none before the first epoch
    weights = [load_file(folder / WEIGHTS) for folder in folders]
    assert all(torch.equal(weights[0][name], tensor) for name, tensor in weights[1].items())


def test_a_checkpoint_of_other_weights_is_told(tmp_path):
    kept, other = (torch.optim.AdamW([torch.nn.Parameter(torch.ones(size))]) for size in (2, 3))
    for optimiser in (kept, other):
        weight = optimiser.param_groups[0]["params"][0]
        weight.grad = torch.ones_like(weight)
        optimiser.step()
    restore_optimiser(kept, optimiser_tensors(kept))
    with pytest.raises(TrainingError, match="Discard it"):
        restore_optimiser(other, optimiser_tensors(kept))


def test_another_kind_of_network_keeps_its_own_pooling_and_width(photos, tmp_path):
    import timm  # only after the shim

    network = timm.create_model("test_vit", num_classes=0)
    file = tmp_path / "test_vit-mine.safetensors"
    save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, file)
    backbone = open_backbone(f"efficientnet:{file}", side=0)
    pixels = backbone.inputs([Image.open(photo).convert("RGB") for photo in photos[:3]])["pixels"]
    plain = load_named("mine", "test_vit", file).eval()
    with torch.no_grad():
        torch.testing.assert_close(backbone.module.eval()(pixels), plain(pixels))
    labels = [str(row // 2) for row in range(20)]
    mine = Listings("mine", [str(row) for row in range(20)], labels, [""] * 20, photos)
    config = replace(LIGHT["image"], encoder=f"efficientnet:{file}", epochs=1, batch=8, views=2, tune_share=0.4)
    card = train(mine, tmp_path / "encoders", "mine", config, silent)
    assert card.width == plain.width < config.dimensions
    assert open_trained(tmp_path / "encoders" / "mine").encode(photos[:2]).shape == (2, card.width)


# From the workspace


def shop(folder):
    """Thirty products twice each, titles only, as a catalog of a workspace."""
    workspace = Workspace(folder)
    columns = {"item_id": [str(row) for row in range(60)], "title": titles_of(), "image": "", "photo": "", "phash": ""}
    frame = pd.DataFrame(columns | {"label": [str(row // 2) for row in range(60)]})
    return workspace, workspace.save_catalog("Shop", "shop.csv", Catalog(frame, None), [])


def test_a_catalog_is_trained_on_and_the_run_stands_for_an_encoder(thin_model, tmp_path):
    titles, (workspace, info) = titles_of(), shop(tmp_path)
    job = training_job(workspace, info.id, f"bert:{thin_model}", run_id="mine", epochs=1, batch=16, tune_share=0.3)
    assert job.settings["use_labels"]
    assert json.loads(json.dumps(asdict(job))) == asdict(job)
    result = train_catalog(workspace, job)
    assert result.run_id == "mine"
    encoder = load_encoder("mine", folder=workspace.encoders)
    assert isinstance(encoder, TrainedTitles)
    assert encoder.encode(titles[:3]).shape[0] == 3


def test_the_multilingual_encoder_is_trained_and_opened_like_any_other(tmp_path):
    titles, (workspace, info) = titles_of(), shop(tmp_path)
    job = training_job(workspace, info.id, "use", name="light", run_id="mine", epochs=1, batch=32, letters=64)
    train_catalog(workspace, job)
    folder = workspace.encoders / "mine"
    assert read_card(folder).width == 512
    first = load_encoder("mine", folder=workspace.encoders).encode(titles[:4])
    [converted] = (workspace.encoders / CONVERTED).iterdir()
    assert (converted / "model.bin").stat().st_size < 100e6
    again = load_encoder("mine", folder=workspace.encoders).encode([title.upper() for title in titles[:4]])
    np.testing.assert_allclose(again, first, atol=1e-5)  # as it was kept, and in small letters
    before = load_use(bundled_resources()).pool.weight
    changed = load_file(folder / "backbone" / "model.safetensors")["pool.weight"] - before
    assert changed.abs().max() > 1e-6


def test_without_two_listings_of_a_label_a_catalog_is_trained_without_labels(tmp_path):
    workspace = Workspace(tmp_path)
    columns = {"item_id": ["1", "2"], "title": ["a", "b"], "image": "", "photo": "", "phash": "", "label": ["x", ""]}
    info = workspace.save_catalog("Shop", "shop.csv", Catalog(pd.DataFrame(columns), None), [])
    assert not training_job(workspace, info.id, "bert").settings["use_labels"]
    with pytest.raises(TrainingError, match="phash cannot be trained"):
        training_job(workspace, info.id, "phash")
    with pytest.raises(TrainingError, match="epochs is 0"):
        training_job(workspace, info.id, "bert", epochs=0)


def test_cancelled_with_its_best_kept_it_leaves_nothing_else(thin_model, tmp_path):
    workspace, info = shop(tmp_path)
    job = training_job(workspace, info.id, f"bert:{thin_model}", run_id="mine", batch=16, tune_share=0.3)

    def stop(progress):
        if progress.message.startswith("epoch 2"):
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        train_catalog(workspace, job, stop)
    assert [card.id for card in runs(workspace.encoders)] == ["mine"]
    assert not unfinished(workspace.encoders, "mine").exists()


@pytest.mark.parametrize("name", ["..", ".converted", "a/b", "nothing"])
def test_only_a_plain_name_is_looked_up_among_the_runs(tmp_path, name):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(EncoderError, match="There is no encoder"):
        load_encoder(name, folder=tmp_path / "encoders")


@pytest.mark.parametrize(
    ("name", "shape"),
    [("whitening.weight", (3,)), ("whitening.bias", (3,)), ("letters.pieces", (5,)), ("letters.weight", (64, 32))],
)
def test_a_run_with_layers_that_do_not_fit_is_refused(trained, tmp_path, name, shape):
    shutil.copytree(trained / "mine", tmp_path / "mine")
    saved = load_state(tmp_path / "mine" / WEIGHTS)
    if name.startswith("letters.") and name not in saved.tensors:
        saved.tensors.update({f"letters.{part}": torch.zeros(2) for part in ("pieces", "weight", "bias")})
    save_state(tmp_path / "mine" / WEIGHTS, saved.tensors | {name: torch.zeros(shape)}, saved.about)
    with pytest.raises(EncoderError, match="again"):
        opened_and_used(tmp_path / "mine", letters=name.startswith("letters."))


def opened_and_used(folder, *, letters):
    return open_letters(folder / WEIGHTS) if letters else open_trained(folder).encode(["red lamp 3"])
