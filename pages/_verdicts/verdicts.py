"""Verdicts from the pages: only on a pair that this visit was shown, and taken back by none but their own curator."""

import time
from collections.abc import Iterable

import numpy as np
import streamlit as st

from matcher.errors import CatalogReplaced
from matcher.review.placed_verdicts import PlacedVerdicts
from matcher.storage.history import redo
from matcher.storage.records import DIFFERENT, MATCH, SKIP, VARIANT, Action, CatalogInfo, Verdict
from pages._shared.answers import SAID, Answer, Shown, Visit, current_curator, current_visit
from pages._shared.escape import literal
from pages._shared.opened_catalog import Opened
from pages._verdicts.action_words import say_action

MOST_SHOWN = 3000  # pairs remembered as shown; some thirty boards of a hundred neighbours
LONGEST_TITLE = 32
GONE = "Not stored: this pair is no longer on the screen."
HELD = "Stored, but a locked group stands above it; it counts as soon as that is unlocked, on Groups."
REPLACED = "Not stored: the catalog was imported again since this pair was shown."


def remember_shown(
    opened: Opened, pairs: Iterable[tuple[str, str]], *, about: str = "", sampled: str = "chosen"
) -> None:
    """Keep which pairs a board shows, so that an answer on any other is refused.

    Args:
        opened: The catalog.
        pairs: Item ids, in any order.
        about: Which drawing of the board it is, where an answer has to be on the last one: earlier ones are forgotten.
        sampled: How the pairs came up.
    """
    shown = current_visit().shown
    now = Shown(opened.info.version, time.time(), sampled)
    for one, other in pairs:
        key = _key(opened, one, other, about)
        shown.pop(key, None)  # to the end, where the newest are
        shown[key] = now
    for key in [key for key in shown if about and key[-1] not in ("", about)] + list(shown)[:-MOST_SHOWN]:
        shown.pop(key, None)


def follow_import(opened: Opened) -> None:
    """Run the whole page where the catalog was imported again: a fragment goes on with what it was first given."""
    if _present(opened).version != opened.info.version:
        st.rerun()


def is_shown(opened: Opened, one: str, other: str) -> bool:
    """Whether this visit was shown a pair, or a listing beside itself, of the listings as they are now."""
    was = current_visit().shown.get(_key(opened, one, other, ""))
    return was is not None and was.version == _present(opened).version


def give(
    opened: Opened, answer: Answer, *, source: str, about: str = "", once: bool = False, note: str = ""
) -> Verdict | None:
    """Store an answer on a pair that was shown, and tell of another curator who was faster.

    Args:
        opened: The catalog.
        answer: What came from the browser.
        source: "browse", "review", "thresholds" or "verdicts".
        about: As given to `remember_shown`.
        once: Whether the pair has to be shown again before it can be answered again.
        note: What the curator wrote beside it.

    Returns:
        The verdict, or None where it was refused; the page has said so.
    """
    visit, store, curator = current_visit(), opened.workspace.store, current_curator()
    key = _key(opened, answer.one_id, answer.other_id, about)
    was = visit.shown.get(key)
    if was is None:
        visit.told.append((GONE, ":material/block:"))
        return None
    try:
        given = store.add_verdict(
            opened.id, answer.one_id, answer.other_id, answer.kind,
            source=source, sampled=was.sampled, session=answer.session, curator=curator, note=note, version=was.version,
        )  # fmt: skip
    except CatalogReplaced:
        visit.told.append((REPLACED, ":material/block:"))
        return None
    if once:
        del visit.shown[key]
    _tell_of_another(opened, visit, given, was)
    _tell_of_lock(opened, visit, given)
    return given


def take_back(opened: Opened, answer: Answer) -> Verdict | Action | None:
    """Take back what one did last, or the verdict on the pair that the answer names; and say which it was."""
    visit, store, curator = current_visit(), opened.workspace.store, current_curator()
    undone: Verdict | Action | None
    if answer.one_id:
        pair = tuple(sorted((answer.one_id, answer.other_id)))
        found = [verdict for verdict in store.verdicts(opened.id) if (verdict.left_id, verdict.right_id) == pair]
        if found and not found[0].is_own(answer.session, curator):
            said = f"{_name(found[0])} said {SAID[found[0].kind]}, and only they take it back. "
            visit.told.append((f"{said}Your own word goes above it.", ":material/block:"))
            return None
        wanted = found[0].id if found else -1
        undone = store.undo_verdict(opened.id, wanted, session=answer.session, curator=curator)
    else:
        undone = redo.take_back(store, opened.id, session=answer.session, curator=curator)
    what = f"Taken back: {describe(opened, undone)}" if undone else "There is nothing of yours to take back."
    visit.told.append((what, ":material/undo:"))
    return undone


