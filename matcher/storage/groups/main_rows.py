"""The rows of main listings: which listings curators chose to stand for their group.

A choice is of a listing, by its id, and holds for whichever group it is in. So it outlives another recipe and a new
upload; an id that a new upload gives to other goods is chosen no more. Each function works in a transaction.
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from matcher.storage.names import find_renamed
from matcher.storage.schema import actions as _actions
from matcher.storage.schema import main_changes as _changes
from matcher.storage.schema import main_listings as _chosen
from matcher.storage.set_aside.goods import Listed


def change(
    connection: Connection, catalog_id: str, action: int, item_ids: Collection[str], chosen: float | None
) -> None:
    """Choose listings, or choose them no more, by an action that can be taken back; of several in one group the one
    that was chosen last is it.

    Args:
        connection: A writer's.
        catalog_id: The catalog.
        action: The id of the action.
        item_ids: The listings.
        chosen: When they are chosen, in seconds since 1970; None to leave it to the rule.
    """
    query = sa.select(_chosen).where(_chosen.c.catalog_id == catalog_id)
    had = {row["item_id"]: row for row in connection.execute(query).mappings()}
    known = set(_list_known(connection, catalog_id))
    for item_id in item_ids:
        before = had.get(item_id)
        if chosen is None and item_id not in known:  # nor can it be chosen again by an earlier action
            continue
        was = {"before": before["chosen"], "curator_before": before["curator"]} if before else {"before": None}
        row = {"action": action, "item_id": item_id, "catalog_id": catalog_id, "after": chosen, **was}
        connection.execute(_changes.insert().values(row))
    settle(connection, action)


def settle(connection: Connection, action: int) -> None:
    """Bring the listings of an action to what the actions that stand make of them, once one was taken back or redone.

    The last of these says it, in whatever order they were taken back; without any a listing is as it was before all.
    """
    mine = sa.select(_changes.c.catalog_id, _changes.c.item_id).where(_changes.c.action == action)
    for catalog_id, item_id in connection.execute(mine).all():
        of_item = sa.and_(_changes.c.catalog_id == catalog_id, _changes.c.item_id == item_id)
        made = sa.select(_changes, _actions.c.undone, _actions.c.curator).where(of_item)
        made = made.join(_actions, _actions.c.id == _changes.c.action).order_by(_changes.c.action)
        rows = connection.execute(made).mappings().all()
        if standing := [row for row in rows if row["undone"] is None]:
            _put(connection, catalog_id, item_id, standing[-1]["after"], standing[-1]["curator"])
        else:
            _put(connection, catalog_id, item_id, rows[0]["before"], rows[0]["curator_before"])


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
    mine = _changes.c.catalog_id == catalog_id
    for item_id in replaced:
        connection.execute(_chosen.delete().where(_of(catalog_id, item_id)))
        connection.execute(_changes.delete().where(mine, _changes.c.item_id == item_id))
    for old, new in find_renamed(_list_known(connection, catalog_id), now).items():
        connection.execute(_chosen.update().where(_of(catalog_id, old)).values(item_id=new))
        connection.execute(_changes.update().where(mine, _changes.c.item_id == old).values(item_id=new))


def _list_known(connection: Connection, catalog_id: str) -> list[str]:
    """Ids of listings that are chosen, or were by an action: it may be taken back or done again."""
    queries = (sa.select(table.c.item_id).where(table.c.catalog_id == catalog_id) for table in (_chosen, _changes))
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
