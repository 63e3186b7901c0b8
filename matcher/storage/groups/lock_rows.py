"""The rows of locks: groups that stay as they are. Each function works in a transaction.

A lock is kept by the item ids of its listings, so it outlives a new upload, another recipe and another encoder. It is
in force while the action that made it stands and none that ended it does, of which there may be several: each can be
taken back, and done again, by itself. As with verdicts, ids that a program has only
written otherwise are followed, and a listing whose id names other goods now is left out until the old goods are back.
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from matcher.storage.names import find_renamed
from matcher.storage.records import GroupLock
from matcher.storage.schema import actions as _actions
from matcher.storage.schema import locks as _locks
from matcher.storage.schema import unlocks as _unlocks
from matcher.storage.set_aside.goods import Goods, Listed


def in_force(connection: Connection, catalog_id: str) -> list[GroupLock]:
    """The locks that hold, oldest first."""
    made, ending = _actions.alias("made"), _actions.alias("ending")
    joined = _locks.join(made, made.c.id == _locks.c.action)
    ends = sa.and_(_unlocks.c.lock == _locks.c.id, ending.c.id == _unlocks.c.action, ending.c.undone.is_(None))
    is_ended = sa.exists().where(ends)
    holds = sa.and_(_locks.c.catalog_id == catalog_id, made.c.undone.is_(None), sa.not_(is_ended))
    query = sa.select(_locks.c.id, _locks.c.shown, _locks.c.others, made.c.curator).select_from(joined)
    rows = connection.execute(query.where(holds).order_by(_locks.c.id)).mappings().all()
    return [
        GroupLock(row["id"], tuple(item_id for item_id in row["shown"] if item_id not in row["others"]), row["curator"])
        for row in rows
    ]


def add(connection: Connection, catalog_id: str, action: int, item_ids: Collection[str]) -> None:
    """Lock listings together, by an action."""
    shown = {item_id: "" for item_id in sorted(item_ids)}
    connection.execute(_locks.insert().values(catalog_id=catalog_id, action=action, shown=shown, others=[]))


def end(connection: Connection, catalog_id: str, action: int, item_ids: Collection[str]) -> bool:
    """End the locks that hold one of some listings, by an action; whether there was one."""
    wanted = set(item_ids)
    held = [lock.id for lock in in_force(connection, catalog_id) if wanted.intersection(lock.item_ids)]
    if held:
        connection.execute(_unlocks.insert(), [{"lock": lock, "action": action} for lock in held])
    return bool(held)


def read_photos(connection: Connection, catalog_id: str, now: Listed, before: Listed | None) -> None:
    """Read the photos that `follow` needs, which keeps their hashes, so that no writer waits for it."""
    for row in _rows(connection, catalog_id):
        for item_id, kept in row["shown"].items():
            if kept:
                now.has_other(item_id, Goods.from_json(kept))
            elif before is not None and item_id in before:
                now.has_other(item_id, before.hashed(item_id))


def follow(connection: Connection, catalog_id: str, now: Listed, before: Listed | None) -> None:
    """Follow the listings of locks to another upload.

    Args:
        connection: A writer's.
        catalog_id: The catalog.
        now: Its listings as they will be.
        before: Those that are about to be replaced, None where they cannot be read.
    """
    for row in _rows(connection, catalog_id):
        shown = {
            item_id: kept or (before.hashed(item_id).to_json() if before is not None and item_id in before else "")
            for item_id, kept in row["shown"].items()
        }
        new_ids = find_renamed(shown, now)
        shown = {new_ids.get(item_id, item_id): kept for item_id, kept in shown.items()}
        was_other = {new_ids.get(item_id, item_id) for item_id in row["others"]}
        others = [item_id for item_id, kept in shown.items() if _is_other(now, item_id, kept, item_id in was_other)]
        if shown != row["shown"] or others != row["others"]:
            connection.execute(_locks.update().where(_locks.c.id == row["id"]).values(shown=shown, others=others))


def _is_other(now: Listed, item_id: str, kept: str, was: bool) -> bool:
    found = now.has_other(item_id, Goods.from_json(kept)) if kept else None
    return was if found is None else found  # of a listing that is gone nothing new is known


def _rows(connection: Connection, catalog_id: str) -> list[sa.RowMapping]:
    mine = _locks.c.catalog_id == catalog_id
    return list(connection.execute(sa.select(_locks).where(mine).order_by(_locks.c.id)).mappings().all())
