"""What curators answer on a board of cards, as it comes from the browser: each answer once, in the order of the keys.

The browser sends all that it has not seen confirmed, again and again, so that nothing is lost where a run of the page
takes the place of another; the numbers of the answers tell what has been received. A page of before a restart of the
server carries another run's name, and nothing of it is taken.
"""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import streamlit as st

from matcher.storage.records import DIFFERENT, MATCH, SKIP, UNSURE

UNDO = "undo"
MOST = 100  # answers in one message; a curator's fingers are slower
_RUN, _RECEIVED, _SESSION = "answers-run", "answers-received", "answers-session"
_SESSION_FORM = re.compile(r"[0-9a-f]{16}\.[0-9a-f]{16}")


@dataclass(frozen=True)
class AnswerKind:
    """How an answer looks: its word, a shorter one for small cards, its key, icon and colour."""

    kind: str
    name: str
    short: str
    key: str
    icon: str
    tone: str = ""


ANSWERS = {
    answer.kind: answer
    for answer in (
        AnswerKind(MATCH, "Same product", "Same", "S", "check", "match"),
        AnswerKind(DIFFERENT, "Different", "Different", "D", "close", "different"),
        AnswerKind(UNSURE, "Unsure", "Unsure", "F", "question_mark", "unsure"),
        AnswerKind(SKIP, "Skip", "Skip", "N", "skip_next"),
    )
}
SAID = {kind: answer.name.lower() for kind, answer in ANSWERS.items()} | {SKIP: "skipped"}
"""What a curator said, as it stands in a sentence."""


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes:
        kind: A key of ANSWERS, or UNDO.
        one_id: One of the two listings that were on the screen; "" when the key for undo was pressed.
        other_id: The other one.
        about: Which drawing of the board it was given on.
        session: The browser and the tab, see `Verdict`.
    """

    kind: str
    one_id: str
    other_id: str
    about: str
    session: str


def run_name() -> str:
    """Tells this visit from those of before the server was restarted or the page reloaded."""
    return str(st.session_state.setdefault(_RUN, secrets.token_hex(8)))


def last_received(board: str) -> int:
    """The number of the last answer that came from a board; the browser forgets those up to it."""
    return int(st.session_state.get(_RECEIVED, {}).get(board, 0))


def session_of(said: object) -> str:
    """The browser and tab that a message names, or a name for this visit where it names none."""
    if isinstance(said, str) and _SESSION_FORM.fullmatch(said):
        st.session_state[_SESSION] = said
    own = f"{secrets.token_hex(8)}.{secrets.token_hex(8)}"
    return str(st.session_state.setdefault(_SESSION, own))


def receive(board: str, message: Any) -> Iterator[Answer]:
    """Take the answers of a message that have not come before.

    Args:
        board: The key of the board.
        message: What the browser sent: {session, run, answers: [{n, kind, one, other, about}]}.
    """
    if not isinstance(message, dict) or message.get("run") != run_name():
        return
    session = session_of(message.get("session"))
    received = st.session_state.setdefault(_RECEIVED, {})
    for sent in list(message.get("answers") or [])[:MOST]:
        number = int(sent["n"])
        if number <= received.get(board, 0):
            continue
        received[board] = number
        kind = str(sent["kind"])
        if kind == UNDO or kind in ANSWERS:
            yield Answer(kind, str(sent["one"]), str(sent["other"]), str(sent["about"]), session)
