"""What is taken when nobody has chosen: encoders for a catalog, and a recipe for one without labels."""

from collections.abc import Mapping
from dataclasses import replace
from math import pi, sqrt

from matcher.encoders.model_card import Card
from matcher.ingest.catalog import Catalog
from matcher.matching.recipe import MOST_ALONE, Recipe
from matcher.pipeline.encoding import EncodeConfig

TEXT_ENCODER = "tfidf-char"
IMAGE_ENCODER = "efficientnet"

# Cosine distances, chosen on several labelled catalogs of real goods for few false matches rather than many matches:
# nobody has looked at these catalogs yet, and a larger one brings more false matches at the same threshold.
THRESHOLDS = {"tfidf": 0.38, "tfidf-char": 0.34, "bert": 0.2, "efficientnet": 0.12, "phash": 0.25}
UNKNOWN_ENCODER = 0.15
CAREFUL = 0.8  # of the distance with the best F1: fewer matches, and far fewer false ones
# The cosine distance with the best F1 for whitened vectors: 0.39 to 0.64 for titles of four labelled catalogs, 0.62 for
# photos of one.
WHITENED = {"text": 0.45, "image": 0.6}
TEXT_WEIGHT = 0.7
# A pair whose title and photo both are so-so may match where neither would alone, so the mean gets more room. With
# picture hashes far more: those of different pictures of one product are as far apart as those of any two.
ROOM = {"phash": 1.8}
USUAL_ROOM = 1.25

# Manhattan distance of unit rows, for a cosine distance d: of two hashes exactly 8 d; of TF-IDF about 2 sqrt(terms) d;
# of dense vectors about sqrt(2 width / pi) times the Euclidean distance, as if their differences were normal.
PER_COSINE = {"phash": 8.0, "tfidf": 6.0, "tfidf-char": 24.0}
WIDTHS = {"bert": 384, "efficientnet": 1280}
UNKNOWN_WIDTH = 768


def default_encoders(catalog: Catalog) -> tuple[str | None, str | None]:
    """Encoders that suit what a catalog has: for titles and for photos, None where it has none.

    Photos are better than their hashes, which only find the same picture again.
    """
    has = {column: bool((catalog.listings[column] != "").any()) for column in ("title", "photo", "phash")}
    image = IMAGE_ENCODER if has["photo"] else "phash" if has["phash"] else None
    return (TEXT_ENCODER if has["title"] else None), image


def own_threshold(card: Card) -> float:
    """The cosine distance with the best F1 for an encoder trained here, as far as its training can tell."""
    if card.split["measured_by"] == "labels" or not card.config.get("whiten", True):
        return card.figures["threshold"]
    return WHITENED[card.modality]  # edited copies of a listing lie far nearer to it than other listings of its product


def default_recipe(config: EncodeConfig, best: Mapping[str, float] | None = None) -> Recipe:
    """A recipe for a catalog without labels: the mean of both distances, or the only one there is.

    Args:
        config: The encoders and the metric.
        best: Encoders trained here, with the cosine distance that was best on what their training kept out.
    """
    known = THRESHOLDS | {encoder: CAREFUL * distance for encoder, distance in (best or {}).items()}
    text, image = (known.get(spec or "", UNKNOWN_ENCODER) for spec in (config.text, config.image))
    recipe = Recipe(
        config.text,
        config.image,
        "mean" if config.text and config.image else "either",
        config.metric,
        config.k,
        _in_metric(text, config.text, config.metric) if config.text else None,
        _in_metric(image, config.image, config.metric) if config.image else None,
        text_weight=TEXT_WEIGHT,
    )
    if recipe.fusion == "either":
        return recipe
    room = ROOM.get(config.image or "", USUAL_ROOM)
    joint = TEXT_WEIGHT * _in_metric(room * text, config.text, config.metric)
    joint += (1 - TEXT_WEIGHT) * _in_metric(room * image, config.image, config.metric)
    # One alone is as near to the mean's threshold as it is to its own.
    text_alone, image_alone = (
        min(MOST_ALONE, joint / own) if own else 1.0 for own in (recipe.text_threshold, recipe.image_threshold)
    )
    return replace(recipe, fused_threshold=joint, text_alone=text_alone, image_alone=image_alone)


def _in_metric(distance: float, encoder: str | None, metric: str) -> float:
    """About what a cosine distance is in another metric."""
    if metric == "cosine":
        return distance
    if metric == "manhattan" and encoder in PER_COSINE:
        return PER_COSINE[encoder] * distance
    euclidean = sqrt(2 * distance)
    if metric == "euclidean":
        return euclidean
    return euclidean * sqrt(2 * WIDTHS.get(encoder or "", UNKNOWN_WIDTH) / pi)
