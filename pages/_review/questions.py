"""The questions that wait on Review: chosen some at once, and the next ones while the curator still has a few."""

import numpy as np
import streamlit as st

from matcher.review.implied import Implied
from matcher.review.queue import Question, review_queue
from matcher.review.verdicts import ids_of
from matcher.storage.records import Verdict
from pages._shared.measured import find_drawn, index_ids
from pages._shared.opened_catalog import Matched
from pages._verdicts.proof import find_proof

AHEAD = 20  # questions chosen at once: choosing looks at every pair, showing the next one at none
FEW = 5  # that still wait when the next ones are chosen
QUEUE = (
    "review-queue"  # what the questions are chosen by, those that wait, and whether no others were found beside them
)


def choose_questions(
    matched: Matched, verdicts: list[Verdict], skips: list[Verdict], implied: Implied
) -> list[Question]:
    """The pairs to ask about, the next one first: none whose answer is given or implied, skipped ones at the end."""
    proof = find_proof(matched, verdicts, skips)
    key = (matched.id, matched.encoded.key, matched.recipe.to_json(), proof.wanted if proof else None)
    about, queue, is_all = st.session_state.get(QUEUE, (None, [], False))
    off = {ids_of(answer) for answer in (*verdicts, *skips)}
    pairs = matched.encoded.pairs
    waiting = [
        question for question in queue
        if about == key and name_pair(matched, question.pair) not in off
        and implied.kind_of(int(pairs.left[question.pair]), int(pairs.right[question.pair])) is None
    ]  # fmt: skip
    if not waiting and proof:
        waiting = proof.questions(AHEAD)
    if not waiting:
        waiting, is_all = _ask(matched, verdicts, skips, implied), False
    st.session_state[QUEUE] = (key, waiting, is_all and about == key)
    return waiting


def choose_more(matched: Matched, verdicts: list[Verdict], skips: list[Verdict], implied: Implied) -> None:
    """Choose the next questions once few wait: to be called when all is drawn, while the curator looks at a pair."""
    key, waiting, is_all = st.session_state[QUEUE]
    if is_all or not 0 < len(waiting) <= FEW or find_proof(matched, verdicts, skips):
        return
    skipped = {ids_of(skip) for skip in skips}
    if name_pair(matched, waiting[-1].pair) in skipped:  # nothing else is left
        return
    known = {question.pair for question in waiting}
    more = [question for question in _ask(matched, verdicts, skips, implied) if question.pair not in known]
    st.session_state[QUEUE] = (key, [*waiting, *more], not more)


def ask_again(matched: Matched, back: Verdict) -> None:
    """Put the pair of a verdict that was taken back first."""
    rows = matched.rows
    if back.left_id not in rows or back.right_id not in rows:
        return
    key, queue, is_all = st.session_state[QUEUE]
    found = matched.encoded.pairs.positions(np.array([rows[back.left_id]]), np.array([rows[back.right_id]]))
    again = [Question(int(number), back.sampled) for number in found]
    st.session_state[QUEUE] = (key, again + [question for question in queue if question not in again], is_all)


def name_pair(matched: Matched, number: int) -> tuple[str, str]:
    """The item ids of a candidate pair, sorted."""
    pairs = matched.encoded.pairs
    one, other = sorted(matched.cell("item_id", int(end[number])) for end in (pairs.left, pairs.right))
    return one, other


def _ask(matched: Matched, verdicts: list[Verdict], skips: list[Verdict], implied: Implied) -> list[Question]:
    pairs, ids, drawn = matched.encoded.pairs, index_ids(matched), find_drawn(matched)
    skipped = [ids_of(skip) for skip in skips]
    return review_queue(pairs, matched.recipe, ids, verdicts, skipped, AHEAD, drawn, implied)
