"""The decision rule in a curator's words."""

from collections.abc import Mapping, Sequence
from math import inf

from matcher.encoders.registry import ENCODERS
from matcher.matching.recipe import Recipe
from matcher.review.queue import RANDOM
from pages._shared.cards import ICONS, WORDS, Bar

FUSIONS = {
    "either": ("Title or photo", "A pair matches when its titles or its photos are near enough. Finds the most."),
    "both": ("Title and photo", "A pair matches only when its titles and its photos are near enough. Errs the least."),
    "mean": (
        "Weighted mean",
        "One distance from both: a very near title makes up for a far photo, and the reverse. Where a listing has only "
        "one of the two, that one has to be near by itself.",
    ),
    "fused": ("Joined", "Title and photo are joined before the search, which also finds pairs middling in both."),
}
MEANS = {"arithmetic": "Usual", "geometric": "Lenient"}
METRICS = {"cosine": "cosine distance", "euclidean": "Euclidean distance", "manhattan": "Manhattan distance"}
TONES = {"text": "blue", "image": "orange", "fused": "violet"}
NAMES = {"text": "Titles", "image": "Photos", "fused": "Title and photo"}


def encoder_name(encoder: str | None) -> str:
    """What an encoder is called on the screen: its title, the last part of a model's name, or a run's own name."""
    info = ENCODERS.get(encoder or "")
    if info:
        return info.title
    return (encoder or "none").partition(":")[2].rstrip("/").rsplit("/", 1)[-1] or encoder or "none"


def recipe_in_words(recipe: Recipe) -> str:
    """ "Titles within 0.412 (TF-IDF words) or photos within 0.310 (EfficientNet-Lite0); ..."."""
    encoders = {"text": encoder_name(recipe.text_encoder), "image": encoder_name(recipe.image_encoder)}
    if recipe.fusion in ("mean", "fused") and recipe.text_encoder and recipe.image_encoder:
        share = f"{100 * recipe.text_weight:.0f} % title, {100 - 100 * recipe.text_weight:.0f} % photo"
        how = "weighted mean of title and photo" if recipe.fusion == "mean" else "title and photo joined"
        rule = f"{how} within {_figure(recipe.fused_threshold)} ({share}; {encoders['text']} and {encoders['image']})"
    else:
        sides = [
            f"{NAMES[side].lower()} within {_figure(getattr(recipe, f'{side}_threshold'))} ({encoders[side]})"
            for side in recipe.modalities
        ]
        rule = (" or " if recipe.fusion == "either" else " and ").join(sides)
    return f"{rule[:1].upper()}{rule[1:]}; {METRICS[recipe.metric]}, the {recipe.k} nearest of each listing."


def why_asked(recipe: Recipe, distance: Mapping[str, float], is_match: bool, sampled: str) -> str:
    """Why a pair came up for review, in a sentence or two; `distance` is the pair's in each modality."""
    if sampled == RANDOM:
        return "Drawn at random from the matches, to learn how many of them are right."
    now = "a match now" if is_match else "no match now"
    if recipe.fusion in ("mean", "fused"):
        return f"Near the edge: title and photo together are close to the threshold, {now}."
    limits = {side: getattr(recipe, f"{side}_threshold") for side in recipe.modalities if distance[side] != inf}
    near = min(limits, key=lambda side: abs(distance[side] - limits[side]) / max(limits[side], 1e-6))
    reason = f"Near the edge: {NAMES[near].lower()} {distance[near]:.3f} apart, threshold {limits[near]:.3f}, {now}."
    within = [side for side in limits if distance[side] <= limits[side]]
    if len(within) == 1 and len(limits) == 2:
        other = next(side for side in limits if side != within[0])
        reason += f" The {NAMES[within[0]].lower()} say same, the {NAMES[other].lower()} do not."
    return reason


def distances_in_words(bars: Sequence[Bar]) -> str:
    """The distances of a pair in one line of Markdown, each in its colour and with its threshold."""
    words = []
    for bar in bars:
        figure = "none" if bar.distance == inf else f"**{bar.distance:.3f}**"
        limit = "" if bar.threshold is None else f" (threshold {bar.threshold:.3f})"
        words.append(f":{TONES[bar.modality]}[:material/{ICONS[bar.modality]}: {WORDS[bar.modality]} {figure}]{limit}")
    return "Distance by " + " · ".join(words)


def _figure(threshold: float | None) -> str:
    return "no distance yet" if threshold is None else f"{threshold:.3f}"
