"""The rows of main listings: which listings curators chose to stand for their group.

A choice is of a listing, by its id, and holds for whichever group it is in. So it outlives another recipe and a new
upload; an id that a new upload gives to other goods is chosen no more. Each function works in a transaction.
"""

import time
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from matcher.storage.names import find_renamed
from matcher.storage.schema import catalogs as _catalogs
from matcher.storage.schema import main_listings as _chosen
from matcher.storage.schema import main_turns as _turns
from matcher.storage.set_aside.goods import Listed


def choose(connection: Connection, catalog_id: str, item_id: str, curator: str, version: str | None = None) -> bool:
    """Make a listing the main one of its group; of several in one group the one that was chosen last is it.

    Args:
        connection: A writer's.
        catalog_id: The catalog.
        item_id: The listing.
        curator: Who chose it, "" without a name.
        version: Of the listings that it was chosen among; None for whichever there are.

    Returns:
        Whether it was chosen: not where the catalog was imported again since, for the id may name other goods now.
    """
    now = sa.select(_catalogs.c.version).where(_catalogs.c.id == catalog_id)
    if version is not None and connection.scalar(now) != version:
        return False
    _put(connection, catalog_id, item_id, time.time(), curator)
    return True


def take_back(connection: Connection, catalog_id: str, item_id: str) -> bool:
    """Leave it to the rule again; whether the listing was chosen."""
    return connection.execute(_chosen.delete().where(_of(catalog_id, item_id))).rowcount > 0


def act(
    connection: Connection, catalog_id: str, action: int, item_ids: Collection[str], chosen: float | None, curator: str
) -> None:
    """Choose listings, or choose them no more, by an action that can be taken back.

    Args:
        connection: A writer's.
        catalog_id: The catalog.
        action: The id of the action.
        item_ids: The listings.
        chosen: When they are chosen, in seconds since 1970; None to leave it to the rule.
        curator: Who does it, "" without a name.
    """
    query = sa.select(_chosen).where(_chosen.c.catalog_id == catalog_id)
    had = {row["item_id"]: row for row in connection.execute(query).mappings()}
    for item_id in item_ids:
        before = had.get(item_id)
        if before is None and chosen is None:
            continue
        turn = {"before": before["chosen"], "curator_before": before["curator"]} if before else {"before": None}
        row = {"action": action, "item_id": item_id, "catalog_id": catalog_id, "after": chosen, **turn}
        connection.execute(_turns.insert().values(row))
        _put(connection, catalog_id, item_id, chosen, curator)


def turn(connection: Connection, action: int, curator: str, *, again: bool = False) -> None:
    """Take back what an action chose, or do it again; a listing that somebody chose or left since stays as it is."""
    rows = connection.execute(sa.select(_turns).where(_turns.c.action == action)).mappings().all()
    for row in rows:
        now, then = (row["before"], row["after"]) if again else (row["after"], row["before"])
        present = connection.scalar(sa.select(_chosen.c.chosen).where(_of(row["catalog_id"], row["item_id"])))
        if present == now:
            _put(connection, row["catalog_id"], row["item_id"], then, curator if again else row["curator_before"])


def read(connection: Connection, catalog_id: str) -> dict[str, float]:
    """When each listing that was chosen was so, in seconds since 1970, by item id; also of listings that have left."""
    query = sa.select(_chosen.c.item_id, _chosen.c.chosen).where(_chosen.c.catalog_id == catalog_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def list_replaced(connection: Connection, catalog_id: str, now: Listed, before: Listed | None) -> list[str]:
    """Ids of listings that were chosen, or may be chosen again, and name other goods now.

    Args:
        connection: A reader's: photos may have to be read for it, and no writer waits for that.
        catalog_id: The catalog.
        now: Its listings as they will be.
        before: Its listings as they are; None where they cannot be read.
    """
    known = _list_known(connection, catalog_id) if before is not None else ()
    return [one for one in known if before and one in before and now.has_other(one, before.hashed(one))]


def follow_ids(connection: Connection, catalog_id: str, now: Listed, replaced: list[str]) -> None:
    """Drop the choices of ids that name other goods now, and give listings their present ids, as verdicts do."""
    mine = _turns.c.catalog_id == catalog_id
    for item_id in replaced:
        connection.execute(_chosen.delete().where(_of(catalog_id, item_id)))
        connection.execute(_turns.delete().where(mine, _turns.c.item_id == item_id))
    for old, new in find_renamed(_list_known(connection, catalog_id), now).items():
        connection.execute(_chosen.update().where(_of(catalog_id, old)).values(item_id=new))
        connection.execute(_turns.update().where(mine, _turns.c.item_id == old).values(item_id=new))


def _list_known(connection: Connection, catalog_id: str) -> list[str]:
    """Ids of listings that are chosen, or were by an action: it may be taken back or done again."""
    queries = (sa.select(table.c.item_id).where(table.c.catalog_id == catalog_id) for table in (_chosen, _turns))
    return sorted({item_id for query in queries for item_id in connection.scalars(query)})


def _put(connection: Connection, catalog_id: str, item_id: str, chosen: float | None, curator: str) -> None:
    """Note when a listing was chosen, or with None that it is not."""
    if chosen is None:
        connection.execute(_chosen.delete().where(_of(catalog_id, item_id)))
        return
    row = {"catalog_id": catalog_id, "item_id": item_id, "chosen": chosen, "curator": curator}
    adding = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(_chosen).values(row)
    connection.execute(adding.on_conflict_do_update(index_elements=list(_chosen.primary_key), set_=row))


def _of(catalog_id: str, item_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(_chosen.c.catalog_id == catalog_id, _chosen.c.item_id == item_id)
