"""One function for each job: load, compute, save. What the terminal and the pages both do is here."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.encoders.model_card import is_run
from matcher.errors import DataError
from matcher.ingest.catalog import ColumnMap, read_catalog
from matcher.matching.metrics import Scores, Truth, listing_scores, pair_scores, truth_of
from matcher.matching.recipe import Fusion, Recipe, decide
from matcher.matching.resolve import outcome_of
from matcher.matching.tuning import tune_recipe
from matcher.pipeline.default_recipe import default_encoders, default_recipe, own_threshold
from matcher.pipeline.encode import ENCODED, EncodeConfig, Encoded, encode_catalog, remember
from matcher.pipeline.encode import open_last as load_encoded
from matcher.pipeline.query import query
from matcher.progress import Progress, Report, silent
from matcher.review.queue import DIFFERENT, MATCH, judged_rows
from matcher.storage.exports import match_lists
from matcher.storage.workspace import Workspace, catalog_id_of
from matcher.training.provenance import learned_rows
from matcher.training.runs import runs

__all__ = ["DemoConfig", "EncodeConfig", "EncodeResult", "Encoded", "Evaluation", "ImportConfig", "ImportResult",
           "config_of", "current_recipe", "default_encoders", "default_recipe", "encode", "evaluate", "import_catalog",
           "kept_out", "last_config", "learned_of", "load_encoded", "match", "open_demo", "query", "set_recipe",
           "tune", "users_of", "usual_recipe"]  # fmt: skip

DEMO = Path(__file__).parents[2] / "assets" / "demo"
FUSIONS: tuple[Fusion, ...] = ("either", "both", "mean")
FEWEST_TO_ASK = 20  # products with two listings; thresholds chosen on fewer are a matter of luck


@dataclass(frozen=True)
class ImportConfig:
    """Which file becomes which catalog.

    Attributes:
        source: CSV, TSV, Parquet, Excel, or a zip of one such table and its photos.
        name: The catalog's name; that of an earlier one replaces its listings and keeps its verdicts.
        images: Folder or zip of photos, if they are not in the source.
        mapping: The meaning of columns, as `asdict(ColumnMap)`; None to recognise them.
    """

    source: str
    name: str
    images: str | None = None
    mapping: dict[str, str | None] | None = None

    @property
    def catalog_id(self) -> str:
        """The id that the name gives."""
        return catalog_id_of(self.name)


@dataclass(frozen=True)
class DemoConfig:
    """The demo catalog has nothing to choose."""

    catalog_id: str = "demo"


@dataclass(frozen=True)
class ImportResult:
    """What an upload came to: listings taken, rows left out, and problems in all."""

    catalog_id: str
    listings: int
    rejected: int
    problems: int


@dataclass(frozen=True)
class EncodeResult:
    """What encoding came to: candidate pairs, and the seconds it took."""

    pairs: int
    seconds: float


@dataclass(frozen=True)
class Evaluation:
    """How a recipe does on a catalog's labels.

    Attributes:
        listing: Mean over listings, each counted among its own matches.
        pair: All pairs together.
        candidate_recall: Share of the true pairs that the search reached at all.
        listings: Listings with a label: what the figures are measured on.
        pool: Listings that were searched.
        learned: Listings measured whose products an encoder was trained on: on these the figures flatter.
    """

    listing: Scores
    pair: Scores
    candidate_recall: float
    listings: int
    pool: int
    learned: int = 0


def import_catalog(workspace: Workspace, config: ImportConfig, report: Report = silent) -> ImportResult:
    """Read a catalog into the workspace.

    Raises:
        DataError: The file cannot be used, or no row is good; an earlier catalog of that name is then untouched.
    """
    into = workspace.folder(config.catalog_id)
    source, images = Path(config.source), Path(config.images) if config.images else None
    mapping = ColumnMap(**config.mapping) if config.mapping else None
    catalog, problems = read_catalog(source, images, mapping, into, report)
    info = workspace.save_catalog(config.name.strip(), source.name, catalog, problems)
    return ImportResult(info.id, info.listings, sum(problem.rejected for problem in problems), len(problems))


def open_demo(workspace: Workspace, config: DemoConfig, report: Report = silent) -> ImportResult:
    """Import the demo catalog that comes with the program."""
    source = ImportConfig(str(DEMO / "listings.csv"), config.catalog_id.title(), str(DEMO / "images"))
    return import_catalog(workspace, source, report)


def encode(workspace: Workspace, config: EncodeConfig, report: Report = silent) -> EncodeResult:
    """Encode a catalog and make that what its pages show.

    Raises:
        DataError: No encoder was chosen, or one that does not fit.
        EncoderError: A model cannot be had.
    """
    start = time.perf_counter()
    encoded = encode_catalog(workspace, config, report)
    for modality, name in encoded.embeddings.items():
        if not workspace.load_embeddings(config.catalog_id, name).present.any():
            what, spec = ("title", config.text) if modality == "text" else ("photo", config.image)
            raise DataError(f"No listing has a {what} that {spec} can use; choose none for the {what}s.")
    remember(workspace, encoded)
    return EncodeResult(len(encoded.pairs), round(time.perf_counter() - start, 1))


def config_of(catalog_id: str, recipe: Recipe) -> EncodeConfig:
    """How a catalog is encoded for a recipe."""
    config = EncodeConfig(catalog_id, recipe.text_encoder, recipe.image_encoder, recipe.metric, recipe.k)
    # Only "fused" searches with its weight; "mean" weighs distances that are there.
    return replace(config, text_weight=recipe.text_weight) if recipe.fusion == "fused" else config


def last_config(workspace: Workspace, catalog_id: str) -> EncodeConfig:
    """How a catalog was last encoded; the usual way if it never was."""
    kept = workspace.store.setting(catalog_id, ENCODED)
    if kept is not None:
        return EncodeConfig(**kept["config"])
    return EncodeConfig(catalog_id, *default_encoders(workspace.load_catalog(catalog_id)))


def users_of(workspace: Workspace, encoder: str) -> list[str]:
    """Names of the catalogs that were last encoded with an encoder."""
    kept = {info.name: workspace.store.setting(info.id, ENCODED) for info in workspace.catalogs()}
    return [
        name for name, last in kept.items() if last and encoder in (last["config"]["text"], last["config"]["image"])
    ]


def current_recipe(workspace: Workspace, catalog_id: str) -> Recipe:
    """The recipe in force for a catalog: the one last set for the encoders in use, else a bundled one."""
    config = last_config(workspace, catalog_id)
    kept = workspace.store.setting(catalog_id, "recipe")
    recipe = Recipe.from_json(kept) if kept else usual_recipe(workspace, config)
    mine = (recipe.text_encoder, recipe.image_encoder, recipe.metric)
    return recipe if mine == (config.text, config.image, config.metric) else usual_recipe(workspace, config)


def usual_recipe(workspace: Workspace, config: EncodeConfig) -> Recipe:
    """The recipe for encoders that nobody has chosen thresholds for; those trained here bring theirs along."""
    return default_recipe(config, {card.id: own_threshold(card) for card in runs(workspace.encoders)})


def set_recipe(workspace: Workspace, catalog_id: str, recipe: Recipe) -> None:
    """Put a recipe in force for a catalog."""
    workspace.store.set_setting(catalog_id, "recipe", recipe.to_json())


def tune(
    workspace: Workspace,
    config: EncodeConfig,
    fusion: Fusion | None = None,
    objective: str = "f1",
    report: Report = silent,
) -> Recipe:
    """Choose thresholds on a catalog's labels.

    Distances between listings that an encoder was trained on are smaller than those it will meet. So where it was
    trained on this catalog, only products that were kept out of its training are asked about, in the pool of all.

    Args:
        workspace: Where the catalog is.
        config: The catalog, and how to encode it.
        fusion: None tries all that need no vectors of their own, and takes the one that does best on these labels.
        objective: What is to be best: "f1", or "precision@0.95" for the most recall at that precision.
        report: Told how far it is.

    Raises:
        DataError: The labels do not do, or the objective is not one.
    """
    codes = workspace.load_catalog(config.catalog_id).codes
    asked = kept_out(workspace, config)
    usual = usual_recipe(workspace, config)
    template = Recipe(config.text, config.image, "either", config.metric, config.k, text_weight=config.text_weight)
    template = replace(template, text_alone=usual.text_alone, image_alone=usual.image_alone)
    pairs = encode_catalog(workspace, config_of(config.catalog_id, template), report).pairs
    tried = [fusion] if fusion else FUSIONS if config.text and config.image else FUSIONS[:1]
    recipes = []
    for done, each in enumerate(tried):
        report(Progress("Choosing thresholds", done, len(tried)))
        if each == "fused" and config.text and config.image:  # the weight that is best for the mean is best for it too
            weight = tune_recipe(pairs, codes, replace(template, fusion="mean"), objective, asked=asked).text_weight
            template = replace(template, text_weight=weight)
            fused = replace(config_of(config.catalog_id, template), text_weight=weight)
            pairs = encode_catalog(workspace, fused, report).pairs
        recipes.append(tune_recipe(pairs, codes, replace(template, fusion=each), objective, asked=asked))
    report(Progress("Choosing thresholds", len(tried), len(tried)))
    considered = pairs if asked is None else pairs.chosen(asked[pairs.left] | asked[pairs.right])
    truth = truth_of(considered, codes)
    by_recall = objective != "f1"
    return max(recipes, key=lambda recipe: _merit(decide(considered, recipe), truth, by_recall))


def kept_out(workspace: Workspace, config: EncodeConfig) -> NDArray[np.bool_] | None:
    """Listings of products that no encoder in use was trained on, shape (N,).

    None if that is all of them, or if too few are left to choose thresholds on.
    """
    learned = learned_of(workspace, config)
    codes = workspace.load_catalog(config.catalog_id).codes
    sizes = np.bincount(codes[~learned & (codes >= 0)])
    return ~learned if learned.any() and (sizes > 1).sum() >= FEWEST_TO_ASK else None


def learned_of(workspace: Workspace, config: EncodeConfig) -> NDArray[np.bool_]:
    """Listings of products that an encoder in use was trained on, shape (N,)."""
    catalog = workspace.load_catalog(config.catalog_id)
    folders = [workspace.encoders / spec for spec in (config.text, config.image) if spec and ":" not in spec]
    listings = catalog.listings
    return learned_rows(filter(is_run, folders), list(listings["item_id"]), list(listings["title"]), catalog.codes)


def _merit(is_match: NDArray[np.bool_], truth: Truth, by_recall: bool) -> float:
    return pair_scores(is_match, truth).recall if by_recall else listing_scores(is_match, truth).f1


def evaluate(workspace: Workspace, catalog_id: str, recipe: Recipe, report: Report = silent) -> Evaluation:
    """Measure a recipe on a catalog's labels; what is not encoded yet is encoded.

    Raises:
        DataError: No listing has a label, or the recipe's thresholds are not set.
    """
    truth = truth_of(
        encode_catalog(workspace, config_of(catalog_id, recipe), report).pairs,
        workspace.load_catalog(catalog_id).codes,
    )
    is_match = decide(truth.pairs, recipe)
    return Evaluation(
        listing_scores(is_match, truth),
        pair_scores(is_match, truth),
        truth.candidate_recall,
        truth.listings,
        truth.pairs.n,
        int(learned_of(workspace, config_of(catalog_id, recipe))[workspace.load_catalog(catalog_id).codes >= 0].sum()),
    )


def match(workspace: Workspace, catalog_id: str, recipe: Recipe, report: Report = silent) -> pd.DataFrame:
    """List each listing's matches: what the recipe says, and verdicts above it; what is not encoded yet is encoded.

    Returns:
        Columns item_id, matches (ids with spaces between them, the listing itself first, then the closest).
    """
    pairs = encode_catalog(workspace, config_of(catalog_id, recipe), report).pairs
    listings = workspace.load_catalog(catalog_id).listings
    judged = judged_rows(list(listings["item_id"]), workspace.store.verdicts(catalog_id))
    outcome = outcome_of(pairs, recipe, decide(pairs, recipe), judged[MATCH], judged[DIFFERENT])
    return match_lists(listings["item_id"], outcome.left, outcome.right, outcome.strength)
