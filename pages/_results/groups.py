"""Groups as rows of photos: one element for a whole page of them."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from pages._shared.photo_route import photo_url

_STYLE = Path(__file__).parents[2] / "assets" / "groups.css"
_SHOWN = 12  # listings of a group; a chain of hundreds would hide the next one


def draw_groups(catalog_id: str, listings: pd.DataFrame, groups: Sequence[NDArray[np.intp]]) -> None:
    """Draw groups, each a row of photos that lead to Browse.

    Args:
        catalog_id: The catalog's id.
        listings: Shape (N, ...). Its listings.
        groups: The rows of each group's listings.
    """
    columns = [listings[name].to_numpy() for name in ("item_id", "title", "photo", "label")]
    drawn = "".join(_section(catalog_id, [tuple(column[row] for column in columns) for row in rows]) for rows in groups)
    st.html(_STYLE)
    st.html(f'<div class="groups">{drawn}</div>')


def _section(catalog_id: str, members: Sequence[tuple[str, ...]]) -> str:
    """One group; its members as item id, title, photo, label."""
    labels = {label for *_, label in members if label}
    note = f"<span>{len(labels)} labels</span>" if len(labels) > 1 else ""
    tiles = "".join(_tile(catalog_id, item_id, title, photo) for item_id, title, photo, _ in members[:_SHOWN])
    if len(members) > _SHOWN:
        tiles += f'<li class="more">and {len(members) - _SHOWN:,} more</li>'
    return f"<section><header><b>{len(members):,}</b><span>listings</span>{note}</header><ul>{tiles}</ul></section>"


def _tile(catalog_id: str, item_id: str, title: str, photo: str) -> str:
    """One listing. Everything a seller wrote is escaped."""
    address = escape("browse?" + urlencode({"catalog": catalog_id, "item": item_id}))
    words = escape(title or item_id)
    image = f'<img src="{escape(photo_url(catalog_id, photo))}" alt="" loading="lazy">' if photo else "no photo"
    return (
        f'<li><a href="{address}" target="_self" title="{words}"><div class="tile">{image}</div><p>{words}</p></a></li>'
    )
