"""The wishes above the list of verdicts: words, kind, curator, place, time, and what is odd."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from matcher.review.verdict_list import About, Wanted
from matcher.storage.records import KINDS, Verdict
from pages._shared.answers import ANSWERS

WORDS = [kind for kind in ANSWERS if kind in KINDS]  # in the order of the keys everywhere
ALL, NOBODY = "All", "Nobody in particular"
ABOUT: dict[str, About] = {
    ALL: "all",
    "Contradicted": "contradicted",
    "Ids that are gone": "gone",
    "With a note": "noted",
}
SOURCES = {
    "browse": "Browse",
    "review": "Review",
    "thresholds": "Thresholds",
    "verdicts": "Verdicts",
    "groups": "Groups",
    "import": "A file",
}
DRAWN = {
    "doubtful": "near the threshold",
    "random": "drawn at random",
    "proof": "drawn for a proof",
    "chosen": "chosen by hand",
}


def ask(verdicts: Sequence[Verdict]) -> Wanted:
    """Ask what is looked for."""
    words = st.text_input(
        "Search", key="find-verdict", bind="query-params", placeholder="Words of a title or a note, an id or a name",
        icon=":material/search:", type="search", label_visibility="collapsed", live=True,
    )  # fmt: skip
    wishes = st.container(horizontal=True)
    about = wishes.segmented_control(
        "Which", list(ABOUT), key="verdicts-about", default=ALL, required=True, label_visibility="collapsed"
    )
    kinds = [ALL, *WORDS]
    kind = wishes.segmented_control(
        "Verdict", kinds, key="verdicts-kind", default=ALL, required=True, label_visibility="collapsed",
        format_func=lambda each: ALL if each == ALL else ANSWERS[each].name,
    )  # fmt: skip
    who, where, drawn, when = st.columns(4)
    names = [ALL, *sorted({verdict.curator for verdict in verdicts}, key=str.casefold)]
    curator = who.selectbox("By", names, key="verdicts-by", format_func=lambda name: name or NOBODY)
    sources = [ALL, *sorted({verdict.source for verdict in verdicts})]
    source = where.selectbox("Given in", sources, key="verdicts-in", format_func=lambda each: SOURCES.get(each, each))
    sampled = drawn.selectbox(
        "Pair", [ALL, *DRAWN], key="verdicts-drawn", format_func=lambda each: DRAWN.get(each, each)
    )
    days = when.date_input("Given between", [], key="verdicts-when", format="YYYY-MM-DD")
    since, until = _bounds(days if isinstance(days, tuple) else (days,))
    return Wanted(
        words, _asked(kind), _asked(curator), _asked(source), _asked(sampled), ABOUT[str(about)], since, until
    )


def say_when(made: float) -> str:
    """A time as the curator's clock shows it: "2026-01-31 18:05"."""
    return datetime.fromtimestamp(made, _zone()).strftime("%Y-%m-%d %H:%M")


def _asked(chosen: object) -> str | None:
    return None if chosen == ALL else cast(str, chosen)


def _bounds(days: tuple[date, ...]) -> tuple[float | None, float | None]:
    """From the start of the first day to the end of the last, in seconds; one day alone is a start."""
    at = [datetime(day.year, day.month, day.day, tzinfo=_zone()) for day in days]
    since = at[0].timestamp() if at else None
    return since, (at[1] + timedelta(days=1)).timestamp() if len(at) > 1 else None


def _zone() -> tzinfo:
    """The browser's time zone, as far as it tells a known one."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
