"""Photos and phrases that say nothing of what is sold: found by the program, or marked by a curator."""

import numpy as np
import streamlit as st

from matcher.errors import DataError
from matcher.pipeline.encoding import ENCODED
from matcher.pipeline.kept.evidence import find_changed_marks, read_left_out
from matcher.pipeline.kept.says_nothing import (
    LONGEST_PHRASE,
    Marks,
    find_marked,
    find_phrased,
    mark_phrase,
    read_marks,
    unmark,
)
from matcher.storage.workspace import Workspace
from pages._shared.cards import Board, Card, Column, draw_cards
from pages._shared.escape import literal
from pages._shared.opened_catalog import Opened, is_encoded
from pages._shared.photo_route import photo_url

PHRASE, REFUSED = "phrase-typed", "phrase-refused"
SHOWN = 10  # photos


def draw(opened: Opened) -> None:
    """What is left out of every comparison, and the way to change that."""
    marks, left_out = read_marks(opened.workspace, opened.id), find_left_out(opened)
    if not (left_out or opened.info.photos or opened.catalog.listings["title"].any()):
        return
    if is_encoded(opened) and find_changed_marks(opened.workspace, opened.id, _key(opened)):
        st.info("What says nothing was changed since matches were looked for. “Find matches again” goes by it.")
    counts = {"photo": len(left_out) + len(marks.photos), "phrase": len(marks.phrases)}
    said = " and ".join(f"{number:,} {what}{'' if number == 1 else 's'}" for what, number in counts.items() if number)
    with st.expander(
        f"Photos and phrases that say nothing{': ' * bool(said)}{said}", icon=":material/visibility_off:",
        expanded=bool(left_out),
    ):  # fmt: skip
        if left_out:
            st.caption(
                f"{describe_left_out(left_out)} a field of one colour, or one picture under many unlike titles, as “no "
                "image” is. They play no part in matches."
            )
            _draw_photos(opened, {photo: _count(number) for photo, number in left_out.items()}, "found-empty")
        _draw_marked(opened, marks)
        _draw_phrases(opened, marks)


def find_left_out(opened: Opened) -> dict[str, int]:
    """Photos that the last search left out by itself, with how many listings show each."""
    return (read_left_out(opened.workspace, opened.id, _key(opened)) or {}) if is_encoded(opened) else {}


def describe_left_out(left_out: dict[str, int]) -> str:
    """ "12 listings show one of 2 photos that say nothing:"."""
    listings, photos = sum(left_out.values()), len(left_out)
    one = "shows" if listings == 1 else "show"
    which = "a photo that says nothing" if photos == 1 else f"one of {photos:,} photos that say nothing"
    return f"{_count(listings)} {one} {which}:"


def _key(opened: Opened) -> str:
    return str((opened.workspace.store.setting(opened.id, ENCODED) or {}).get("key", ""))


def _count(listings: int) -> str:
    return "1 listing" if listings == 1 else f"{listings:,} listings"


def _draw_photos(opened: Opened, photos: dict[str, str], key: str) -> None:
    """Photos with a line under each; one of which only the hash is known has no picture."""
    rows = _rows_of(opened, list(photos))
    cards = [
        Card(opened.cell("item_id", rows[photo]), line, photo_url(opened.id, opened.cell("photo", rows[photo])))
        for photo, line in list(photos.items())[:SHOWN]
        if photo in rows
    ]
    draw_cards([Column(cards)], Board(), key=key)
    if len(photos) > SHOWN:
        st.caption(f"and {len(photos) - SHOWN:,} more photos")


def _rows_of(opened: Opened, photos: list[str]) -> dict[str, int]:
    """The first row that shows each of the photos, without those that are no longer shown."""
    rows = np.flatnonzero(find_marked(opened.catalog, photos))
    few = opened.catalog.listings[["photo", "phash"]].iloc[rows]
    shown = few["photo"].where(few["photo"] != "", few["phash"]).set_axis(rows).drop_duplicates()
    return dict(zip(shown.tolist(), shown.index.tolist(), strict=True))


def _draw_marked(opened: Opened, marks: Marks) -> None:
    """The photos that a curator marked, each to be counted again."""
    if not marks.photos:
        st.caption("Mark a photo that says nothing in the window that Why opens on a card.")
        return
    off = find_marked(opened.catalog, marks.photos)
    st.markdown(f"**Photos that you marked** :gray[{_count(int(off.sum()))} left out]")
    shown = dict.fromkeys(reversed(marks.photos), "")
    counts = {photo: _count(int(find_marked(opened.catalog, [photo]).sum())) for photo in list(shown)[:SHOWN]}
    _draw_photos(opened, shown | counts, "marked-photos")
    with st.container(horizontal=True, gap="small"):
        for place, (photo, count) in enumerate(counts.items(), 1):
            st.button(
                f"Count number {place} again", key=f"unmark-{photo}", on_click=_unmark, args=[opened.workspace,
                opened.id, photo], help=f"Shown by {count}.", type="tertiary", icon=":material/undo:",
            )  # fmt: skip


def _draw_phrases(opened: Opened, marks: Marks) -> None:
    """A phrase to add, and those that were."""
    st.text_input(
        "A phrase that says nothing", key=PHRASE, max_chars=LONGEST_PHRASE, on_change=_mark, args=[opened],
        placeholder="Such as: free shipping official store", width=420,
        help="Left out of every title before titles are compared, wherever these words stand in a row. What is shown "
        "stays as it is.",
    )  # fmt: skip
    if refused := st.session_state.pop(REFUSED, ""):
        st.error(literal(refused))
    for phrase in marks.phrases:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            found = _count_titles(str(opened.workspace.root), opened.id, opened.info.version, phrase, opened)
            st.markdown(f"{literal(phrase)} :gray[in {found:,} title{'' if found == 1 else 's'}]", width="content")
            st.button(
                "", key=f"unmark-{phrase}", icon=":material/delete:", help=f"Count {literal(phrase)} again",
                on_click=_unmark, args=[opened.workspace, opened.id, phrase], type="tertiary",
            )  # fmt: skip


@st.cache_resource(show_spinner=False, max_entries=1000)
def _count_titles(root: str, catalog_id: str, version: str, phrase: str, _opened: Opened) -> int:
    return int(find_phrased(_opened.catalog, phrase).sum())


def _mark(opened: Opened) -> None:
    typed = st.session_state[PHRASE]
    if not typed.strip():
        return
    try:
        mark_phrase(opened.workspace, opened.id, typed)
        st.session_state[PHRASE] = ""
    except DataError as error:
        st.session_state[REFUSED] = str(error)


def _unmark(workspace: Workspace, catalog_id: str, mark: str) -> None:
    unmark(workspace, catalog_id, mark)