def describe(opened: Opened, done: Verdict | Action) -> str:
    """ "different, Red kettle / Blue kettle", or "split group 12 into two, Red kettle"."""
    if isinstance(done, Action):
        return f"{say_action(done)}, {_name_listing(opened, done.item_ids[0])}"
    verdict = done
    return f"{SAID.get(verdict.kind, verdict.kind)}, {name_pair(opened, verdict.left_id, verdict.right_id)}"


def name_pair(opened: Opened, one_id: str, other_id: str) -> str:
    """Two listings by their titles, or by their ids where they have none or are gone."""
    return " / ".join(_name_listing(opened, item_id) for item_id in (one_id, other_id))


def describe_gone(placed: PlacedVerdicts) -> str:
    """How many verdicts are about ids that the catalog no longer has; "" for none."""
    gone = int(np.count_nonzero(~placed.is_here))
    if not gone:
        return ""
    what = "1 verdict is" if gone == 1 else f"{gone:,} verdicts are"
    return f"{what} about ids that this catalog no longer has; they count again when the ids come back."


def show_told() -> None:
    """Show what answers had to be told since the last drawing; a fragment cannot do it while it receives them."""
    told = current_visit().told
    while told:
        message, icon = told[0]
        st.toast(message, icon=icon)
        del told[0]


def _key(opened: Opened, one: str, other: str, about: str) -> tuple[str, str, str, str]:
    left, right = sorted((one, other))
    return opened.id, left, right, about


def _present(opened: Opened) -> CatalogInfo:
    """The catalog as it is now, whatever the page was drawn from."""
    return opened.workspace.catalog_info(opened.id)


def _tell_of_another(opened: Opened, visit: Visit, given: Verdict, was: Shown) -> None:
    """Say what another curator said of the pair since it was drawn."""
    earlier = None if given.kind == SKIP else opened.workspace.store.verdict_before(given)
    if earlier is None or earlier.is_own(given.session) or earlier.made < was.since:
        return
    same = ", as you did" if earlier.kind == given.kind else "; yours now stands above it"
    said = f"{_name(earlier)} said {SAID[earlier.kind]} {_ago(earlier.made)}{same}"
    visit.told.append((f"{said}: {name_pair(opened, given.left_id, given.right_id)}", ":material/group:"))


def _tell_of_lock(opened: Opened, visit: Visit, given: Verdict) -> None:
    """Say that a verdict changes nothing while a lock holds."""
    for lock in opened.workspace.store.locks(opened.id):
        held = len({given.left_id, given.right_id}.intersection(lock.item_ids))
        if (held == 1 and given.kind == MATCH) or (held == 2 and given.kind in (DIFFERENT, VARIANT)):
            visit.told.append((HELD, ":material/lock:"))
            return


def _name(verdict: Verdict) -> str:
    return literal(verdict.curator) if verdict.curator else "Somebody else"


def _ago(then: float) -> str:
    minutes = round((time.time() - then) / 60)
    if minutes < 1:
        return "a moment ago"
    if minutes < 60:
        return "a minute ago" if minutes == 1 else f"{minutes} minutes ago"
    hours = round(minutes / 60)
    return "an hour ago" if hours == 1 else f"{hours} hours ago"


def _name_listing(opened: Opened, item_id: str) -> str:
    row = opened.rows.get(item_id)
    title = opened.cell("title", row) if row is not None else ""
    return shorten_title(title or item_id)


def shorten_title(title: str) -> str:
    """A title as it stands in a sentence: short, on one line, and as text."""
    said = " ".join(title.split())
    return literal(said if len(said) <= LONGEST_TITLE else f"{said[: LONGEST_TITLE - 1]}…")
