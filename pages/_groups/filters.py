"""The wishes beside the groups: words, label, seller, price, size, and what is still to be looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from matcher.matching.groups.main_listing import say_price
from matcher.review.title_search import searcher
from pages._groups.ranked import Ranked, Sellers, read_prices
from pages._shared.opened_catalog import Opened

ALL = "All"
ANY = ""  # seller
APART = "Prices far apart"
WHICH = (ALL, "Untouched", "Several labels", "Several sellers", APART, "Contradicted", "Locked")
SIZES = {"Any size": (2, None), "2": (2, 2), "3 to 5": (3, 5), "6 to 10": (6, 10), "11 and more": (11, None)}
MOST_SELLERS = 1_000  # to choose from
FAR_APART = 2  # times the lowest price of a group


@dataclass(frozen=True)
class Wishes:
    """Which groups are looked for.

    Attributes:
        words: Of a listing of the group.
        which: One of WHICH.
        size: A key of SIZES.
        seller: Of a listing of the group, or ANY.
        price: A key of `price_bands`, in which some listing of the group lies, or ALL.
    """

    words: str
    which: str
    size: str
    seller: str
    price: str


def ask(opened: Opened, sellers: Sellers | None) -> Wishes:
    """Ask which groups are looked for."""
    has_labels = bool((opened.catalog.codes >= 0).any())
    prices = read_prices(opened)
    left_out = {
        "Several labels": not has_labels,
        "Several sellers": sellers is None,
        "Prices far apart": prices is None,
    }
    bar = st.container(horizontal=True, vertical_alignment="bottom")
    words = bar.text_input(
        "Search", key="groups-words", placeholder="Words or id", icon=":material/search:", type="search",
        label_visibility="collapsed", width=132,
    )  # fmt: skip
    which = bar.selectbox(
        "Which", [each for each in WHICH if not left_out.get(each)], key="groups-which", width=128,
        label_visibility="collapsed", format_func=lambda each: "All groups" if each == ALL else each,
    )  # fmt: skip
    size = bar.selectbox("Size", list(SIZES), key="groups-size", label_visibility="collapsed", width=98)
    seller = ANY
    if sellers is not None and len(sellers.names) <= MOST_SELLERS:
        seller = bar.selectbox(
            "Seller", [ANY, *sellers.names], key="groups-seller", label_visibility="collapsed", width=106,
            format_func=lambda name: name or "Any seller",
        )  # fmt: skip
    price = ALL
    if prices is not None:
        price = bar.selectbox(
            "Price", [ALL, *price_bands(prices)], key="groups-price", label_visibility="collapsed", width=98,
            format_func=lambda band: "Any price" if band == ALL else band,
        )  # fmt: skip
    return Wishes(words.strip(), str(which), size, seller, price)


def price_bands(prices: NDArray[np.float64]) -> dict[str, tuple[float, float]]:
    """Four ranges of prices, with as many listings in each as there can be: how it is called, and from and up to what.

    Args:
        prices: Shape (N,). Of listings, nan where none is known.
    """
    known = prices[np.isfinite(prices)]
    if not len(known):
        return {}
    edges = np.unique(np.quantile(known, [0.25, 0.5, 0.75], method="lower")).tolist()
    bands = {f"up to {say_price(edges[0])}": (-np.inf, edges[0])}
    bands |= {f"{say_price(low)} to {say_price(high)}": (low, high) for low, high in pairwise(edges)}
    return bands | {f"from {say_price(edges[-1])}": (edges[-1], np.inf)}


def choose(opened: Opened, ranked: Ranked, wishes: Wishes) -> NDArray[np.intp]:
    """The places of the groups that are looked for, the riskiest first."""
    risks = ranked.risks
    least, most = SIZES[wishes.size]
    wanted = (risks.size >= least) & (risks.size <= (most or risks.size.max(initial=0)))
    if wishes.which == APART:
        wanted &= _have_prices_apart(opened, ranked)
    elif wishes.which != ALL:
        wanted &= {
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
    if wishes.seller != ANY and ranked.sellers is not None:
        theirs = ranked.sellers.code == list(ranked.sellers.names).index(wishes.seller)
        wanted &= np.isin(risks.group, group[theirs])
    if (prices := read_prices(opened)) is not None and wishes.price != ALL:
        low, high = price_bands(prices).get(wishes.price, (-np.inf, np.inf))
        wanted &= np.isin(risks.group, group[(prices >= low) & (prices <= high)])
    return np.flatnonzero(wanted)


def _have_prices_apart(opened: Opened, ranked: Ranked) -> NDArray[np.bool_]:
    """Of each group whether its highest price is at least FAR_APART times its lowest one; shape (R,)."""
    prices = read_prices(opened)
    if prices is None:
        return np.zeros(len(ranked.risks), np.bool_)
    known = np.isfinite(prices) & (prices > 0)
    group = ranked.handed_out.outcome.group
    lowest, highest = np.full(int(group.max(initial=0)) + 1, np.inf), np.zeros(int(group.max(initial=0)) + 1)
    np.minimum.at(lowest, group[known], prices[known])
    np.maximum.at(highest, group[known], prices[known])
    return np.asarray((highest >= FAR_APART * lowest)[ranked.risks.group])


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
