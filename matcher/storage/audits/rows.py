"""Listings that a curator resolved completely, or put off, each in a transaction of its own.

What was found is kept as verdicts; here stands only that nothing more is to be found. It holds for the listings as they
were: another upload may bring more of the product, so a row names the content that was looked through.
"""

import time
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from matcher.storage.database import Store
from matcher.storage.records import is_own
from matcher.storage.schema import audits as _audits


@dataclass(frozen=True)
class Audit:
    """One listing that was resolved completely.

    Attributes:
        item_id: The listing.
        is_complete: Whether all of its product was found; False where it was put off.
        session: The browser and the tab it was done in, as "browser.tab".
        curator: The name of who did it, "" without one.
        made: Seconds since 1970.
    """

    item_id: str
    is_complete: bool
    session: str = ""
    curator: str = ""
    made: float = 0.0

    def is_own(self, session: str, curator: str = "") -> bool:
        """Whether it is this curator's to take back, as a verdict is."""
        return is_own(self.session, self.curator, session, curator)


def keep_audit(store: Store, catalog_id: str, content: str, audit: Audit) -> None:
    """Write down that a listing was resolved; again for one that was takes the place of what was there.

    Args:
        store: The database.
        catalog_id: The catalog.
        content: The content of its listings that was looked through.
        audit: What was done; `made` is the present time.
    """
    row = {"catalog_id": catalog_id, "item_id": audit.item_id, "content": content, "is_complete": audit.is_complete,
           "session": audit.session, "curator": audit.curator, "made": time.time()}  # fmt: skip
    with store.writing() as connection:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        adding = dialect.insert(_audits).values(row)
        connection.execute(adding.on_conflict_do_update(index_elements=list(_audits.primary_key), set_=row))


def list_audits(store: Store, catalog_id: str, content: str) -> list[Audit]:
    """The listings that were resolved in this content of a catalog, oldest first."""
    mine = sa.and_(_audits.c.catalog_id == catalog_id, _audits.c.content == content)
    with store.reading() as connection:
        rows = connection.execute(sa.select(_audits).where(mine).order_by(_audits.c.made)).mappings()
        return [
            Audit(row["item_id"], bool(row["is_complete"]), row["session"], row["curator"], row["made"]) for row in rows
        ]


def drop_audit(store: Store, catalog_id: str, item_id: str) -> bool:
    """Take back that a listing was resolved; whether it was."""
    with store.writing() as connection:
        return connection.execute(_audits.delete().where(_one(catalog_id, item_id))).rowcount > 0


def _one(catalog_id: str, item_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(_audits.c.catalog_id == catalog_id, _audits.c.item_id == item_id)
