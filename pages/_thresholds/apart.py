"""By which columns the rule keeps listings apart: at most one of each seller in a group, or only across sellers."""

from dataclasses import replace

import streamlit as st

from matcher.ingest.columns.shop_columns import STANDARD, find_sellers
from matcher.matching.recipe import LONGEST_COLUMN, Recipe
from pages._shared.escape import literal
from pages._shared.opened_catalog import Matched
from pages._thresholds.moves.changes import change

ONE_PER, ACROSS = "apart-one-per", "apart-across"
NONE = ""  # no column


def draw_apart(matched: Matched) -> None:
    """The two controls, folded away until one is set; nothing where there is no column to choose."""
    recipe = matched.recipe
    offered = _columns(str(matched.workspace.root), matched.id, matched.info.version, matched)
    columns = list(dict.fromkeys([*offered, *recipe.columns]))  # a file may bring one that is not offered here
    if not columns:
        return
    st.session_state[ONE_PER], st.session_state[ACROSS] = recipe.one_per or NONE, recipe.only_across or NONE
    label = "Listings that stay apart" + (f": {_describe(recipe)}" if recipe.columns else "")
    with st.expander(label, icon=":material/call_split:"), st.container(horizontal=True, gap="medium"):
        st.selectbox(
            "At most one listing in a group of each", [NONE, *columns], key=ONE_PER, on_change=_change_one_per,
            args=[matched], format_func=_name, width=280,
            help="Groups are joined, the surest first, so that none holds two listings with one value here, such as "
            "two of one seller. Only verdicts “same” put two together all the same.",
        )  # fmt: skip
        st.selectbox(
            "Matches only between listings that differ in", [NONE, *columns], key=ACROSS, on_change=_change_across,
            args=[matched], format_func=_name, width=280,
            help="Two listings with one value here are no match by themselves. A listing of another seller that "
            "matches both can still bring them into one group.",
        )  # fmt: skip


def _name(column: str) -> str:
    return column or "no column"


def _describe(recipe: Recipe) -> str:
    said = [f"one of each {literal(recipe.one_per)} in a group"] if recipe.one_per else []
    said += [f"matches only across {literal(recipe.only_across)}"] if recipe.only_across else []
    return ", ".join(said)


def _change_one_per(matched: Matched) -> None:
    chosen = st.session_state[ONE_PER] or None
    change(matched, lambda now: replace(now, one_per=chosen))


def _change_across(matched: Matched) -> None:
    chosen = st.session_state[ACROSS] or None
    change(matched, lambda now: replace(now, only_across=chosen))


@st.cache_resource(show_spinner=False, max_entries=4)
def _columns(root: str, catalog_id: str, version: str, _matched: Matched) -> list[str]:
    """Columns beside the standard ones that hold several values, that of sellers first."""
    listings = _matched.catalog.listings
    found = [str(name) for name in listings.columns if name not in STANDARD and 0 < len(str(name)) <= LONGEST_COLUMN]
    sellers = find_sellers(listings)
    return sorted((name for name in found if listings[name].nunique() > 1), key=lambda name: name != sellers)
