"""How the database is reached: opened, brought to the present version, and how a failure is put in words."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool

from matcher.errors import DataError
from matcher.storage.database_failures import explain_database
from matcher.storage.schema import MIGRATIONS, migrations

MIGRATION_LOCK = 2_117_431  # any number that nothing else on the server uses


def open_engine(url: str, busy_seconds: float) -> Engine:
    """An engine; SQLite connections wait for each other and their transactions are real ones.

    Args:
        url: SQLite's or PostgreSQL's.
        busy_seconds: How long a writer of SQLite waits for another one before it gives up.

    Raises:
        DataError: The URL cannot be used.
    """
    try:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "postgresql" and "+" not in parsed.drivername:
            parsed = parsed.set(drivername="postgresql+psycopg")  # the driver that requirements.txt brings
        if parsed.get_backend_name() != "sqlite":
            engine = sa.create_engine(parsed, pool_pre_ping=True)
            explain_failures(engine)
            return engine
    except (sa.exc.ArgumentError, ImportError) as error:
        raise DataError(
            f"MATCHER_DATABASE_URL cannot be used: {error}. Expected postgresql://user:password@host/database."
        ) from error
    engine = sa.create_engine(parsed, poolclass=NullPool, connect_args={"timeout": busy_seconds})
    use_real_transactions(engine)
    explain_failures(engine)
    return engine


def reading_snapshots(engine: Engine) -> Engine:
    """The same for readers whose statements have to see one moment, as those of SQLite do by themselves."""
    is_sqlite = engine.dialect.name == "sqlite"
    return engine if is_sqlite else engine.execution_options(isolation_level="REPEATABLE READ")


def keep_wal(engine: Engine, busy_seconds: float) -> None:
    """Set an SQLite file to write-ahead logging, where readers and a writer do not wait for each other; it stays so.

    SQLite refuses this change at once while another program holds the file, whatever the time-out says, and two
    programs may open a new workspace together: hence the waiting is done here.

    Raises:
        DataError: Another program held the file for so long, or it is no database.
    """
    deadline = time.monotonic() + busy_seconds
    with closing(engine.raw_connection()) as connection:
        while True:
            try:
                connection.cursor().execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.DatabaseError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY  # the low byte: SQLITE_BUSY_* as well
                if not busy or time.monotonic() > deadline:
                    raise DataError(f"Cannot open the database {engine.url!r}: {error}.") from error
            time.sleep(0.01)


def migrate(engine: Engine) -> None:
    """Run the migrations that are missing; each step and its record share a transaction, so both happen or neither.

    Args:
        engine: A writer's.

    Raises:
        DataError: A newer version of the program made the database.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # SQLite's write transaction is a lock already
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        migrations.create(connection, checkfirst=True)
        version = connection.scalar(sa.select(sa.func.max(migrations.c.version))) or 0
        if version > len(MIGRATIONS):
            raise DataError(
                f"The database has version {version} and this program knows versions up to {len(MIGRATIONS)}: "
                "a newer program made it. Update this one, or choose another workspace."
            )
        for number, migration in enumerate(MIGRATIONS[version:], start=version + 1):
            migration(connection)
            connection.execute(migrations.insert().values(version=number, applied=time.time()))


def explain_failures(engine: Engine) -> None:
    """Have the failures of an engine raised in plain words."""
    sa.event.listen(engine, "handle_error", _explain)


def use_real_transactions(engine: Engine) -> None:
    """Let SQLite's transactions hold all of their statements, and its writers wait for each other."""
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)


def _explain(failure: sa.engine.ExceptionContext) -> None:
    """Say in plain words what failed; what is a defect, or a rule of the tables, is raised as it is."""
    url = failure.engine.url if failure.engine is not None else None
    file = Path(url.database) if url is not None and url.get_backend_name() == "sqlite" and url.database else None
    if explained := explain_database(failure.original_exception, file):
        raise explained from failure.original_exception


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # else the driver commits around CREATE TABLE on its own


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: one that reads first and writes later is refused, however long it would wait.
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
