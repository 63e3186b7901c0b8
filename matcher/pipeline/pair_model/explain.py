"""Why a learned recipe takes pairs of a catalog for one product or two, from the features that were kept of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from matcher.errors import DataError
from matcher.ingest.catalog import Catalog
from matcher.matching.pair_model.reason_words import Reason, tell_reasons
from matcher.matching.pair_model.reasons import Explainer
from matcher.matching.recipe import Recipe
from matcher.pipeline.encoding import Encoded
from matcher.pipeline.pair_model.features import open_features, position_among_near
from matcher.pipeline.pair_model.models import load_model
from matcher.storage.workspace import Workspace


@dataclass(frozen=True)
class PairReasons:
    """Why a pair model takes one pair for one product or two.

    Attributes:
        probability: What the model makes of the pair by itself, before its bound, vetoes and groups, 0..1.
        base: Log-odds of a pair of which nothing is known.
        reasons: What each family of features adds, the strongest first; those too weak for a word are left out, so
            that their log-odds with the base sum to about the pair's.
    """

    probability: float
    base: float
    reasons: tuple[Reason, ...]


def explain_pairs(
    workspace: Workspace, catalog: Catalog, encoded: Encoded, recipe: Recipe, positions: Sequence[int]
) -> list[PairReasons | None]:
    """Explain what the model of a learned recipe says of some candidate pairs.

    Each pair is explained by the parts of the model that judged it, which have not learned from its listings. Only the
    rows asked for are read of the kept features, so a page of pairs takes milliseconds in a large catalog.

    Args:
        workspace: Where the catalog is.
        catalog: Its listings.
        encoded: Its candidate pairs, with or without those that only groups imply.
        recipe: In force; its fusion is "learned".
        positions: Of pairs among `encoded.pairs`.

    Returns:
        For each position the reasons; None for a pair that the model did not look at: the search found it only far
        down the lists, or not at all, and its group alone joins it.

    Raises:
        DataError: The recipe has no pair model, the model is gone, or its features were not computed yet.
    """
    catalog_id = encoded.config.catalog_id
    if recipe.fusion != "learned" or recipe.pair_model is None:
        raise DataError(f"The recipe decides by {recipe.fusion}, not by a pair model; there is no model to ask why.")
    learned = load_model(workspace, catalog_id, recipe.pair_model)
    explainer = _explainer(workspace, catalog_id, recipe.pair_model)
    # Pages add what judged the pairs to the key, after a blank.
    kept = open_features(workspace, replace(encoded, key=encoded.key.split(" ")[0]))
    if kept is None:
        raise DataError("The features of these pairs are not in the workspace; encode the catalog again.")
    pairs, titles = encoded.pairs, catalog.listings["title"]
    found: list[PairReasons | None] = []
    for position, at in zip(positions, position_among_near(pairs, positions), strict=True):
        if at < 0:
            found.append(None)
            continue
        ends = np.array([pairs.left[position], pairs.right[position]])
        parts = learned.parts_unlearned(*learned.folds_at(catalog, ends).tolist())
        features = kept.chosen(np.array([at]))
        added = explainer.contributions(features, parts)
        log_odds = added.base + added.values.sum(axis=1)
        one, other = (str(titles.iat[end]) for end in ends)
        found.append(
            PairReasons(
                probability=float(learned.model.calibrated(log_odds, pairs.n)[0]),
                base=added.base,
                reasons=tell_reasons(added, features, 0, one, other, catalog.word_counts),
            )
        )
    return found


@lru_cache(maxsize=4)
def _explainer(workspace: Workspace, catalog_id: str, name: str) -> Explainer:
    """Made once for a model: content alone decides its name."""
    return Explainer(load_model(workspace, catalog_id, name).model)
