"""The job that compares encoders on a catalog's labels: trains what is missing, measures, writes after each row."""

import shutil
import time
from dataclasses import dataclass, replace

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from matcher.benchmark.measure import Measured, measure, only_found, pairs_asked
from matcher.benchmark.results import Apart, Example, Row, Standings, save_standings, standings_file
from matcher.benchmark.setup import (
    ENCODING,
    MEASURING,
    CompareConfig,
    Field,
    expected_seconds,
    is_trained,
    modalities_of,
    open_field,
    pool_of,
    rows_to_do,
    spec_of,
    standings_so_far,
    training_of,
    training_parts,
)
from matcher.benchmark.systems import Contender, encoder_title
from matcher.course import Course
from matcher.encoders.base import COLUMN_OF, Modality
from matcher.encoders.registry import load_encoder
from matcher.errors import Cancelled, DataError, EncoderError, TrainingError
from matcher.matching.recipe import Recipe
from matcher.matching.tuning import tune_recipe
from matcher.pipeline.encoding import embed, load
from matcher.pipeline.train_encoder import TrainJob
from matcher.progress import Report, silent
from matcher.storage.workspace import Workspace
from matcher.training.config import TrainConfig
from matcher.training.data.split import TEST, TUNE
from matcher.training.dataset import Listings
from matcher.vectors.candidate_pairs import CandidatePairs
from matcher.vectors.embeddings import Embeddings
from matcher.vectors.neighbours import nearest

EXAMPLES = 24
STEP = "Comparing encoders"
GOES_ON = "Stopped. Rows that are done are kept; the same comparison goes on where it was when it is started again."


@dataclass(frozen=True)
class CompareResult:
    """What a comparison came to: rows with figures, rows without, seconds."""

    rows: int
    without: int
    seconds: float


def compare_catalog(workspace: Workspace, config: CompareConfig, report: Report = silent) -> CompareResult:
    """Compare encoders; rows that an earlier start finished are kept, and its trainings go on where they were.

    A model that cannot be had or trained becomes a row that says why.

    Raises:
        DataError: There is no such catalog or model, its labels do not do, another comparison of the catalog is
            running, or the disk is full.
        Cancelled: The report raised it; what is finished is kept.
    """
    compared = open_field(workspace, config)
    lock = FileLock(standings_file(workspace, config.catalog_id).with_suffix(".lock"), timeout=0)
    try:
        with lock:
            return _compare(compared, report)
    except Timeout as error:
        raise DataError(
            "Another comparison of this catalog is running. Wait for it, or cancel it; its rows are kept."
        ) from error


def _compare(compared: Field, report: Report) -> CompareResult:
    began = time.perf_counter()
    workspace, config = compared.workspace, compared.config
    standings = standings_so_far(compared)
    todo = rows_to_do(config, standings)
    course = Course(STEP, expected_seconds(compared, todo), report)
    for contender, data in todo:
        try:
            encoders: dict[str, str] = {}
            for modality in modalities_of(contender):
                encoders[modality], standings = _encoder(compared, contender, modality, data, standings, course)
            row = _measured_row(compared, contender, data, encoders, standings, course)
        except Cancelled as cancelled:
            raise Cancelled(GOES_ON) from cancelled
        except (EncoderError, TrainingError, DataError) as error:
            row = Row(contender.id, data, reason=str(error))
        standings = replace(standings.having(row), updated=time.time())
        save_standings(workspace, standings)
    without = sum(bool(row.reason) for row in standings.rows)
    return CompareResult(len(standings.rows) - without, without, round(time.perf_counter() - began, 1))


def _encoder(
    compared: Field, contender: Contender, modality: Modality, data: str, standings: Standings, course: Course
) -> tuple[str, Standings]:
    """The encoder of a row, trained if it has to be and the catalog encoded with it; the time this took is noted."""
    workspace, spec = compared.workspace, spec_of(contender, modality)
    title = encoder_title(spec)
    has = (compared.catalog.listings[COLUMN_OF[modality]] != "").to_numpy()
    if has.sum() < 2:
        raise DataError(f"The catalog has no {'titles' if modality == 'text' else 'photos'} to compare.")
    if contender.is_trained:
        job = training_of(compared, spec, data)
        load_encoder(job.settings["encoder"], folder=workspace.encoders)  # says why it cannot be had
        if not is_trained(workspace, job.run_id):
            with course.leg(f"Training {title}, {data} data", training_parts(compared, job)) as report:
                standings = _train(compared, job, standings, report)
        spec = job.run_id
    with course.leg(f"Encoding with {title}", {"": ENCODING[modality] * len(has)}) as report:
        before, began = workspace.embedding_names(compared.config.catalog_id, ""), time.perf_counter()
        name = embed(workspace, compared.config.catalog_id, compared.catalog, load(workspace, spec, modality), report)
        if name not in before:
            standings = _noted(standings, spec, "encoding", time.perf_counter() - began)
    return spec, standings


