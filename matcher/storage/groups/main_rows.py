"""The rows of main listings: which listings curators chose to stand for their group.

A choice is of a listing, by its id, and holds for whichever group it is in. So it outlives another recipe and a new
upload; an id that a new upload gives to other goods is chosen no more. Each function works in a transaction.
"""

import time

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from matcher.storage.names import find_renamed
from matcher.storage.schema import catalogs as _catalogs
from matcher.storage.schema import main_listings as _chosen
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
    row = {"catalog_id": catalog_id, "item_id": item_id, "chosen": time.time(), "curator": curator}
    adding = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(_chosen).values(row)
    connection.execute(adding.on_conflict_do_update(index_elements=list(_chosen.primary_key), set_=row))
    return True


def take_back(connection: Connection, catalog_id: str, item_id: str) -> bool:
    """Leave it to the rule again; whether the listing was chosen."""
    return connection.execute(_chosen.delete().where(_of(catalog_id, item_id))).rowcount > 0


def read(connection: Connection, catalog_id: str) -> dict[str, float]:
    """When each listing that was chosen was so, in seconds since 1970, by item id; also of listings that have left."""
    query = sa.select(_chosen.c.item_id, _chosen.c.chosen).where(_chosen.c.catalog_id == catalog_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def list_replaced(connection: Connection, catalog_id: str, now: Listed, before: Listed | None) -> list[str]:
    """Ids of chosen listings that name other goods now.

    Args:
        connection: A reader's: photos may have to be read for it, and no writer waits for that.
        catalog_id: The catalog.
        now: Its listings as they will be.
        before: Its listings as they are; None where they cannot be read.
    """
    chosen = read(connection, catalog_id) if before is not None else {}
    return [one for one in chosen if before and one in before and now.has_other(one, before.hashed(one))]


def follow_ids(connection: Connection, catalog_id: str, now: Listed, replaced: list[str]) -> None:
    """Drop the choices of ids that name other goods now, and give listings their present ids, as verdicts do."""
    for item_id in replaced:
        connection.execute(_chosen.delete().where(_of(catalog_id, item_id)))
    for old, new in find_renamed(read(connection, catalog_id), now).items():
        connection.execute(_chosen.update().where(_of(catalog_id, old)).values(item_id=new))


def _of(catalog_id: str, item_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(_chosen.c.catalog_id == catalog_id, _chosen.c.item_id == item_id)
