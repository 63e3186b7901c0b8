"""Train an encoder on a catalog of the workspace: what the terminal and the page both start."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from matcher.encoders.base import COLUMN_OF
from matcher.encoders.model_card import is_run
from matcher.encoders.registry import find_encoder, trainable_encoders
from matcher.errors import Cancelled, TrainingError
from matcher.pipeline.kept.evidence import open_evidence
from matcher.progress import Report, silent
from matcher.review.verdicts import DIFFERENT, MATCH, judged_rows
from matcher.storage.workspace import Workspace
from matcher.training.config import Preset, TrainConfig, preset
from matcher.training.dataset import Listings
from matcher.training.runs import discard_unfinished


@dataclass(frozen=True)
class TrainJob:
    """One training.

    Attributes:
        catalog_id: What to learn from.
        run_id: What the encoder will be called.
        settings: `asdict` of a TrainConfig.
    """

    catalog_id: str
    run_id: str
    settings: dict[str, Any]


@dataclass(frozen=True)
class TrainResult:
    """What a training came to.

    Attributes:
        run_id: Stands wherever an encoder is named.
        f1_before: Of the encoder it started from, on the tune side in the pool of all listings.
        f1: Of the trained one.
        epochs: Gone through.
        seconds: Of making ready, training and measuring.
    """

    run_id: str
    f1_before: float
    f1: float
    epochs: int
    seconds: float


def training_job(
    workspace: Workspace,
    catalog_id: str,
    encoder: str,
    *,
    run_id: str = "",
    name: Preset | None = None,
    use_labels: bool | None = None,
    **changes: Any,
) -> TrainJob:
    """Settings of a training, chosen for a catalog and this machine.

    Args:
        workspace: Where the catalog is.
        catalog_id: What to learn from.
        encoder: What to start from: the id of an encoder that can be trained, or one with ":<name>".
        run_id: What to call it; "" for the catalog's name and the encoder's.
        name: Preset; None for the paper's where there is a GPU, else the light one.
        use_labels: None to use labels where some product has two listings.
        changes: Further fields of TrainConfig.

    Raises:
        TrainingError: The encoder cannot be trained, or a setting is out of range.
        DataError: There is no such catalog.
    """
    info = find_encoder(encoder)
    if info is None or info.training is None:
        raise TrainingError(
            f"{encoder} cannot be trained; choose {', '.join(trainable_encoders())}, or one of them with :<name>."
        )
    catalog = open_evidence(workspace, catalog_id).catalog
    codes = catalog.codes
    if use_labels is None:
        use_labels = bool((np.bincount(codes[codes >= 0]) > 1).any()) if (codes >= 0).any() else False
    has = catalog.listings[COLUMN_OF[info.modality]] != ""
    config = preset(info.modality, name, has_gpu=name is None and _has_gpu(), listings=int(has.sum()))
    # The paper's preset starts from larger weights of its own kind, where it names some; all else is the user's choice.
    kind = encoder.partition(":")[0]
    takes_preset = name == "paper" and encoder == config.encoder.partition(":")[0]
    config = replace(config, use_labels=use_labels, encoder=config.encoder if takes_preset else encoder, **changes)
    return TrainJob(catalog_id, run_id or f"{catalog_id[:40]}-{kind}", asdict(config))


def train_catalog(workspace: Workspace, config: TrainJob, report: Report = silent) -> TrainResult:
    """Train; verdicts "same" join products, "different" keep them apart.

    Raises:
        TrainingError, EncoderError, Cancelled: As `matcher.training.train.train` says.
        DataError: There is no such catalog.
    """
    from matcher.training.train import train

    listings = listings_of(workspace, config.catalog_id)
    workspace.encoders.mkdir(parents=True, exist_ok=True)
    try:
        card = train(listings, workspace.encoders, config.run_id, TrainConfig(**config.settings), report)
    except Cancelled:
        if is_run(workspace.encoders / config.run_id):  # its best epoch was kept, and its name is taken
            discard_unfinished(workspace.encoders, config.run_id)
        raise
    figures = card.figures
    return TrainResult(card.id, figures["f1_before"], figures["f1"], int(figures["epochs"]), figures["seconds"])


def listings_of(workspace: Workspace, catalog_id: str) -> Listings:
    """What a training sees of a catalog: without what is marked as saying nothing, and verdicts included.

    Raises:
        DataError: There is no such catalog.
    """
    evidence = open_evidence(workspace, catalog_id)
    catalog, listings = evidence.catalog, evidence.catalog.listings
    item_ids = listings["item_id"].tolist()
    judged = judged_rows(catalog.rows, workspace.store.verdicts(catalog_id))
    folder = workspace.images(catalog_id)
    return Listings(
        evidence.info.name,
        item_ids,
        listings["label"].tolist(),
        listings["title"].tolist(),
        [folder / photo if photo else None for photo in listings["photo"]],
        judged[MATCH],
        judged[DIFFERENT],
        shown=evidence.shown.listings["title"].tolist(),
    )


def _has_gpu() -> bool:
    """Whether torch can use one; looked for only where nobody chose a preset, for it loads torch."""
    from matcher.training.optimiser import has_gpu

    return has_gpu()
