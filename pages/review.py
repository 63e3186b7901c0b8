"""Judge doubtful pairs one at a time, with the keyboard."""

import time

import streamlit as st

from matcher.matching.groups.locks import FREE
from matcher.review.implied import Implied
from matcher.review.placed_verdicts import PlacedVerdicts
from matcher.review.queue import Question
from matcher.review.sampling import VerdictScores, score_verdicts
from matcher.review.title_diff import differing_words
from matcher.review.verdicts import Ids, ids_of, name_verdicts
from matcher.storage.history.redo import find_last
from matcher.storage.records import SKIP, Action, Verdict
from pages._review.audit import draw_audit, is_auditing
from pages._review.questions import ask_again, choose_more, choose_questions, name_pair
from pages._shared.answers import ANSWERS, PREVIOUS, REDO, UNDO, Answer, current_visit
from pages._shared.cards import Board, Card, Column, draw_cards, session_told
from pages._shared.measured import (
    count_doubtful,
    find_drawn,
    index_ids,
    measure_bars,
    measure_likelihood,
    measure_pair,
    read_implied,
    read_placed,
)
from pages._shared.opened_catalog import Matched, draw_empty, make_card, need_matches
from pages._shared.photo_route import photo_url
from pages._shared.wording import describe_distances, explain_question
from pages._verdicts.handed_out import are_joined
from pages._verdicts.history import can_redo, draw_last, give_again
from pages._verdicts.looking_back import ask_about, find_place, is_looking_back, list_own, look_back, step
from pages._verdicts.pair_facts import draw_blind, draw_columns, draw_statements, is_blind, say_pace
from pages._verdicts.proof import draw_goal
from pages._verdicts.set_aside import draw_set_aside
from pages._verdicts.verdicts import describe, describe_gone, follow_import, give, remember_shown, show_told, take_back
from pages._why import dialog as why

PAIR, PAINTING = "pair", "review-painting"
FEWEST = 5  # of a fair sample; a share of fewer says nothing


def main() -> None:
    """One question after the other."""
    st.title("Review")
    matched = need_matches()
    if is_auditing(matched):
        draw_audit(matched)
        return
    with st.container(width=1080):
        draw_question(matched)
        draw_set_aside(matched)


@st.fragment
def draw_question(matched: Matched) -> None:
    """Ask about one pair. A fragment: an answer runs this and nothing else of the page."""
    follow_import(matched)
    show_told()
    store = matched.workspace.store
    verdicts, skips = store.verdicts(matched.id), store.skips(matched.id)
    placed = read_placed(matched, verdicts)
    implied = read_implied(matched, placed)
    waiting = choose_questions(matched, verdicts, skips, implied)
    # The pair is waited for, so figures come after it; and it has one place whatever stands above it, because Streamlit
    # makes a board anew that moves.
    figures, above = st.container(), st.container()
    session = session_told(PAIR)
    last = find_last(store, matched.id, session)
    again, has_earlier = look_back(matched, verdicts, skips, session)
    with above:
        if again:
            st.caption(f"Looked at again: {describe(matched, again)}. Next goes on; an answer takes its place.")
            waiting = [ask_about(matched, again), *waiting]
        elif last:
            st.caption(f"Last: {describe(matched, last)}")
        if waiting:
            explain(matched, waiting[0])
        else:
            draw_nothing_left(len(verdicts))
    draw_pair(matched, waiting[0] if waiting else None, last, previous=has_earlier)
    with figures:
        draw_goal(matched, verdicts, skips)
        draw_progress(matched, placed, skips, implied, session)
    with st.container(horizontal=True, vertical_alignment="center"):
        draw_last(matched, session)
        draw_blind()
    preload(matched, waiting[1:3])
    why.draw_asked(matched)
    choose_more(matched, verdicts, skips, implied)


def name_painting(pair: tuple[str, str] | None) -> str:
    """What tells this drawing of a pair from those before; the same until the pair or what was received changes."""
    wanted = (pair, current_visit().received.get(PAIR, 0))
    before, number = st.session_state.get(PAINTING, (None, 0))
    number += wanted != before
    st.session_state[PAINTING] = (wanted, number)
    return f"{PAIR} {number}"


def keep(matched: Matched, answer: Answer) -> None:
    """Store a verdict or a skip on the pair that was shown, or take the last one back; the next pair shows after it."""
    if answer.kind in (PREVIOUS, SKIP) and look_around(matched, answer):
        return
    if answer.kind == REDO:
        give_again(matched, answer.session)
    elif answer.kind != UNDO:
        give(matched, answer, source="review", about=answer.about, once=True)
    elif isinstance(back := take_back(matched, answer), Verdict):
        ask_again(matched, back)


