"""One listing beside its nearest by title, by photo and by both."""

import random

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from matcher.review.pair_cases import Case
from pages._browse import board, links, query, why_not
from pages._shared.cards import Board, Column, draw_cards
from pages._shared.opened_catalog import Matched, draw_empty, make_card, need_matches
from pages._why import dialog

EVERY = "Every listing"
CASES: dict[str, Case | None] = {
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
    if links.is_unknown(matched):
        links.tell_unknown(matched)
        return
    queue = links.add_linked(matched, queue)
    place = find_place(matched, queue) if len(queue) else None
    draw_steps(matched, queue, place)
    if query.is_typed():
        query.draw(matched)
    elif place is None:
        draw_empty("search_off", "Nothing like that in this catalog.", "Try fewer words, or another question.")
    else:
        draw_strip(matched, queue, place)
        board.draw(matched, int(queue[place]), on_open=links.open_listing)
    dialog.draw_asked(matched)


def choose_queue(matched: Matched) -> NDArray[np.int64]:
    """The listings to step through: by a question about matches, by words, or all of them."""
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    left.title("Browse")
    typed = right.text_input(
        "Search", key="find", bind="query-params", placeholder="Words, an id or a label", icon=":material/search:",
        type="search", label_visibility="collapsed", live=True, on_change=links.drop_unknown, args=[matched],
    )  # fmt: skip
    offered = [EVERY, *(name for name, case in CASES.items() if case in board.list_cases(matched))]
    chosen = st.pills(
        "Show", offered, key="show", default=EVERY, bind="query-params", label_visibility="collapsed",
        on_change=links.drop_unknown, args=[matched],
    )  # fmt: skip
    case = CASES.get(chosen or EVERY)
    rows = board.search(matched, typed) if typed else np.arange(len(matched.catalog.listings))
    if case:
        found = board.find_case(matched, case)
        rows = found[np.isin(found, rows)] if typed else found
    return rows


def find_place(matched: Matched, queue: NDArray[np.int64]) -> int:
    """Where in the queue the listing of the address stands; the first one when it is not in it."""
    row = links.asked_row(matched)
    found = np.flatnonzero(queue == row)
    place = int(found[0]) if len(found) else 0
    links.open_listing(matched.cell("item_id", int(queue[place])))
    return place


def draw_steps(matched: Matched, queue: NDArray[np.int64], place: int | None) -> None:
    """Previous, next, random, and a question of one's own."""

    def go(to: int) -> None:
        links.open_listing(matched.cell("item_id", int(queue[to % len(queue)])))

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if place is not None:
            st.button("Previous", icon=":material/chevron_left:", shortcut="P", on_click=go, args=[place - 1])
            st.button("Next", icon=":material/chevron_right:", shortcut="N", on_click=go, args=[place + 1])
            st.button("Random", icon=":material/casino:", on_click=go, args=[random.randrange(len(queue))])
            st.caption(f"{place + 1:,} of {len(queue):,}")
        st.space("stretch")
        why_not.draw_form(matched.cell("item_id", int(queue[place])) if place is not None else "")
        query.draw_form()


def draw_strip(matched: Matched, queue: NDArray[np.int64], place: int) -> None:
    """The photos around the one that is looked at; a click goes there."""
    first = max(0, min(place - STRIP // 2, len(queue) - STRIP))
    shown = queue[first : first + STRIP]
    tiles = [make_card(matched, int(row)) for row in shown]
    here = matched.cell("item_id", int(queue[place]))
    draw_cards([Column(tiles)], Board("strip", about=here, on_open=links.open_listing), key="strip")


main()
