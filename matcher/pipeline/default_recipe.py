"""What is taken when nobody has chosen: encoders for a catalog, and a recipe for one without labels."""

from collections.abc import Mapping
from dataclasses import replace
from math import pi, sqrt

from matcher.encoders.base import EncoderInfo
from matcher.encoders.model_card import Card
from matcher.encoders.registry import ENCODERS, find_encoder
from matcher.ingest.catalog import Catalog
from matcher.ingest.profile import LANGUAGES, Languages
from matcher.matching.conflicts import USUAL, Veto
from matcher.matching.recipe import MOST_ALONE, NO_NEARER, Recipe
from matcher.matching.title_facts.clothes import are_clothes
from matcher.pipeline.encoding import EncodeConfig

CAREFUL = 0.8  # of the distance with the best F1: fewer matches, and far fewer false ones
# The cosine distance with the best F1 for whitened vectors: 0.39 to 0.64 for titles of four labelled catalogs, 0.62 for
# photos of one.
WHITENED = {"text": 0.45, "image": 0.6}
TEXT_WEIGHT = 0.6
# Against the arithmetic mean (0.7, rooms 1.25 and 1.8) the geometric one, vetoes in force in both, won 0.063 of F1 on
# the demo, 0.007 and 0.015 on two catalogs of real photos and 0.020 on one of picture hashes.
KNOWN = 0.5  # share of the titles whose language an encoder has to know
UNKNOWN_WIDTH = 768
UNKNOWN = EncoderInfo("unknown", "text", "unknown", "Trained here, or gone.", "", columns=())


def default_encoders(catalog: Catalog) -> tuple[str | None, str | None]:
    """Encoders that suit what a catalog has: for titles and for photos, None where it has none.

    Photos are better than their hashes, which only find the same picture again. Titles are compared by their letters in
    every language: on labelled Indonesian titles that reaches an F1 of .889, encoders of meaning .80 to .82.
    """
    fits: dict[str, str] = {}
    for info in ENCODERS.values():
        if info.is_default and bool((catalog.listings[info.columns[0]] != "").any()):
            fits.setdefault(info.modality, info.id)
    return fits.get("text"), fits.get("image")


def suggest_encoder(languages: Languages) -> tuple[EncoderInfo, float] | None:
    """An encoder that reads the meaning of titles which are not mostly English.

    Args:
        languages: Of the titles.

    Returns:
        The encoder that knows most of their languages, and the share of the titles whose language is clear that it
        knows, 0..1. None where most are English, or no encoder knows most of them.
    """
    of_name = dict(zip(languages.frame["language"], languages.frame["titles"], strict=True))
    titles = {code: int(of_name.get(name, 0)) for code, name in LANGUAGES.items()}
    clear = sum(titles.values())
    if 2 * titles["en"] >= clear:  # also where no title is clear
        return None
    known = {info.id: sum(titles[code] for code in info.languages) / clear for info in ENCODERS.values()}
    best = max(known, key=lambda encoder: known[encoder])
    return (ENCODERS[best], known[best]) if known[best] >= KNOWN else None


def own_threshold(card: Card) -> float:
    """The cosine distance with the best F1 for an encoder trained here, as far as its training can tell."""
    if card.split["measured_by"] == "labels" or not card.config.get("whiten", True):
        return card.figures["threshold"]
    return WHITENED[card.modality]  # edited copies of a listing lie far nearer to it than other listings of its product


def default_recipe(config: EncodeConfig, best: Mapping[str, float] | None = None, clothes: bool = False) -> Recipe:
    """A recipe for a catalog without labels: the mean of both distances, or the only one there is.

    Two sizes, two counts, two model numbers or two brands are two products, and without photos two colours of anything
    but clothes, until somebody says otherwise.

    Args:
        config: The encoders and the metric.
        best: Encoders trained here, with the cosine distance that was best on what their training kept out.
        clothes: Whether the catalog is of clothes, see `are_clothes`.
    """
    learned = {encoder: CAREFUL * distance for encoder, distance in (best or {}).items()}
    text, image = (
        learned.get(spec, _entry(spec).threshold) if spec else UNKNOWN.threshold for spec in (config.text, config.image)
    )
    recipe = Recipe(
        config.text,
        config.image,
        "mean" if config.text and config.image else "either",
        config.metric,
        config.k,
        _in_metric(text, config.text, config.metric) if config.text else None,
        _in_metric(image, config.image, config.metric) if config.image else None,
        text_weight=TEXT_WEIGHT,
        mean="geometric",
        veto=_usual_vetoes(config, clothes),
    )
    if recipe.fusion == "either":
        return recipe
    # A pair whose title and photo both are so-so may match where neither would alone, so the mean gets more room.
    room = max(_entry(spec).room_in_mean for spec in (config.text, config.image) if spec)
    both = (_in_metric(room * text, config.text, config.metric), _in_metric(room * image, config.image, config.metric))
    joint = max(both[0], NO_NEARER) ** TEXT_WEIGHT * max(both[1], NO_NEARER) ** (1 - TEXT_WEIGHT)
    # One alone is as near to the mean's threshold as it is to its own.
    text_alone, image_alone = (
        min(MOST_ALONE, joint / own) if own else 1.0 for own in (recipe.text_threshold, recipe.image_threshold)
    )
    return replace(recipe, fused_threshold=joint, text_alone=text_alone, image_alone=image_alone)


def recipe_for(catalog: Catalog, config: EncodeConfig) -> Recipe:
    """`default_recipe` for a catalog at hand."""
    return default_recipe(config, clothes=not config.image and are_clothes(list(catalog.listings["title"])))


def _usual_vetoes(config: EncodeConfig, clothes: bool) -> tuple[Veto, ...]:
    """What parts listings until somebody says otherwise.

    Photos show colours, and many catalogs sell one product in several. Where no photos are compared the title alone can
    tell: parting by colour won .010 of F1 on titles of many shops. But one piece of clothing is listed in all of its
    colours as in all of its sizes: there, parting by colour lost .029.
    """
    if not config.text:
        return ()
    return USUAL if config.image or clothes else (*USUAL, "colours")


def _entry(encoder: str) -> EncoderInfo:
    """What the registry says of an encoder; of one trained here, or gone, what is said of any."""
    return find_encoder(encoder) or UNKNOWN


def _in_metric(distance: float, encoder: str | None, metric: str) -> float:
    """About what a cosine distance is in another metric.

    Manhattan distances of dense unit rows are about sqrt(2 width / pi) times Euclidean ones, as if differences were
    normal; where an entry says so they are in proportion to the cosine distance.
    """
    if metric == "cosine":
        return distance
    info = _entry(encoder or "")
    if metric == "manhattan" and info.manhattan_per_cosine:
        return info.manhattan_per_cosine * distance
    euclidean = sqrt(2 * distance)
    if metric == "euclidean":
        return euclidean
    return euclidean * sqrt(2 * (info.width or UNKNOWN_WIDTH) / pi)
