"""A setting that is made of the one before: of two writers at once neither is lost, and an error changes nothing."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from matcher.storage.database import Store, sqlite_url
from matcher.storage.settings import rows as setting_rows

WRITERS, TURNS = 4, 8


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request, tmp_path):
    """As many stores on one database as there are writers."""
    url = sqlite_url(tmp_path / "matcher.db")
    if request.param == "postgresql":
        url = request.getfixturevalue("empty_postgres")
    opened = [Store(url) for _ in range(WRITERS)]
    yield opened
    for store in opened:
        store.close()


def test_what_several_writers_add_at_once_is_kept_all(stores):
    def add(writer):
        for turn in range(TURNS):
            with stores[writer].writing() as connection:
                setting_rows.change(connection, "shop", "seen", lambda kept: [*(kept or []), [writer, turn]])  # noqa: B023

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(add, range(WRITERS)))
    kept = stores[0].setting("shop", "seen")
    assert sorted(kept) == [[writer, turn] for writer in range(WRITERS) for turn in range(TURNS)]
    assert stores[0].setting("other", "seen") is None


def test_an_error_changes_nothing(stores):
    stores[0].set_setting("shop", "seen", [1])
    with pytest.raises(ZeroDivisionError), stores[0].writing() as connection:
        setting_rows.change(connection, "shop", "seen", lambda kept: [len(kept) / 0])
    assert stores[1].setting("shop", "seen") == [1]
