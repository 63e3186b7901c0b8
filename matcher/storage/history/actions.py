"""Actions on groups: the verdicts of one, its lock and its main listing are written in one transaction, or none."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from matcher.errors import DataError
from matcher.storage import verdict_rows
from matcher.storage.database import Store
from matcher.storage.groups import lock_rows, main_rows
from matcher.storage.records import ACTIONS, KINDS, LOCK, MAIN, MAIN_ACTIONS, RELATE, UNLOCK, Action, Verdict
from matcher.storage.schema import actions as _actions
from matcher.storage.schema import verdicts as _verdicts

MOST_LISTINGS = 2_000  # of one action


@dataclass(frozen=True)
class Intent:
    """What a curator wants to do with a group.

    Attributes:
        kind: One of ACTIONS or MAIN_ACTIONS.
        groups: The numbers of the group, and of the other one where there is one.
        item_ids: The listings that are on the screen, those of the group first. LOCK and UNLOCK are about all of them;
            MAIN chooses the first, and LEAVE_MAIN leaves to the rule what was chosen of any.
        count: How many listings leave the group, or come to it.
        verdicts: Two item ids, in any order, and what is said of them.
    """

    kind: str
    groups: tuple[int, ...]
    item_ids: tuple[str, ...]
    count: int = 0
    verdicts: Sequence[tuple[str, str, str]] = ()


def act(
    store: Store,
    catalog_id: str,
    intent: Intent,
    *,
    seen: Collection[int],
    session: str = "",
    curator: str = "",
    version: str = "",
) -> Action | None:
    """Do something with a group, whole or not at all.

    Args:
        store: The database.
        catalog_id: Which catalog.
        intent: What to do.
        seen: Ids of the verdicts in force on pairs of the listings, from which the intent was made; MAIN_ACTIONS are
            about none.
        session: The browser and the tab.
        curator: The name of who does it.
        version: Of the listings that were on the screen; "" where none were.

    Returns:
        What was done; None where others have judged or locked listings of it since, and nothing was.

    Raises:
        DataError: It is no action, or it is not about listings of the group.
        CatalogReplaced: The catalog no longer has that version of its listings.
    """
    _check(intent)
    now = time.time()
    done = {
        "catalog_id": catalog_id, "kind": intent.kind, "groups": list(intent.groups), "count": intent.count,
        "item_ids": list(intent.item_ids), "made": now, "session": session, "curator": curator,
    }  # fmt: skip
    with store.writing() as connection:
        verdict_rows.expect_version(connection, catalog_id, version)
        if connection.dialect.name == "postgresql":  # SQLite's write transaction is a lock already
            connection.exec_driver_sql("LOCK TABLE actions IN SHARE ROW EXCLUSIVE MODE")
        if intent.kind not in MAIN_ACTIONS and _is_overtaken(connection, catalog_id, intent, set(seen)):
            return None
        key = connection.execute(_actions.insert().values(done)).inserted_primary_key
        action = int(key[0]) if key else 0
        if intent.kind == LOCK:
            lock_rows.add(connection, catalog_id, action, intent.item_ids)
        elif intent.kind == UNLOCK:
            lock_rows.end(connection, catalog_id, action, intent.item_ids)
        elif intent.kind in MAIN_ACTIONS:
            chosen, about = (now, intent.item_ids[:1]) if intent.kind == MAIN else (None, intent.item_ids)
            main_rows.change(connection, catalog_id, action, about, chosen)
        rows = [_row(catalog_id, said, action, now, session, curator) for said in intent.verdicts]
        if rows:
            connection.execute(_verdicts.insert(), rows)
        return as_action({**done, "id": action})


def _is_overtaken(connection: Connection, catalog_id: str, intent: Intent, seen: set[int]) -> bool:
    """Whether others have judged, locked or unlocked listings since the intent was made."""
    if {verdict.id for verdict in verdict_rows.among(connection, catalog_id, intent.item_ids)} != seen:
        return True
    wanted = set(intent.item_ids)
    is_locked = any(wanted.intersection(lock.item_ids) for lock in lock_rows.in_force(connection, catalog_id))
    return is_locked != (intent.kind == UNLOCK) and intent.kind != RELATE  # which changes no group


def as_action(row: Mapping[Any, Any]) -> Action:
    """The row of the table as a value."""
    return Action(
        row["id"], row["catalog_id"], row["kind"], tuple(row["groups"]), tuple(row["item_ids"]), row["count"],
        row["made"], row["session"], row["curator"],
    )  # fmt: skip


def count_verdicts(store: Store, action: int) -> int:
    """How many verdicts of an action stand."""
    mine = sa.and_(_verdicts.c.action == action, _verdicts.c.undone.is_(None))
    with store.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).where(mine)) or 0)


def _check(intent: Intent) -> None:
    if intent.kind not in (*ACTIONS, *MAIN_ACTIONS):
        raise DataError(f"The action is {intent.kind!r}; expected one of {', '.join((*ACTIONS, *MAIN_ACTIONS))}.")
    ids = set(intent.item_ids)
    if len(ids) != len(intent.item_ids) or not 2 <= len(ids) <= MOST_LISTINGS:
        raise DataError(
            f"The action is on {len(intent.item_ids):,} listings, {len(ids):,} of them different; expected 2 to "
            f"{MOST_LISTINGS:,}, each once. Split the group by a stricter threshold first."
        )
    for one, other, kind in intent.verdicts:
        if one == other or not {one, other} <= ids or kind not in KINDS:
            raise DataError(f"A verdict {kind!r} on {one!r} and {other!r} is not one on two listings of the group.")


def _row(
    catalog_id: str, said: tuple[str, str, str], action: int, now: float, session: str, curator: str
) -> dict[str, Any]:
    left, right = sorted(said[:2])
    given = Verdict(0, catalog_id, left, right, said[2], "groups", "chosen", now, session, curator, action=action)
    row = asdict(given)
    del row["id"]
    return row
