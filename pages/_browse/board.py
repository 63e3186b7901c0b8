"""The board of Browse: one listing, large, beside columns of its neighbours, with same and different on each card."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from matcher.review.pair_cases import OTHER, SAME, Case, known_truth, listings_of, pairs_of_case
from matcher.review.title_diff import differing_words
from matcher.review.title_search import searcher
from matcher.review.verdicts import verdict_rows
from pages._shared.cards import FALSE_MATCH, ICONS, MATCH, MISSED_MATCH, Badge, Bar, Board, Card, Column, Decided, cards
from pages._shared.opened_catalog import Matched, bars_of_pair, listing_card, thresholds_of, verdicts_by_pair

HEADINGS = {"text": "By title", "image": "By photo", "fused": "By both"}
FEW = 12  # neighbours shown in each column until more are asked for


def draw(matched: Matched, row: int, on_open: Callable[[str], None]) -> None:
    """Draw the board of one listing.

    Args:
        matched: The open catalog.
        row: The listing that is looked at.
        on_open: Called with the id of a listing that was clicked.
    """
    listing = matched.catalog.listings.iloc[row]
    verdicts = verdicts_by_pair(matched)
    neighbours = matched.encoded.neighbours
    most = max((int((found.index[row] >= 0).sum()) for found in neighbours.values()), default=0)
    shown = most if st.session_state.get("browse-all") else FEW
    ranks = {
        side: {int(other): place for place, other in enumerate(found.index[row].tolist(), 1) if other >= 0}
        for side, found in neighbours.items()
    }
    pair_of = _pairs_of(matched, row)
    made: dict[int, Card] = {}

    def card(other: int) -> Card:
        if other not in made:
            made[other] = _neighbour(matched, row, other, pair_of.get(other), ranks, verdicts)
        return made[other]

    columns = [
        Column([card(other) for other in list(ranks[side])[:shown]], HEADINGS[side], f"{len(ranks[side])} nearest",
               ICONS[side], side, _nothing(side))
        for side in HEADINGS
        if side in ranks
    ]  # fmt: skip
    aside = listing_card(matched, row, large=True, badges=_label_badge(matched, row), note=_extra(listing))
    board = Board("columns", aside, listing["item_id"], ("match", "different"), _decide(matched, row), on_open)
    cards(columns, board, key="board")
    if most > FEW:
        st.toggle(f"Show all {most} neighbours", key="browse-all", persist_state="session")
    _never_found(matched, row, set().union(*ranks.values()), on_open)


def _neighbour(
    matched: Matched, row: int, other: int, pair: int | None, ranks: dict[str, dict[int, int]], verdicts: dict
) -> Card:
    ids, titles = matched.catalog.listings["item_id"], matched.catalog.listings["title"]
    verdict = verdicts.get(tuple(sorted((ids.iat[row], ids.iat[other]))))
    badges: list[Badge] = []
    bars: list[Bar] = []
    codes = matched.catalog.codes
    same = bool(codes[row] == codes[other]) if codes[row] >= 0 and codes[other] >= 0 else None
    if pair is not None:
        bars = bars_of_pair(matched, pair, {side: places.get(other) for side, places in ranks.items()})
        badges = _outcome(bool(matched.is_match[pair]), same)
    return listing_card(
        matched,
        other,
        title=differing_words(titles.iat[row], titles.iat[other]),
        bars=bars,
        badges=[*badges, *_label_badge(matched, other, same)],
        verdict=verdict.kind if verdict else None,
        note="",
    )


def _outcome(is_match: bool, same: bool | None) -> list[Badge]:
    if is_match:
        return [FALSE_MATCH if same is False else MATCH]
    return [MISSED_MATCH] if same else []


def _label_badge(matched: Matched, row: int, same: bool | None = None) -> list[Badge]:
    """The known product of a listing; beside another listing, whether it is the same."""
    label = matched.catalog.listings["label"].iat[row]
    if not label:
        return []
    if same is None:
        return [Badge(label, "sell")]
    return [Badge("Same label", "sell", "match") if same else Badge("Other label", "sell")]


def _extra(listing: object) -> str:
    """The id of a listing and what its other columns say, on one line."""
    known = {"item_id", "title", "image", "photo", "phash", "label"}
    others = [f"{name} {value}" for name, value in listing.items() if name not in known and value]
    return " · ".join([listing["item_id"], *others])[:300]


def _nothing(side: str) -> str:
    return {
        "text": "This listing has no title to compare.",
        "image": "This listing has no photo to compare.",
        "fused": "Nothing is near.",
    }[side]


def _pairs_of(matched: Matched, row: int) -> dict[int, int]:
    """The number of the pair that this listing makes with each other one."""
    pairs = matched.encoded.pairs
    numbers = matched.index.of(row)
    others = pairs.left[numbers] + pairs.right[numbers] - row
    return dict(zip(others.tolist(), numbers.tolist(), strict=True))


def _decide(matched: Matched, row: int) -> Callable[[Decided], None]:
    """Store a verdict at the click, or take one back."""
    store, item_id = matched.workspace.store, matched.catalog.listings["item_id"].iat[row]

    def decide(given: Decided) -> None:
        if given.verdict != "undo":
            store.add_verdict(matched.id, item_id, given.item_id, given.verdict, source="browse", sampled="chosen")
            return
        pair = tuple(sorted((item_id, given.item_id)))
        earlier = verdicts_by_pair(matched).get(pair)
        undone = (
            store.undo_verdict(matched.id, earlier.id if earlier else None) if earlier or not given.item_id else None
        )
        st.toast("Taken back." if undone else "There is nothing to take back.", icon=":material/undo:")

    return decide


def _never_found(matched: Matched, row: int, found: set[int], on_open: Callable[[str], None]) -> None:
    """Listings of the same label that no column holds: no threshold can win them back."""
    codes = matched.catalog.codes
    if codes[row] < 0:
        return
    lost = [int(other) for other in np.flatnonzero(codes == codes[row]) if other != row and int(other) not in found]
    if lost:
        st.subheader("Same label, but not among the neighbours")
        title = matched.catalog.listings["title"]
        grid = [listing_card(matched, other, title=differing_words(title.iat[row], title.iat[other])) for other in lost]
        cards([Column(grid[:50])], Board(on_open=on_open), key="never-found")


def search(matched: Matched, typed: str) -> NDArray[np.int64]:
    """Rows of the listings that hold what was typed."""
    return _searcher(str(matched.workspace.root), matched.id, matched.info.version, matched)(typed)


@st.cache_resource(show_spinner=False, max_entries=2)
def _searcher(root: str, catalog_id: str, version: str, _matched: Matched) -> Callable[[str], NDArray[np.int64]]:
    return searcher(_matched.catalog.listings)


def cases(matched: Matched) -> list[Case]:
    """The questions that this catalog can answer."""
    both: list[Case] = ["photo", "title", "disagree"]
    sides = {"text", "image"} <= set(matched.encoded.pairs.distance)
    known = (matched.catalog.codes >= 0).any() or bool(matched.workspace.store.verdicts(matched.id))
    return (both if sides else []) + (["missed", "false"] if known else [])


def listings_of_case(matched: Matched, case: Case) -> NDArray[np.int64]:
    """The listings of the pairs that answer a question, the clearest first."""
    decided = tuple((v.id, v.kind) for v in matched.workspace.store.verdicts(matched.id))
    key = (str(matched.workspace.root), matched.id, matched.encoded.key, matched.info.version, matched.recipe.to_json())
    return _listings_of_case((*key, decided), case, matched)


@st.cache_resource(show_spinner=False, max_entries=10)
def _listings_of_case(key: tuple, case: Case, _matched: Matched) -> NDArray[np.int64]:
    pairs = _matched.encoded.pairs
    truth = known_truth(pairs, _matched.catalog.codes)
    verdicts = _matched.workspace.store.verdicts(_matched.id)
    ids = _matched.catalog.listings["item_id"].tolist()
    rows, kinds = verdict_rows(pairs, ids, verdicts)
    for number, kind in zip(rows.tolist(), kinds, strict=True):
        if kind != "unsure":
            truth[number] = SAME if kind == "match" else OTHER
    return listings_of(pairs, pairs_of_case(case, pairs, _matched.is_match, truth, thresholds_of(_matched.recipe)))
