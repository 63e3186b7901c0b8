"""From the best weights of a training to a run in the workspace, which appears whole or not at all."""

import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from safetensors import SafetensorError

from matcher.encoders.backbones import Backbone, PhotoBackbone, Vectors, own_weights, whitening_layer
from matcher.encoders.model_card import BACKBONE, CARD, HISTORY, WEIGHTS, Card
from matcher.encoders.titles.char_tfidf import Letters, fit_letters
from matcher.errors import TrainingError
from matcher.progress import no_heartbeat
from matcher.training.checkpoints import save_state
from matcher.training.config import TrainConfig
from matcher.training.dataset import Dataset, Listings
from matcher.training.loop import Epoch
from matcher.training.provenance import TRAINING_KEYS, hash_listings
from matcher.training.retrieval_score import RetrievalScore
from matcher.training.validation import Validation, choose_letter_share
from matcher.vectors.embeddings import unit_rows


@dataclass(frozen=True)
class Prepared:
    """A training that is ready to begin, or was gone through.

    Attributes:
        listings: Those that have a title, or a photo.
        dataset: The listings split and made into classes.
        backbone: What the training started from; its weights change.
        vectors: The whole encoder.
        model: The part that is trained; shares its layers.
        validation: On products kept out.
        before: Score of the backbone alone, as it came.
        ready_seconds: Until the first epoch could begin.
        config: The settings.
    """

    listings: Listings
    dataset: Dataset
    backbone: Backbone
    vectors: Vectors
    model: Vectors
    validation: Validation
    before: RetrievalScore
    ready_seconds: float
    config: TrainConfig


def save_run(prepared: Prepared, history: list[Epoch], folder: Path) -> Card:
    """Write a run with its best weights, which the model holds.

    Args:
        prepared: The training.
        history: Its epochs, and before them one, numbered 0, for the model as it came.
        folder: Of the run; there is none yet.

    Raises:
        TrainingError: The disk is full, or the folder cannot be written.
    """
    best = max(reversed(history), key=lambda epoch: epoch.f1)  # of equal ones the last: its weights were kept
    score, letters, share = _finish(prepared, best)
    card = _describe(prepared, history, best, score, share, folder.name)
    _write(prepared, card, history, letters if share else None, folder)
    return card


def vector_width(config: TrainConfig, backbone: Backbone) -> int:
    """Length of the vectors: never more than the backbone gives."""
    return min(config.dimensions, backbone.width) or backbone.width


def _finish(prepared: Prepared, best: Epoch) -> tuple[RetrievalScore, Letters | None, float]:
    """Put whitening behind the encoder and letters beside it, where they help; the score, the letters, their share."""
    validation, config = prepared.validation, prepared.config
    score = RetrievalScore(best.f1, best.threshold, int(validation.is_query.sum()), len(validation.codes))
    rows = unit_rows(validation.encode(prepared.model, no_heartbeat))
    if config.whiten:
        score, whitening = validation.whiten(rows)
        if whitening:
            prepared.vectors.whitening, rows = whitening_layer(whitening), whitening(rows)
    if not config.letters:
        return score, None, 0.0
    titles = prepared.listings.titles
    letters = fit_letters([titles[row] for row in np.unique(prepared.dataset.rows).tolist()], config.letters)
    share, score = choose_letter_share(validation, rows, letters.vectors(validation.titles))
    return score, letters, share


def _describe(
    prepared: Prepared, history: list[Epoch], best: Epoch, score: RetrievalScore, share: float, run_id: str
) -> Card:
    """The run's card; the names in it are those of every version."""
    config, dataset, backbone = prepared.config, prepared.dataset, prepared.backbone
    data = {
        "listings": len(dataset.sides), "classes": dataset.classes.count, "single_classes": dataset.classes.single,
        "learned_from": len(np.unique(dataset.rows)), "tuned_on": score.queries, "pool": score.pool,
    }  # fmt: skip
    split: dict[str, float | str] = {
        "train": 1 - config.tune_share - config.test_share, "tune": config.tune_share, "test": config.test_share,
        "measured_by": "labels" if prepared.validation.by_labels else "edited copies",
    }  # fmt: skip
    figures = {
        "f1_before": prepared.before.f1, "f1_network": best.f1, "f1": score.f1, "threshold": score.threshold,
        "best_epoch": best.number, "epochs": len(history) - 1,
        "seconds": prepared.ready_seconds + sum(epoch.seconds for epoch in history),
    }  # fmt: skip
    return Card(
        id=run_id,
        modality=config.modality,
        encoder=config.encoder,
        config=asdict(config),
        catalog=prepared.listings.catalog,
        data=data,
        split=split,
        figures=figures,
        width=vector_width(config, backbone),
        side=backbone.side if isinstance(backbone, PhotoBackbone) else 0,
        max_tokens=config.max_tokens if config.modality == "text" else 0,
        letters=config.letters if share else 0,
        letter_share=share,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _write(prepared: Prepared, card: Card, history: list[Epoch], letters: Letters | None, folder: Path) -> None:
    """Write everything into a folder of another name, then give it its own."""
    listings, rows = prepared.listings, np.unique(prepared.dataset.rows).tolist()
    titles = listings.titles if listings.shown is None else listings.shown
    keys = hash_listings([listings.item_ids[row] for row in rows], [titles[row] for row in rows])
    part = folder.with_name(f".making-{folder.name}")
    shutil.rmtree(part, ignore_errors=True)
    try:
        (part / BACKBONE).mkdir(parents=True)
        prepared.backbone.save(part / BACKBONE)
        beside = {name: torch.from_numpy(array) for name, array in letters.arrays().items()} if letters else {}
        beside[TRAINING_KEYS] = torch.from_numpy(keys)
        save_state(part / WEIGHTS, own_weights(prepared.vectors.cpu()) | beside, {"id": card.id})
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
