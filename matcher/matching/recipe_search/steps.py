"""The steps that a search for the best recipe tries, one on top of the other, and what each may be set to."""

from dataclasses import replace
from typing import get_args

import numpy as np

from matcher.matching.conflicts import VETOES
from matcher.matching.recipe import Fusion, Mean, Recipe, distance_of
from matcher.matching.tuning import WEIGHTS
from matcher.vectors.candidate_pairs import CandidatePairs

GROUPS, THRESHOLDS, FUSION, MEAN, WEIGHT, ALONE, LEARNED = (
    "groups",
    "thresholds",
    "fusion",
    "mean",
    "weight",
    "alone",
    "learned",
)
STEPS = (GROUPS, THRESHOLDS, FUSION, MEAN, WEIGHT, ALONE, *VETOES, LEARNED)
"""In the order in which they are tried. Groups are not a choice, so what they bring is measured first and stays."""
FACTORS = (0.5, 0.7, 0.85, 1.2, 1.4, 2.0)  # times what a distance counts where it is the only one


def first_recipe(usual: Recipe) -> Recipe:
    """Where the search starts: the usual rule without what the steps bring."""
    return replace(usual, veto=(), text_alone=1.0, image_alone=1.0)


def options_of(step: str, recipe: Recipe, pairs: CandidatePairs) -> list[Recipe]:
    """What a step may make of a recipe, which is not among them; thresholds are those of the recipe still.

    Args:
        step: One of STEPS, but for the first and the last, which are no options.
        recipe: As the steps before have left it.
        pairs: The candidate pairs.

    Returns:
        Recipes; none where the step has nothing to do.
    """
    weighs = recipe.fusion == "mean" and len(recipe.modalities) == 2
    if step == THRESHOLDS:
        return [recipe]
    if step == FUSION:
        joined: tuple[Fusion, ...] = ("either", "both", "mean") if len(recipe.modalities) == 2 else ()
        return [replace(recipe, fusion=fusion) for fusion in joined if fusion != recipe.fusion]
    if step == MEAN:
        return [replace(recipe, mean=mean) for mean in get_args(Mean) if weighs and mean != recipe.mean]
    if step == WEIGHT:
        return [replace(recipe, text_weight=weight) for weight in WEIGHTS if weighs and weight != recipe.text_weight]
    if step == ALONE:
        return _by_one_alone(recipe, pairs) if weighs else []
    if step in VETOES and recipe.text_encoder and _is_met(step, pairs):
        return [replace(recipe, veto=(*recipe.veto, step))]
    return []


def _by_one_alone(recipe: Recipe, pairs: CandidatePairs) -> list[Recipe]:
    """Other factors for pairs of which one distance is not there, for as many of the two as there are such pairs."""
    has_text, has_image = (np.isfinite(distance_of(pairs, name)) for name in ("text", "image"))
    options = []
    if (has_text & ~has_image).any():
        options += [replace(recipe, text_alone=recipe.text_alone * factor) for factor in FACTORS]
    if (has_image & ~has_text).any():
        options += [replace(recipe, image_alone=recipe.image_alone * factor) for factor in FACTORS]
    return options


def _is_met(veto: str, pairs: CandidatePairs) -> bool:
    if pairs.conflicts is None:
        return False
    bit = np.uint8(1 << [str(each) for each in VETOES].index(veto))
    return bool((pairs.conflicts & bit).any())
