"""Marking a photo as saying nothing, in the window about a pair."""

import streamlit as st

from matcher.errors import DataError
from matcher.pipeline.kept.says_nothing import mark_photo, read_marks
from pages._shared.escape import literal
from pages._shared.opened_catalog import Opened


def draw_marking(opened: Opened, row: int) -> None:
    """The button under a listing's photo; a word in its place where the photo is marked. Nothing without a photo."""
    photo = opened.cell("photo", row) or opened.cell("phash", row)
    if not photo:
        return
    if photo in read_marks(opened.workspace, opened.id).photos:
        st.caption(":material/visibility_off: Marked: this photo says nothing.")
        return
    st.button(
        "This photo says nothing", key=f"says-nothing-{row}", type="tertiary", icon=":material/visibility_off:",
        on_click=_mark, args=[opened, photo],
        help="Such as “no image available”, or a banner. All listings with this photo are compared by their title "
        "alone, from the next search on. Catalog lists what is marked.",
    )  # fmt: skip


def _mark(opened: Opened, photo: str) -> None:
    try:
        mark_photo(opened.workspace, opened.id, photo)
    except DataError as error:
        st.toast(literal(str(error)), icon=":material/error:")
        return
    st.toast("Left out from the next search on: “Find matches again” on Catalog.", icon=":material/visibility_off:")
