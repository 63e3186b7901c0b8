"""Pairs as small tiles, two photos each: one element for many of them."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from matcher.matching.metrics import DIFFERENT, SAME
from matcher.review.title_diff import differing_words
from matcher.vectors.distance import distance_text
from pages._shared.charts import pick_colours
from pages._shared.measured import measure_likelihood, measure_pair
from pages._shared.modality import WORDS
from pages._shared.opened_catalog import Matched
from pages._shared.photo_route import photo_url
from pages._shared.wording import say_likely
from pages._thresholds.moves.judging import draw_answers
from pages._why.tiles import BUTTON, name_tile

LONGEST = 200  # characters of a title, as a tile is called by whoever reads the page aloud
_STYLE = Path(__file__).parents[3] / "assets" / "pairs.css"
_TRUTH = {SAME: ("match", "same product"), DIFFERENT: ("different", "different products")}


def draw_pairs(matched: Matched, pairs: Sequence[int], truth: Sequence[int], *, judged: bool = False) -> None:
    """Draw candidate pairs; a photo leads to Browse.

    Args:
        matched: The open catalog.
        pairs: Numbers of candidate pairs.
        truth: What is known of each: SAME, DIFFERENT or UNKNOWN.
        judged: Whether each has buttons for a verdict, which `judging.listen` hears.
    """
    ink = pick_colours()
    style = "".join(f"--{name}:{ink[name]};" for name in ("text", "image", "fused", "match", "different"))
    below = draw_answers() if judged else ""
    tiles = "".join(_tile(matched, pair, known, below) for pair, known in zip(pairs, truth, strict=True))
    st.html(_STYLE)
    st.html(f'<div class="pairs" style="{style}">{tiles}</div>')


def _tile(matched: Matched, pair: int, known: int, below: str) -> str:
    """One pair. Everything a seller wrote is escaped."""
    found = matched.encoded.pairs
    rows = [int(found.left[pair]), int(found.right[pair])]
    (one, other), titles, photos = ([matched.cell(name, row) for row in rows] for name in ("item_id", "title", "photo"))
    figures = "".join(
        f'<span style="color:var(--{side})">{WORDS[side]} <b>{distance_text(distance)}</b></span>'
        for side, distance in measure_pair(matched, pair).items()
        if distance != float("inf")
    )
    if (likely := measure_likelihood(matched, pair)) is not None:
        figures += f"<span><b>{say_likely(likely)}</b></span>"
    if known in _TRUTH:
        tone, words = _TRUTH[known]
        figures += f'<span class="truth" style="color:var(--{tone})">{words}</span>'
    both = _photo(matched.id, one, photos[0]) + _photo(matched.id, other, photos[1])
    lines = _title(titles[1], titles[0]) + _title(titles[0], titles[1])
    called = " / ".join((title or item_id)[:LONGEST] for title, item_id in zip(titles, (one, other), strict=True))
    return (
        f'<article tabindex="0" aria-label="{escape(called)}" {name_tile(one, other)}>'
        f'<div class="two">{both}</div>{lines}'
        f"<footer>{figures}{BUTTON}</footer>{below}</article>"
    )


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
