"""Undo and redo wherever verdicts are given, and one's own last answers, each to be taken back or given again."""

import streamlit as st

from matcher.storage.history.redo import find_redo, list_last, redo_verdict
from matcher.storage.records import Verdict
from pages._shared.answers import REDO, SAID, UNDO, Answer, current_curator, current_visit
from pages._shared.cards import Board, Column, draw_cards, session_told
from pages._shared.opened_catalog import Opened
from pages._verdicts.verdicts import describe, name_pair, take_back

BAR = "history"


def draw_bar(opened: Opened) -> None:
    """Buttons and keys for undo and redo, where no board of cards has them, beside the last answers."""
    session = session_told(BAR)
    last = opened.workspace.store.last_verdict(opened.id, session)
    board = Board(
        "pair", about=BAR, undo=last is not None, redo=can_redo(opened, session), last=last,
        on_answer=lambda answer: turn(opened, answer),
    )  # fmt: skip
    draw_cards([Column([], nothing=" ")], board, key=BAR)
    draw_last(opened, session)


def can_redo(opened: Opened, session: str) -> bool:
    """Whether there is an answer to give again."""
    return find_redo(opened.workspace.store, opened.id, session) is not None


def turn(opened: Opened, answer: Answer) -> None:
    """Take back one's last answer, or give again what was taken back last; the page names the pair."""
    if answer.kind == UNDO:
        take_back(opened, answer)
    elif answer.kind == REDO:
        give_again(opened, answer.session)


def give_again(opened: Opened, session: str, verdict_id: int | None = None) -> Verdict | None:
    """Give an answer again that was taken back: the last one, or a chosen one."""
    store, curator = opened.workspace.store, current_curator()
    again = redo_verdict(store, opened.id, verdict_id, session=session, curator=curator)
    what = f"Given again: {describe(opened, again)}" if again else "There is nothing of yours to give again."
    current_visit().told.append((what, ":material/redo:"))
    return again


def draw_last(opened: Opened, session: str) -> None:
    """One's own last answers, behind a click."""
    with st.popover("Your last answers", icon=":material/history:", key="last-answers"):
        found = list_last(opened.workspace.store, opened.id, session=session, curator=current_curator())
        if not found:
            st.caption("You have given none yet.")
        for answer, is_undone in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                said = f"**{SAID[answer.kind]}**, {name_pair(opened, answer.left_id, answer.right_id)}"
                st.markdown(f":gray[{said} (taken back)]" if is_undone else said)
                st.space("stretch")
                st.button(
                    "Give again" if is_undone else "Take back", key=f"turn-{answer.id}-{is_undone}", type="tertiary",
                    icon=":material/redo:" if is_undone else ":material/undo:",
                    on_click=_turn_chosen, args=[opened, answer.id, is_undone, session],
                )  # fmt: skip


def _turn_chosen(opened: Opened, verdict_id: int, is_undone: bool, session: str) -> None:
    if is_undone:
        give_again(opened, session, verdict_id)
    else:
        take_back_chosen(opened, verdict_id, session)


def take_back_chosen(opened: Opened, verdict_id: int, session: str) -> None:
    """Take back one's own verdict or skip, whichever it was."""
    undone = opened.workspace.store.undo_verdict(opened.id, verdict_id, session=session, curator=current_curator())
    what = f"Taken back: {describe(opened, undone)}" if undone else "It is not yours, or was taken back before."
    current_visit().told.append((what, ":material/undo:"))
