"""What keys of the Groups page do: only to the group that was on the screen, and whole or not at all."""

from collections.abc import Iterable

import streamlit as st

from matcher.errors import CatalogReplaced, DataError
from matcher.pipeline.groups.main_choices import read_chosen
from matcher.review.groups.intents import intend
from matcher.storage.history.actions import MOST_LISTINGS, Intent, act
from matcher.storage.records import LEAVE_MAIN, MAIN, MERGE, RELATE, SKIP, Action, Verdict
from pages._groups.order import SHOW
from pages._groups.shown import Sight
from pages._groups.wall import ACTED
from pages._groups.words import kind_meant
from pages._shared.answers import PREVIOUS, REDO, UNDO, Answer, Visit, Wall, current_curator, current_visit
from pages._shared.escape import literal
from pages._shared.opened_catalog import Matched, Opened
from pages._verdicts.history import give_again
from pages._verdicts.verdicts import describe, take_back

_OTHER, _DEALT = "groups-other", "groups-dealt"
BLOCKED = ":material/block:"
GONE = "Not done: this group is no longer on the screen."
REPLACED = "Not done: the catalog was imported again since this group was shown."
ANOTHER = "Not done: the other group is another one now, by what you typed. Look at it, then do it again."
OVERTAKEN = "Not done: somebody else judged or locked listings of this group meanwhile. Look at it again."


def remember_shown(
    matched: Matched, sight: Sight, about: str, main: str, search: tuple[str, str], verdicts: Iterable[Verdict]
) -> None:
    """Keep what is drawn, so that an answer on anything else is refused.

    Args:
        matched: The open catalog.
        sight: The group and what is shown with it.
        about: Which drawing it is.
        main: The item id of the main listing.
        search: The key of the field that asks for the other group, and what stood there.
        verdicts: Those about what is drawn.
    """
    walls = current_visit().walls
    walls.clear()
    seen = frozenset(verdict.id for verdict in verdicts)
    walls[matched.id, about] = Wall(matched.info.version, sight.shown, seen, main, search)


def keep(opened: Opened, answer: Answer) -> None:
    """Do what a key asked for."""
    visit = current_visit()
    if answer.kind != MAIN:
        st.session_state[ACTED] = st.session_state.get(ACTED, 0) + 1
    if answer.kind in (UNDO, REDO):
        done = take_back(opened, answer) if answer.kind == UNDO else give_again(opened, answer.session)
        if isinstance(done, Action):
            visit.turns.append((SHOW, done.item_ids[0]))
            _empty_search()
        return
    wall = visit.walls.get((opened.id, answer.about))
    if wall is None:
        visit.told.append((GONE, BLOCKED))
    elif answer.kind in (SKIP, PREVIOUS):
        visit.turns.append((answer.kind, ""))
        _empty_search()
    elif answer.kind == MAIN:
        _choose_main(opened, visit, wall, answer)
    else:
        _act(opened, visit, wall, answer)


def name_search(number: int) -> str:
    """The key of the field that asks for another group beside one: another key, and so an empty field, once the group
    was dealt with; what was typed stays where an answer was refused."""
    return f"{_OTHER}-{number}-{st.session_state.get(_DEALT, 0)}"


def _empty_search() -> None:
    st.session_state[_DEALT] = st.session_state.get(_DEALT, 0) + 1


def read_search(key: str) -> str:
    """What stands in the field that asks for another group."""
    return str(st.session_state.get(key) or "").strip()


def _act(opened: Opened, visit: Visit, wall: Wall, answer: Answer) -> None:
    """Write an action on the group that was drawn."""
    store, curator = opened.workspace.store, current_curator()
    if opened.workspace.catalog_info(opened.id).version != wall.version:
        visit.told.append((REPLACED, BLOCKED))
        return
    shown = wall.group
    ticked = [item_id for item_id in answer.items if item_id in shown.item_ids]
    seen = [verdict for verdict in store.verdicts(opened.id) if shown.is_about(verdict)]
    if {verdict.id for verdict in seen} != wall.seen:
        visit.told.append((OVERTAKEN, BLOCKED))
        return
    meant = kind_meant(answer.kind, shown, ticked)
    if meant in (MERGE, RELATE) and read_search(wall.search[0]) != wall.search[1]:
        visit.told.append((ANOTHER, BLOCKED))
        return
    try:
        intent = intend(shown, seen, meant, ticked)
        ids = set(intent.item_ids)
        about = [verdict.id for verdict in seen if {verdict.left_id, verdict.right_id} <= ids]
        done = act(
            store, opened.id, intent, seen=about, session=answer.session, curator=curator, version=wall.version
        )  # fmt: skip
    except CatalogReplaced:
        visit.told.append((REPLACED, BLOCKED))
        return
    except DataError as error:
        visit.told.append((f"Not done: {literal(str(error))}", BLOCKED))
        return
    if done is None:
        visit.told.append((OVERTAKEN, BLOCKED))
        return
    del visit.walls[opened.id, answer.about]  # one action to each drawing
    _empty_search()
    visit.turns.append((intent.kind, shown.item_ids[0]))
    said = describe(opened, done)
    visit.told.append((f"{said[:1].upper()}{said[1:]}", ":material/done:"))


def _choose_main(opened: Opened, visit: Visit, wall: Wall, answer: Answer) -> None:
    """Make a listing the main one of the group that was drawn, or leave that to the rule again where it was chosen."""
    store, shown, item_id = opened.workspace.store, wall.group, answer.one_id
    if item_id not in shown.item_ids:
        visit.told.append((GONE, BLOCKED))
        return
    chosen = read_chosen(store, opened.id)
    beside = [other for other in shown.item_ids if other in chosen]
    is_chosen = bool(beside) and max(beside, key=lambda other: chosen[other]) == item_id
    is_left = is_chosen and wall.main == item_id
    if is_left or not is_chosen:  # else somebody has chosen it since
        rest = [other for other in shown.item_ids if other != item_id]
        # All that were chosen first, should the group be larger than an action may be.
        ids = sorted([item_id, *rest], key=lambda other: (other != item_id, other not in chosen))[:MOST_LISTINGS]
        intent = Intent(LEAVE_MAIN if is_left else MAIN, (shown.number,), tuple(ids))
        try:
            act(
                store, opened.id, intent, seen=(), session=answer.session, curator=current_curator(),
                version=wall.version,
            )  # fmt: skip
        except CatalogReplaced:
            visit.told.append((REPLACED, BLOCKED))
            return
    del visit.walls[opened.id, answer.about]
    if is_left:
        visit.told.append(("The rule chooses the main listing of this group again.", ":material/star_half:"))
    else:
        visit.told.append((f"Main listing: {literal(item_id)}", ":material/star:"))
