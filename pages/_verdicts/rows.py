"""Verdicts one under the other, each to be changed where it stands."""

from html import escape
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from matcher.review.title_diff import differing_words
from matcher.storage.records import LONGEST_NOTE, Verdict
from pages._shared.answers import ANSWERS, Answer, current_curator, current_visit
from pages._shared.escape import literal
from pages._shared.opened_catalog import Opened
from pages._shared.photo_route import photo_url
from pages._verdicts.finding import DRAWN, SOURCES, WORDS, say_when
from pages._verdicts.history import take_back_chosen
from pages._verdicts.verdicts import give, remember_shown

_STYLE = Path(__file__).parents[2] / "assets" / "verdicts.css"
_PLACES = "verdict-places"
_CHANGED = "verdict-changed"  # number of a verdict to that of the one that this visit put above it
ELSEWHERE = "Not stored: this verdict was changed or taken back elsewhere."


def in_place(verdicts: list[Verdict]) -> list[Verdict]:
    """The same verdicts; one that was changed in this visit stands where it stood before."""
    places: dict[tuple[str, str], float] = st.session_state.setdefault(_PLACES, {})
    return sorted(verdicts, key=lambda each: places.get((each.left_id, each.right_id), each.made), reverse=True)


def draw_rows(opened: Opened, verdicts: list[Verdict], session: str) -> None:
    """Draw verdicts with what can be done about each.

    Args:
        opened: The catalog.
        verdicts: In the order in which they stand.
        session: Of this browser and tab.
    """
    st.html(_STYLE)
    for verdict in verdicts:
        remember_shown(opened, [(verdict.left_id, verdict.right_id)], sampled=verdict.sampled)
        with st.container(border=True, key=f"judged-{verdict.id}"):
            pair, said = st.columns([5, 6], gap="medium")
            pair.html(_pair(opened, verdict))
            with said:
                _draw_word(opened, verdict, session)


def _draw_word(opened: Opened, verdict: Verdict, session: str) -> None:
    """The word, the note, and by whom, when and where it was given."""
    kind, note = f"kind-{verdict.id}", f"note-{verdict.id}"
    st.segmented_control(
        "Verdict", WORDS, key=kind, default=verdict.kind, required=True, label_visibility="collapsed",
        format_func=lambda each: ANSWERS[each].short,
        on_change=change, args=[opened, verdict, session],
    )  # fmt: skip
    st.text_input(
        "Note", verdict.note, key=note, max_chars=LONGEST_NOTE, placeholder="Note", label_visibility="collapsed",
        on_change=change, args=[opened, verdict, session],
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        who = literal(verdict.curator) if verdict.curator else "Nobody in particular"
        where = SOURCES.get(verdict.source, verdict.source)
        st.caption(f"{who} · {say_when(verdict.made)} · {where}, {DRAWN.get(verdict.sampled, verdict.sampled)}")
        st.space("stretch")
        st.button(
            "Take back", key=f"take-back-{verdict.id}", type="tertiary", icon=":material/undo:",
            disabled=not verdict.is_own(session, current_curator()),
            help="Only who gave it takes it back; another word goes above it.",
            on_click=take_back_chosen, args=[opened, verdict.id, session],
        )  # fmt: skip


def change(opened: Opened, verdict: Verdict, session: str) -> None:
    """Store what stands in the row now, above the verdict that stood there; what is refused is shown as it was."""
    kind, note = (st.session_state[f"{name}-{verdict.id}"] for name in ("kind", "note"))
    now = _find_standing(opened, verdict)
    if now and (now.kind, now.note) == (kind, note):
        return  # a note and a word after it come together, and the first has stored both
    given = None
    if now:
        answer = Answer(str(kind), verdict.left_id, verdict.right_id, "", session)
        given = give(opened, answer, source="verdicts", note=str(note))
    else:
        current_visit().told.append((ELSEWHERE, ":material/block:"))
    if now is None or given is None:
        st.session_state[f"kind-{verdict.id}"], st.session_state[f"note-{verdict.id}"] = verdict.kind, verdict.note
        return
    st.session_state.setdefault(_CHANGED, {})[now.id] = given.id
    places = st.session_state.setdefault(_PLACES, {})
    places.setdefault((verdict.left_id, verdict.right_id), verdict.made)


def _find_standing(opened: Opened, verdict: Verdict) -> Verdict | None:
    """What stands of a row: its verdict, or what this visit put above it since it was drawn; None where others did."""
    standing = {each.id: each for each in opened.workspace.store.verdicts(opened.id)}
    changed: dict[int, int] = st.session_state.get(_CHANGED, {})
    number = verdict.id
    while number not in standing and number in changed:
        number = changed[number]
    return standing.get(number)


def _pair(opened: Opened, verdict: Verdict) -> str:
    """Two photos and titles, what differs marked. Everything a seller wrote is escaped."""
    ids = (verdict.left_id, verdict.right_id)
    titles = [_title(opened, item_id) for item_id in ids]
    sides = (_side(opened, item_id, titles[1 - place], titles[place]) for place, item_id in enumerate(ids))
    return f'<div class="judged">{"".join(sides)}</div>'


def _title(opened: Opened, item_id: str) -> str:
    row = opened.rows.get(item_id)
    return "" if row is None else opened.cell("title", row)


def _side(opened: Opened, item_id: str, beside: str, title: str) -> str:
    row = opened.rows.get(item_id)
    if row is None:
        gone = "<p><i>no longer in this catalog</i></p>"
        return f'<a><span class="tile">gone</span><span>{gone}<small>{escape(item_id)}</small></span></a>'
    photo = opened.cell("photo", row)
    image = f'<img src="{escape(photo_url(opened.id, photo))}" alt="" loading="lazy">' if photo else "no photo"
    pieces = differing_words(beside, title) if beside else [(title, False)]
    words = "".join(f"<mark>{escape(piece)}</mark>" if differs else escape(piece) for piece, differs in pieces)
    address = escape("browse?" + urlencode({"catalog": opened.id, "item": item_id}))
    text = f"<p>{words or '<i>no title</i>'}</p><small>{escape(item_id)}</small>"
    return f'<a href="{address}" target="_self"><span class="tile">{image}</span><span>{text}</span></a>'
