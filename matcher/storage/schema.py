"""The tables of the database, and the steps that bring an older one to them."""

import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from matcher.storage.records import ACTIVE, SKIP


def _columns(kind: sa.types.TypeEngine[Any] | type[sa.types.TypeEngine[Any]], *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


# Item ids are compared as Python does, by code point: the order of a language would put "a-17" before "B-17".
_ItemId = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

metadata = sa.MetaData()
catalogs = sa.Table(
    "catalogs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    *_columns(sa.Text, "name", "source", "version", "content"),
    *_columns(sa.Integer, "listings", "photos", "labels", "problems"),
    *_columns(sa.Double, "created", "updated"),
    sa.Column("problems_version", sa.Text, nullable=False, server_default=""),
)
verdicts = sa.Table(
    "verdicts",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    *_columns(sa.Text, "catalog_id"),
    *_columns(_ItemId, "left_id", "right_id"),
    *_columns(sa.Text, "kind", "source", "sampled"),
    sa.Column("made", sa.Double, nullable=False),
    sa.Column("undone", sa.Double),
    sa.Column("session", sa.Text, nullable=False, server_default=""),
    sa.Column("curator", sa.Text, nullable=False, server_default=""),
    # What the ids stood for, as JSON; "" until the import after the verdict.
    sa.Column("left_shown", sa.Text, nullable=False, server_default=""),
    sa.Column("right_shown", sa.Text, nullable=False, server_default=""),
    sa.Column("set_aside", sa.Double),  # since when an id names other goods; nothing applies the verdict then
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("action", sa.BigInteger),  # the action on a group that it is part of
    sa.CheckConstraint("left_id < right_id", name="verdicts_sorted"),
    sa.Index("verdicts_by_catalog", "catalog_id", "id"),
)
jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    *_columns(sa.Text, "kind", "catalog_id", "state", "step", "message"),
    *_columns(sa.BigInteger, "done", "total"),
    *_columns(sa.JSON, "config", "result"),
    *_columns(sa.Boolean, "cancel_requested"),
    *_columns(sa.Double, "created", "started", "updated", "finished", "rate"),
    sa.Index("jobs_by_kind", "kind", "catalog_id", "created"),
)
is_active = jobs.c.state.in_(ACTIVE)
# Two starts of one kind for one catalog: the database itself lets only the first one in.
sa.Index("jobs_one", jobs.c.kind, jobs.c.catalog_id, unique=True, sqlite_where=is_active, postgresql_where=is_active)
presets = sa.Table(
    "presets",
    metadata,
    sa.Column("catalog_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    *_columns(sa.Text, "recipe"),
    *_columns(sa.Double, "saved"),
)
settings = sa.Table(
    "settings",
    metadata,
    sa.Column("catalog_id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
)
group_numbers = sa.Table(
    "group_numbers",
    metadata,
    sa.Column("catalog_id", sa.Text, primary_key=True),
    sa.Column("item_id", _ItemId, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
)
_Key = sa.BigInteger().with_variant(sa.Integer, "sqlite")
actions = sa.Table(
    "actions",
    metadata,
    sa.Column("id", _Key, primary_key=True, autoincrement=True),
    *_columns(sa.Text, "catalog_id", "kind"),
    *_columns(sa.JSON, "groups", "item_ids"),
    *_columns(sa.Integer, "count"),
    sa.Column("made", sa.Double, nullable=False),
    sa.Column("undone", sa.Double),
    *_columns(sa.Text, "session", "curator"),
    sa.Index("actions_by_catalog", "catalog_id", "id"),
)
locks = sa.Table(
    "locks",
    metadata,
    sa.Column("id", _Key, primary_key=True, autoincrement=True),
    *_columns(sa.Text, "catalog_id"),
    sa.Column("action", sa.BigInteger, nullable=False),  # that made it; a lock is in force while that stands
    # The listings by item id, each with what the id stood for, as JSON; "" until the import after the lock.
    sa.Column("shown", sa.JSON, nullable=False),
    sa.Column("others", sa.JSON, nullable=False),  # those of the ids that name other goods now
    sa.Index("locks_by_catalog", "catalog_id"),
)
unlocks = sa.Table(
    "unlocks",
    metadata,
    sa.Column("lock", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column(
        "action", sa.BigInteger, primary_key=True, autoincrement=False
    ),  # the lock is none while such a one stands
)
audits = sa.Table(
    "audits",
    metadata,
    sa.Column("catalog_id", sa.Text, primary_key=True),
    sa.Column("item_id", _ItemId, primary_key=True),
    *_columns(sa.Text, "content", "session", "curator"),
    sa.Column("is_complete", sa.Boolean, nullable=False),
    sa.Column("made", sa.Double, nullable=False),
)
main_listings = sa.Table(
    "main_listings",
    metadata,
    sa.Column("catalog_id", sa.Text, primary_key=True),
    sa.Column("item_id", _ItemId, primary_key=True),
    sa.Column("chosen", sa.Double, nullable=False),
    sa.Column("curator", sa.Text, nullable=False, server_default=""),
)
main_changes = sa.Table(  # what actions changed in main_listings, which is what those that stand come to
    "main_changes",
    metadata,
    sa.Column("action", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("item_id", _ItemId, primary_key=True),
    sa.Column("catalog_id", sa.Text, nullable=False),
    sa.Column("before", sa.Double),  # when the listing had been chosen; NULL where it was not
    sa.Column("after", sa.Double),
    sa.Column("curator_before", sa.Text, nullable=False, server_default=""),
)
migrations = sa.Table(
    "migrations", sa.MetaData(), sa.Column("version", sa.Integer, primary_key=True), *_columns(sa.Double, "applied")
)


def _create_tables(connection: Connection) -> None:
    metadata.create_all(connection, checkfirst=False)


def _version_problems(connection: Connection) -> None:
    """The problems of an upload stand in a file of their own version; before, there was one file for all."""
    if "problems_version" not in {column["name"] for column in sa.inspect(connection).get_columns("catalogs")}:
        connection.exec_driver_sql("ALTER TABLE catalogs ADD COLUMN problems_version TEXT DEFAULT '' NOT NULL")


def _compare_item_ids_by_code_point(connection: Connection) -> None:
    """PostgreSQL refused a verdict whose ids the server's language sorts unlike Python; SQLite was right already."""
    if connection.dialect.name == "postgresql":
        for column in ("left_id", "right_id"):
            connection.exec_driver_sql(f'ALTER TABLE verdicts ALTER COLUMN {column} TYPE TEXT COLLATE "C"')


def _say_whose_verdict_it_is(connection: Connection) -> None:
    """Verdicts know their session and curator, and which kinds there are is for the program alone to say."""
    if "session" in {column["name"] for column in sa.inspect(connection).get_columns("verdicts")}:
        return
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ALTER TABLE verdicts DROP CONSTRAINT IF EXISTS verdicts_kind")
        for column in ("session", "curator"):
            connection.exec_driver_sql(f"ALTER TABLE verdicts ADD COLUMN {column} TEXT DEFAULT '' NOT NULL")
        return
    kept = "id, catalog_id, left_id, right_id, kind, source, sampled, made, undone"
    connection.exec_driver_sql("DROP INDEX IF EXISTS verdicts_by_catalog")
    connection.exec_driver_sql("ALTER TABLE verdicts RENAME TO verdicts_before")  # SQLite drops no constraint otherwise
    verdicts.create(connection)
    connection.exec_driver_sql(f"INSERT INTO verdicts ({kept}) SELECT {kept} FROM verdicts_before ORDER BY id")
    connection.exec_driver_sql("DROP TABLE verdicts_before")


def _keep_skips_as_rows(connection: Connection) -> None:
    """Pairs put off were one list in a setting, of which two curators at once lost one."""
    listed = settings.c.key == "skipped"
    for row in connection.execute(sa.select(settings).where(listed)).mappings().all():
        for pair in row["value"] or []:
            left, right = sorted(map(str, pair))
            skip = {"catalog_id": row["catalog_id"], "left_id": left, "right_id": right, "kind": SKIP}
            skip |= {"source": "review", "sampled": "doubtful", "made": time.time()}
            connection.execute(verdicts.insert().values(skip))
    connection.execute(settings.delete().where(listed))


def _set_verdicts_aside(connection: Connection) -> None:
    """Verdicts know what they were about; those given before stay in force, and get it at the next import."""
    known = {column["name"] for column in sa.inspect(connection).get_columns("verdicts")}
    for column in {"left_shown", "right_shown"} - known:
        connection.exec_driver_sql(f"ALTER TABLE verdicts ADD COLUMN {column} TEXT DEFAULT '' NOT NULL")
    if "set_aside" not in known:
        connection.exec_driver_sql("ALTER TABLE verdicts ADD COLUMN set_aside DOUBLE PRECISION")


def _number_groups(connection: Connection) -> None:
    """Groups have numbers that stay; and verdicts that were taken back are found without reading all of them."""
    group_numbers.create(connection, checkfirst=True)
    connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS verdicts_taken_back ON verdicts (catalog_id, undone)")


def _note_verdicts(connection: Connection) -> None:
    """A curator can write beside a verdict; and verdicts set aside are found without reading all of them."""
    if "note" not in {column["name"] for column in sa.inspect(connection).get_columns("verdicts")}:
        connection.exec_driver_sql("ALTER TABLE verdicts ADD COLUMN note TEXT DEFAULT '' NOT NULL")
    connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS verdicts_set_aside ON verdicts (catalog_id, set_aside)")


def _act_on_groups(connection: Connection) -> None:
    """Verdicts of one action on a group are known as such, and groups can be locked."""
    if "action" not in {column["name"] for column in sa.inspect(connection).get_columns("verdicts")}:
        connection.exec_driver_sql("ALTER TABLE verdicts ADD COLUMN action BIGINT")
    connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS verdicts_by_action ON verdicts (action)")
    actions.create(connection, checkfirst=True)
    locks.create(connection, checkfirst=True)


def _keep_audits(connection: Connection) -> None:
    """Which listings curators resolved completely."""
    audits.create(connection, checkfirst=True)


def _choose_main_listings(connection: Connection) -> None:
    """Curators choose by hand which listing stands for its group."""
    main_listings.create(connection, checkfirst=True)


def _end_locks_by_several(connection: Connection) -> None:
    """Several actions may have ended one lock; before, the last of them stood alone."""
    unlocks.create(connection, checkfirst=True)
    if "unlocked_by" in {column["name"] for column in sa.inspect(connection).get_columns("locks")}:
        ended = "SELECT id, unlocked_by FROM locks WHERE unlocked_by IS NOT NULL"
        connection.exec_driver_sql(f"INSERT INTO unlocks (lock, action) {ended}")


def _take_main_listings_back(connection: Connection) -> None:
    """Choosing a main listing is an action, taken back and done again as others are."""
    main_changes.create(connection, checkfirst=True)


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    _create_tables,
    _version_problems,
    _compare_item_ids_by_code_point,
    _say_whose_verdict_it_is,
    _keep_skips_as_rows,
    _set_verdicts_aside,
    _number_groups,
    _note_verdicts,
    _act_on_groups,
    _keep_audits,
    _choose_main_listings,
    _end_locks_by_several,
    _take_main_listings_back,
)
"""Step i takes a database from version i to i + 1. Steps that have been released never change."""
