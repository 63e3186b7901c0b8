"""The pairs that one has answered, to be looked at again: back from the last one and forward again.

Nothing is taken back by looking. The place is the number of a verdict: answered anew or taken back it is another one,
and Review goes on with its questions.
"""

import numpy as np
import streamlit as st

from matcher.review.queue import Question
from matcher.storage.records import Verdict
from pages._shared.answers import current_curator
from pages._shared.opened_catalog import Matched

PLACE = "review-looking-back"


def look_back(
    matched: Matched, verdicts: list[Verdict], skips: list[Verdict], session: str
) -> tuple[Verdict | None, bool]:
    """The answer that is looked at again, None where none is; and whether there is one to go back to."""
    if not is_looking_back():  # nearly always: then one of all is enough, and the last ones are one's own mostly
        has_own = any(_is_own(matched, answer, session) for answer in reversed(verdicts))
        return None, has_own or bool(skips and list_own(matched, verdicts, skips, session))
    own = list_own(matched, verdicts, skips, session)
    place = find_place(own)
    if place == len(own):
        del st.session_state[PLACE]
        return None, place > 0
    return own[place], place > 0


def is_looking_back() -> bool:
    """Whether one went back; the answer may be gone since, see `find_place`."""
    return st.session_state.get(PLACE) is not None


def list_own(matched: Matched, verdicts: list[Verdict], skips: list[Verdict], session: str) -> list[Verdict]:
    """One's own verdicts and skips from Review on listings that are still there, the last one at the end."""
    judged = {(verdict.left_id, verdict.right_id) for verdict in verdicts}
    put_off = [skip for skip in skips if (skip.left_id, skip.right_id) not in judged]
    own = [answer for answer in (*verdicts, *put_off) if _is_own(matched, answer, session)]
    return sorted(own, key=lambda answer: answer.id)


def find_place(own: list[Verdict]) -> int:
    """Which of them is looked at; their number where none is."""
    place = st.session_state.get(PLACE)
    return next((number for number, answer in enumerate(own) if answer.id == place), len(own))


def step(matched: Matched, own: list[Verdict], by: int) -> None:
    """Look at the one before (-1) or after (1) that is among the candidate pairs, or go on with the questions."""
    place = find_place(own) + by
    while 0 <= place < len(own) and _number(matched, own[place]) < 0:
        place += by
    if place >= 0:
        st.session_state[PLACE] = own[place].id if place < len(own) else None


def ask_about(matched: Matched, answer: Verdict) -> Question:
    """The question that an answer was given to."""
    return Question(_number(matched, answer), answer.sampled)


def _is_own(matched: Matched, answer: Verdict, session: str) -> bool:
    rows = matched.rows
    return (
        answer.source == "review" and bool(answer.session) and answer.is_own(session, current_curator())
        and answer.left_id in rows and answer.right_id in rows
    )  # fmt: skip


def _number(matched: Matched, answer: Verdict) -> int:
    """The number of the candidate pair; -1 where the search did not find it."""
    ends = (np.array([matched.rows[item_id]]) for item_id in (answer.left_id, answer.right_id))
    return next(iter(matched.encoded.pairs.positions(*ends).tolist()), -1)
