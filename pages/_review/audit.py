"""A listing drawn at random, resolved completely: all of its product is looked for, wherever no search has looked."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from matcher.review.audit.sample import Audits, draw_listings, leading_audits, read_audits, rows_of_audits
from matcher.review.title_diff import differing_words
from matcher.review.title_search import searcher
from matcher.storage.audits.rows import Audit, drop_audit, keep_audit, list_audits
from matcher.storage.records import DIFFERENT, MATCH, UNSURE, VARIANT
from matcher.vectors.candidate_pairs import MODALITIES, Modality
from matcher.vectors.neighbours import search
from pages._shared.answers import Answer, AnswerKind, current_curator, current_visit
from pages._shared.cards import Bar, Board, Card, Column, draw_cards, session_told
from pages._shared.measured import find_judged, index_ids
from pages._shared.modality import HEADINGS
from pages._shared.modality import ICONS as SIDES
from pages._shared.opened_catalog import Matched, make_card, read_verdicts
from pages._verdicts.history import turn
from pages._verdicts.verdicts import follow_import, give, is_shown, remember_shown, show_told
from pages._why import dialog as why

WANTED = "review-audit"  # the catalog whose listings Review resolves completely
WORDS, DEPTH = "audit-words", "audit-depth"
BOARD = "audit"
GONE = "Not stored: this listing is no longer on the screen."
SHOWN = 12  # listings of each column at first, and more at each click
OFFERED = (MATCH, VARIANT, DIFFERENT, UNSURE)
FOUND, PUT_OFF = "found", "put off"
WAYS_ON = (
    AnswerKind(
        FOUND, "Everything found", "", "E", "done_all",
        help="All listings of this product have your “same”, or there are none.",
    ),
    AnswerKind(PUT_OFF, "Put off", "", "N", "skip_next", help="It counts for nothing."),
)  # fmt: skip
"""What is said of a listing as a whole, by a button or a key."""


def want_audits(matched: Matched) -> None:
    """Let Review resolve listings completely."""
    st.session_state[WANTED] = matched.id


def is_auditing(matched: Matched) -> bool:
    """Whether Review resolves listings in this visit."""
    return bool(st.session_state.get(WANTED) == matched.id)


def find_audits(matched: Matched) -> Audits:
    """What the listings that were resolved tell of the search."""
    done = list_audits(matched.workspace.store, matched.id, matched.info.content)
    ids = index_ids(matched)
    leading = leading_audits(_order(_key(matched), matched), rows_of_audits(ids, [audit.item_id for audit in done]))
    complete = set(rows_of_audits(ids, [audit.item_id for audit in done if audit.is_complete]))
    return read_audits(matched.encoded.pairs, find_judged(matched)[0], [row for row in leading if row in complete])


@st.fragment
def draw_audit(matched: Matched) -> None:
    """The next listing beside all that may be the same product. A fragment: an answer runs this and no more."""
    if not is_auditing(matched):
        st.rerun()
    follow_import(matched)
    show_told()
    done = list_audits(matched.workspace.store, matched.id, matched.info.content)
    complete = sum(audit.is_complete for audit in done)
    st.markdown(
        "**Find everything that is the same product as this listing.** Look through the columns, search by words of "
        "your own, and ask for farther ones until nothing more comes."
    )
    resolved = set(rows_of_audits(index_ids(matched), [audit.item_id for audit in done]))
    row = next((row for row in _order(_key(matched), matched).tolist() if row not in resolved), None)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if row is not None:
            _draw_ways_on(matched, row)
        st.caption(f"{complete:,} resolved completely")
        st.space("stretch")
        session, curator = current_visit().session, current_curator()
        if own := [audit for audit in done if audit.is_own(session, curator)]:
            st.button("Take the last one back", key="audit-back", type="tertiary", icon=":material/undo:",
                      on_click=_take_back, args=[matched, own[-1]])  # fmt: skip
        st.button("Ask as usual", key="audit-end", type="tertiary", on_click=lambda: st.session_state.pop(WANTED, None))
    if row is None:
        st.caption("Every listing was looked at.")
        return
    st.text_input(
        "Search", key=WORDS, placeholder="Words, an id or a label", icon=":material/search:", type="search",
        label_visibility="collapsed", live=True,
    )  # fmt: skip
    _draw_board(matched, row)
    st.button("Show farther ones", key="audit-more", type="tertiary", icon=":material/expand_more:", on_click=_go_on)
    why.draw_asked(matched)


def _draw_ways_on(matched: Matched, row: int) -> None:
    """The two ways on from a listing; the buttons are its own, so a second click finds none of the next one's."""
    for way in WAYS_ON:
        st.button(
            way.name, key=f"audit-{way.kind}-{row}", type="primary" if way.kind == FOUND else "secondary",
            icon=f":material/{way.icon}:", help=f"{way.help} Key {way.key}.", on_click=_go_on_from,
            args=[matched, matched.cell("item_id", row), way.kind],
        )  # fmt: skip


