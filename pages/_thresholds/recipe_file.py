"""A rule from a file: checked as the terminal's `--recipe` is, then proposed, or kept as a preset."""

from itertools import chain, count
from pathlib import PurePath

import streamlit as st

from matcher.errors import DataError
from matcher.matching.recipe import Recipe
from matcher.pipeline.pair_model.models import find_model, read_recipe, save_model
from matcher.pipeline.recipe_columns import know_columns
from matcher.vectors.distance import Metric
from pages._shared.escape import literal
from pages._shared.opened_catalog import Matched
from pages._shared.wording import METRICS, name_encoder
from pages._thresholds.moves.changes import complete
from pages._thresholds.moves.proposal import propose_rule
from pages._thresholds.side_by_side import is_comparable
from pages._uploads.on_disk import read_upload

KEY, SAID = "recipe-file", "recipe-file-said"  # what is said is of one catalog: (its id, the words)
MOST_MEGABYTES = 64
LONGEST_NAME = 60


def draw_recipe_file(matched: Matched) -> None:
    """Ask for a file, and say what became of the last one."""

    def take_up() -> None:
        upload = st.session_state[KEY]
        if upload is None:
            st.session_state.pop(SAID, None)
            return
        try:
            said = take_up_recipe(matched, upload.name, read_upload(upload))
        except DataError as error:
            said = str(error)
        st.session_state[SAID] = (matched.id, said)

    st.file_uploader(
        "Take up a rule from a file", "json", key=KEY, on_change=take_up, max_upload_size=MOST_MEGABYTES,
        help="One that was downloaded here or written by the terminal's `tune`.",
    )  # fmt: skip
    about, said = st.session_state.get(SAID, ("", ""))
    if about == matched.id:
        st.caption(literal(said))


def take_up_recipe(matched: Matched, file: str, data: bytes) -> str:
    """Propose the rule of a file, or keep it as a preset where it judges pairs anew; what became of it, in a line.

    Args:
        matched: The open catalog.
        file: The file's name.
        data: What is in it.

    Raises:
        DataError: It is no recipe, or one for other encoders, another distance or columns that are not here.
    """
    try:
        recipe = read_recipe(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise DataError("This file is not text; choose one that was downloaded here or that tune wrote.") from error
    config, name = matched.encoded.config, " ".join(PurePath(file).stem.split())[:LONGEST_NAME] or "From a file"
    wanted, here = (
        (recipe.text_encoder, recipe.image_encoder, recipe.metric),
        (config.text, config.image, config.metric),
    )
    if wanted != here:
        raise DataError(
            f"This rule is for {_name(*wanted)}; this catalog was matched with {_name(*here)}. "
            "Match it with those first."
        )
    if recipe.fusion in ("fused", "learned") and all(here[:2]) and recipe.text_weight != config.text_weight:
        raise DataError(
            f"This rule joins title and photo with a share of {100 * recipe.text_weight:g} % for the title, and this "
            f"catalog was matched with {100 * config.text_weight:g} %. Set that under How pairs are found, and find "
            "matches again first."
        )
    know_columns(matched.encoded, matched.catalog, recipe)  # refuses columns that are not here
    if recipe.fusion == "learned":
        save_model(matched.workspace, matched.id, find_model(recipe))
    recipe = complete(matched, recipe)
    if recipe == matched.recipe:
        return "This rule is in force already."
    if is_comparable(matched, recipe):
        propose_rule(matched, recipe, name)
        return f"Proposed: {name}. See below what it would change."
    name = _find_free_name(matched, name, recipe)
    matched.workspace.store.save_preset(matched.id, name, recipe.to_json())
    return f"Kept as the preset {name}: it looks at all pairs anew, so what it would change shows once it is taken."


def _find_free_name(matched: Matched, name: str, recipe: Recipe) -> str:
    """The name, with a number where another rule is kept under it already."""
    kept = matched.workspace.store.presets(matched.id)
    taken = {known for known, text in kept.items() if Recipe.from_json(text) != recipe}
    numbered = (f"{name[: LONGEST_NAME - 6]} {number}" for number in count(2))
    return next(each for each in chain([name], numbered) if each not in taken)


def _name(text: str | None, image: str | None, metric: Metric) -> str:
    encoders = " and ".join(name_encoder(encoder) for encoder in (text, image) if encoder)
    return f"{encoders} by {METRICS[metric]}"
