"""The job that trains an encoder on a catalog: from listings to a run in the workspace."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from torch import nn

from matcher.encoders.backbones import Backbone, PhotoBackbone, Vectors, open_backbone
from matcher.encoders.model_card import Card
from matcher.encoders.photos.photo_net_finetune import PhotoTail
from matcher.encoders.projection import Projection
from matcher.errors import Cancelled, TrainingError
from matcher.progress import Heartbeat, HeartbeatReport, Report
from matcher.storage.files import fingerprint
from matcher.training.config import TrainConfig
from matcher.training.data.augmented_inputs import AugmentedPhotos, AugmentedTitles, cache_augmented_photos
from matcher.training.dataset import Dataset, Listings, prepare, sides_of
from matcher.training.loop import Task, fit, load_best
from matcher.training.loss import Source
from matcher.training.optimiser import device
from matcher.training.retrieval_score import RetrievalScore
from matcher.training.run_writer import Prepared, save_run, vector_width
from matcher.training.runs import check_name, lock_run
from matcher.training.validation import Validation, prepare_copy_validation, prepare_label_validation
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
        TrainingError: The name is taken or unusable, a training of that name is running, nothing can be
            learned from the listings, the loss is no number, or the disk is full.
        EncoderError: The encoder to start from cannot be had.
        Cancelled: As the report raised it; says whether a run was kept.
    """
    check_name(run_id, encoders)
    began = time.perf_counter()
    with lock_run(encoders, run_id) as work, _explain_memory(config):
        work.mkdir(exist_ok=True)
        listings = replace(listings, sides=sides_of(listings, config)).having(config.modality)
        dataset = prepare(listings, config)
        backbone = open_backbone(config.encoder, max_tokens=config.max_tokens, side=config.side)
        key = _fingerprint_task(listings, dataset, config)
        reporting = HeartbeatReport(report)
        source, model, vectors = _build_model(listings, backbone, config, work, reporting)
        vectors.to(device())
        validation = _prepare_validation(listings, dataset, source, backbone, config)
        before = _start_projection(model, validation, config, reporting.beat)
        measure = validation.score_whitened if config.whiten else validation.score_model
        score = partial(measure, heartbeat=reporting.beat)
        task = Task(model, source, dataset.classes, dataset.rows, score, work, key)
        ready = time.perf_counter() - began
        prepared = Prepared(listings, dataset, backbone, vectors, model, validation, before, ready, config)
        try:
            history = fit(task, config, reporting)
        except Cancelled as cancelled:
            history = load_best(task)
            if len(history) < 2:
                raise
            card = save_run(prepared, history, encoders / run_id)
            best = f"the best of {_count_epochs(len(history) - 1)}, F1 {card.figures['f1']:.3f}"
            raise Cancelled(f"Stopped; {best}, is kept as {run_id}.") from cancelled
        card = save_run(prepared, history, encoders / run_id)
    shutil.rmtree(work, ignore_errors=True)
    return card


def _count_epochs(count: int) -> str:
    return f"{count} epoch{'' if count == 1 else 's'}"


def _fingerprint_task(listings: Listings, dataset: Dataset, config: TrainConfig) -> str:
    """Stands for all that decides how a training goes: a checkpoint of another is not continued."""
    photos = [str(photo) for photo in listings.photos]
    classes = [dataset.classes.of.tolist(), dataset.classes.rivals.tolist()]
    split = [dataset.sides.tolist(), dataset.codes.tolist(), dataset.rows.tolist()]
    return fingerprint([config.to_json(), listings.item_ids, listings.titles, photos, split, classes])


def _build_model(
    listings: Listings, backbone: Backbone, config: TrainConfig, work: Path, report: Report
) -> tuple[Source, Vectors, Vectors]:
    """Inputs, the model that is trained on them, and the whole encoder, which shares its layers."""
    projection = (
        Projection(backbone.width, vector_width(config, backbone), dropout=config.dropout, batch_norm=config.batch_norm)
        if config.dimensions
        else None
    )
    vectors = Vectors(backbone.module, projection)
    if not isinstance(backbone, PhotoBackbone):
        for part in backbone.module.modules():
            if isinstance(part, nn.Dropout):
                part.p = config.dropout
        return AugmentedTitles(backbone, listings.titles), vectors, vectors
    photos = [photo for photo in listings.photos if photo is not None]
    if not config.views:
        return AugmentedPhotos(backbone, photos), vectors, vectors
    name = fingerprint([config.encoder, config.side, config.views, config.seed, [str(photo) for photo in photos]])
    inputs = cache_augmented_photos(backbone, photos, config.views, config.seed, work / f"copies-{name}.npy", report)
    backbone.module.freeze_stem()
    return inputs, Vectors(PhotoTail(backbone.module), projection), vectors


def _start_projection(
    model: Vectors, validation: Validation, config: TrainConfig, heartbeat: Heartbeat
) -> RetrievalScore:
    """Start a plain projection from whitening; the score of the backbone alone, as it came."""
    features = validation.encode(Vectors(model.backbone), heartbeat)
    if config.whiten and isinstance(model.projection, Projection) and not config.batch_norm:
        whitening = validation.fit_whitening(features)
        model.projection.start_at(torch.from_numpy(whitening.weight), torch.from_numpy(whitening.bias))
    return validation.score_vectors(unit_rows(features))


def _prepare_validation(
    listings: Listings, dataset: Dataset, source: Source, backbone: Backbone, config: TrainConfig
) -> Validation:
    """By labels where some product kept out has two listings, else by edited copies."""
    titles = listings.titles if config.modality == "text" else []
    validation = prepare_label_validation(source, dataset.codes, dataset.sides, titles, config.seed)
    return validation or prepare_copy_validation(source, dataset.sides, titles, backbone, config.seed)


@contextmanager
def _explain_memory(config: TrainConfig) -> Iterator[None]:
    """Say what to do when the graphics card's memory runs out."""
    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        side = ", or smaller photos" if config.modality == "image" else ""
        raise TrainingError(
            f"The graphics card's memory ran out with {config.batch} listings in a step. Take half as many{side}."
        ) from error
