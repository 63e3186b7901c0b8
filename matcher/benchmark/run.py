"""The job that compares encoders on a catalog's labels: trains what is missing, measures, writes after each row."""

import shutil
import time
from dataclasses import dataclass, replace

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from matcher.benchmark.measure import Measurement, find_one_sided, measure, select_query_pairs
from matcher.benchmark.results import Apart, Example, Results, Row, results_file, save_results
from matcher.benchmark.setup import (
    ENCODING,
    MEASURING,
    CompareConfig,
    Setup,
    expected_seconds,
    is_trained,
    modalities_of,
    open_setup,
    pool_of,
    resume_results,
    rows_to_do,
    spec_of,
    training_of,
    training_parts,
)
from matcher.benchmark.systems import System, encoder_title
from matcher.encoders.base import COLUMN_OF, Modality
from matcher.encoders.registry import load_encoder
from matcher.errors import Cancelled, DataError, EncoderError, TrainingError
from matcher.matching.recipe import Recipe
from matcher.matching.tuning import tune_recipe
from matcher.pipeline.encoding import embed, load
from matcher.pipeline.train_encoder import TrainJob
from matcher.progress import Report, WeightedProgress, silent
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
    setup = open_setup(workspace, config)
    lock = FileLock(results_file(workspace, config.catalog_id).with_suffix(".lock"), timeout=0)
    try:
        with lock:
            return _compare(setup, report)
    except Timeout as error:
        raise DataError(
            "Another comparison of this catalog is running. Wait for it, or cancel it; its rows are kept."
        ) from error


def _compare(setup: Setup, report: Report) -> CompareResult:
    began = time.perf_counter()
    workspace, config = setup.workspace, setup.config
    results = resume_results(setup)
    todo = rows_to_do(config, results)
    progress = WeightedProgress(STEP, expected_seconds(setup, todo), report)
    for system, data in todo:
        try:
            encoders: dict[str, str] = {}
            for modality in modalities_of(system):
                encoders[modality], results = _prepare_encoder(setup, system, modality, data, results, progress)
            row = _measure_row(setup, system, data, encoders, results, progress)
        except Cancelled as cancelled:
            raise Cancelled(GOES_ON) from cancelled
        except (EncoderError, TrainingError, DataError) as error:
            row = Row(system.id, data, reason=str(error))
        results = replace(results.having(row), updated=time.time())
        save_results(workspace, results)
    without = sum(bool(row.reason) for row in results.rows)
    return CompareResult(len(results.rows) - without, without, round(time.perf_counter() - began, 1))


def _prepare_encoder(
    setup: Setup, system: System, modality: Modality, data: str, results: Results, progress: WeightedProgress
) -> tuple[str, Results]:
    """The encoder of a row, trained if it has to be and the catalog encoded with it; the time this took is noted."""
    workspace, spec = setup.workspace, spec_of(system, modality)
    title = encoder_title(spec)
    has = (setup.catalog.listings[COLUMN_OF[modality]] != "").to_numpy()
    if has.sum() < 2:
        raise DataError(f"The catalog has no {'titles' if modality == 'text' else 'photos'} to compare.")
    if system.is_trained:
        job = training_of(setup, spec, data)
        load_encoder(job.settings["encoder"], folder=workspace.encoders)  # says why it cannot be had
        if not is_trained(workspace, job.run_id):
            with progress.stage(f"Training {title}, {data} data", training_parts(setup, job)) as report:
                results = _train(setup, job, results, report)
        spec = job.run_id
    with progress.stage(f"Encoding with {title}", {"": ENCODING[modality] * len(has)}) as report:
        before, began = workspace.embedding_names(setup.config.catalog_id, ""), time.perf_counter()
        name = embed(workspace, setup.config.catalog_id, setup.catalog, load(workspace, spec, modality), report)
        if name not in before:
            results = _add_time(results, spec, "encoding", time.perf_counter() - began)
    return spec, results


def _train(setup: Setup, job: TrainJob, results: Results, report: Report) -> Results:
    """Train, or go on; the time is noted whatever happens."""
    from matcher.training.train import train

    workspace, listings = setup.workspace, setup.catalog.listings
    # The best epoch of a training that was cancelled: what is left of that training stays, and it goes on.
    shutil.rmtree(workspace.encoders / job.run_id, ignore_errors=True)
    folder = workspace.images(job.catalog_id)
    compared = Listings(
        results.catalog,
        listings["item_id"].tolist(),
        listings["label"].tolist(),
        listings["title"].tolist(),
        [folder / photo if photo else None for photo in listings["photo"]],
        sides=setup.sides,
        shown=setup.shown,
    )
    began = time.perf_counter()
    try:
        train(compared, workspace.encoders, job.run_id, TrainConfig(**job.settings), report)
    finally:
        results = _add_time(results, job.run_id, "training", time.perf_counter() - began)
        if results.rows:  # a table made with other settings stays until there is a row to put in its place
            save_results(workspace, results)
    return results