def look_around(matched: Matched, answer: Answer) -> bool:
    """Go to the pair before, or on from one that is looked at again; whether that was what the key asked for."""
    if answer.kind == SKIP and not is_looking_back():
        return False
    store = matched.workspace.store
    own = list_own(matched, store.verdicts(matched.id), store.skips(matched.id), answer.session)
    if answer.kind == SKIP and find_place(own) == len(own):
        return False
    if answer.about == f"{PAIR} {st.session_state[PAINTING][1]}":
        step(matched, own, -1 if answer.kind == PREVIOUS else 1)
    return True


def draw_progress(
    matched: Matched, placed: PlacedVerdicts, skips: list[Verdict], implied: Implied, session: str
) -> None:
    """How much is done, how much is left and at which pace, and how right the matches are so far."""
    verdicts = placed.verdicts
    left, follow = count_doubtful(matched, placed, implied)
    key = (matched.id, matched.encoded.key, matched.recipe.to_json())
    skipped = [ids_of(skip) for skip in skips]
    alone = implied if (implied.lock == FREE).all() else None  # figures are of verdicts, whatever is locked
    said = _scores((*key, name_verdicts([*verdicts, *skips])), matched, placed, skipped, alone)
    right = "Precision shows after a few answers: some pairs are drawn at random for that."
    if said.precision is not None and said.sample >= FEWEST:
        follows = f", {said.implied:,} of them implied by other answers" if said.implied else ""
        left_out = f", {said.left_out:,} unsure or skipped left out" if said.left_out else ""
        measured = (
            "the answer to every match is known"
            if said.is_complete
            else f"a fair sample of {said.sample:,}{follows}{left_out}"
        )
        right = (
            f"**{said.precision:.3f}** of the matches are right (95 % interval {said.low:.3f} to {said.high:.3f}, "
            f"{measured})"
        )
    st.progress(len(verdicts) / max(1, len(verdicts) + left))
    own = [answer for answer in verdicts if answer.session == session]
    pace = f" · {said_pace}" if (said_pace := say_pace(own, left, time.time())) else ""
    unasked = f" · **{follow:,}** not asked, as they follow from these" if follow else ""
    st.caption(f"**{len(verdicts):,}** judged{unasked} · **{left:,}** doubtful left{pace} · {right}")
    if gone := describe_gone(placed):
        st.caption(gone)


@st.cache_resource(show_spinner=False, max_entries=4)
def _scores(
    key: tuple[str, ...], _matched: Matched, _placed: PlacedVerdicts, _skipped: list[Ids], _implied: Implied | None
) -> VerdictScores:
    pairs, ids, verdicts = _matched.encoded.pairs, index_ids(_matched), _placed.verdicts
    drawn, said = find_drawn(_matched), _placed.find(pairs)
    return score_verdicts(pairs, _matched.recipe, ids, verdicts, _skipped, drawn, _implied, said)


def explain(matched: Matched, question: Question) -> None:
    """Why this pair is asked, unless nobody is to be swayed; and on which facts the two titles differ."""
    if not is_blind():
        distance, is_match = measure_pair(matched, question.pair), are_joined(matched, question.pair)
        likely = measure_likelihood(matched, question.pair)
        st.markdown(explain_question(matched.recipe, distance, is_match, question.sampled, likely))
        st.caption(describe_distances(measure_bars(matched, question.pair)))
    draw_statements(matched, *ends_of(matched, question))


def draw_pair(matched: Matched, question: Question | None, last: Verdict | Action | None, *, previous: bool) -> None:
    """Two photos and titles, large, with the answers above them; undo alone after the last.

    The board takes one answer to each drawing: what it is sent to say which that was, the server holds against what it
    has drawn last.
    """
    shown: list[Card] = []
    pair = name_pair(matched, question.pair) if question else None
    about = name_painting(pair)
    if question and pair:
        remember_shown(matched, [pair], about=about, sampled=question.sampled)
        shown = [draw_listing(matched, question, place) for place in (0, 1)]
    board = Board(
        "pair", about=about, actions=[*ANSWERS] if question else [], undo=last is not None,
        last=last if isinstance(last, Verdict) else None,
        previous=previous, redo=can_redo(matched, session_told(PAIR)),
        on_answer=lambda answer: keep(matched, answer), on_why=why.ask,
    )  # fmt: skip
    draw_cards([Column(shown, nothing=" ")], board, key=PAIR)
    if question:
        draw_columns(matched, *ends_of(matched, question))


def ends_of(matched: Matched, question: Question) -> tuple[int, int]:
    """Rows of the two listings, as they stand on the screen."""
    pairs = matched.encoded.pairs
    return int(pairs.left[question.pair]), int(pairs.right[question.pair])


def draw_listing(matched: Matched, question: Question, place: int) -> Card:
    """One side of a pair, with what differs from the other marked."""
    pairs = matched.encoded.pairs
    row, other = (int(end[question.pair]) for end in ((pairs.left, pairs.right), (pairs.right, pairs.left))[place])
    words = differing_words(matched.cell("title", other), matched.cell("title", row))
    return make_card(matched, row, title=words, large=True)


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
