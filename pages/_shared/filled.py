"""Widgets that begin with what is in force and then keep what was chosen, until something else is in force."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st


def fill(name: str, source: Any, values: Mapping[str, Any]) -> None:
    """Give widgets their values where these come from something else than at the last call.

    Args:
        name: Under which the source is remembered in this visit.
        source: What the values come from; while it is the same, what was chosen stays.
        values: By the keys of the widgets, which are drawn after this.
    """
    if st.session_state.get(name) == source and set(values) <= set(st.session_state):
        return
    st.session_state[name] = source
    st.session_state.update(values)


def choose_view(offered: Sequence[str], key: str) -> str:
    """Which view of a page is shown; the address keeps it, so that a reload comes back to it.

    Args:
        offered: Their names, the usual one first.
        key: Of the choice in the session.
    """
    if st.session_state.get(key) not in offered:
        wanted = st.query_params.get("view")
        st.session_state[key] = wanted if wanted in offered else offered[0]
    view = str(st.segmented_control("View", offered, required=True, key=key, label_visibility="collapsed"))
    if st.query_params.get("view") != view:
        st.query_params["view"] = view
    return view
