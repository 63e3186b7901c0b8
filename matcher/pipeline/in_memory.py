"""The steps from a file to its matches on arrays in memory: for notebooks and scripts, without a workspace."""

import shutil
import tempfile
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from matcher.encoders.base import Encoder
from matcher.encoders.registry import load_encoder
from matcher.errors import DataError, TooLittleKnown
from matcher.ingest import catalog as ingest
from matcher.ingest.catalog import Catalog, Problem
from matcher.matching.conflicts import with_conflicts
from matcher.matching.groups.column_values import with_columns
from matcher.matching.groups.figures import group_figures
from matcher.matching.groups.pairs import score_groups, truth_within
from matcher.matching.metrics import truth_of
from matcher.matching.pair_model.features import PairFeatures
from matcher.matching.recipe import Fusion, Recipe, decide
from matcher.matching.resolve import outcome_of
from matcher.matching.tuning import merit, tune_recipe
from matcher.pipeline.default_recipe import default_encoders, recipe_for
from matcher.pipeline.encoding import EncodeConfig
from matcher.pipeline.kept.contents import contents_of, inputs_of
from matcher.pipeline.kept.evidence import empty_photos
from matcher.pipeline.matches import Evaluation, count_modelled
from matcher.pipeline.pair_model.features import compute_features
from matcher.pipeline.pair_model.judge import judge_pairs
from matcher.pipeline.pair_model.learn import learn
from matcher.pipeline.pair_model.models import find_model, remember_model
from matcher.pipeline.recipes import FUSIONS
from matcher.pipeline.training_rows import FEWEST_QUERY_PRODUCTS
from matcher.progress import Report, silent
from matcher.storage.exports import match_lists
from matcher.vectors.candidate_pairs import CandidatePairs, candidate_pairs
from matcher.vectors.distance import Metric
from matcher.vectors.embeddings import Embeddings, Vectors, embeddings_of, fuse
from matcher.vectors.neighbours import Neighbours, nearest


@dataclass(frozen=True)
class EncodedCatalog:
    """A catalog with its vectors, its neighbours, and every pair that might match.

    Attributes:
        catalog: N listings.
        config: The encoders by name, the metric, the number of neighbours and the weight of the titles.
        embeddings: Modality ("text", "image", and "fused" where there are both) to N unit vectors.
        neighbours: Modality to the nearest listings of each listing.
        pairs: Every pair that some modality found, with its distance in each.
    """

    catalog: Catalog
    config: EncodeConfig
    embeddings: Mapping[str, Embeddings]
    neighbours: Mapping[str, Neighbours]
    pairs: CandidatePairs

    @cached_property
    def features(self) -> PairFeatures:
        """What a pair model reads of the near ones of the pairs; computed when it is first asked for."""
        return compute_features(
            self.pairs, self.catalog, self.config, lambda spec: _embed(self.catalog, load_encoder(spec), silent)
        )


def read_catalog(
    source: str | Path, images: str | Path | None = None, report: Report = silent
) -> tuple[Catalog, list[Problem]]:
    """Read a table of listings and its photos; columns are recognised by their names.

    Working copies of the photos stand in a temporary folder that goes with the catalog.

    Args:
        source: CSV, TSV, Parquet, Excel, or a zip of one such table and its photos.
        images: Folder or zip of photos; None if they are in `source`, or if there are none.
        report: Told how far it is.

    Returns:
        The catalog of the good rows, and what was found wrong with which row.

    Raises:
        DataError: The file cannot be used at all, or no row is good.
    """
    folder = tempfile.mkdtemp(prefix="twinshelf-")
    try:
        photos = Path(images) if images is not None else None
        catalog, problems = ingest.read_catalog(Path(source), photos, None, Path(folder), report)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(catalog, shutil.rmtree, folder, ignore_errors=True)
    return catalog, problems


