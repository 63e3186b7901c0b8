"""Groups as rows of photos: one element for a whole page of them."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from matcher.matching.groups.main_listing import MainListings
from matcher.review.group_numbers import NumberedGroups
from pages._shared.photo_route import photo_url
from pages._why.tiles import BUTTON, name_tile

_STYLE = Path(__file__).parents[2] / "assets" / "groups.css"
_SHOWN = 12  # listings of a group; a chain of hundreds would hide the next one


def draw_groups(
    catalog_id: str,
    listings: pd.DataFrame,
    groups: Sequence[NDArray[np.intp]],
    numbered: NumberedGroups,
    mains: MainListings,
) -> None:
    """Draw groups, each a row of photos that lead to Browse and say why they are in it; the main listing first.

    Args:
        catalog_id: The catalog's id.
        listings: Shape (N, ...). Its listings.
        groups: The rows of each group's listings.
        numbered: The numbers of all groups and families.
        mains: Their main listings.
    """
    columns = [listings[name].to_numpy() for name in ("item_id", "title", "photo", "label")]
    drawn = "".join(
        _section(
            catalog_id,
            [tuple(column[row] for column in columns) for row in _main_first(rows, mains)],
            int(numbered.number[rows[0]]),
            _other_groups(numbered, rows[0]),
            mains.say(int(mains.row[rows[0]])),
        )
        for rows in groups
    )
    st.html(_STYLE)
    st.html(f'<div class="groups">{drawn}</div>')


def _other_groups(numbered: NumberedGroups, row: np.intp) -> list[int]:
    """Numbers of the groups that are variants of a listing's."""
    family = np.unique(numbered.number[numbered.family == numbered.family[row]])
    return [int(number) for number in family if number != numbered.number[row]]


def _main_first(rows: NDArray[np.intp], mains: MainListings) -> list[int]:
    main = int(mains.row[rows[0]])
    return [main, *(row for row in rows.tolist() if row != main)]


def _section(
    catalog_id: str, members: Sequence[tuple[str, ...]], number: int, variants: Sequence[int], because: str
) -> str:
    """One group; its members as item id, title, photo, label, the main listing first, and why it is that one."""
    labels = {label for *_, label in members if label}
    note = f"<span>{len(labels)} labels</span>" if len(labels) > 1 else ""
    if variants:
        note += f"<span>variant of {', '.join(f'{other:,}' for other in variants)}</span>"
    tiles = "".join(
        _tile(catalog_id, item_id, title, photo, because if place == 0 else "")
        for place, (item_id, title, photo, _) in enumerate(members[:_SHOWN])
    )
    if len(members) > _SHOWN:
        tiles += f'<li class="more">and {len(members) - _SHOWN:,} more</li>'
    head = f"<b>Group {number}</b><span>{len(members):,} listings</span>{note}"
    return f"<section><header>{head}</header><ul>{tiles}</ul></section>"


def _tile(catalog_id: str, item_id: str, title: str, photo: str, because: str) -> str:
    """One listing, with why it is the main one if it is. Everything a seller wrote is escaped."""
    address = escape("browse?" + urlencode({"catalog": catalog_id, "item": item_id}))
    words = escape(title or item_id)
    main = f'<p class="main"><b>Main listing</b>{escape(because)}</p>' if because else ""
    image = f'<img src="{escape(photo_url(catalog_id, photo))}" alt="" loading="lazy">' if photo else "no photo"
    return (
        f'<li {name_tile(item_id)}><a href="{address}" target="_self" title="{words}"><div class="tile">{image}</div>'
        f"<p>{words}</p></a>{main}{BUTTON}</li>"
    )
