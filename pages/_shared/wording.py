"""The decision rule in a curator's words."""

from collections.abc import Mapping, Sequence
from math import inf

from matcher.encoders.registry import encoder_title
from matcher.matching.recipe import Fusion, Mean, Recipe
from matcher.review.queue import RANDOM
from matcher.review.verdicts import CHOSEN, PROOF
from matcher.vectors.candidate_pairs import Modality
from matcher.vectors.distance import Metric, distance_text
from pages._shared.cards import Bar
from pages._shared.escape import literal
from pages._shared.modality import COLOURS, ICONS, NAMES, WORDS

FUSIONS: dict[Fusion, tuple[str, str]] = {
    "either": ("Title or photo", "A pair matches when its titles or its photos are near enough. Finds the most."),
    "both": ("Title and photo", "A pair matches only when its titles and its photos are near enough. Errs the least."),
    "mean": (
        "Weighted mean",
        "One distance from both: a very near title makes up for a far photo, and the reverse. Where a listing has only "
        "one of the two, that one has to be near by itself.",
    ),
    "learned": (
        "Learned",
        "A pair model weighs distances, words, sizes, model numbers and how near others are. Listings are joined into "
        "groups, the likeliest first, while two groups are likely enough, on average, to be one product.",
    ),
    "fused": ("Joined", "Title and photo are joined before the search, which also finds pairs middling in both."),
}
FIGURES = (
    "Precision is the share of the matches that are right, recall the share of the pairs of one product that match; F1 "
    "is high only where both are."
)
MEANS: dict[Mean, str] = {"arithmetic": "Usual", "geometric": "Lenient"}
METRICS: dict[Metric, str] = {
    "cosine": "cosine distance",
    "euclidean": "Euclidean distance",
    "manhattan": "Manhattan distance",
}


def name_encoder(encoder: str | None) -> str:
    """What an encoder is called on the screen: its title, the last part of a model's name, or a run's own name."""
    return encoder_title(encoder) if encoder else "none"


def describe_recipe(recipe: Recipe) -> str:
    """ "Titles within 0.412 (TF-IDF words) or photos within 0.310 (EfficientNet-Lite0); ..."."""
    encoders = {"text": name_encoder(recipe.text_encoder), "image": name_encoder(recipe.image_encoder)}
    thresholds = recipe.thresholds
    if recipe.fusion == "learned":
        used = " and ".join(encoders[side] for side in recipe.modalities)
        return (
            f"Learned: groups of listings at least {_percent(thresholds['learned'])} likely to be one product ({used})"
            f"{_describe_apart(recipe)}."
        )
    if "fused" in thresholds and recipe.text_encoder and recipe.image_encoder:
        share = f"{100 * recipe.text_weight:.0f} % title, {100 - 100 * recipe.text_weight:.0f} % photo"
        how = "weighted mean of title and photo" if recipe.fusion == "mean" else "title and photo joined"
        rule = f"{how} within {_figure(thresholds['fused'])} ({share}; {encoders['text']} and {encoders['image']})"
    else:
        sides: list[Modality] = ["text"] if recipe.text_encoder else []
        sides += ["image"] if recipe.image_encoder else []
        limits = zip(sides, thresholds.values(), strict=True)
        parts = [f"{NAMES[side].lower()} within {_figure(limit)} ({encoders[side]})" for side, limit in limits]
        rule = (" or " if recipe.fusion == "either" else " and ").join(parts)
    searched = f"{METRICS[recipe.metric]}, the {recipe.k} nearest of each listing"
    return f"{rule[:1].upper()}{rule[1:]}; {searched}{_describe_apart(recipe)}."


def _describe_apart(recipe: Recipe) -> str:
    """ "; at most one listing of each seller in a group", as Markdown; "" where no column keeps listings apart."""
    said = f"; at most one listing of each {literal(recipe.one_per)} in a group" if recipe.one_per else ""
    return said + (f"; matches only across {literal(recipe.only_across)}" if recipe.only_across else "")


def explain_question(
    recipe: Recipe, distance: Mapping[Modality, float], is_match: bool, sampled: str, likely: float | None = None
) -> str:
    """Why a pair came up for review, in a sentence or two.

    Args:
        recipe: The rule in force.
        distance: The pair's in each modality.
        is_match: Whether it matches.
        sampled: How it came up.
        likely: How likely a pair model takes it by itself, where one is in force.
    """
    now = "a match now" if is_match else "no match now"
    if sampled == RANDOM:
        return "Drawn at random from the matches, to learn how many of them are right."
    if sampled == PROOF:
        return "Drawn at random among pairs as near as this one, for the proof that you asked for."
    if sampled == CHOSEN:
        return f"Judged while a listing was resolved completely, {now}."
    if likely is not None:
        limit = _percent(recipe.threshold("learned"))
        return (
            f"{say_likely(likely).capitalize()} by itself; with its groups near the {limit} that a match needs, {now}."
        )
    if "fused" in recipe.thresholds:
        return f"Title and photo together are near the threshold, {now}."
    limits = {side: recipe.threshold(side) for side in distance if side in recipe.thresholds and distance[side] != inf}
    if not limits:  # one that was judged under another rule and is looked at again
        return f"Neither the titles nor the photos of these two can be compared, {now}."
    near = min(limits, key=lambda side: abs(distance[side] - limits[side]) / max(limits[side], 1e-6))
    limit, apart = distance_text(limits[near]), distance_text(distance[near])
    reason = f"Near the threshold of {limit}: {NAMES[near].lower()} {apart} apart, {now}."
    within = [side for side in limits if distance[side] <= limits[side]]
    if len(within) == 1 and len(limits) == 2:
        other = next(side for side in limits if side != within[0])
        reason += f" The {NAMES[within[0]].lower()} say same, the {NAMES[other].lower()} do not."
    return reason


def describe_distances(bars: Sequence[Bar]) -> str:
    """The distances of a pair in one line of Markdown, each in its colour and with its threshold."""
    words = []
    for bar in bars:
        figure = "none" if bar.distance == inf else f"**{distance_text(bar.distance)}**"
        limit = "" if bar.threshold is None else f" (threshold {distance_text(bar.threshold)})"
        words.append(
            f":{COLOURS[bar.modality]}[:material/{ICONS[bar.modality]}: {WORDS[bar.modality]} {figure}]{limit}"
        )
    return "Distance by " + " · ".join(words)


def say_likely(likely: float) -> str:
    """ "62 % likely"; a pair that the model takes for impossible is "not likely"."""
    return f"{100 * likely:.0f} % likely" if likely > 0 else "not likely"


def _percent(threshold: float | None) -> str:
    return "no share yet" if threshold is None else f"{100 * (1 - threshold):.0f} %"


def _figure(threshold: float | None) -> str:
    return "no distance yet" if threshold is None else distance_text(threshold)
