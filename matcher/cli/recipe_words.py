"""Recipes at the terminal: read from a file, and told in a line."""

from pathlib import Path

from matcher.errors import DataError
from matcher.matching.recipe import Recipe
from matcher.pipeline.encoding import EncodeConfig
from matcher.pipeline.pair_model.learned_model import LearnedModel
from matcher.pipeline.pair_model.models import read_recipe
from matcher.vectors.distance import distance_text


def read_recipe_file(file: Path) -> Recipe:
    """Read the recipe in a file, with its pair model if it names one.

    Raises:
        DataError: It cannot be read, or it is no recipe.
    """
    try:
        return read_recipe(file.read_text("utf-8"))
    except OSError as error:
        raise DataError(f"The recipe {file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"The recipe {file} is not text; write one with `tune`.") from error


def name_encoders(config: EncodeConfig) -> str:
    """The encoders in use."""
    return " and ".join(spec for spec in (config.text, config.image) if spec)


def describe_learned(learned: LearnedModel) -> str:
    """What a pair model was learned from, and how it did on what it did not learn from."""
    advice = "" if learned.is_better else " Better keep the thresholds."
    measured = "listings" if learned.by == "labels" else "pairs judged"
    return (
        f"Learned from {learned.known:,} pairs, {learned.same:,} of them one product, as {learned.model.rung}. On "
        f"products that it did not learn from F1 is {learned.f1:.3f}, by thresholds {learned.rule_f1:.3f} "
        f"({learned.measured:,} {measured}).{advice}"
    )


def describe_recipe(recipe: Recipe) -> str:
    """Encoders, fusion and thresholds of a recipe, in one line."""
    used = " and ".join(filter(None, (recipe.text_encoder, recipe.image_encoder)))
    if recipe.fusion == "learned":
        likely = 100 * (1 - recipe.threshold("learned"))
        return f"{used}, learned, groups at least {likely:.0f} % likely{_describe_apart(recipe)}"
    thresholds = {"text": recipe.text_threshold, "image": recipe.image_threshold, "joint": recipe.fused_threshold}
    shown = ", ".join(f"{key} <= {distance_text(value)}" for key, value in thresholds.items() if value is not None)
    return f"{used}, {recipe.fusion}, {shown}{_describe_apart(recipe)}"


def _describe_apart(recipe: Recipe) -> str:
    said = f", at most one of each {recipe.one_per} in a group" if recipe.one_per else ""
    return said + (f", only across {recipe.only_across}" if recipe.only_across else "")
