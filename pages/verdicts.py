"""All verdicts in force: found again, changed where they stand, settled where they contradict, to and from files."""

import streamlit as st

from matcher.review.contradictions import Contradiction, find_contradictions
from matcher.review.verdict_list import choose_verdicts
from matcher.review.verdicts import name_verdicts
from matcher.storage.records import Verdict
from pages._shared.cards import session_told
from pages._shared.measured import read_placed
from pages._shared.opened_catalog import Opened, draw_empty, need_catalog
from pages._verdicts import finding
from pages._verdicts.files import draw_files
from pages._verdicts.history import BAR, draw_bar
from pages._verdicts.rows import draw_rows, in_place
from pages._verdicts.set_aside import draw_set_aside
from pages._verdicts.settling import draw_contradictions
from pages._verdicts.verdicts import describe_gone, show_told

PER_PAGE = 20


def main() -> None:
    """The list, with what is wished for above it."""
    st.title("Verdicts")
    opened = need_catalog()
    show_told()
    verdicts = opened.workspace.store.verdicts(opened.id)
    draw_bar(opened)
    if not verdicts:
        draw_empty("gavel", "There is no verdict yet.", "Judge some pairs on Review, or add verdicts from a file.")
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.page_link("pages/review.py", label="Judge pairs", icon=":material/fact_check:")
        draw_files(opened, [])
        draw_set_aside(opened)
        return
    contradictions = _contradictions((*_version(opened), name_verdicts(verdicts)), verdicts)
    draw_contradictions(opened, contradictions)
    odd = {verdict.id for each in contradictions for verdict in each.verdicts}
    found = choose_verdicts(verdicts, finding.ask(verdicts), _titles(*_version(opened), opened), odd)
    draw_found(opened, verdicts, in_place(found))
    draw_set_aside(opened)


def draw_found(opened: Opened, verdicts: list[Verdict], found: list[Verdict]) -> None:
    """How many were found, a page of them, and the files."""
    what = f"{len(found):,} of {len(verdicts):,} verdicts"
    gone = describe_gone(read_placed(opened, verdicts))
    st.caption(f"{what}. {gone}" if gone else what)
    draw_files(opened, found)
    if not found:
        draw_empty("search_off", "No verdict is like that.", "Leave out a word, or choose All.")
        return
    pages = -(-len(found) // PER_PAGE)
    page = int(st.pagination(pages, key="verdicts-page")) if pages > 1 else 1
    first = (page - 1) * PER_PAGE
    draw_rows(opened, found[first : first + PER_PAGE], session_told(BAR))


def _version(opened: Opened) -> tuple[str, str, str]:
    return str(opened.workspace.root), opened.id, opened.info.version


@st.cache_resource(show_spinner=False, max_entries=3)
def _titles(root: str, catalog_id: str, version: str, _opened: Opened) -> dict[str, str]:
    listings = _opened.catalog.listings
    return dict(zip(listings["item_id"].tolist(), listings["title"].tolist(), strict=True))


@st.cache_resource(show_spinner=False, max_entries=3)
def _contradictions(key: tuple[object, ...], _verdicts: list[Verdict]) -> list[Contradiction]:
    return find_contradictions(_verdicts)


main()
