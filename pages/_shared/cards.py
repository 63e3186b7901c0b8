"""The one card for a listing: photo, title with what differs marked, distances with their thresholds, badges, verdict.

`Card` says what is on it; `draw_cards` draws many as one component, so that fifty cost one element and not fifty.
Everything a seller wrote reaches the browser as JSON and is set as text there, never as markup.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from matcher.storage.records import Verdict
from matcher.vectors.candidate_pairs import Modality
from matcher.vectors.distance import distance_text
from pages._shared import answers
from pages._shared.answers import ANSWERS, Answer, AnswerKind
from pages._shared.modality import ICONS, WORDS

_ASSETS = Path(__file__).parents[2] / "assets"
_board = st.components.v2.component(
    "twinshelf_cards",
    html='<div class="board"></div>',
    css="".join((_ASSETS / name).read_text(encoding="utf-8") for name in ("cards.css", "card_compare.css")),
    js="".join(
        (_ASSETS / name).read_text(encoding="utf-8")
        for name in ("card_parts.js", "card_answers.js", "card_compare.js", "card_keys.js", "cards.js")
    ),
)

Tone = Literal["text", "image", "fused", "match", "variant", "different", "unsure", ""]


@dataclass(frozen=True)
class Badge:
    """A word with an icon; the colour only repeats what they say."""

    text: str
    icon: str  # Material Symbols name
    tone: Tone = ""


SAME = Badge("Same product", "check_circle", "match")
DIFFERENT = Badge("Different product", "cancel", "different")
MATCH = Badge("Match", "link", "match")
FALSE_MATCH = Badge("False match", "link_off", "different")
MISSED_MATCH = Badge("Missed match", "search_off", "different")


@dataclass(frozen=True)
class Bar:
    """One distance on a card.

    Attributes:
        modality: What was compared.
        distance: 0 or more, smaller is closer; inf where the pair has none.
        threshold: At or under it the pair matches; None when this recipe does not ask this modality.
        rank: Place among this modality's neighbours, 1 is nearest; None when it is not among them.
        scale: The distance at which the bar is full.
    """

    modality: Modality
    distance: float
    threshold: float | None = None
    rank: int | None = None
    scale: float = 1.0


@dataclass(frozen=True)
class Card:
    """What stands on the card of one listing. `title` is a text, or pieces of it with whether each differs."""

    item_id: str
    title: str | Sequence[tuple[str, bool]]
    photo: str = ""  # address from photo_url, or "" for none
    note: str = ""
    bars: Sequence[Bar] = ()
    badges: Sequence[Badge] = ()
    verdict: str | None = None  # what was said shows its button pressed
    large: bool = False


@dataclass(frozen=True)
class Column:
    """Cards under one heading."""

    cards: Sequence[Card]
    heading: str = ""
    note: str = ""
    icon: str = ""
    tone: Tone = ""
    nothing: str = "Nothing here."


@dataclass
class Board:
    """How cards are laid out and what may be done with them."""

    layout: Literal["grid", "columns", "pair", "groups", "strip"] = "grid"  # a strip shows photos only
    aside: Card | None = None  # one large card that stays in view; answers are about it and another one
    about: str = ""  # changes when the board is about something else, so that the keys start at the first card
    actions: Sequence[str] = field(default_factory=tuple)  # kinds of answers: on each card, or above a pair
    whole: Sequence[AnswerKind] = ()  # what keys say of the aside as a whole: once, and only while it is on the screen
    undo: bool = False  # whether the key takes the last answer back
    redo: bool = False  # whether a key gives again what was taken back last
    previous: bool = False  # whether there is a pair before this one to look at again
    last: Verdict | None = None  # the last answer of this visit, by which the browser knows what was stored
    on_answer: Callable[[Answer], None] | None = None
    on_open: Callable[[str], None] | None = None
    on_why: Callable[[str, str], None] | None = None  # asked why two listings are a match or none
    beside: str = ""  # the listing that such questions are about beside a card; the aside's, where there is one


def draw_cards(columns: Sequence[Column], board: Board, *, key: str) -> None:
    """Draw cards. Answers and opened listings reach the callbacks before the page runs again.

    Args:
        columns: One for a grid, a pair or a strip; several for "columns" and "groups".
        board: Layout, actions and callbacks.
        key: The same on every run, so that the browser keeps its place.
    """

    def answered() -> None:
        for answer in answers.receive(key, st.session_state[key].get("answers"), [each.kind for each in board.whole]):
            if board.on_answer:
                board.on_answer(answer)

    def listing_opened() -> None:
        item_id = st.session_state[key].get("opened")
        if item_id and board.on_open:
            board.on_open(str(item_id))

    def why_asked() -> None:
        pair = st.session_state[key].get("why")
        if pair and board.on_why:
            board.on_why(str(pair["one"]), str(pair["other"]))

    _board(
        key=key,
        data={
            "board": answers.name_board(key),
            "layout": board.layout,
            "about": board.about,
            "aside": card_data(board.aside, fixed=True) if board.aside else None,
            "columns": [_column(column) for column in columns],
            "opens": board.on_open is not None,
            "why": board.on_why is not None,
            "beside": board.aside.item_id if board.aside else board.beside,
            **_answering(board, key),
        },
        on_answers_change=answered,
        on_opened_change=listing_opened,
        on_why_change=why_asked,
        on_session_change=lambda: None,
    )


def session_told(key: str) -> str:
    """The browser and tab of a board, as it told when it was first drawn; a name for this visit before."""
    visit = answers.current_visit()
    visit.is_called(st.session_state.get(key, {}).get("session"))
    return visit.session


def _answering(board: Board, key: str) -> dict[str, Any]:
    """What the browser has to know to send answers."""
    is_pair = board.layout == "pair"
    last, visit = board.last, answers.current_visit()
    return {
        "actions": [
            {"kind": kind, "label": what.name if is_pair else what.short, "icon": what.icon, "key": what.key}
            | {"tone": what.tone, "help": what.help}
            for kind, what in ((kind, ANSWERS[kind]) for kind in board.actions)
        ],
        "whole": [{"kind": each.kind, "label": each.name, "key": each.key} for each in board.whole],
        "keys": bool(board.actions) or board.undo or board.redo,
        "undo": board.undo,
        "redo": board.redo,
        "previous": board.previous,
        "once": is_pair,
        "run": visit.run,
        "named": visit.is_named or not is_pair,
        "received": visit.received.get(key, 0),
        "last": [last.left_id, last.right_id, last.kind] if last else None,
    }


def draw_grid(listings: Sequence[Card], *, key: str, on_open: Callable[[str], None] | None = None) -> None:
    """Cards in a grid: five in a row on a wide window, two on a narrow one."""
    draw_cards([Column(listings)], Board(on_open=on_open), key=key)


def _column(column: Column) -> dict[str, Any]:
    return {
        "heading": column.heading,
        "note": column.note,
        "icon": column.icon,
        "tone": column.tone,
        "nothing": column.nothing,
        "cards": [card_data(card) for card in column.cards],
    }


def card_data(card: Card, fixed: bool = False) -> dict[str, Any]:
    """A card as the browser gets it."""
    return {
        "item": card.item_id,
        "title": ([[card.title, False]] if card.title else []) if isinstance(card.title, str) else list(card.title),
        "photo": card.photo,
        "note": card.note,
        "bars": [_bar(bar) for bar in card.bars],
        "badges": [{"text": badge.text, "icon": badge.icon, "tone": badge.tone} for badge in card.badges],
        "verdict": card.verdict,
        "large": card.large,
        "fixed": fixed,
    }


def _bar(bar: Bar) -> dict[str, Any]:
    known = bar.distance != float("inf")
    within = known and bar.threshold is not None and bar.distance <= bar.threshold
    word = WORDS[bar.modality]
    label = f"Distance by {word}: {distance_text(bar.distance)}" if known else f"Cannot be compared by {word}"
    if bar.threshold is not None:
        label += f", matches at or under {distance_text(bar.threshold)}"
    return {
        "tone": bar.modality,
        "icon": ICONS[bar.modality],
        "label": f"{label}, neighbour {bar.rank} by {word}" if bar.rank else label,
        "share": min(bar.distance / bar.scale, 1.0) if known else None,
        "figure": distance_text(bar.distance) if known else "none",
        "tick": None if bar.threshold is None else min(bar.threshold / bar.scale, 1.0),
        "within": within,
        "rank": f"#{bar.rank}" if bar.rank else "",
    }
