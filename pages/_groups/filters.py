"""The wishes beside the groups: words, label, seller, size, and what is still to be looked at."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from matcher.review.title_search import searcher
from pages._groups.ranked import Ranked, Sellers
from pages._shared.escape import literal
from pages._shared.opened_catalog import Opened

ALL = "All"
WHICH = (ALL, "Untouched", "Several labels", "Several sellers", "Contradicted", "Locked")
SIZES = {"Any size": (2, None), "2": (2, 2), "3 to 5": (3, 5), "6 to 10": (6, 10), "11 and more": (11, None)}
MOST_SELLERS = 1_000  # to choose from


@dataclass(frozen=True)
class Wishes:
    """Which groups are looked for: words of a listing, one of WHICH, a key of SIZES, a seller or ALL."""

    words: str
    which: str
    size: str
    seller: str


def ask(opened: Opened, sellers: Sellers | None) -> Wishes:
    """Ask which groups are looked for."""
    has_labels = bool((opened.catalog.codes >= 0).any())
    left_out = {"Several labels": not has_labels, "Several sellers": sellers is None}
    bar = st.container(horizontal=True, vertical_alignment="bottom")
    words = bar.text_input(
        "Search", key="groups-words", placeholder="Words, label or id", icon=":material/search:", type="search",
        label_visibility="collapsed", width=170,
    )  # fmt: skip
    which = bar.selectbox(
        "Which", [each for each in WHICH if not left_out.get(each)], key="groups-which", width=140,
        label_visibility="collapsed", format_func=lambda each: "All groups" if each == ALL else each,
    )  # fmt: skip
    size = bar.selectbox("Size", list(SIZES), key="groups-size", label_visibility="collapsed", width=110)
    seller = ALL
    if sellers is not None and len(sellers.names) <= MOST_SELLERS:
        seller = bar.selectbox(
            "Seller", [ALL, *sellers.names], key="groups-seller", label_visibility="collapsed", width=120,
            format_func=lambda name: "Any seller" if name == ALL else literal(name[:60]),
        )  # fmt: skip
    return Wishes(words.strip(), str(which), size, seller)


def choose(opened: Opened, ranked: Ranked, wishes: Wishes) -> NDArray[np.intp]:
    """The places of the groups that are looked for, the riskiest first."""
    risks = ranked.risks
    least, most = SIZES[wishes.size]
    wanted = (risks.size >= least) & (risks.size <= (most or risks.size.max(initial=0)))
    wanted &= {
        ALL: np.ones(len(risks), np.bool_),
        "Untouched": (risks.judged == 0) & ~risks.is_locked,
        "Several labels": risks.labels > 1,
        "Several sellers": risks.sellers > 1,
        "Contradicted": risks.contradicted > 0,
        "Locked": risks.is_locked,
    }[wishes.which]
    group = ranked.handed_out.outcome.group
    if wishes.words:
        rows = _searcher(str(opened.workspace.root), opened.id, opened.info.version, opened)(wishes.words)
        wanted &= np.isin(risks.group, group[rows])
    if wishes.seller != ALL and ranked.sellers is not None:
        theirs = ranked.sellers.code == list(ranked.sellers.names).index(wishes.seller)
        wanted &= np.isin(risks.group, group[theirs])
    return np.flatnonzero(wanted)


def find_group(opened: Opened, ranked: Ranked, typed: str, own: int) -> int | None:
    """The group that a number or words mean, but not one's own; as numbered in the outcome, None for none."""
    group = ranked.handed_out.outcome.group
    if typed.isdecimal() and len(typed) < 19:
        rows = np.flatnonzero(ranked.handed_out.numbered.number == int(typed))
        if len(rows) and group[rows[0]] != own:
            return int(group[rows[0]])
    rows = _searcher(str(opened.workspace.root), opened.id, opened.info.version, opened)(typed)
    found = group[rows][group[rows] != own]
    return int(found[0]) if len(found) else None


@st.cache_resource(show_spinner=False, max_entries=2)
def _searcher(root: str, catalog_id: str, version: str, _opened: Opened) -> Callable[[str], NDArray[np.int64]]:
    return searcher(_opened.catalog.listings)
