"""The job that trains an encoder on a catalog: from listings to a run in the workspace."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from torch import nn

from matcher.encoders.backbones import Backbone, PhotoBackbone, Vectors, open_backbone, own_weights, whitening_layer
from matcher.encoders.model_card import BACKBONE, CARD, HISTORY, WEIGHTS, Card
from matcher.encoders.photos.photo_net_finetune import PhotoTail
from matcher.encoders.projection import Projection
from matcher.encoders.titles.char_tfidf import Letters, fit_letters
from matcher.errors import Cancelled, TrainingError
from matcher.progress import Pulse, Report, Tick, nothing
from matcher.storage.files import fingerprint
from matcher.training.checkpoints import save_state
from matcher.training.config import TrainConfig
from matcher.training.data.augmented_inputs import PhotoCopies, TitleCopies, keep_copies
from matcher.training.dataset import Lesson, Listings, prepare, sides_of
from matcher.training.loop import Epoch, Task, device, fit, load_best
from matcher.training.loss import Source
from matcher.training.provenance import LEARNED, listing_keys
from matcher.training.retrieval_score import PoolScore
from matcher.training.runs import alone, check_name
from matcher.training.validation import Exam, best_letter_share, copy_exam, label_exam
from matcher.vectors.embeddings import unit_rows


def train(listings: Listings, encoders: Path, run_id: str, config: TrainConfig, report: Report) -> Card:
    """Train an encoder and put it beside the others.

    A training that was killed goes on where it was when started again with the same listings and settings. Earlier
    runs are never touched. If it is cancelled the best epoch so far becomes the run.

    Args:
        listings: What to learn from.
        encoders: The workspace's folder of encoders.
        run_id: Name of the run: lower-case letters, digits, dots and dashes.
        config: How.
        report: Told after each step; may raise Cancelled.

    Raises:
        TrainingError: The name is taken or unusable, a training of that name is running, the listings cannot teach
            anything, the loss is no number, or the disk is full.
        EncoderError: The encoder to start from cannot be had.
        Cancelled: As the report raised it; says whether a run was kept.
    """
    check_name(run_id, encoders)
    began = time.perf_counter()
    with alone(encoders, run_id) as work, _memory_told(config):
        work.mkdir(exist_ok=True)
        listings = replace(listings, sides=sides_of(listings, config)).having(config.modality)
        lesson = prepare(listings, config)
        backbone = open_backbone(config.encoder, max_tokens=config.max_tokens, side=config.side)
        key = _key(listings, lesson, config)
        pulse = Pulse(report)
        source, model, vectors = _model(listings, backbone, config, work, pulse)
        vectors.to(device())
        exam = _exam(listings, lesson, source, backbone, config)
        before = _start(model, exam, config, pulse.tick)
        measure = exam.score_whitened if config.whiten else exam.score
        score = partial(measure, tick=pulse.tick)
        task = Task(model, source, lesson.classes, lesson.rows, score, work, key)
        ready = time.perf_counter() - began

        def keep(history: list[Epoch]) -> Card:
            folder = encoders / run_id
            return _keep(listings, lesson, backbone, vectors, model, exam, before, history, ready, config, folder)

        try:
            history = fit(task, config, pulse)
        except Cancelled as cancelled:
            history = load_best(task)
            if len(history) < 2:
                raise
            card = keep(history)
            raise Cancelled(
                f"Stopped; the best of {_epochs(len(history) - 1)}, F1 {card.figures['f1']:.3f}, is kept as {run_id}."
            ) from cancelled
        card = keep(history)
    shutil.rmtree(work, ignore_errors=True)
    return card


def _epochs(count: int) -> str:
    return f"{count} epoch{'' if count == 1 else 's'}"


def _key(listings: Listings, lesson: Lesson, config: TrainConfig) -> str:
    """Stands for all that decides how a training goes: a checkpoint of another is not continued."""
    photos = [str(photo) for photo in listings.photos]
    classes = [lesson.classes.of.tolist(), lesson.classes.rivals.tolist()]
    split = [lesson.sides.tolist(), lesson.codes.tolist(), lesson.rows.tolist()]
    return fingerprint([config.to_json(), listings.item_ids, listings.titles, photos, split, classes])


def _model(
    listings: Listings, backbone: Backbone, config: TrainConfig, work: Path, report: Report
) -> tuple[Source, Vectors, Vectors]:
    """Inputs, the model that is trained on them, and the whole encoder, which shares its layers."""
    projection = (
        Projection(backbone.width, _dimensions(config, backbone), dropout=config.dropout, batch_norm=config.batch_norm)
        if config.dimensions
        else None
    )
    vectors = Vectors(backbone.module, projection)
    if not isinstance(backbone, PhotoBackbone):
        for part in backbone.module.modules():
            if isinstance(part, nn.Dropout):
                part.p = config.dropout
        return TitleCopies(backbone, listings.titles), vectors, vectors
    photos = [photo for photo in listings.photos if photo is not None]
    if not config.views:
        return PhotoCopies(backbone, photos), vectors, vectors
    name = fingerprint([config.encoder, config.side, config.views, config.seed, [str(photo) for photo in photos]])
    copies = keep_copies(backbone, photos, config.views, config.seed, work / f"copies-{name}.npy", report)
    backbone.module.freeze_stem()
    return copies, Vectors(PhotoTail(backbone.module), projection), vectors


def _dimensions(config: TrainConfig, backbone: Backbone) -> int:
    """Length of the vectors: never more than the backbone gives."""
    return min(config.dimensions, backbone.width) or backbone.width


def _start(model: Vectors, exam: Exam, config: TrainConfig, tick: Tick) -> PoolScore:
    """Start a plain projection from whitening; the score of the backbone alone, as it came."""
    features = exam.vectors(Vectors(model.backbone), tick)
    if config.whiten and isinstance(model.projection, Projection) and not config.batch_norm:
        learned = exam.whitening_of(features)
        model.projection.start_at(torch.from_numpy(learned.weight), torch.from_numpy(learned.bias))
    return exam.score_of(unit_rows(features))


def _exam(listings: Listings, lesson: Lesson, source: Source, backbone: Backbone, config: TrainConfig) -> Exam:
    titles = listings.titles if config.modality == "text" else []
    exam = label_exam(source, lesson.codes, lesson.sides, titles, config.seed)
    return exam or copy_exam(source, lesson.sides, titles, backbone, config.seed)


def _keep(
    listings: Listings,
    lesson: Lesson,
    backbone: Backbone,
    vectors: Vectors,
    model: Vectors,
    exam: Exam,
    before: PoolScore,
    history: list[Epoch],
    ready: float,
    config: TrainConfig,
    folder: Path,
) -> Card:
    """Write the run with its best weights; the folder appears whole or not at all.

    `ready` is the seconds that it took until the first epoch could begin; the rest as in `train`.
    """
    best = max(reversed(history), key=lambda epoch: epoch.f1)  # of equal ones the last: its weights were kept
    score = PoolScore(best.f1, best.threshold, int(exam.asked.sum()), len(exam.codes))
    rows = unit_rows(exam.vectors(model, nothing))
    if config.whiten:
        score, learned = exam.whiten(rows)
        if learned:
            vectors.whitening, rows = whitening_layer(learned), learned(rows)
    share, letters = 0.0, None
    if config.letters:
        letters = fit_letters([listings.titles[row] for row in np.unique(lesson.rows).tolist()], config.letters)
        share, score = best_letter_share(exam, rows, letters.vectors(exam.titles))
    card = Card(
        id=folder.name,
        modality=config.modality,
        encoder=config.encoder,
        config=asdict(config),
        catalog=listings.catalog,
        data={
            "listings": len(lesson.sides),
            "classes": lesson.classes.count,
            "single_classes": lesson.classes.single,
            "learned_from": len(np.unique(lesson.rows)),
            "tuned_on": score.queries,
            "pool": score.pool,
        },
        split={"train": 1 - config.tune_share - config.test_share, "tune": config.tune_share, "test": config.test_share,
               "measured_by": "labels" if exam.by_labels else "edited copies"},
        figures={"f1_before": before.f1, "f1_network": best.f1, "f1": score.f1, "threshold": score.threshold,
                 "best_epoch": best.number, "epochs": len(history) - 1,
                 "seconds": ready + sum(epoch.seconds for epoch in history)},
        width=_dimensions(config, backbone),
        side=backbone.side if isinstance(backbone, PhotoBackbone) else 0,
        max_tokens=config.max_tokens if config.modality == "text" else 0,
        letters=config.letters if share else 0,
        letter_share=share,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )  # fmt: skip
    taught = np.unique(lesson.rows).tolist()
    keys = listing_keys([listings.item_ids[row] for row in taught], [listings.titles[row] for row in taught])
    _write(card, backbone, vectors.cpu(), history, letters if share else None, keys, folder)
    return card


def _write(
    card: Card,
    backbone: Backbone,
    vectors: Vectors,
    history: list[Epoch],
    letters: Letters | None,
    learned: NDArray[np.int64],
    folder: Path,
) -> None:
    part = folder.with_name(f".making-{folder.name}")
    shutil.rmtree(part, ignore_errors=True)
    try:
        (part / BACKBONE).mkdir(parents=True)
        backbone.save(part / BACKBONE)
        beside = {name: torch.from_numpy(array) for name, array in letters.arrays().items()} if letters else {}
        beside[LEARNED] = torch.from_numpy(learned)
        save_state(part / WEIGHTS, own_weights(vectors) | beside, {"id": card.id})
        pd.DataFrame([asdict(epoch) for epoch in history]).to_parquet(part / HISTORY, index=False)
        (part / CARD).write_text(card.to_json(), encoding="utf-8")
        part.rename(folder)
    except (OSError, SafetensorError, TrainingError) as error:  # safetensors has an error of its own for a full disk
        raise TrainingError(
            f"The run {card.id} cannot be written: {getattr(error, 'strerror', None) or error}. Make room, then start "
            "the training again: it only has to write what it learned."
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def _memory_told(config: TrainConfig) -> Iterator[None]:
    """Say what to do when the graphics card's memory runs out."""
    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        side = ", or smaller photos" if config.modality == "image" else ""
        raise TrainingError(
            f"The graphics card's memory ran out with {config.batch} listings in a step. Take half as many{side}."
        ) from error
