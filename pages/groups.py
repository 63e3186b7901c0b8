"""Judge and mend whole groups, the riskiest first, with the keyboard."""

import streamlit as st

from matcher.matching.explain.words import compare_words
from matcher.storage.history.redo import find_last
from pages._groups import filters, order
from pages._groups.keep import keep, name_search, read_search, remember_shown
from pages._groups.ranked import Ranked, find_main, read_ranked
from pages._groups.shown import Sight, see
from pages._groups.wall import KEY, draw_wall, read_ticked
from pages._groups.words import KINDS, preview
from pages._shared.answers import current_visit
from pages._shared.cards import session_told
from pages._shared.opened_catalog import Matched, draw_empty, need_matches
from pages._verdicts.history import can_redo, draw_last
from pages._verdicts.set_aside import draw_set_aside
from pages._verdicts.verdicts import describe, follow_import, show_told
from pages._why import dialog as why
from pages._why.found import read_word_counts

DRAWING = "groups-drawing"


def main() -> None:
    """One group after the other."""
    st.title("Groups")
    matched = need_matches()
    draw(matched)
    draw_set_aside(matched)


@st.fragment
def draw(matched: Matched) -> None:
    """Ask which groups, and show one. A fragment: a key runs this and nothing else of the page."""
    follow_import(matched)
    show_told()
    ranked = read_ranked(matched)
    wishes = filters.ask(matched, ranked.sellers)
    chosen = filters.choose(matched, ranked, wishes)
    key = (matched.id, matched.encoded.key, matched.recipe.to_json(), wishes)
    place = order.find_present(matched, ranked, key, chosen)
    session = session_told(KEY)
    if place is None:
        draw_none(len(ranked.risks))
    else:
        draw_group(matched, ranked, place, session, len(chosen))
    draw_last(matched, session)
    why.draw_asked(matched)


def draw_group(matched: Matched, ranked: Ranked, place: int, session: str, chosen: int) -> None:
    """The wall of one group, and the way to another one that it may be merged with."""
    store = matched.workspace.store
    last = find_last(store, matched.id, session)
    settled = int((ranked.risks.is_settled | ranked.risks.is_locked).sum())
    said = f"**{chosen:,}** of {len(ranked.risks):,} groups, the riskiest first · **{settled:,}** judged or locked"
    st.caption(f"{said} · Last: {describe(matched, last)}" if last else said)
    group, number = int(ranked.risks.group[place]), ranked.number_of(place)
    search = name_search(number)
    typed = read_search(search)
    other = filters.find_group(matched, ranked, typed, group) if typed else None
    sight = see(matched, ranked, place, other)
    verdicts = [verdict for verdict in store.verdicts(matched.id) if sight.shown.is_about(verdict)]
    about = name_drawing(matched, sight, tuple(verdict.id for verdict in verdicts))
    main = find_main(matched, ranked, group)
    remember_shown(matched, sight, about, matched.cell("item_id", main[0]), (search, typed), verdicts)
    ticked = read_ticked(sight)
    previews = {kind: preview(sight.shown, verdicts, kind, ticked) for kind in KINDS}
    counts = read_word_counts(matched)
    draw_wall(
        matched, ranked, sight, about=about, main=main, previews=previews,
        around=order.list_around(ranked),
        words=lambda title, beside: compare_words(counts, title, beside).common,
        turns={"undo": last is not None, "redo": can_redo(matched, session), "previous": not order.is_first()},
        on_answer=lambda answer: keep(matched, answer), on_why=why.ask,
        on_open=lambda item_id: current_visit().turns.append((order.SHOW, item_id)),
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text_input(
            "Another group to merge with, or a variant", key=search, width=340, icon=":material/search:",
            placeholder="Another group: its number, or words", type="search", label_visibility="collapsed",
        )  # fmt: skip
        if typed and other is None:
            st.caption("No other group is like that; the nearest one is shown.")


def name_drawing(matched: Matched, sight: Sight, seen: tuple[int, ...]) -> str:
    """What tells this drawing of a group from those before; the same until what is shown of it or received changes."""
    wanted = (matched.id, matched.info.version, sight.shown, seen, current_visit().received.get(KEY, 0))
    before, number = st.session_state.get(DRAWING, (None, 0))
    number += wanted != before
    st.session_state[DRAWING] = (wanted, number)
    return f"group {number}"


def draw_none(groups: int) -> None:
    """Say that there is no group to look at, and what to do."""
    if groups:
        draw_empty("search_off", "No group is like that.", "Leave out a word, or choose All.")
        return
    draw_empty("workspaces", "There is no group yet.", "A looser threshold on the Thresholds page finds more matches.")
    with st.container(horizontal=True, horizontal_alignment="center"):
        st.page_link("pages/thresholds.py", label="Move a threshold", icon=":material/tune:")


main()
