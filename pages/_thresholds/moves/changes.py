"""Changes to the recipe in force: each lays what was moved, and no more, over what is in force at that moment.

A page shows the recipe of when it was drawn. Another tab or another curator may have put in another one since.
"""

from collections.abc import Callable, Mapping

import streamlit as st

from matcher.matching.recipe import Recipe
from matcher.pipeline import recipes
from matcher.pipeline.recipe_columns import without_lost_columns
from pages._shared.opened_catalog import Matched
from pages._shared.wording import METRICS, name_encoder

BEFORE = "thresholds-before"  # the recipe before the last move, to show what flipped
OWN = "thresholds-own"  # the last recipe that this visit put in force
SAID = "thresholds-said"  # what is to be told of the last change
LAID_OVER = "Another tab or colleague changed the thresholds since this page was drawn. Yours was laid over theirs."
OTHER_DISTANCES = "other encoders or another distance"
NOT_MADE = "Not changed: another tab or colleague chose {} since this page was drawn. Look at it and change it again."


def put(matched: Matched, recipe: Recipe) -> None:
    """Put another recipe in force, and remember the one before."""
    now = recipes.current_recipe(matched.workspace, matched.id)
    if recipe == now:
        return
    st.session_state[BEFORE] = (matched.id, matched.encoded.key, now)
    st.session_state[OWN] = recipe
    recipes.set_recipe(matched.workspace, matched.id, recipe)


def put_whole(matched: Matched, recipe: Recipe) -> None:
    """Put a whole rule in force, unless what it is for has changed: then the page says so."""
    now = recipes.current_recipe(matched.workspace, matched.id)
    if _distances(now) != _distances(recipe):
        st.session_state[SAID] = NOT_MADE.format(OTHER_DISTANCES)
        return
    put(matched, recipe)


def change(matched: Matched, alter: Callable[[Recipe], Recipe | None]) -> None:
    """Change the recipe in force now, and say where it was not the one that the page showed.

    Args:
        matched: As the page was drawn; its recipe is the one that was seen.
        alter: Gives what the recipe is to be, or None where its rule has nothing to do with what was moved.
    """
    if (altered := lay_over(matched, alter)) is not None:
        put(matched, altered)


def lay_over(matched: Matched, alter: Callable[[Recipe], Recipe | None]) -> Recipe | None:
    """Lay a change over the recipe in force now, and say where it is not the one that the page showed.

    Args:
        matched: As the page was drawn; its recipe is the one that was seen.
        alter: Gives what the recipe is to be, or None where its rule has nothing to do with what was moved.

    Returns:
        The changed recipe; None where the change makes no sense any more, and the page says so.
    """
    now, seen = recipes.current_recipe(matched.workspace, matched.id), matched.recipe
    now = without_lost_columns(now, matched.catalog)  # as the page shows it
    if _distances(now) != _distances(seen):
        st.session_state[SAID] = NOT_MADE.format(OTHER_DISTANCES)
        return None
    altered = alter(now)
    if altered is None:
        st.session_state[SAID] = NOT_MADE.format("another rule")
        return None
    if now not in (seen, st.session_state.get(OWN)):
        st.session_state[SAID] = LAID_OVER
        st.session_state[OWN] = now  # told once
    return altered


def move(matched: Matched, thresholds: Mapping[str, float]) -> None:
    """Move some thresholds of the rule in force."""
    change(matched, lambda now: shift(now, thresholds))


def shift(recipe: Recipe, thresholds: Mapping[str, float]) -> Recipe | None:
    """A rule with other thresholds; None where it has none of these names."""
    return recipe.with_thresholds(thresholds) if set(thresholds) <= set(recipe.thresholds) else None


def complete(matched: Matched, recipe: Recipe) -> Recipe:
    """The same with usual thresholds where another rule has left some unset."""
    return recipes.complete_recipe(matched.workspace, matched.encoded.config, recipe)


def tell(matched: Matched) -> None:
    """Say what became of the last change, and whether thresholds that were chosen are out of force."""
    if said := st.session_state.pop(SAID, None):
        st.info(said, icon=":material/sync_alt:")
    kept = recipes.outdated_recipe(matched.workspace, matched.id)
    if kept is not None:
        st.info(
            f"The thresholds that were chosen here are for {_name(kept)}. Matches now come from "
            f"{_name(matched.recipe)}, whose distances are others: the usual ones are in force until you move one.",
            icon=":material/info:",
        )


def _distances(recipe: Recipe) -> tuple[str | None, str | None, str]:
    """What distances a recipe's thresholds are of."""
    return recipe.text_encoder, recipe.image_encoder, recipe.metric


def _name(recipe: Recipe) -> str:
    names = [name_encoder(encoder) for encoder in (recipe.text_encoder, recipe.image_encoder) if encoder]
    share = f", {100 * recipe.text_weight:g} % title" if recipe.fusion in ("fused", "learned") and names[1:] else ""
    return f"{' and '.join(names)} by {METRICS[recipe.metric]}{share}"
