"""Pairs as small tiles, two photos each: one element for many of them."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from matcher.review.pair_cases import OTHER, SAME
from matcher.review.title_diff import differing_words
from pages._shared.cards import WORDS
from pages._shared.charts import colours
from pages._shared.opened_catalog import Matched, distances_of_pair
from pages._shared.photo_route import photo_url

_STYLE = Path(__file__).parents[2] / "assets" / "pairs.css"
_TRUTH = {SAME: ("match", "same product"), OTHER: ("different", "different products")}


def pair_tiles(matched: Matched, pairs: Sequence[int], truth: Sequence[int]) -> None:
    """Draw candidate pairs; a photo leads to Browse.

    Args:
        matched: The open catalog.
        pairs: Numbers of candidate pairs.
        truth: What is known of each: SAME, OTHER or UNKNOWN.
    """
    ink = colours()
    style = "".join(f"--{name}:{ink[name]};" for name in ("text", "image", "fused", "match", "different"))
    tiles = "".join(_tile(matched, pair, known) for pair, known in zip(pairs, truth, strict=True))
    st.html(_STYLE)
    st.html(f'<div class="pairs" style="{style}">{tiles}</div>')


def _tile(matched: Matched, pair: int, known: int) -> str:
    """One pair. Everything a seller wrote is escaped."""
    found = matched.encoded.pairs
    rows = [int(found.left[pair]), int(found.right[pair])]
    listings = matched.catalog.listings[["item_id", "title", "photo"]].iloc[rows]
    (one, one_title, one_photo), (other, other_title, other_photo) = listings.itertuples(index=False)
    figures = "".join(
        f'<span style="color:var(--{side})">{WORDS[side]} <b>{distance:.3f}</b></span>'
        for side, distance in distances_of_pair(matched, pair).items()
        if distance != float("inf")
    )
    if known in _TRUTH:
        tone, words = _TRUTH[known]
        figures += f'<span class="truth" style="color:var(--{tone})">{words}</span>'
    photos = _photo(matched.id, one, one_photo) + _photo(matched.id, other, other_photo)
    titles = _title(other_title, one_title) + _title(one_title, other_title)
    return f'<article><div class="two">{photos}</div>{titles}<footer>{figures}</footer></article>'


def _photo(catalog_id: str, item_id: str, photo: str) -> str:
    address = escape("browse?" + urlencode({"catalog": catalog_id, "item": item_id}))
    image = f'<img src="{escape(photo_url(catalog_id, photo))}" alt="" loading="lazy">' if photo else "no photo"
    return f'<a href="{address}" target="_self" title="{escape(item_id)}">{image}</a>'


def _title(beside: str, title: str) -> str:
    words = "".join(
        f"<mark>{escape(piece)}</mark>" if differs else escape(piece)
        for piece, differs in differing_words(beside, title)
    )
    return f"<p>{words or '<i>no title</i>'}</p>"
