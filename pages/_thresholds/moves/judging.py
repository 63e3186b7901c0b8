"""Verdicts on pairs that stand as tiles: their buttons, and keys while the pointer or the focus is on one."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

from matcher.storage.records import DIFFERENT, MATCH, UNSURE, VARIANT
from pages._shared import answers
from pages._shared.answers import ANSWERS, Answer
from pages._shared.opened_catalog import Matched, read_verdicts
from pages._verdicts.history import turn
from pages._verdicts.verdicts import give, remember_shown

OFFERED = (MATCH, VARIANT, DIFFERENT, UNSURE)  # in the order of their buttons
KEY = "pair-answers"
_ASSETS = Path(__file__).parents[3] / "assets"
_hear = st.components.v2.component(
    "twinshelf_pair_answers",
    html='<div class="answers"></div>',
    css=(_ASSETS / "pair_answers.css").read_text(encoding="utf-8"),
    js="".join(
        (_ASSETS / name).read_text(encoding="utf-8")
        for name in ("card_answers.js", "tile_in_view.js", "pair_answers.js")
    ),
)


def draw_answers() -> str:
    """The buttons of one tile, as markup."""
    buttons = "".join(
        f'<button type="button" data-answer="{kind}" aria-pressed="false" title="{escape(said.help or said.name)}" '
        f'aria-label="{said.name}">{said.short} <kbd>{said.key}</kbd></button>'
        for kind, said in ((kind, ANSWERS[kind]) for kind in OFFERED)
    )
    return f'<div class="answers" role="group" aria-label="Your verdict">{buttons}</div>'


def listen(matched: Matched, pairs: Sequence[int], *, about: str) -> None:
    """Hear of the tiles of the page, once for all of them, and store what is said of them.

    Args:
        matched: The open catalog.
        pairs: The candidate pairs that stand as tiles.
        about: Changes when other pairs do.
    """
    ids = [_name(matched, pair) for pair in pairs]
    remember_shown(matched, ids)
    verdicts, visit = read_verdicts(matched), answers.current_visit()
    last = matched.workspace.store.last_verdict(matched.id, visit.session)

    def heard() -> None:
        for answer in answers.receive(KEY, st.session_state[KEY].get("answers")):
            keep(matched, answer)

    _hear(
        key=KEY,
        data={
            "board": answers.name_board(KEY),
            "about": about,
            "keys": {ANSWERS[kind].key.lower(): kind for kind in OFFERED},
            "pairs": [[*pair, verdicts[pair].kind if pair in verdicts else None] for pair in ids],
            "run": visit.run,
            "received": visit.received.get(KEY, 0),
            "last": [last.left_id, last.right_id, last.kind] if last else None,
        },
        on_answers_change=heard,
        height="content",
    )


def keep(matched: Matched, answer: Answer) -> None:
    """Store a verdict at the click, or take one back. Which pair it is about, the answer alone says."""
    if answer.kind in OFFERED:
        give(matched, answer, source="thresholds")
    else:
        turn(matched, answer)


def _name(matched: Matched, pair: int) -> tuple[str, str]:
    """The item ids of a candidate pair, sorted."""
    pairs = matched.encoded.pairs
    one, other = sorted(matched.cell("item_id", int(end[pair])) for end in (pairs.left, pairs.right))
    return one, other
