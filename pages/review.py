"""Judge doubtful pairs one at a time, with the keyboard."""

import numpy as np
import streamlit as st

from matcher.review.queue import Question, review_queue
from matcher.review.sampling import VerdictScores, score_verdicts
from matcher.review.title_diff import differing_words
from matcher.review.verdicts import DIFFERENT, MATCH, UNSURE
from matcher.storage.records import Verdict
from pages._shared.cards import Board, Column, draw_cards
from pages._shared.measured import count_doubtful, index_ids
from pages._shared.opened_catalog import (
    Matched,
    draw_empty,
    make_card,
    measure_bars,
    measure_pair,
    need_matches,
)
from pages._shared.photo_route import photo_url
from pages._shared.wording import describe_distances, explain_question

AHEAD = 20  # questions chosen at once: choosing looks at every pair, showing the next one at none
SKIPPED = "skipped"  # the catalog's setting with the pairs that were put off
QUEUE = "review-queue"
FEWEST = 5  # of a fair sample; a share of fewer says nothing
ANSWERS = (
    (MATCH, "Same product", "S", ":material/check:"),
    (DIFFERENT, "Different", "D", ":material/close:"),
    (UNSURE, "Unsure", "F", ":material/question_mark:"),
)


def main() -> None:
    """One question after the other."""
    st.title("Review")
    matched = need_matches()
    with st.container(width=1080):
        draw_question(matched)


@st.fragment
def draw_question(matched: Matched) -> None:
    """Ask about one pair. A fragment: an answer runs this and nothing else of the page."""
    verdicts = matched.workspace.store.verdicts(matched.id)
    waiting = choose_questions(matched, verdicts)
    draw_progress(matched, verdicts)
    draw_buttons(matched, waiting[0] if waiting else None, verdicts)
    if not waiting:
        draw_nothing_left(len(verdicts))
        return
    draw_pair(matched, waiting[0])
    preload(matched, waiting[1:3])


def choose_questions(matched: Matched, verdicts: list[Verdict]) -> list[Question]:
    """The pairs to ask about, the next one first; none with a verdict, skipped ones only when nothing else is left."""
    key = (matched.id, matched.encoded.key, matched.recipe.to_json())
    about, queue = st.session_state.get(QUEUE, (None, []))
    skipped = {(one, other) for one, other in matched.workspace.store.setting(matched.id, SKIPPED, [])}
    off = {(verdict.left_id, verdict.right_id) for verdict in verdicts} | skipped
    waiting = [question for question in queue if about == key and name_pair(matched, question.pair) not in off]
    if not waiting:
        pairs, ids = matched.encoded.pairs, index_ids(matched)
        waiting = review_queue(pairs, matched.recipe, ids, verdicts, skipped, AHEAD)
        if skipped and all(name_pair(matched, question.pair) in skipped for question in waiting):
            matched.workspace.store.set_setting(matched.id, SKIPPED, [])  # a second round
    st.session_state[QUEUE] = (key, waiting)
    return waiting


def name_pair(matched: Matched, number: int) -> tuple[str, str]:
    """The item ids of a candidate pair, sorted."""
    pairs = matched.encoded.pairs
    one, other = sorted(matched.cell("item_id", int(end[number])) for end in (pairs.left, pairs.right))
    return one, other


def answer(matched: Matched, question: Question, kind: str) -> None:
    """Store a verdict; the next pair shows after that."""
    one, other = name_pair(matched, question.pair)
    matched.workspace.store.add_verdict(matched.id, one, other, kind, source="review", sampled=question.sampled)


def skip(matched: Matched, question: Question) -> None:
    """Put a pair off."""
    store = matched.workspace.store
    store.set_setting(matched.id, SKIPPED, [*store.setting(matched.id, SKIPPED, []), name_pair(matched, question.pair)])


def undo(matched: Matched) -> None:
    """Take the last verdict back and ask that pair again."""
    back = matched.workspace.store.undo_verdict(matched.id)
    rows = matched.rows
    if back is None or back.left_id not in rows or back.right_id not in rows:
        return
    found = matched.encoded.pairs.positions(np.array([rows[back.left_id]]), np.array([rows[back.right_id]]))
    key, queue = st.session_state[QUEUE]
    again = [Question(int(number), back.sampled) for number in found]
    st.session_state[QUEUE] = (key, again + [question for question in queue if question not in again])


