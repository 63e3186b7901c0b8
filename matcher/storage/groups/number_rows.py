"""The rows of group numbers: which number the group of each listing was given. Each function works in a transaction.

Numbers are kept by item id, so they outlive a new upload and another recipe; a listing that has left keeps its row, and
finds its number again when it comes back. One setting counts: the highest number ever given, which is why none is given
twice, and a revision, by which a writer sees that another one was faster.
"""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from matcher.storage.names import find_renamed
from matcher.storage.records import GroupNumbers
from matcher.storage.schema import group_numbers as _numbers
from matcher.storage.schema import settings as _settings

COUNTER = "groups"
"""The setting of a catalog that counts its group numbers."""


def read(connection: Connection, catalog_id: str) -> GroupNumbers:
    """The numbers of a catalog's listings, and what has been counted so far."""
    rows = connection.execute(sa.select(_numbers.c.item_id, _numbers.c.number).where(_mine(catalog_id)))
    return GroupNumbers({row[0]: row[1] for row in rows}, **_counter(connection, catalog_id))


def keep(connection: Connection, catalog_id: str, given: GroupNumbers) -> bool:
    """Keep the numbers of some listings, unless others were kept since they were chosen.

    Args:
        connection: A writer's.
        catalog_id: The catalog.
        given: The listings whose number changes, the highest number ever given, and the revision that was read.

    Returns:
        Whether they are kept; else they have to be chosen anew.
    """
    _take_turns(connection)
    if _counter(connection, catalog_id)["revision"] != given.revision:
        return False
    if given.numbers:
        rows = [{"catalog_id": catalog_id, "item_id": one, "number": number} for one, number in given.numbers.items()]
        adding = _insert(connection, _numbers)
        changed = {"number": adding.excluded.number}
        connection.execute(adding.on_conflict_do_update(index_elements=["catalog_id", "item_id"], set_=changed), rows)
    _count(connection, catalog_id, given.last, given.revision + 1)
    return True


def follow_ids(connection: Connection, catalog_id: str, item_ids: Collection[str]) -> None:
    """Give listings their present ids, where a program has only written them otherwise, as verdicts do."""
    _take_turns(connection)
    before = read(connection, catalog_id)
    new_ids = find_renamed(before.numbers, item_ids)
    if not new_ids:
        return
    for old, new in new_ids.items():
        row = sa.and_(_mine(catalog_id), _numbers.c.item_id == old)
        connection.execute(_numbers.update().where(row).values(item_id=new))
    _count(connection, catalog_id, before.last, before.revision + 1)


def _take_turns(connection: Connection) -> None:
    """Let one writer at a time read the numbers and change them."""
    if connection.dialect.name == "postgresql":  # SQLite's write transaction is a lock already
        connection.exec_driver_sql("LOCK TABLE group_numbers IN SHARE ROW EXCLUSIVE MODE")


def _mine(catalog_id: str) -> sa.ColumnElement[bool]:
    return _numbers.c.catalog_id == catalog_id


def _counter(connection: Connection, catalog_id: str) -> dict[str, int]:
    kept = sa.and_(_settings.c.catalog_id == catalog_id, _settings.c.key == COUNTER)
    found: Mapping[str, int] = connection.scalar(sa.select(_settings.c.value).where(kept)) or {}
    return {"last": found.get("last", 0), "revision": found.get("revision", 0)}


def _count(connection: Connection, catalog_id: str, last: int, revision: int) -> None:
    value = {"last": last, "revision": revision}
    adding = _insert(connection, _settings).values(catalog_id=catalog_id, key=COUNTER, value=value)
    connection.execute(adding.on_conflict_do_update(index_elements=["catalog_id", "key"], set_={"value": value}))


def _insert(connection: Connection, table: sa.Table) -> Any:
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)
