"""Thresholds kept under a name."""

from collections.abc import Callable

import streamlit as st

from matcher.matching.recipe import Recipe
from matcher.pipeline.matches import find_learned
from matcher.pipeline.pair_model.models import write_recipe
from matcher.pipeline.recipes import is_usable
from pages._shared.escape import literal
from pages._shared.opened_catalog import Matched
from pages._shared.wording import describe_recipe
from pages._thresholds.recipe_file import draw_recipe_file

LOST = "preset-lost"  # catalog, name and rule of the preset that was deleted or replaced last, and which of the two
UNFIT = " Made with other encoders, another distance, or another share of the title in what is joined."


def draw_presets(matched: Matched, put: Callable[[Matched, Recipe], None]) -> None:
    """Save the rule in force under a name, take an earlier one, delete it."""
    store = matched.workspace.store
    kept = {name: Recipe.from_json(text) for name, text in store.presets(matched.id).items()}
    with st.container(horizontal_alignment="right"), st.popover("Presets", icon=":material/bookmark:"):

        def save() -> None:
            name = st.session_state["preset-name"].strip()
            if name:
                change_presets(matched, lambda: store.save_preset(matched.id, name[:60], matched.recipe.to_json()))
                st.session_state["preset-name"] = ""
                st.toast(f"Kept as {literal(name[:60])}", icon=":material/bookmark_added:")

        st.text_input("Keep these thresholds as", key="preset-name", max_chars=60, placeholder="A name", on_change=save)
        st.button("Keep", on_click=save, icon=":material/bookmark_add:")
        st.download_button(
            "Download", lambda: _write_file(matched), file_name=f"{matched.id}-recipe.json", mime="application/json",
            key="download-recipe", icon=":material/download:", on_click="ignore",
            help="The rule as a file that the terminal's --recipe takes, with what was learned inside.",
        )  # fmt: skip
        draw_recipe_file(matched)
        if not kept:
            st.caption("None kept yet.")
        draw_lost(matched)
        for name, recipe in kept.items():
            fits = _is_fitting(recipe, matched)
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.button(
                    literal(name), key=f"preset-take-{name}", on_click=put, args=[matched, recipe], disabled=not fits,
                    width="stretch",
                    help=describe_recipe(recipe) + ("" if fits else UNFIT),
                )  # fmt: skip
                st.button(
                    "", key=f"drop-{name}", icon=":material/delete:", on_click=drop_preset, args=[matched, name],
                    help=f"Delete {literal(name)}", type="tertiary",
                )  # fmt: skip


def change_presets(matched: Matched, write: Callable[[], None]) -> None:
    """Change the presets, and remember the one that is deleted or replaced by it, to be brought back."""
    store = matched.workspace.store
    before = store.presets(matched.id)
    write()
    after = store.presets(matched.id)
    lost = [(name, text) for name, text in before.items() if after.get(name) != text]
    if lost:
        name, text = lost[0]
        st.session_state[LOST] = (matched.id, name, text, name in after)


def drop_preset(matched: Matched, name: str) -> None:
    """Delete a preset."""
    change_presets(matched, lambda: matched.workspace.store.delete_preset(matched.id, name))


def draw_lost(matched: Matched) -> None:
    """Offer the preset that this visit deleted or replaced last."""
    about, name, text, is_replaced = st.session_state.get(LOST) or ("", "", "", False)
    store = matched.workspace.store
    if about != matched.id or store.presets(matched.id).get(name) == text:  # it is back
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{'Replaced' if is_replaced else 'Deleted'}: {literal(name)}")
        st.button(
            "Bring back", key="preset-back", icon=":material/undo:", type="tertiary",
            on_click=lambda: change_presets(matched, lambda: store.save_preset(matched.id, name, text)),
        )  # fmt: skip


def _is_fitting(recipe: Recipe, matched: Matched) -> bool:
    """Whether its distances are those that were measured, and its pair model is there."""
    return is_usable(matched.workspace, recipe, matched.encoded.config)


def _write_file(matched: Matched) -> str:
    """The rule in force as the terminal's `--recipe` takes it, with its pair model inside."""
    return write_recipe(matched.recipe, find_learned(matched.workspace, matched.id, matched.recipe))
