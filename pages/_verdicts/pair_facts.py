"""Under a pair of Review: what the two listings state, in words, and their other columns; and what may be hidden."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from matcher.review.pace import measure_pace
from matcher.review.pair_facts import Compared, compare_columns, compare_statements, say_statements
from matcher.storage.records import Verdict
from pages._shared.escape import literal
from pages._shared.opened_catalog import Opened

MOST_SAID, MOST_COLUMNS, LONGEST_CELL = 4, 30, 300
BLIND = "review-blind"


def is_blind() -> bool:
    """Whether the curator judges without the program's opinion."""
    return bool(st.session_state.get(BLIND))


def draw_blind() -> None:
    """The choice to judge without it."""
    st.toggle(
        "Hide what the program thinks", key=BLIND, persist_state="session",
        help="Distances, chances and whether the pair matches now are not shown, so that they sway nobody.",
    )  # fmt: skip


def draw_statements(opened: Opened, left: int, right: int) -> None:
    """Say in words on which facts the two titles differ; nothing where they do not."""
    found = compare_statements(opened.cell("title", left), opened.cell("title", right))
    if not found:
        return
    said = [
        f"{':material/warning: ' if is_conflict else ''}{literal(sentence[:LONGEST_CELL])}"
        for sentence, is_conflict in say_statements(found)[:MOST_SAID]
    ]
    st.markdown(" · ".join(said))


def draw_columns(opened: Opened, left: int, right: int) -> None:
    """The other columns of the two, those that differ on top; what is alike is folded away."""
    names = opened.catalog.listings.columns
    one, other = ({str(name): opened.cell(name, row) for name in names} for row in (left, right))
    rows = compare_columns(one, other)[:MOST_COLUMNS]
    if different := [row for row in rows if row.differs]:
        st.html(_table(different))
    if alike := [row for row in rows if not row.differs]:
        what = "1 column is" if len(alike) == 1 else f"{len(alike)} columns are"
        with st.expander(f"{what} alike"):
            st.html(_table(alike))


def say_pace(own: Sequence[Verdict], left: int, now: float) -> str:
    """ "12 a minute, about 8 min left"; "" while too little is known."""
    pace = measure_pace([answer.made for answer in own], now)
    if pace is None:
        return ""
    minutes = left / pace
    return f"**{pace:.0f}** a minute, about {max(1, round(minutes)):,} min left" if left else f"**{pace:.0f}** a minute"


def _table(rows: Sequence[Compared]) -> str:
    """Two cells for each column. Everything a seller wrote is escaped."""
    style = "border-bottom:1px solid rgb(128 128 128 / 22%);padding:3px 8px;vertical-align:top;overflow-wrap:anywhere"
    lines = "".join(
        f'<tr><th scope="row" style="{style};text-align:left;font-weight:600;width:20%">{escape(row.column[:80])}</th>'
        f'<td style="{style};width:40%">{escape(row.left[:LONGEST_CELL])}</td>'
        f'<td style="{style};width:40%">{escape(row.right[:LONGEST_CELL])}</td></tr>'
        for row in rows
    )
    return f'<table style="width:100%;border-collapse:collapse;font-size:13px;table-layout:fixed">{lines}</table>'
