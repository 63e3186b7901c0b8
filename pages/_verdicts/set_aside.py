"""Verdicts that are set aside because an id names other goods since an upload: which they are, and a way back."""

import streamlit as st

from matcher.storage.set_aside.rows import SetAside
from pages._shared.answers import SAID
from pages._shared.escape import literal
from pages._shared.opened_catalog import Opened
from pages._verdicts.verdicts import name_pair, shorten_title

MOST_LISTED = 20


def draw_set_aside(opened: Opened) -> None:
    """Say how many there are, and list them with what was shown then and what their ids name now; nothing for none."""
    found = opened.workspace.store.verdicts_set_aside(opened.id)
    if not found:
        return
    count = "1 verdict is" if len(found) == 1 else f"{len(found):,} verdicts are"
    with st.expander(f"{count} set aside: an id names other goods now", icon=":material/inventory:"):
        st.caption(
            "Title and photo both show something else than when the verdict was given, so it counts nowhere. "
            "It counts again by itself when an upload brings the old goods back."
        )
        for verdict in found[:MOST_LISTED]:
            with st.container(horizontal=True, vertical_alignment="center", border=True):
                st.markdown(_describe(opened, verdict))
                st.space("stretch")
                st.button(
                    "Count it again", key=f"give-back-{verdict.id}", on_click=_give_back, args=[opened, verdict.id],
                    help="For the goods that the ids name now.",
                )  # fmt: skip
        if len(found) > MOST_LISTED:
            st.caption(f"and {len(found) - MOST_LISTED:,} more")


def _describe(opened: Opened, verdict: SetAside) -> str:
    """What was said, of what, and what the ids name now."""
    ids = (verdict.left_id, verdict.right_id)
    then = " / ".join(
        shorten_title(goods.title if goods and goods.title else item_id)
        for goods, item_id in zip(verdict.shown, ids, strict=True)
    )
    who = f" ({literal(verdict.curator)})" if verdict.curator else ""
    return f"**{SAID[verdict.kind]}**{who}, {then}  \nnow {name_pair(opened, *ids)}"


def _give_back(opened: Opened, verdict_id: int) -> None:
    opened.workspace.store.give_back_verdict(opened.id, verdict_id)