def _go_on_from(matched: Matched, item_id: str, way: str) -> None:
    if not is_shown(matched, item_id, item_id):
        current_visit().told.append((GONE, ":material/block:"))
        return
    audit = Audit(item_id, way == FOUND, current_visit().session, current_curator())
    keep_audit(matched.workspace.store, matched.id, matched.info.content, audit)
    st.session_state[WORDS] = ""
    st.session_state[DEPTH] = SHOWN


def _take_back(matched: Matched, audit: Audit) -> None:
    drop_audit(matched.workspace.store, matched.id, audit.item_id)


def _go_on() -> None:
    st.session_state[DEPTH] = st.session_state.get(DEPTH, SHOWN) + 2 * SHOWN


def _draw_board(matched: Matched, row: int) -> None:
    depth = int(st.session_state.get(DEPTH, SHOWN))
    item_id, verdicts = matched.cell("item_id", row), read_verdicts(matched)

    def card(other: int, bars: Sequence[Bar] = ()) -> Card:
        one, two = sorted((item_id, matched.cell("item_id", other)))
        said = verdicts.get((one, two))
        title = differing_words(matched.cell("title", row), matched.cell("title", other))
        return make_card(matched, other, title=title, bars=bars, verdict=said.kind if said else None, note="")

    columns = []
    if typed := str(st.session_state.get(WORDS, "")).strip():
        found = [other for other in _searcher(_key(matched), matched)(typed).tolist() if other != row]
        columns.append(
            Column([card(other) for other in found[:depth]], "By words", f"{len(found):,}", "search",
                   nothing="Nothing has these words.")
        )  # fmt: skip
    for side, (rows, distances) in _nearest(_key(matched), row, depth, matched).items():
        near = [
            card(other, [Bar(side, far, matched.recipe.thresholds.get(side), place, matched.scale)])
            for place, (other, far) in enumerate(zip(rows.tolist(), distances.tolist(), strict=True), 1)
        ]
        columns.append(Column(near, HEADINGS[side], f"{len(near):,} nearest", SIDES[side], side))
    shown = {one.item_id for column in columns for one in column.cards}
    remember_shown(matched, ((item_id, other) for other in [*shown, item_id]))
    board = Board(
        "columns", make_card(matched, row, large=True), item_id, OFFERED, whole=WAYS_ON, undo=True, redo=True,
        on_answer=lambda answer: _keep(matched, answer), on_why=why.ask,
    )  # fmt: skip
    draw_cards(columns, board, key=BOARD)
    session_told(BOARD)


def _keep(matched: Matched, answer: Answer) -> None:
    if answer.kind in OFFERED:
        give(matched, answer, source="review")
    elif answer.kind in (FOUND, PUT_OFF):
        _go_on_from(matched, answer.one_id, answer.kind)
    else:
        turn(matched, answer)


def _key(matched: Matched) -> tuple[str, ...]:
    return str(matched.workspace.root), matched.id, matched.info.version, matched.encoded.key


@st.cache_resource(show_spinner=False, max_entries=2)
def _order(key: tuple[str, ...], _matched: Matched) -> NDArray[np.intp]:
    return draw_listings(_matched.catalog.listings["item_id"].tolist())


@st.cache_resource(show_spinner=False, max_entries=2)
def _searcher(key: tuple[str, ...], _matched: Matched) -> Callable[[str], NDArray[np.int64]]:
    return searcher(_matched.catalog.listings)


@st.cache_resource(show_spinner="Looking farther than the search did", max_entries=8)
def _nearest(
    key: tuple[str, ...], row: int, depth: int, _matched: Matched
) -> dict[Modality, tuple[NDArray[np.int32], NDArray[np.float32]]]:
    """The nearest listings by title and by photo, exactly, however few the search keeps of each."""
    found: dict[Modality, tuple[NDArray[np.int32], NDArray[np.float32]]] = {}
    for side in MODALITIES:
        name = _matched.encoded.embeddings.get(side)
        held = _matched.workspace.load_embeddings(_matched.id, name) if name else None
        if held is None or not held.present[row]:
            continue
        near = search(held.rows(np.array([row])), held, depth + 1, _matched.encoded.config.metric)
        keep = (near.index[0] >= 0) & (near.index[0] != row)
        found[side] = near.index[0][keep][:depth], near.distance[0][keep][:depth]
    return found
