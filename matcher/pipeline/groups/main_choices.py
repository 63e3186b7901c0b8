"""Which listings curators chose to stand for their group: each change is on disk when the call returns."""

from matcher.storage.database import Store
from matcher.storage.groups import main_rows


def choose_main(store: Store, catalog_id: str, item_id: str, curator: str = "", version: str | None = None) -> bool:
    """Make a listing the main one of its group; of several in one group the one that was chosen last is it.

    Returns:
        Whether it was chosen: not where the listings are of another version than this one, if one is given.
    """
    with store.writing() as connection:
        return main_rows.choose(connection, catalog_id, item_id, curator, version)


def take_back_main(store: Store, catalog_id: str, item_id: str) -> bool:
    """Leave it to the rule again; whether the listing was chosen."""
    with store.writing() as connection:
        return main_rows.take_back(connection, catalog_id, item_id)


def read_chosen(store: Store, catalog_id: str) -> dict[str, float]:
    """When each listing that was chosen was so, in seconds since 1970, by item id; also of listings that have left."""
    with store.reading() as connection:
        return main_rows.read(connection, catalog_id)
