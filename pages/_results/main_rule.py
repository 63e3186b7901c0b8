"""Which listing stands for each group: the rule, as it is chosen on Results."""

import streamlit as st

from matcher.ingest.columns.shop_columns import find_prices, find_sellers
from matcher.matching.groups.main_listing import LONGEST, MOST_PREFERRED, By, MainRule
from matcher.pipeline.groups.main_listings import read_rule, set_rule
from pages._shared.opened_catalog import Opened

NAMES: dict[By, str] = {
    "title": "Most complete title",
    "photo": "Largest sharp photo",
    "price": "Cheapest",
    "seller": "Preferred seller",
    "oldest": "Oldest id",
}
BY, SELLERS = "main-by", "main-sellers"
MOST_OFFERED = 500  # sellers


def draw_rule(opened: Opened) -> MainRule:
    """The control; the rule in force."""
    rule = read_rule(opened.workspace, opened.id, opened.catalog)
    price, seller = _columns(*_key(opened), opened)
    there = {"price": price is not None, "seller": seller is not None}
    offered = [by for by in NAMES if there.get(by, True) or by == rule.by]
    st.session_state[BY] = rule.by
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            "Main listing", offered, key=BY, format_func=NAMES.__getitem__, on_change=_choose, args=[opened], width=240,
            help="The one of each group that stands for it in what you download, and comes first below. "
            "Where several are as good, the oldest id is it.",
        )  # fmt: skip
        if rule.by == "seller" and (column := rule.column or seller):
            sellers = _sellers(*_key(opened), column, opened)
            st.session_state[SELLERS] = [name for name in rule.preferred if name in sellers]
            st.multiselect(
                "Preferred sellers, the first one first", sellers, key=SELLERS, on_change=_prefer, args=[opened],
                max_selections=MOST_PREFERRED, placeholder="Choose sellers", width="stretch",
            )  # fmt: skip
    return rule


def _choose(opened: Opened) -> None:
    before = read_rule(opened.workspace, opened.id, opened.catalog)
    set_rule(opened.workspace, opened.id, MainRule(st.session_state[BY], preferred=before.preferred))


def _prefer(opened: Opened) -> None:
    before = read_rule(opened.workspace, opened.id, opened.catalog)
    column = before.column if before.by == "seller" else ""
    set_rule(opened.workspace, opened.id, MainRule("seller", column, tuple(st.session_state[SELLERS])))


def _key(opened: Opened) -> tuple[str, str, str]:
    return str(opened.workspace.root), opened.id, opened.info.version


@st.cache_resource(show_spinner=False, max_entries=4)
def _columns(root: str, catalog_id: str, version: str, _opened: Opened) -> tuple[str | None, str | None]:
    return find_prices(_opened.catalog.listings), find_sellers(_opened.catalog.listings)


@st.cache_resource(show_spinner=False, max_entries=4)
def _sellers(root: str, catalog_id: str, version: str, column: str, _opened: Opened) -> list[str]:
    """Those with most listings first."""
    counts = _opened.catalog.listings[column].value_counts()
    return [str(name) for name in counts.index if 0 < len(name) <= LONGEST][:MOST_OFFERED]
