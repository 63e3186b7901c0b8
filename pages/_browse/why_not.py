"""Why not: any two listings by their ids, whether a search brought them together or not."""

import streamlit as st

from pages._why import dialog

ONE, OTHER, OPEN = "why-not-one", "why-not-other", "why-not-open"
LONGEST_ID = 200  # characters


def draw_form(item_id: str) -> None:
    """The button behind which two ids are given.

    Args:
        item_id: The listing that is looked at, which is offered as one of them; "" for none.
    """
    asked = st.popover("Why not?", icon=":material/help:", width="content", key=OPEN, on_change="rerun")
    with asked, st.form("why-not", border=False):
        if item_id:
            st.session_state[ONE] = item_id
        st.text_input("Listing", key=ONE, max_chars=LONGEST_ID, placeholder="Its id")
        st.text_input("Other listing", key=OTHER, max_chars=LONGEST_ID, placeholder="The id of the one it should match")
        st.form_submit_button("Say why", type="primary", on_click=_ask)
        st.caption("Any two listings: they are compared now, also where the search never brought them together.")


def _ask() -> None:
    one, other = (str(st.session_state.get(key) or "").strip() for key in (ONE, OTHER))
    if one and other:
        st.session_state[OPEN] = False  # or it would lie over the window that says why
        dialog.ask(one, other)
