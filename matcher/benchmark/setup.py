"""What all rows of a comparison share: listings, split, settings, and how long it will take."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.benchmark.measure import common_split
from matcher.benchmark.results import Results, load_results
from matcher.benchmark.systems import DATA, SYSTEMS, System
from matcher.encoders.base import COLUMN_OF, Modality
from matcher.encoders.model_card import is_run
from matcher.errors import DataError
from matcher.ingest.catalog import Catalog
from matcher.pipeline.kept.evidence import open_evidence
from matcher.pipeline.kept.says_nothing import Marks
from matcher.pipeline.train_encoder import TrainJob, training_job
from matcher.storage.files import fingerprint
from matcher.storage.records import CatalogInfo
from matcher.storage.workspace import Workspace
from matcher.training.config import SECONDS_PER_VIEW, Preset, TrainConfig
from matcher.training.config import expected_seconds as expected_training_seconds
from matcher.training.data.rebalance import balance
from matcher.training.data.split import SIDES, TRAIN
from matcher.training.runs import unfinished
from matcher.vectors.neighbours import Neighbours

METHOD = 4  # raise it when trainings or figures come out otherwise: what was made before is then made again
RUN_PREFIX = "compare-"  # of the names of a comparison's trainings
TUNE_SHARE, TEST_SHARE = 0.15, 0.20
SHARES = (1 - TUNE_SHARE - TEST_SHARE, TUNE_SHARE, TEST_SHARE)

# Seconds for each listing on two cores, measured on catalogs of 500 to 3,000 listings.
ENCODING = {"text": 0.01, "image": 0.06}
MEASURING = 0.002
COPIES_STEP, TRAINING_STEP = "Encoding edited photos", "Training"  # as the training's own reports say


@dataclass(frozen=True)
class CompareConfig:
    """What to compare.

    Attributes:
        catalog_id: On which catalog.
        models: Keys of SYSTEMS.
        data: "original", "balanced" or both.
        preset: Settings of the trainings.
        epochs: At most; None for the preset's own.
        k: Neighbours of each listing.
    """

    catalog_id: str
    models: Sequence[str] = tuple(SYSTEMS)
    data: Sequence[str] = DATA
    preset: Preset = "light"
    epochs: int | None = None
    k: int = 50


@dataclass(frozen=True)
class Setup:
    """What all rows share.

    Attributes:
        info: Of the version that is compared on.
        catalog: Its N listings, without what is marked as saying nothing.
        shown: Length N. Titles as the catalog has them.
        marks: What is marked.
        sides: Shape (N,). The split.
        title_row: Shape (M,). Listing of each balanced row's title, train side only.
        photo_row: Shape (M,). Listing of its photo.
        found: Neighbours that rows have looked for, by encoder and pool.
    """

    workspace: Workspace
    config: CompareConfig
    info: CatalogInfo
    catalog: Catalog
    shown: Sequence[str]
    marks: Marks
    sides: NDArray[np.int8]
    title_row: NDArray[np.int32]
    photo_row: NDArray[np.int32]
    found: dict[tuple[str, str], Neighbours] = field(default_factory=dict)


def open_setup(workspace: Workspace, config: CompareConfig) -> Setup:
    """Read a catalog and split it for a comparison.

    Raises:
        DataError: There is no such catalog or model, or too few products are known.
    """
    unknown = [*({*config.models} - SYSTEMS.keys()), *({*config.data} - {*DATA})]
    if unknown or not config.models or not config.data:
        raise DataError(
            f"Got {', '.join(unknown) or 'nothing'} to compare; expected some of {', '.join(SYSTEMS)}, on "
            f"{' or '.join(DATA)} data."
        )
    evidence = open_evidence(workspace, config.catalog_id)
    catalog, shown = evidence.catalog, evidence.shown.listings["title"].tolist()
    ids, labels, titles, photos = (catalog.listings[name].tolist() for name in ("item_id", "label", "title", "photo"))
    sides = common_split(ids, labels, photos, titles, SHARES)
    plan = balance(np.where(sides == TRAIN, catalog.codes, -1).astype(np.int32), titles, photos, sides=sides)
    trained = sides[plan.title_row] == TRAIN
    rows = plan.title_row[trained], plan.photo_row[trained]
    return Setup(workspace, config, evidence.info, catalog, shown, evidence.marks, sides, *rows)


def resume_results(setup: Setup) -> Results:
    """What an earlier start of the same comparison left, or an empty table."""
    config, info, catalog = setup.config, setup.info, setup.catalog
    basis = fingerprint([METHOD, *_listed(setup), SHARES, config.preset, config.epochs, config.k])
    try:
        kept = load_results(setup.workspace, config.catalog_id)
    except DataError:
        kept = None
    if kept is not None and kept.basis == basis:
        return kept
    sides = {"listings": len(catalog.listings)}
    for number, name in enumerate(SIDES):
        known = catalog.codes[(setup.sides == number) & (catalog.codes >= 0)]
        sides |= {f"{name}_listings": len(known), f"{name}_products": len(np.unique(known))}
    return Results(config.catalog_id, info.name, info.version, basis, config.preset, config.epochs, sides)


def _listed(setup: Setup) -> list[Any]:
    """What tells the listings that are compared on from others: their version, and what was left out of them."""
    return [setup.info.version, *([asdict(setup.marks)] if setup.marks != Marks() else [])]


def rows_to_do(config: CompareConfig, results: Results) -> list[tuple[System, str]]:
    """Rows that are wanted and have no figures yet, single encoders before pairs."""
    wanted = [(SYSTEMS[model], data) for data in DATA if data in config.data for model in SYSTEMS]
    done = {(row.model, row.data) for row in results.rows if not row.reason}
    return [(one, data) for one, data in wanted if one.id in config.models and (one.id, data) not in done]


def expected_seconds(setup: Setup, todo: Sequence[tuple[System, str]]) -> float:
    """About how long rows take on two processor cores."""
    seconds, met = 0.0, set()
    for system, data in todo:
        seconds += MEASURING * len(setup.catalog.listings) * len(modalities_of(system))
        for modality in modalities_of(system):
            spec = spec_of(system, modality)
            if (spec, data) in met:
                continue
            met.add((spec, data))
            seconds += ENCODING[modality] * len(setup.catalog.listings)
            if system.is_trained:
                job = training_of(setup, spec, data)
                if not is_trained(setup.workspace, job.run_id):
                    seconds += sum(training_parts(setup, job).values())
    return seconds


def training_parts(setup: Setup, job: TrainJob) -> dict[str, float]:
    """Steps of a training to the seconds they are expected to take."""
    config = TrainConfig(**job.settings)
    listings = len(setup.catalog.listings)
    views = listings * (config.views + 2) * SECONDS_PER_VIEW if config.views else 0.0
    rows = len(setup.title_row) if config.balanced else int((setup.sides == TRAIN).sum())
    learning = (expected_training_seconds(config, listings) - views) * rows / (listings * SHARES[0])
    return {COPIES_STEP: views, TRAINING_STEP: learning} if views else {TRAINING_STEP: learning}


def modalities_of(system: System) -> list[Modality]:
    return [modality for modality in COLUMN_OF if getattr(system, modality)]


def spec_of(system: System, modality: str) -> str:
    return str(system.text if modality == "text" else system.image)


def training_of(setup: Setup, spec: str, data: str) -> TrainJob:
    """Settings of a training, under a name made from all that decides them.

    The network stands alone, as in the paper: with letters beside them all encoders of titles come out much alike.
    """
    config = setup.config
    changes: dict[str, Any] = {"letters": 0} | ({} if config.epochs is None else {"epochs": config.epochs})
    job = training_job(
        setup.workspace, config.catalog_id, spec, name=config.preset, use_labels=True, balanced=data == "balanced",
        tune_share=TUNE_SHARE, test_share=TEST_SHARE, **changes,
    )  # fmt: skip
    key = fingerprint([METHOD, job.settings, *_listed(setup)])[:8]
    return replace(job, run_id=f"{RUN_PREFIX}{config.catalog_id[:20]}-{spec.partition(':')[0]}-{data}-{key}")


def is_of_comparison(run_id: str) -> bool:
    """Whether a run goes by a name that a comparison gives: made to be measured rather than used."""
    return run_id.startswith(RUN_PREFIX)


def is_trained(workspace: Workspace, run_id: str) -> bool:
    """Whether a training went to its end: one that was cancelled keeps its best epoch as a run, and may go on."""
    return is_run(workspace.encoders / run_id) and not unfinished(workspace.encoders, run_id).exists()


def pool_of(setup: Setup, pool: str, modality: str) -> tuple[NDArray[np.integer], NDArray[np.bool_]]:
    """Listings that a pool takes titles or photos from, and which of its rows are queries."""
    if pool == "all":
        return np.arange(len(setup.sides)), setup.sides != TRAIN
    if pool == "original":
        rows: NDArray[np.integer] = np.flatnonzero(setup.sides == TRAIN)
    else:
        rows = setup.title_row if modality == "text" else setup.photo_row
    return rows, np.ones(len(rows), dtype=bool)
