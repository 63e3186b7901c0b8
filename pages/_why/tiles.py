"""Why, for tiles that are plain markup: their button, and W while the pointer is on one."""

from collections.abc import Callable
from html import escape
from pathlib import Path

import streamlit as st

_ASSETS = Path(__file__).parents[2] / "assets"
_ask = st.components.v2.component(
    "twinshelf_why",
    html="<span></span>",
    js="".join((_ASSETS / name).read_text(encoding="utf-8") for name in ("tile_in_view.js", "why.js")),
)
BUTTON = '<button type="button" class="why" data-why="" title="Why this is a match or none">Why <kbd>W</kbd></button>'
"""The button of a tile."""


def name_tile(one_id: str, other_id: str = "") -> str:
    """The attributes by which a tile says what its button asks about; ids are escaped.

    Args:
        one_id: Item id of a listing.
        other_id: Of the other; "" where the page is to choose it.
    """
    return f'data-one="{escape(one_id)}" data-other="{escape(other_id)}"'


def listen(on_why: Callable[[str, str], None], *, key: str = "why-tiles") -> None:
    """Hear of the tiles of the page, once for all of them.

    Args:
        on_why: Called with both item ids before the page runs again.
        key: The same on every run.
    """

    def asked() -> None:
        pair = st.session_state[key].get("why")
        if pair:
            on_why(str(pair["one"]), str(pair["other"]))

    _ask(key=key, on_why_change=asked, height="content")
