"""The window that says why two listings are a match or none: pictures first, then numbers, words and the rule."""

from math import inf

import streamlit as st

from matcher.matching.explain.pair import Explanation
from matcher.matching.recipe import Recipe
from matcher.review.title_diff import differing_words
from matcher.vectors.candidate_pairs import MODALITIES
from pages._shared.answers import ANSWERS
from pages._shared.cards import MATCH, Badge, Bar, Board, Card, Column, draw_cards
from pages._shared.escape import literal
from pages._shared.opened_catalog import Matched, make_card
from pages._verdicts.verdicts import shorten_title
from pages._why.found import Why, explain_rows
from pages._why.marking import draw_marking
from pages._why.photos import draw_likeness
from pages._why.words import say_fact, say_reason, say_side, say_step, say_ways, say_words

ASKED = "why-asked"
UNKNOWN = "There is no listing {} in this catalog."


def ask(one_id: str, other_id: str) -> None:
    """Have the next drawing of the page say why two listings are a match or none."""
    st.session_state[ASKED] = (one_id, other_id)


def draw_asked(matched: Matched) -> None:
    """Open the window where two listings were asked about since the page was last drawn; nothing otherwise."""
    asked = st.session_state.pop(ASKED, None)
    if asked is None:
        return
    if unknown := [item_id for item_id in asked if item_id not in matched.rows]:
        st.toast(UNKNOWN.format(literal(unknown[0][:80])), icon=":material/link_off:")
        return
    left, right = sorted(matched.rows[item_id] for item_id in asked)
    if left != right:
        _open(matched, left, right)


@st.dialog("Why", width="large", icon=":material/help:")
def _open(matched: Matched, left: int, right: int) -> None:
    why = explain_rows(matched, left, right)
    found = why.explanation

    def name(row: int) -> str:
        return shorten_title(matched.cell("title", row) or matched.cell("item_id", row))

    answer = "A match" if found.is_match else "No match"
    st.markdown(f"**{answer}.** {say_step(found, matched.recipe, name)}")
    pictures, words = st.columns([3, 2], gap="medium")
    with pictures:
        for column, row, other in zip(st.columns(2, gap="small"), (left, right), (right, left), strict=True):
            with column:
                side = _draw_side(matched, found, row, other)
                draw_cards([Column([side])], Board("grid"), key=f"why-{'first' if row == left else 'second'}")
                draw_marking(matched, row)
        draw_likeness(matched, left, right)
        _draw_distances(why, matched.recipe)
    with words:
        _draw_facts(found)
        _draw_words(why)
    if why.reasons and why.reasons.reasons:
        st.markdown("**The pair model's reasons**  \n" + "  \n".join(map(say_reason, why.reasons.reasons)))
        st.caption("The strongest first.")
    st.markdown("**For the other answer**  \n" + "  \n".join(say_ways(found, matched.recipe)))


def _draw_side(matched: Matched, found: Explanation, row: int, other: int) -> Card:
    words = differing_words(matched.cell("title", other), matched.cell("title", row))
    bars = [
        Bar(side, said.distance, said.threshold, None, matched.scale)
        for said in found.said
        for side in MODALITIES
        if side == said.name and said.distance != inf
    ]
    badges: list[Badge] = [MATCH] if found.is_match else []
    if found.verdict in ANSWERS:
        answer = ANSWERS[found.verdict]
        badges.append(Badge(answer.name, answer.icon, answer.tone))
    return make_card(matched, row, title=words, bars=bars, badges=badges, large=True)


def _draw_facts(found: Explanation) -> None:
    """Numbers, units, models and colours: contradictions first."""
    if found.facts:
        st.markdown("**Stated in the titles**  \n" + "  \n".join(say_fact(fact, found.vetoes) for fact in found.facts))


def _draw_words(why: Why) -> None:
    words, listings = why.explanation.words, why.counts.listings
    st.markdown(
        f"**Words in both**  \n{say_words(words.common, listings)}  \n"
        f"**In the first alone**  \n{say_words(words.left, listings)}  \n"
        f"**In the second alone**  \n{say_words(words.right, listings)}"
    )
    st.caption("Rare words first; behind each is how many listings of the catalog have it.")


def _draw_distances(why: Why, recipe: Recipe) -> None:
    lines = [say_side(said, recipe, why.places.get(said.name)) for said in why.explanation.said]
    st.markdown("**Distances**  \n" + "  \n".join(lines))
