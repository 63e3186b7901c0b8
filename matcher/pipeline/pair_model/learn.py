"""Learning a pair model from what is known of a catalog, and measuring it on products that it did not learn from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError, TooLittleKnown
from matcher.ingest.catalog import Catalog
from matcher.matching.metrics import RowPair, Truth, known_truth, pair_scores, per_listing_scores
from matcher.matching.pair_model.features import PairFeatures
from matcher.matching.pair_model.learn import Known, content_keys, known_pairs, learn_pair_model, product_folds
from matcher.matching.recipe import Recipe, decide
from matcher.matching.threshold_margin import distance_to_edge
from matcher.matching.tuning import tune_recipe
from matcher.pipeline.encoding import EncodeConfig, Encoded
from matcher.pipeline.pair_model.features import keep_features, near_pairs, shown_photos
from matcher.pipeline.pair_model.judge import judge_pairs, save_judgement
from matcher.pipeline.pair_model.learned_model import LearnedModel, listing_keys
from matcher.pipeline.pair_model.models import remember_model, save_model
from matcher.pipeline.pair_model.trained import UNTRAINED, Trained, doubted_features, find_trained, hide_trained
from matcher.progress import Report, silent
from matcher.storage.workspace import Workspace
from matcher.vectors.candidate_pairs import CandidatePairs

FEWEST = 10  # pairs of one product, and of two, under which there is nothing to learn from
FEWEST_PRODUCTS = 20  # labelled products with two listings, under which the labels do not choose where groups end


@dataclass(frozen=True)
class Learned:
    """What learning came to.

    Attributes:
        model: The model.
        pairs: The P candidate pairs with its distances, each judged by what did not learn from its listings.
        recipe: The recipe that decides by it.
    """

    model: LearnedModel
    pairs: CandidatePairs
    recipe: Recipe


def learn(
    pairs: CandidatePairs,
    catalog: Catalog,
    features: PairFeatures,
    config: EncodeConfig,
    beside: Recipe,
    *,
    objective: str = "f1",
    is_query: NDArray[np.bool_] | None = None,
    trained: Trained = UNTRAINED,
    same: Sequence[RowPair] = (),
    different: Sequence[RowPair] = (),
    report: Report = silent,
) -> Learned:
    """Learn a pair model from labels with verdicts over them, or from verdicts alone.

    Args:
        pairs: P candidate pairs.
        catalog: Their N listings.
        features: Of the near ones of the pairs.
        config: How the catalog was encoded.
        beside: A rule by the same encoders to hold the model against, with its thresholds.
        objective: As in `tune_recipe`; for "f1" the model's own threshold stands.
        is_query: Shape (N,). Listings of products that no encoder was trained on, where that is not all: figures are of
            them. None for all.
        trained: What the encoders were trained on: all pairs are learned from, but see `hide_trained`.
        same: Pairs of rows judged to be one product.
        different: Pairs of rows judged not to be.
        report: Told how far it is; may raise Cancelled.

    Raises:
        TooLittleKnown: As it says.
    """
    near = pairs.chosen(near_pairs(pairs))
    codes = catalog.codes
    shows = list(catalog.listings["title"]), shown_photos(catalog)
    fold, key = product_folds(catalog.codes, *shows), content_keys(pairs.n, *shows)
    known = known_pairs(near, codes, fold, same, different, key)
    known = replace(known, weight=known.weight * trained.weight(near))
    count, alike = int(known.is_known.sum()), int((known.is_known & known.is_same).sum())
    if min(alike, count - alike) < FEWEST:
        raise TooLittleKnown(
            f"{alike:,} of the near pairs are known to be one product and {count - alike:,} to be two; a pair model "
            f"learns from {FEWEST} of each at least: give more verdicts on the Review page, or import labels."
        )
    products = int((np.bincount(codes[codes >= 0]) > 1).sum())
    by_labels = products >= FEWEST_PRODUCTS
    margin = None if by_labels else distance_to_edge(near, beside)
    try:
        told = hide_trained(features, near, trained)
        doubted = doubted_features(features, near, trained)
        model = learn_pair_model(told, known, codes if by_labels else None, report, margin, doubted)
    except DataError as error:  # all of one kind are of one fold's products
        raise TooLittleKnown(str(error)) from error
    learned = LearnedModel(
        model, _folds_learned(known, catalog), "labels" if products else "verdicts", count, alike, 0, 0.0, 0.0
    )
    recipe = replace(
        beside, fusion="learned", k=config.k, text_weight=config.text_weight, learned_threshold=1 - model.cut, veto=()
    )
    judged = judge_pairs(pairs, catalog, features, learned, recipe, report)
    if objective != "f1":
        recipe = tune_recipe(
            judged, catalog.codes, recipe, objective, is_query=is_query, same=same, different=different
        )
    truth = known_truth(judged, catalog.codes, same, different)
    (f1, measured), (rule_f1, _) = (measure_f1(each, truth, is_query) for each in (recipe, beside))
    learned = replace(learned, measured=measured, f1=f1, rule_f1=rule_f1)
    return Learned(learned, judged, replace(recipe, pair_model=learned.fingerprint))


def learn_catalog(
    workspace: Workspace, catalog: Catalog, encoded: Encoded, beside: Recipe, report: Report = silent, **known: Any
) -> Learned:
    """`learn` for a catalog of a workspace, which keeps the features, the model and what it makes of the pairs."""
    features, trained = keep_features(workspace, catalog, encoded, report), find_trained(workspace, catalog, encoded)
    learned = learn(encoded.pairs, catalog, features, encoded.config, beside, trained=trained, report=report, **known)
    save_model(workspace, encoded.config.catalog_id, learned.model)
    remember_model(learned.model)
    save_judgement(workspace, encoded, learned.recipe, learned.pairs)
    return learned


def measure_f1(recipe: Recipe, truth: Truth, is_query: NDArray[np.bool_] | None = None) -> tuple[float, int]:
    """F1 of a recipe, and of how many it is.

    Args:
        recipe: With its thresholds.
        truth: What is known of the pairs, which have the distances that the recipe reads.
        is_query: Shape (N,). Listings whose matches count; None for all.

    Returns:
        The mean over labelled listings and their number; where only verdicts are known, over the pairs judged.
    """
    is_match = decide(truth.pairs, recipe)
    if not truth.listings:
        return pair_scores(is_match, truth).f1, truth.judged
    f1 = per_listing_scores(is_match, truth)[2]
    if is_query is not None:
        f1 = f1[is_query[truth.label_size > 0]]
    return (float(f1.mean()) if len(f1) else 0.0), len(f1)


def _folds_learned(known: Known, catalog: Catalog) -> dict[str, int]:
    """The fold of each listing in a known pair, by its key."""
    rows = np.unique(np.concatenate([known.pairs.left[known.is_known], known.pairs.right[known.is_known]]))
    keys = listing_keys(catalog)
    return {keys[row]: int(known.fold[row]) for row in rows.tolist() if keys[row]}