def _train(compared: Field, job: TrainJob, standings: Standings, report: Report) -> Standings:
    """Train, or go on; the time is noted whatever happens."""
    from matcher.training.train import train

    workspace, listings = compared.workspace, compared.catalog.listings
    # The best epoch of a training that was cancelled: what is left of that training stays, and it goes on.
    shutil.rmtree(workspace.encoders / job.run_id, ignore_errors=True)
    folder = workspace.images(job.catalog_id)
    lesson = Listings(
        standings.catalog,
        listings["item_id"].tolist(),
        listings["label"].tolist(),
        listings["title"].tolist(),
        [folder / photo if photo else None for photo in listings["photo"]],
        sides=compared.sides,
    )
    began = time.perf_counter()
    try:
        train(lesson, workspace.encoders, job.run_id, TrainConfig(**job.settings), report)
    finally:
        standings = _noted(standings, job.run_id, "training", time.perf_counter() - began)
        if standings.rows:  # a table made with other settings stays until there is a row to put in its place
            save_standings(workspace, standings)
    return standings


def _noted(standings: Standings, encoder: str, what: str, seconds: float) -> Standings:
    """Add to the time that was spent on an encoder."""
    spent = standings.seconds.get(encoder, {})
    spent = spent | {what: round(spent.get(what, 0.0) + seconds, 2)}
    return replace(standings, seconds=standings.seconds | {encoder: spent})


def _measured_row(
    compared: Field,
    contender: Contender,
    data: str,
    encoders: dict[str, str],
    standings: Standings,
    course: Course,
) -> Row:
    """Measure a row under both protocols."""
    parts = {"": MEASURING * len(compared.sides) * len(encoders)}
    with course.leg(f"Measuring {contender.title}, {data} data", parts) as report:
        template = Recipe(encoders.get("text"), encoders.get("image"), k=compared.config.k)
        unseen, apart = None, None
        if data == "original" or contender.is_trained:
            pairs, codes = _pairs(compared, encoders, "all", report), compared.catalog.codes
            recipe = tune_recipe(pairs, codes, template, asked=compared.sides == TUNE)
            asked = compared.sides == TEST
            unseen = measure(pairs, codes, recipe, asked)
            apart = _apart(compared, pairs, recipe) if contender.is_pair else None
        seen = _seen(compared, encoders, data, template, report)
    spent = [standings.seconds.get(encoder, {}) for encoder in encoders.values()]
    training, encoding = ([one[what] for one in spent if what in one] for what in ("training", "encoding"))
    return Row(
        contender.id,
        data,
        tuple(encoders.values()),
        unseen,
        seen,
        round(sum(training), 1) if training else None,
        round(sum(encoding), 1) if len(encoding) == len(spent) else None,
        apart,
    )


def _seen(compared: Field, encoders: dict[str, str], data: str, template: Recipe, report: Report) -> Measured:
    """Figures on what was trained on, nothing else in the pool and thresholds chosen on the same."""
    pairs = _pairs(compared, encoders, data, report)
    rows, _ = pool_of(compared, data, "text")
    codes = compared.catalog.codes[rows]
    recipe = tune_recipe(pairs, codes, template, growth=1.0)
    return measure(pairs, codes, recipe, np.ones(len(codes), dtype=bool))


def _pairs(compared: Field, encoders: dict[str, str], pool: str, report: Report) -> CandidatePairs:
    """Pairs of a pool that somebody asked about is in."""
    vectors, neighbours = {}, {}
    for modality, spec in encoders.items():
        rows, asked = pool_of(compared, pool, modality)
        all_vectors = _vectors(compared, spec, modality)
        vectors[modality] = all_vectors if pool == "all" else all_vectors.rows(rows)
        if (spec, pool) not in compared.found:
            compared.found[spec, pool] = nearest(vectors[modality], k=compared.config.k, report=report)
        neighbours[modality] = compared.found[spec, pool]
    return pairs_asked(vectors, neighbours, asked)


def _vectors(compared: Field, spec: str, modality: str) -> Embeddings:
    workspace, catalog_id = compared.workspace, compared.config.catalog_id
    name = embed(workspace, catalog_id, compared.catalog, load(workspace, spec, modality))
    return workspace.load_embeddings(catalog_id, name)


def _apart(compared: Field, pairs: CandidatePairs, recipe: Recipe) -> Apart:
    """What only one of the two found, with examples."""
    found = only_found(pairs, compared.catalog.codes, recipe, compared.sides == TEST)
    ids = compared.catalog.listings["item_id"].to_numpy()

    def examples(which: NDArray[np.intp]) -> tuple[Example, ...]:
        return tuple(
            Example(str(ids[pairs.left[at]]), str(ids[pairs.right[at]]), *_distances(pairs, at))
            for at in which[:EXAMPLES]
        )

    return Apart(
        len(found.photo), len(found.title), found.both, found.neither, examples(found.photo), examples(found.title)
    )


def _distances(pairs: CandidatePairs, at: int) -> tuple[float, float]:
    return round(float(pairs.distance["text"][at]), 4), round(float(pairs.distance["image"][at]), 4)