def _add_time(results: Results, encoder: str, what: str, seconds: float) -> Results:
    """Add to the time that was spent on an encoder."""
    spent = results.seconds.get(encoder, {})
    spent = spent | {what: round(spent.get(what, 0.0) + seconds, 2)}
    return replace(results, seconds=results.seconds | {encoder: spent})


def _measure_row(
    setup: Setup,
    system: System,
    data: str,
    encoders: dict[str, str],
    results: Results,
    progress: WeightedProgress,
) -> Row:
    """Measure a row under both protocols."""
    parts = {"": MEASURING * len(setup.sides) * len(encoders)}
    with progress.stage(f"Measuring {system.title}, {data} data", parts) as report:
        template = Recipe(encoders.get("text"), encoders.get("image"), k=setup.config.k)
        unseen, apart = None, None
        if data == "original" or system.is_trained:
            pairs, codes = _find_pairs(setup, encoders, "all", report), setup.catalog.codes
            recipe = tune_recipe(pairs, codes, template, is_query=setup.sides == TUNE)
            unseen = measure(pairs, codes, recipe, setup.sides == TEST)
            apart = _find_apart(setup, pairs, recipe) if system.is_pair else None
        seen = _measure_seen(setup, encoders, data, template, report)
    spent = [results.seconds.get(encoder, {}) for encoder in encoders.values()]
    training, encoding = ([one[what] for one in spent if what in one] for what in ("training", "encoding"))
    return Row(
        system.id,
        data,
        tuple(encoders.values()),
        unseen,
        seen,
        round(sum(training), 1) if training else None,
        round(sum(encoding), 1) if len(encoding) == len(spent) else None,
        apart,
    )


def _measure_seen(setup: Setup, encoders: dict[str, str], data: str, template: Recipe, report: Report) -> Measurement:
    """Figures on what was trained on, nothing else in the pool and thresholds chosen on the same."""
    pairs = _find_pairs(setup, encoders, data, report)
    rows, _ = pool_of(setup, data, "text")
    codes = setup.catalog.codes[rows]
    recipe = tune_recipe(pairs, codes, template, growth=1.0)
    return measure(pairs, codes, recipe, np.ones(len(codes), dtype=bool))


def _find_pairs(setup: Setup, encoders: dict[str, str], pool: str, report: Report) -> CandidatePairs:
    """Pairs of a pool that hold a query."""
    vectors, neighbours = {}, {}
    for modality, spec in encoders.items():
        rows, is_query = pool_of(setup, pool, modality)
        all_vectors = _load_vectors(setup, spec, modality)
        vectors[modality] = all_vectors if pool == "all" else all_vectors.rows(rows)
        if (spec, pool) not in setup.found:
            setup.found[spec, pool] = nearest(vectors[modality], k=setup.config.k, report=report)
        neighbours[modality] = setup.found[spec, pool]
    return select_query_pairs(vectors, neighbours, is_query)


def _load_vectors(setup: Setup, spec: str, modality: str) -> Embeddings:
    workspace, catalog_id = setup.workspace, setup.config.catalog_id
    name = embed(workspace, catalog_id, setup.catalog, load(workspace, spec, modality))
    return workspace.load_embeddings(catalog_id, name)


def _find_apart(setup: Setup, pairs: CandidatePairs, recipe: Recipe) -> Apart:
    """What only one of the two found, with examples."""
    found = find_one_sided(pairs, setup.catalog.codes, recipe, setup.sides == TEST)
    ids = setup.catalog.listings["item_id"].to_numpy()

    def examples(which: NDArray[np.intp]) -> tuple[Example, ...]:
        return tuple(
            Example(str(ids[pairs.left[at]]), str(ids[pairs.right[at]]), *_distances_of(pairs, at))
            for at in which[:EXAMPLES]
        )

    return Apart(
        len(found.photo), len(found.title), found.both, found.neither, examples(found.photo), examples(found.title)
    )


def _distances_of(pairs: CandidatePairs, at: int) -> tuple[float, float]:
    return round(float(pairs.distance["text"][at]), 4), round(float(pairs.distance["image"][at]), 4)