def encode(
    catalog: Catalog,
    text: str | Encoder | None = None,
    image: str | Encoder | None = None,
    *,
    metric: Metric = "cosine",
    k: int = 50,
    text_weight: float = 0.5,
    report: Report = silent,
) -> EncodedCatalog:
    """Turn titles and photos into vectors, find neighbours, and measure every pair that some modality found.

    Args:
        catalog: N listings.
        text: Encoder of the titles, as `load_encoder` takes or gives it; None to leave titles out.
        image: Encoder of the photos, likewise. Where neither is given, those are taken that suit the catalog.
        metric: Which distance.
        k: Neighbours for each listing and modality, at least 1.
        text_weight: Share of the titles in the fused vectors, 0..1.
        report: Told how far it is; may raise Cancelled.

    Raises:
        DataError: An encoder does not fit its modality, or no listing has what it encodes.
        EncoderError: A model cannot be had.
    """
    if text is None and image is None:
        text, image = default_encoders(catalog)
    chosen = {"text": _open(text, "text"), "image": _open(image, "image")}
    embeddings = {kind: _embed(catalog, encoder, report) for kind, encoder in chosen.items() if encoder}
    if "image" in embeddings:
        embeddings["image"] = embeddings["image"].without(empty_photos(catalog))
    if len(embeddings) == 2:
        embeddings["fused"] = fuse(embeddings["text"], embeddings["image"], text_weight)
    neighbours = {kind: nearest(vectors, k=k, metric=metric, report=report) for kind, vectors in embeddings.items()}
    pairs = with_conflicts(candidate_pairs(embeddings, neighbours, metric, report), list(catalog.listings["title"]))
    names = {kind: encoder.id if encoder else None for kind, encoder in chosen.items()}
    config = EncodeConfig("", names["text"], names["image"], metric, k, text_weight)
    return EncodedCatalog(catalog, config, embeddings, neighbours, pairs)


def tune(
    encoded: EncodedCatalog, fusion: Fusion | None = None, objective: str = "f1", report: Report = silent
) -> Recipe:
    """Choose thresholds on the labels of a catalog, or learn a pair model from them.

    On listings that an encoder was trained on thresholds come out too strict; encode others with it.

    Args:
        encoded: A catalog with labels.
        fusion: How title and photo are joined; None tries all that fit and takes the one that does best, "learned" by
            what it makes of products that it did not learn from.
        objective: What is to be best: "f1", or "precision@0.95" for the most recall at that precision.
        report: Told how far learning is; may raise Cancelled.

    Raises:
        DataError: There are too few labels, or the objective is not one.
    """
    config, codes = encoded.config, encoded.catalog.codes
    beside = _plain_rule(encoded, None if fusion == "learned" else fusion, objective)
    products = int((np.bincount(codes[codes >= 0]) > 1).sum())
    if fusion not in ("learned", None) or (fusion is None and products < FEWEST_QUERY_PRODUCTS):
        return beside
    try:
        learned = learn(
            encoded.pairs, encoded.catalog, encoded.features, config, beside, objective=objective, report=report
        )
    except TooLittleKnown:
        if fusion == "learned":
            raise
        return beside
    remember_model(learned.model)
    truth = truth_of(learned.pairs, codes)
    if fusion == "learned":
        return learned.recipe
    return max(beside, learned.recipe, key=lambda recipe: merit(recipe, truth, objective))


def _plain_rule(encoded: EncodedCatalog, fusion: Fusion | None, objective: str) -> Recipe:
    """The best rule of thresholds."""
    config, codes, usual = encoded.config, encoded.catalog.codes, recipe_for(encoded.catalog, encoded.config)
    template = Recipe(config.text, config.image, "either", config.metric, config.k, text_weight=config.text_weight)
    template = replace(template, text_alone=usual.text_alone, image_alone=usual.image_alone)
    tried = [fusion] if fusion else FUSIONS if config.text and config.image else FUSIONS[:1]
    recipes = [tune_recipe(encoded.pairs, codes, replace(template, fusion=each), objective) for each in tried]
    truth = truth_of(encoded.pairs, codes)
    best = max(recipes, key=lambda recipe: merit(recipe, truth, objective))
    with_veto = tune_recipe(encoded.pairs, codes, replace(best, veto=usual.veto), objective)
    return max(best, with_veto, key=lambda recipe: merit(recipe, truth, objective))


def match(encoded: EncodedCatalog, recipe: Recipe | None = None) -> pd.DataFrame:
    """List each listing's matches.

    Args:
        encoded: N listings.
        recipe: Of `tune`, or None for the usual thresholds of these encoders.

    Returns:
        N rows with columns item_id and matches: ids with spaces between them, the listing itself first, then the
        closest.

    Raises:
        DataError: The recipe is for other encoders, another metric or more neighbours.
    """
    recipe = _fitting(encoded, recipe)
    pairs = _judged(encoded, recipe)
    found = outcome_of(pairs, recipe, decide(pairs, recipe), (), ())
    return match_lists(encoded.catalog.listings["item_id"], found.left, found.right, found.strength)


