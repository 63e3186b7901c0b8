"""Verdicts that are set aside because an id now names other goods. Each function works in a transaction.

A verdict gets what it was about, the goods of both ids, at the import that replaces the listings it was given on. From
then on each import holds it against what the ids name: a verdict about other goods is set aside and nothing applies it,
until the old goods are back or a curator gives it back. The same holds for one that was taken back: it may be given
again.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from matcher.storage.records import SKIP
from matcher.storage.schema import verdicts as _verdicts
from matcher.storage.set_aside.goods import Goods, Listed

_SIDES = (("left_id", "left_shown"), ("right_id", "right_shown"))


@dataclass(frozen=True)
class SetAside:
    """A verdict that is not applied.

    Attributes:
        id: The verdict's.
        left_id: The smaller of the two item ids.
        right_id: The larger one.
        kind: What was said.
        curator: Who said it, "" without a name.
        shown: What the two ids stood for when it was given, the left one first; None where that is not known.
    """

    id: int
    left_id: str
    right_id: str
    kind: str
    curator: str
    shown: tuple[Goods | None, Goods | None]


def read_photos(connection: Connection, catalog_id: str, now: Listed, before: Listed | None) -> None:
    """Read the photos that the functions below need, which keeps their hashes, so that no writer waits for it."""
    for row in _given(connection, catalog_id):
        for item_id, shown in _SIDES:
            then = _goods(row[shown])
            if then is None and before is not None and row[item_id] in before:
                then = before.hashed(row[item_id])
            if then is not None:
                now.has_other(row[item_id], then)


def remember_goods(connection: Connection, catalog_id: str, before: Listed) -> None:
    """Keep with each verdict what its ids stand for, where that is not kept yet.

    Args:
        connection: A writer's.
        catalog_id: The catalog.
        before: Its listings, which are about to be replaced.
    """
    for row in _given(connection, catalog_id):
        found = {
            shown: before.hashed(row[item_id]).to_json()
            for item_id, shown in _SIDES
            if not row[shown] and row[item_id] in before
        }
        if found:
            connection.execute(_verdicts.update().where(_verdicts.c.id == row["id"]).values(found))


def set_aside_others(connection: Connection, catalog_id: str, now: Listed) -> None:
    """Set aside the verdicts about other goods than the ids now name, and apply those again whose goods are back.

    Args:
        connection: A writer's.
        catalog_id: The catalog.
        now: Its listings as they will be.
    """
    for row in _given(connection, catalog_id):
        others = [now.has_other(row[item_id], Goods.from_json(row[shown])) if row[shown] else None
                  for item_id, shown in _SIDES]  # fmt: skip
        was_aside = row["set_aside"] is not None
        is_aside = any(others) or (was_aside and None in others)  # of a listing that is gone nothing new is known
        if is_aside != was_aside:
            changed = _verdicts.update().where(_verdicts.c.id == row["id"])
            connection.execute(changed.values(set_aside=time.time() if is_aside else None))


def list_set_aside(connection: Connection, catalog_id: str) -> list[SetAside]:
    """The last verdict of each pair that is set aside, oldest first; none where a later one is in force."""
    mine = sa.and_(_verdicts.c.catalog_id == catalog_id, _verdicts.c.undone.is_(None), _verdicts.c.kind != SKIP)
    latest = sa.select(sa.func.max(_verdicts.c.id)).where(mine).group_by(_verdicts.c.left_id, _verdicts.c.right_id)
    aside = sa.and_(_verdicts.c.id.in_(latest), _verdicts.c.set_aside.is_not(None))
    rows = connection.execute(sa.select(_verdicts).where(aside).order_by(_verdicts.c.id)).mappings()
    return [
        SetAside(row["id"], row["left_id"], row["right_id"], row["kind"], row["curator"],
                 (_goods(row["left_shown"]), _goods(row["right_shown"])))
        for row in rows
    ]  # fmt: skip


def give_back(connection: Connection, catalog_id: str, verdict_id: int) -> bool:
    """Apply a verdict again, and to the goods that its ids name now; whether it was set aside."""
    aside = sa.and_(_verdicts.c.catalog_id == catalog_id, _verdicts.c.set_aside.is_not(None))
    given = _verdicts.update().where(aside, _verdicts.c.id == verdict_id)
    return connection.execute(given.values(set_aside=None, left_shown="", right_shown="")).rowcount > 0


def _given(connection: Connection, catalog_id: str) -> Iterator[sa.RowMapping]:
    """All verdicts and skips, those that were taken back among them."""
    mine = _verdicts.c.catalog_id == catalog_id
    yield from connection.execute(sa.select(_verdicts).where(mine).order_by(_verdicts.c.id)).mappings().all()


def _goods(shown: str) -> Goods | None:
    return Goods.from_json(shown) if shown else None
