"""One listing beside its nearest by title, by photo and by both."""

import random

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages._browse import board, query
from pages._shared.cards import Board, Column, cards
from pages._shared.opened_catalog import Matched, empty_state, listing_card, need_matches

EVERY = "Every listing"
CASES = {
    EVERY: None,
    "Only the photo finds it": "photo",
    "Only the title finds it": "title",
    "The two disagree": "disagree",
    "Missed": "missed",
    "False": "false",
}
STRIP = 15  # listings in the strip: what one row of a wide window holds


def main() -> None:
    """Choose a listing, then look at its neighbours."""
    matched = need_matches()
    queue = choose_queue(matched)
    place = place_in(matched, queue) if len(queue) else None
    step_buttons(matched, queue, place)
    if query.asked():
        query.answer(matched)
    elif place is None:
        empty_state("search_off", "Nothing like that in this catalog.", "Try fewer words, or another question.")
    else:
        strip(matched, queue, place)
        board.draw(matched, int(queue[place]), on_open=show)


def choose_queue(matched: Matched) -> NDArray[np.int64]:
    """The listings to step through: by a question about matches, by words, or all of them."""
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    left.title("Browse")
    typed = right.text_input(
        "Search", key="find", bind="query-params", placeholder="Words, an id or a label", icon=":material/search:",
        type="search", label_visibility="collapsed", live=True,
    )  # fmt: skip
    offered = [EVERY, *(name for name, case in CASES.items() if case in board.cases(matched))]
    asked = st.pills("Show", offered, key="show", default=EVERY, bind="query-params", label_visibility="collapsed")
    case = CASES.get(asked or EVERY)
    rows = board.search(matched, typed) if typed else np.arange(len(matched.catalog.listings))
    if case:
        chosen = board.listings_of_case(matched, case)
        rows = chosen[np.isin(chosen, rows)] if typed else chosen
    return rows


def place_in(matched: Matched, queue: NDArray[np.int64]) -> int:
    """Where in the queue the listing of the address stands; the first one when it is not in it."""
    row = matched.rows.get(st.query_params.get("item") or st.session_state.get("browse-item", ""), -1)
    found = np.flatnonzero(queue == row)
    place = int(found[0]) if len(found) else 0
    show(matched.catalog.listings["item_id"].iat[queue[place]])
    return place


def show(item_id: str) -> None:
    """Make this listing the one that is looked at; the address keeps it, so a reload does too."""
    st.session_state["browse-item"] = item_id
    if st.query_params.get("item") != item_id:
        st.query_params["item"] = item_id


def step_buttons(matched: Matched, queue: NDArray[np.int64], place: int | None) -> None:
    """Previous, next, random, and a question of one's own."""

    def go(to: int) -> None:
        show(matched.catalog.listings["item_id"].iat[queue[to % len(queue)]])

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if place is not None:
            st.button("Previous", icon=":material/chevron_left:", shortcut="P", on_click=go, args=[place - 1])
            st.button("Next", icon=":material/chevron_right:", shortcut="N", on_click=go, args=[place + 1])
            st.button("Random", icon=":material/casino:", on_click=go, args=[random.randrange(len(queue))])
            st.caption(f"{place + 1:,} of {len(queue):,}")
        st.space("stretch")
        query.button()


def strip(matched: Matched, queue: NDArray[np.int64], place: int) -> None:
    """The photos around the one that is looked at; a click goes there."""
    first = max(0, min(place - STRIP // 2, len(queue) - STRIP))
    shown = queue[first : first + STRIP]
    tiles = [listing_card(matched, int(row)) for row in shown]
    here = matched.catalog.listings["item_id"].iat[queue[place]]
    cards([Column(tiles)], Board("strip", about=here, on_open=show), key="strip")


main()
