"""Which listing the address of Browse asks for; one that is not there is said, and no other is shown in its place."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages._shared.escape import literal
from pages._shared.opened_catalog import Matched, draw_empty

LAST = "browse-item"  # the listing that this visit looked at last
LINKED = "browse-linked"  # an address, with the question and the words, that names a listing which they do not hold
LONGEST_ID_SHOWN = 80  # characters


def open_listing(item_id: str) -> None:
    """Make this listing the one that is looked at; the address keeps it, so a reload does too."""
    st.session_state[LAST] = item_id
    if st.query_params.get("item") != item_id:
        st.query_params["item"] = item_id


def asked_row(matched: Matched) -> int:
    """The row of the listing of the address, or of the last one looked at; -1 where this catalog has none such."""
    return matched.rows.get(st.query_params.get("item") or st.session_state.get(LAST, ""), -1)


def is_unknown(matched: Matched) -> bool:
    """Whether the address names a listing that this catalog does not have.

    The last one looked at may be of the catalog that was open before, and says nothing.
    """
    asked = st.query_params.get("item", "")
    return asked not in ("", st.session_state.get(LAST, "")) and asked not in matched.rows


def tell_unknown(matched: Matched) -> None:
    """Say that the listing is not here, and offer to search for it or to go through what there is."""
    asked = st.query_params.get("item", "")
    shown = literal(asked if len(asked) <= LONGEST_ID_SHOWN else f"{asked[:LONGEST_ID_SHOWN]}…")
    draw_empty(
        "link_off", f"There is no listing {shown} in this catalog.",
        "It may have gone with a new import, or be of another catalog, which the sidebar opens.",
    )  # fmt: skip
    with st.container(horizontal=True, horizontal_alignment="center"):
        st.button("Search for it", icon=":material/search:", type="primary", on_click=_search_for, args=[asked])
        st.button("Show the first listing", icon=":material/grid_view:", on_click=_forget)


def _search_for(asked: str) -> None:
    st.session_state["find"] = asked
    _forget()


def _forget() -> None:
    st.session_state.pop(LAST, None)
    st.query_params.pop("item", None)


def drop_unknown(matched: Matched) -> None:
    """Let go of a listing that is not here, as soon as something else is asked for."""
    if is_unknown(matched):
        _forget()


def add_linked(matched: Matched, queue: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put the listing of an address before those of a question that does not hold it, and say so; else as it was.

    It stays there until another listing, another question or other words are asked for.
    """
    item_id, row = st.query_params.get("item", ""), asked_row(matched)
    link = (item_id, st.session_state.get("show"), st.session_state.get("find"))
    is_fresh = item_id not in ("", st.session_state.get(LAST, ""))
    if row < 0 or row in queue or not (is_fresh or st.session_state.get(LINKED) == link):
        return queue
    st.session_state[LINKED] = link
    st.info(
        f"{literal(item_id[:LONGEST_ID_SHOWN])} is not among these; it is shown before them.", icon=":material/link:"
    )
    return np.concatenate([[row], queue])