def draw_buttons(matched: Matched, question: Question | None, verdicts: list[Verdict]) -> None:
    """The answers. Keys of the buttons name the pair, so that a second press cannot answer the next one unseen."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if question is not None:
            for kind, name, letter, icon in ANSWERS:
                st.button(
                    name, key=f"{kind}-{question.pair}", shortcut=letter, icon=icon,
                    on_click=answer, args=[matched, question, kind],
                )  # fmt: skip
            st.button(
                "Skip", key=f"skip-{question.pair}", shortcut="N", icon=":material/skip_next:", type="tertiary",
                on_click=skip, args=[matched, question],
            )  # fmt: skip
        st.button(
            "Undo", key=f"undo-{len(verdicts)}", shortcut="U", icon=":material/undo:", type="tertiary",
            disabled=not verdicts, on_click=undo, args=[matched],
        )  # fmt: skip
        if verdicts:
            said = {kind: name for kind, name, *_ in ANSWERS}[verdicts[-1].kind]
            st.caption(f"Last: {said.lower()}")


def draw_progress(matched: Matched, verdicts: list[Verdict]) -> None:
    """How much is done, how much is left, and how right the matches are so far."""
    judged = [(verdict.left_id, verdict.right_id) for verdict in verdicts]
    left = count_doubtful(matched, judged)
    said = _scores(
        (matched.id, matched.encoded.key, matched.recipe.to_json()), tuple(v.id for v in verdicts), matched, verdicts
    )
    right = "Precision shows after a few answers: some pairs are drawn at random for that."
    if said.precision is not None and said.sample >= FEWEST:
        right = (
            f"**{said.precision:.3f}** of the matches are right (95 % interval {said.low:.3f} to {said.high:.3f}, "
            f"a fair sample of {said.sample:,})"
        )
    st.progress(len(judged) / max(1, len(judged) + left))
    st.caption(f"**{len(judged):,}** judged · **{left:,}** doubtful left · {right}")


@st.cache_resource(show_spinner=False, max_entries=4)
def _scores(
    key: tuple[str, ...], judged: tuple[int, ...], _matched: Matched, _verdicts: list[Verdict]
) -> VerdictScores:
    return score_verdicts(_matched.encoded.pairs, _matched.recipe, index_ids(_matched), _verdicts)


def draw_pair(matched: Matched, question: Question) -> None:
    """Two photos and titles, large, and why this pair is asked."""
    pairs = matched.encoded.pairs
    left, right = int(pairs.left[question.pair]), int(pairs.right[question.pair])
    one, other = matched.cell("title", left), matched.cell("title", right)
    distance = measure_pair(matched, question.pair)
    is_match = bool(matched.is_match[question.pair])
    st.markdown(explain_question(matched.recipe, distance, is_match, question.sampled))
    st.caption(describe_distances(measure_bars(matched, question.pair)))
    shown = [
        make_card(matched, left, title=differing_words(other, one), large=True),
        make_card(matched, right, title=differing_words(one, other), large=True),
    ]
    draw_cards([Column(shown)], Board("pair", about=str(question.pair)), key="pair")


def preload(matched: Matched, coming: list[Question]) -> None:
    """Let the browser fetch the photos that come next."""
    pairs = matched.encoded.pairs
    rows = [int(side[question.pair]) for question in coming for side in (pairs.left, pairs.right)]
    photos = [photo for row in rows if (photo := matched.cell("photo", row))]
    images = "".join(f'<img src="{photo_url(matched.id, photo, "images")}" alt="" hidden>' for photo in photos)
    if images:
        st.html(images)


def draw_nothing_left(judged: int) -> None:
    """Thank, and show the way on."""
    what = "Every pair that was found has a verdict." if judged else "No pair was found to ask about."
    draw_empty("task_alt", what, "Download the results, or loosen a threshold to find more pairs.")
    with st.container(horizontal=True, horizontal_alignment="center"):
        st.page_link("pages/results.py", label="See the results", icon=":material/download:")
        st.page_link("pages/thresholds.py", label="Move a threshold", icon=":material/tune:")


main()
