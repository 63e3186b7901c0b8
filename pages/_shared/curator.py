"""Who is at work here: a name in the sidebar, kept in the address so that a reload knows it."""

import streamlit as st

KEY = "curator"
LONGEST = 40


def draw_name() -> None:
    """Ask for the name that verdicts are kept under; it may stay empty."""
    st.text_input(
        "Your name", key=KEY, bind="query-params", max_chars=LONGEST, placeholder="Nobody in particular",
        help="Verdicts are kept under it, and others at work on the same pairs see it.",
    )  # fmt: skip


def current_curator() -> str:
    """The name, or ""."""
    return " ".join(str(st.session_state.get(KEY) or "").split())[:LONGEST]
