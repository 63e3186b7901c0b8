"""Undo and redo wherever verdicts are given, and one's own last answers, each to be taken back or given again."""

import streamlit as st

from matcher.pipeline.groups.main_choices import read_chosen
from matcher.storage.history.redo import (
    find_last,
    find_redo,
    list_last,
    redo_action,
    redo_verdict,
    take_back_action,
)
from matcher.storage.records import MAIN, Action, Verdict
from pages._shared.answers import REDO, UNDO, Answer, current_curator, current_visit
from pages._shared.cards import Board, Column, draw_cards, session_told
from pages._shared.opened_catalog import Opened
from pages._verdicts.verdicts import describe, take_back

BAR = "history"


def draw_bar(opened: Opened) -> None:
    """Buttons and keys for undo and redo, where no board of cards has them, beside the last answers."""
    session = session_told(BAR)
    last = find_last(opened.workspace.store, opened.id, session)
    board = Board(
        "pair", about=BAR, undo=last is not None, redo=can_redo(opened, session),
        last=last if isinstance(last, Verdict) else None,
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


def give_again(opened: Opened, session: str, done: Verdict | Action | None = None) -> Verdict | Action | None:
    """Do again what was taken back: the last of it, or a chosen answer or action."""
    store, curator = opened.workspace.store, current_curator()
    again: Verdict | Action | None
    if isinstance(done, Action):
        again = redo_action(store, opened.id, done.id, session=session, curator=curator)
    else:
        again = redo_verdict(store, opened.id, done.id if done else None, session=session, curator=curator)
    said = "Done again" if isinstance(again, Action) else "Given again"
    what = f"{said}: {describe(opened, again)}" if again else "There is nothing of yours to do again."
    if isinstance(again, Action) and again.kind == MAIN and not _is_main(opened, again):
        what += "; another listing stands for it since"
    current_visit().told.append((what, ":material/redo:"))
    return again


def _is_main(opened: Opened, action: Action) -> bool:
    """Whether the listing that an action chose is the last one that was chosen of its group."""
    chosen = read_chosen(opened.workspace.store, opened.id)
    return max(action.item_ids, key=lambda item_id: chosen.get(item_id, 0.0)) == action.item_ids[0]


def draw_last(opened: Opened, session: str) -> None:
    """One's own last answers, behind a click."""
    with st.popover("Your last answers", icon=":material/history:", key="last-answers"):
        found = list_last(opened.workspace.store, opened.id, session=session, curator=current_curator())
        if not found:
            st.caption("You have given none yet.")
        for done, is_undone in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                what, _, about = describe(opened, done).partition(", ")
                said = f"**{what}**, {about}"
                st.markdown(f":gray[{said} (taken back)]" if is_undone else said)
                st.space("stretch")
                kind = "action-" if isinstance(done, Action) else ""
                st.button(
                    "Do again" if is_undone else "Take back", key=f"turn-{kind}{done.id}-{is_undone}", type="tertiary",
                    icon=":material/redo:" if is_undone else ":material/undo:",
                    on_click=_turn_chosen, args=[opened, done, is_undone, session],
                )  # fmt: skip


def _turn_chosen(opened: Opened, done: Verdict | Action, is_undone: bool, session: str) -> None:
    if is_undone:
        give_again(opened, session, done)
    elif isinstance(done, Action):
        store, curator = opened.workspace.store, current_curator()
        _tell_taken_back(opened, take_back_action(store, opened.id, done.id, session=session, curator=curator))
    else:
        take_back_chosen(opened, done.id, session)


def take_back_chosen(opened: Opened, verdict_id: int, session: str) -> None:
    """Take back one's own verdict or skip, whichever it was."""
    store, curator = opened.workspace.store, current_curator()
    _tell_taken_back(opened, store.undo_verdict(opened.id, verdict_id, session=session, curator=curator))


def _tell_taken_back(opened: Opened, undone: Verdict | Action | None) -> None:
    what = f"Taken back: {describe(opened, undone)}" if undone else "It is not yours, or was taken back before."
    current_visit().told.append((what, ":material/undo:"))
