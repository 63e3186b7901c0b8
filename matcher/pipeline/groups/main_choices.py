"""Which listings curators chose to stand for their group, by actions (`matcher.storage.history.actions`)."""

from matcher.storage.database import Store
from matcher.storage.groups import main_rows


def read_chosen(store: Store, catalog_id: str) -> dict[str, float]:
    """When each listing that was chosen was so, in seconds since 1970, by item id; also of listings that have left."""
    with store.reading() as connection:
        return main_rows.read(connection, catalog_id)
