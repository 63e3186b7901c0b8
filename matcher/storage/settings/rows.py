"""The rows of settings, where what is kept next depends on what is kept now. Each function works in a transaction."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from matcher.storage.schema import settings as _settings


def change(connection: Connection, catalog_id: str, key: str, change: Callable[[Any], Any]) -> None:
    """Make a new value of the one that is kept, while no other writer changes it: of two at once neither is lost.

    Args:
        connection: A writer's.
        catalog_id: The catalog; "" for the whole workspace.
        key: Of the setting.
        change: The kept value, None where there is none, to the next one, which JSON can hold. What it raises ends the
            transaction, and nothing is changed.
    """
    if connection.dialect.name == "postgresql":  # SQLite's write transaction is a lock already
        connection.exec_driver_sql("LOCK TABLE settings IN SHARE ROW EXCLUSIVE MODE")
    mine = sa.and_(_settings.c.catalog_id == catalog_id, _settings.c.key == key)
    kept = connection.scalar(sa.select(_settings.c.value).where(mine))
    value = change(kept)
    if value == kept:
        return
    adding = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(_settings)
    adding = adding.values(catalog_id=catalog_id, key=key, value=value)
    connection.execute(adding.on_conflict_do_update(index_elements=["catalog_id", "key"], set_={"value": value}))
