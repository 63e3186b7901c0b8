"""A workspace that fails under the program, each way really made: one line, without SQL and without a traceback."""

import json
import os
import shutil
import sqlite3
from functools import partial

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from postgres_server import NoPostgres, running_postgres

from matcher.errors import DataError, MatcherError, StorageError
from matcher.failures import DISK_FULL
from matcher.pipeline import catalogs, encoding
from matcher.storage import database, database_failures
from matcher.storage.database import Store, sqlite_url
from matcher.storage.database_failures import explain_database
from matcher.storage.workspace import open_workspace


@pytest.fixture(scope="module")
def encoded(tmp_path_factory):
    """A folder with a table, and a workspace in which it is an encoded catalog; to be copied."""
    folder = tmp_path_factory.mktemp("encoded")
    table = pd.DataFrame({"id": ["a", "b", "c"], "title": ["red cup", "red cup new", "blue jar"]})
    table.to_csv(folder / "shop.csv", index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MATCHER_DATABASE_URL", raising=False)
        workspace = open_workspace(folder / "workspace")
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(folder / "shop.csv"), "Shop"))
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", None))
    workspace.store.close()
    return folder


@pytest.fixture
def workspace(tmp_path, monkeypatch, encoded):
    monkeypatch.delenv("MATCHER_DATABASE_URL", raising=False)
    shutil.copytree(encoded, tmp_path, dirs_exist_ok=True)
    return open_workspace(tmp_path / "workspace")


def told(do, *arguments):
    """The one line of what failed."""
    with pytest.raises(MatcherError) as caught:
        do(*arguments)
    said = str(caught.value)
    assert "\n" not in said
    assert not [word for word in ("SELECT", "INSERT", "sqlalche") if word in said]
    return said


def test_a_database_file_that_was_taken_away_is_told(workspace):
    shutil.rmtree(workspace.root)
    assert "is gone" in told(workspace.catalogs)
    workspace.root.mkdir()  # SQLite makes the file anew, empty
    assert "is gone" in told(workspace.catalogs)
    assert "is gone" in told(workspace.store.set_setting, "", "key", 1)


def test_a_full_disk_is_told_by_the_database(workspace):
    """SQLite's own bound on a file gives the very error that a full disk does."""
    bound = lambda connection, _: connection.execute("PRAGMA max_page_count = 1")  # noqa: E731
    sa.event.listen(workspace.store._reader, "connect", bound)
    assert told(workspace.store.set_setting, "", "key", "long " * 100_000) == DISK_FULL


def test_a_disk_io_error_says_that_the_disk_is_full_where_it_is(tmp_path, monkeypatch):
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR | (19 << 8)
    assert "does not answer" in str(explain_database(error, tmp_path / "matcher.db"))
    monkeypatch.setattr(database_failures, "LITTLE_ROOM", 1 << 62)
    assert str(explain_database(error, tmp_path / "matcher.db")) == DISK_FULL


def test_a_damaged_database_is_told(workspace):
    file = workspace.root / "matcher.db"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    file.write_bytes(file.read_bytes()[:100] + bytes(range(256)) * (file.stat().st_size // 256))
    assert "damaged" in told(workspace.catalogs)
    assert "damaged" in told(open_workspace, workspace.root)


def test_a_database_kept_busy_is_told(workspace, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    store = Store(sqlite_url(workspace.root / "matcher.db"))
    holder = sqlite3.connect(workspace.root / "matcher.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert "busy" in told(store.set_setting, "", "key", 1)
    holder.close()
    store.close()


def test_a_broken_rule_of_the_tables_is_no_failure_of_the_machine(workspace):
    with pytest.raises(DataError, match="expected one of match, different, unsure"):
        workspace.store.add_verdict("shop", "a", "b", "perhaps", source="browse")


@pytest.mark.parametrize(
    ("folder", "ending"),
    [
        ("", "listings-*.parquet"),
        ("", "problems-*.parquet"),
        ("pairs", "*.parquet"),
        ("pairs", "*.json"),
        ("neighbours", "*.json"),
        ("neighbours", "*.npy"),
        ("embeddings", "*.npy"),
        ("embeddings", "*.json"),
    ],
)
@pytest.mark.parametrize("left", ["half", "nothing", "other"])
def test_damaged_files_are_told_with_what_to_do(workspace, folder, ending, left):
    for file in (workspace.folder("shop") / folder).glob(ending):
        content = file.read_bytes()
        file.write_bytes({"half": content[: len(content) // 2], "nothing": b"", "other": b"[1, 2"}[left])

    def read_all():
        workspace.load_catalog("shop")
        workspace.load_problems("shop")
        opened = encoding.load_encoded(workspace, "shop")
        workspace.load_embeddings("shop", opened.embeddings["text"])

    said = told(read_all)
    assert "damaged" in said
    assert "again" in said
    assert str(workspace.root) not in said


def test_importing_again_and_encoding_again_mend_what_was_damaged(workspace, tmp_path):
    for file in workspace.folder("shop").rglob("*.*"):
        if file.suffix in (".parquet", ".npy", ".json"):
            file.write_bytes(file.read_bytes()[:90])
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    assert len(workspace.load_catalog("shop").listings) == 3
    assert "Remove the folder" in told(encoding.load_encoded, workspace, "shop")
    for part in ("pairs", "embeddings", "neighbours"):
        shutil.rmtree(workspace.folder("shop") / part)
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", None))
    assert encoding.load_encoded(workspace, "shop") is not None


def test_pairs_of_listings_that_are_not_there_are_damage(workspace):
    [file] = (workspace.folder("shop") / "pairs").glob("*.parquet")
    frame = pd.read_parquet(file)
    frame["right"] = np.int32(900)
    frame.to_parquet(file)
    assert "damaged" in told(encoding.load_encoded, workspace, "shop")
    config = file.with_suffix(".json")
    config.write_text(json.dumps({"n": "many"}))
    assert "damaged" in told(encoding.load_encoded, workspace, "shop")


def test_a_stopped_server_is_told_and_the_next_one_is_used():
    try:
        with running_postgres() as url:
            store = Store(url)
            assert store.catalogs() == []
            assert "cannot keep" in told(store.set_setting, "shop", "night\x00", 1)
            assert "too long" in told(store.set_setting, "shop", os.urandom(40_000).hex(), 1)
            assert "cannot keep" in told(store.set_setting, "shop", "half \udc80", 1)
            mute = partial(store.add_verdict, "shop", "a\x00", "b", "match", source="browse")
            assert "cannot keep" in told(mute)
    except NoPostgres as reason:
        pytest.skip(str(reason))
    with pytest.raises(StorageError, match="does not answer"):
        store.catalogs()
    assert "does not answer" in told(store.set_setting, "shop", "key", 1)
    store.close()


def test_half_a_character_is_told_by_a_file_as_well(workspace):
    assert "cannot keep" in told(workspace.store.set_setting, "shop", "half \udc80", 1)


@pytest.mark.parametrize("name", ["night\x00", "half \udc80", "long " * 50, "two\nlines"])
def test_names_that_no_database_keeps_are_refused_by_all(workspace, name):
    told(workspace.store.save_preset, "shop", name, "{}")
    told(catalogs.import_catalog, workspace, catalogs.ImportConfig("shop.csv", name))