def evaluate(encoded: EncodedCatalog, recipe: Recipe | None = None) -> Evaluation:
    """Measure a recipe on the labels of a catalog, in the pool of all its listings.

    Measured on the labels that its thresholds were tuned on, or on listings that an encoder was trained on, a recipe
    looks better than it is. A pair model does not: each listing is judged by what did not learn from it.

    Args:
        encoded: A catalog with labels.
        recipe: Of `tune`, or None for the usual thresholds of these encoders.

    Raises:
        DataError: No listing has a label; or as `match`.
    """
    recipe = _fitting(encoded, recipe)
    pairs = _judged(encoded, recipe)
    truth = truth_of(pairs, encoded.catalog.codes)
    group = outcome_of(pairs, recipe, decide(pairs, recipe), (), ()).group
    within = truth_within(group, encoded.catalog.codes)
    figures = group_figures(group, within)
    modelled = count_modelled(encoded.catalog, find_model(recipe) if recipe.fusion == "learned" else None)
    scores = score_groups(within)
    return Evaluation(*scores, figures, truth.candidate_recall, truth.listings, truth.pairs.n, modelled=modelled)


def _judged(encoded: EncodedCatalog, recipe: Recipe) -> CandidatePairs:
    """The pairs with all distances that a recipe reads."""
    pairs = with_columns(encoded.pairs, encoded.catalog.listings, recipe.columns)
    if recipe.fusion != "learned":
        return pairs
    return judge_pairs(pairs, encoded.catalog, encoded.features, find_model(recipe), recipe)


def _open(encoder: str | Encoder | None, modality: str) -> Encoder | None:
    opened = load_encoder(encoder) if isinstance(encoder, str) else encoder
    if opened is not None and opened.modality != modality:
        raise DataError(f"The encoder {opened.id} is for {opened.modality}; choose one for {modality}.")
    return opened


def _embed(catalog: Catalog, encoder: Encoder, report: Report) -> Embeddings:
    """Vectors of all listings; each distinct title or photo is encoded once."""
    contents = contents_of(catalog, encoder)
    distinct = list(dict.fromkeys(filter(None, contents)))
    if not distinct:
        what = "title" if encoder.modality == "text" else "photo"
        raise DataError(f"No listing has a {what} that {encoder.id} can use; leave the {what}s out.")
    if encoder.fitted:  # what a word weighs depends on how often it stands in the whole catalog
        return embeddings_of(encoder.encode(contents, report))
    vectors = encoder.encode(inputs_of(catalog.photos or Path(), encoder, distinct), report)
    return embeddings_of(_spread(vectors, distinct, contents))


def _spread(vectors: Vectors, distinct: list[str], contents: list[str]) -> Vectors:
    """The vector of each listing's content; shape (N, D), zeros where it has none."""
    position = {content: row for row, content in enumerate(distinct)}
    rows = np.array([position.get(content, -1) for content in contents])
    if isinstance(vectors, csr_matrix):
        known = csr_matrix((rows >= 0).astype(np.float32)[:, None])
        return csr_matrix(vectors[np.maximum(rows, 0)].multiply(known))
    spread = np.zeros((len(contents), vectors.shape[1]), np.float32)
    spread[rows >= 0] = vectors[rows[rows >= 0]]
    return spread


def _fitting(encoded: EncodedCatalog, recipe: Recipe | None) -> Recipe:
    """The recipe, if the pairs have what it reads; the usual one for None."""
    config = encoded.config
    if recipe is None:
        return recipe_for(encoded.catalog, config)
    wanted = (recipe.text_encoder, recipe.image_encoder, recipe.metric)
    if wanted != (config.text, config.image, config.metric):
        raise DataError(
            f"The recipe is for titles by {recipe.text_encoder}, photos by {recipe.image_encoder} and {recipe.metric} "
            f"distance; these are {config.text}, {config.image} and {config.metric}: encode the catalog as it says."
        )
    if recipe.k > config.k:
        raise DataError(f"The recipe asks for {recipe.k} neighbours and {config.k} were searched: encode with k more.")
    if recipe.fusion in ("fused", "learned") and recipe.text_weight != config.text_weight:
        raise DataError(
            f"The recipe fuses with a text_weight of {recipe.text_weight:g}, the catalog was encoded with "
            f"{config.text_weight:g}: encode it with the recipe's."
        )
    return recipe
