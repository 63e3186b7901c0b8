"""The board of Browse: one listing, large, beside columns of its neighbours, with verdicts on each card."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from matcher.matching.metrics import DIFFERENT, SAME, Truth
from matcher.review.pair_cases import SIDES, WRONG, Case, listings_of, pairs_of_case, wrong_pairs
from matcher.review.title_diff import differing_words
from matcher.review.title_search import searcher
from matcher.storage.records import DIFFERENT as SAID_DIFFERENT
from matcher.storage.records import MATCH as SAID_SAME
from matcher.storage.records import UNSURE, VARIANT, Verdict
from matcher.vectors.candidate_pairs import MODALITIES, Modality
from pages._shared.answers import ANSWERS, REDO, UNDO, Answer
from pages._shared.cards import FALSE_MATCH, MATCH, MISSED_MATCH, Badge, Bar, Board, Card, Column, draw_cards
from pages._shared.escape import literal
from pages._shared.measured import measure_bars, measure_likelihood, read_implied, read_placed, read_truth
from pages._shared.modality import HEADINGS, ICONS
from pages._shared.opened_catalog import Matched, make_card, read_verdicts
from pages._shared.wording import say_likely
from pages._verdicts import verdicts as shown_verdicts
from pages._verdicts.handed_out import find_recipes_groups
from pages._verdicts.history import give_again
from pages._verdicts.implied import mark_implied
from pages._why import dialog as why

OFFERED = (SAID_SAME, VARIANT, SAID_DIFFERENT, UNSURE)  # answers, in the order of their buttons
NOTHING: dict[Modality, str] = {
    "text": "This listing has no title to compare.",
    "image": "This listing has no photo to compare.",
    "fused": "Nothing is near.",
}
FEW = 12  # neighbours shown in each column until more are asked for
MOST_LOST = 50  # listings of one label shown that no column holds


def draw(matched: Matched, row: int, on_open: Callable[[str], None]) -> None:
    """Draw the board of one listing.

    Args:
        matched: The open catalog.
        row: The listing that is looked at.
        on_open: Called with the id of a listing that was clicked.
    """
    shown_verdicts.show_told()
    verdicts, truth = read_verdicts(matched), read_truth(matched).truth
    neighbours = {side: matched.encoded.neighbours[side] for side in MODALITIES if side in matched.encoded.neighbours}
    most = max((int((found.index[row] >= 0).sum()) for found in neighbours.values()), default=0)
    shown = most if st.session_state.get("browse-all") else FEW
    ranks = {
        side: {int(other): place for place, other in enumerate(found.index[row].tolist(), 1) if other >= 0}
        for side, found in neighbours.items()
    }
    pair_of = _number_pairs(matched, row)
    drawn: dict[int, Card] = {}
    group = find_recipes_groups(matched)
    implied = read_implied(matched, read_placed(matched, list(verdicts.values())))

    def card(other: int) -> Card:
        if other not in drawn:
            made = _make_neighbour(matched, row, other, pair_of.get(other), ranks, verdicts, truth, group)
            drawn[other] = mark_implied(made, implied.kind_of(row, other))
        return drawn[other]

    columns = [
        Column([card(other) for other in list(ranks[side])[:shown]], HEADINGS[side], f"{len(ranks[side])} nearest",
               ICONS[side], side, NOTHING[side])
        for side in ranks
    ]  # fmt: skip
    aside = make_card(matched, row, large=True, badges=_badge_label(matched, row), note=_describe_listing(matched, row))
    item_id = matched.cell("item_id", row)
    shown_verdicts.remember_shown(matched, ((item_id, card.item_id) for card in drawn.values()))
    board = Board(
        "columns", aside, item_id, OFFERED, undo=True, redo=True, on_answer=_keep(matched), on_open=on_open,
        on_why=why.ask,
    )  # fmt: skip
    draw_cards(columns, board, key="board")
    if most > FEW:
        st.toggle(f"Show all {most} neighbours", key="browse-all", persist_state="session")
    _draw_never_found(matched, row, set().union(*ranks.values()), on_open)


def _make_neighbour(
    matched: Matched,
    row: int,
    other: int,
    pair: int | None,
    ranks: dict[Modality, dict[int, int]],
    verdicts: dict[tuple[str, str], Verdict],
    truth: Truth,
    group: NDArray[np.int32],
) -> Card:
    verdict = verdicts.get(_sort_ids(matched, row, matched.cell("item_id", other)))
    badges: list[Badge] = []
    bars: list[Bar] = []
    codes = matched.catalog.codes
    same_label = bool(codes[row] == codes[other]) if codes[row] >= 0 and codes[other] >= 0 else None
    if pair is not None:
        bars = measure_bars(matched, pair, {side: places.get(other) for side, places in ranks.items()})
        likely = measure_likelihood(matched, pair)
        badges = [] if likely is None else [Badge(say_likely(likely), "percent")]
        badges += _badge_match(bool(group[row] == group[other]), int(truth.kind(np.array([pair]))[0]))
    return make_card(
        matched,
        other,
        title=differing_words(matched.cell("title", row), matched.cell("title", other)),
        bars=bars,
        badges=[*badges, *_badge_label(matched, other, same_label)],
        verdict=verdict.kind if verdict else None,
        note="",
    )


def _sort_ids(matched: Matched, row: int, item_id: str) -> tuple[str, str]:
    """The pair of a listing and another one, as verdicts name it."""
    one, other = sorted((matched.cell("item_id", row), item_id))
    return one, other


def _badge_match(is_match: bool, kind: int) -> list[Badge]:
    """Whether a pair matches, and whether it should; `kind` is what is known of it."""
    if is_match:
        return [FALSE_MATCH if kind == DIFFERENT else MATCH]
    return [MISSED_MATCH] if kind == SAME else []


def _badge_label(matched: Matched, row: int, same: bool | None = None) -> list[Badge]:
    """The known product of a listing; beside another listing, whether it is the same."""
    label = matched.cell("label", row)
    if not label:
        return []
    if same is None:
        return [Badge(label, "sell")]
    return [Badge("Same label", "sell", "match") if same else Badge("Other label", "sell")]


def _describe_listing(matched: Matched, row: int) -> str:
    """The id of a listing and what its other columns say, on one line."""
    known = {"item_id", "title", "image", "photo", "phash", "label"}
    others = [(name, matched.cell(name, row)) for name in matched.catalog.listings.columns if name not in known]
    said = [f"{name} {value}" for name, value in others if value]
    return " · ".join([matched.cell("item_id", row), *said])[:300]


def _number_pairs(matched: Matched, row: int) -> dict[int, int]:
    """The number of the pair that this listing makes with each other one."""
    pairs = matched.encoded.pairs
    numbers = matched.index.of(row)
    others = pairs.left[numbers] + pairs.right[numbers] - row
    return dict(zip(others.tolist(), numbers.tolist(), strict=True))


def _keep(matched: Matched) -> Callable[[Answer], None]:
    """Store a verdict at the click, or take one back. Which pair it is about, the answer alone says."""

    def keep(answer: Answer) -> None:
        if answer.kind == UNDO:
            shown_verdicts.take_back(matched, answer)
        elif answer.kind == REDO:
            give_again(matched, answer.session)
        elif answer.kind in ANSWERS:
            shown_verdicts.give(matched, answer, source="browse")

    return keep


def _draw_never_found(matched: Matched, row: int, found: set[int], on_open: Callable[[str], None]) -> None:
    """Listings of the same label that no column holds: no threshold can win them back."""
    codes = matched.catalog.codes
    if codes[row] < 0:
        return
    lost = np.setdiff1d(np.flatnonzero(codes == codes[row]), [row, *found])
    if not len(lost):
        return
    st.subheader("Same label, but not among the neighbours")
    title = matched.cell("title", row)
    grid = [
        make_card(matched, other, title=differing_words(title, matched.cell("title", other)))
        for other in lost[:MOST_LOST].tolist()
    ]
    draw_cards(
        [Column(grid)], Board(on_open=on_open, on_why=why.ask, beside=matched.cell("item_id", row)), key="never-found"
    )
    if len(lost) > MOST_LOST:
        label = literal(matched.cell("label", row)[:80])
        st.caption(f"{len(lost) - MOST_LOST:,} more. A search for the label {label} steps through all of them.")


def search(matched: Matched, typed: str) -> NDArray[np.int64]:
    """Rows of the listings that hold what was typed."""
    return _searcher(str(matched.workspace.root), matched.id, matched.info.version, matched)(typed)


@st.cache_resource(show_spinner=False, max_entries=2)
def _searcher(root: str, catalog_id: str, version: str, _matched: Matched) -> Callable[[str], NDArray[np.int64]]:
    return searcher(_matched.catalog.listings)


def list_cases(matched: Matched) -> list[Case]:
    """The questions that this catalog can answer."""
    truth = read_truth(matched).truth
    sides = {"text", "image"} <= set(matched.encoded.pairs.distance)
    return [*(SIDES if sides else ()), *(WRONG if truth.listings or truth.judged else ())]


def find_case(matched: Matched, case: Case) -> NDArray[np.int64]:
    """The listings of the pairs that answer a question, the clearest first."""
    known = read_truth(matched)
    return _find_case((*known.key, matched.recipe.to_json()), case, matched, known.truth)


@st.cache_resource(show_spinner=False, max_entries=10)
def _find_case(key: tuple[str, ...], case: Case, _matched: Matched, _truth: Truth) -> NDArray[np.int64]:
    pairs, group = _matched.encoded.pairs, find_recipes_groups(_matched)
    if case == "missed" or case == "false":  # spelt out: so the types know which remain
        return listings_of(pairs, wrong_pairs(case, _truth, group))
    is_match = np.asarray(group[pairs.left] == group[pairs.right])
    kind = _truth.kind(slice(None))
    return listings_of(pairs, pairs_of_case(case, pairs, is_match, kind, _matched.recipe.thresholds))
