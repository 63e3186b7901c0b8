"""What every connection to the database is told: how SQLite begins a transaction, and how a failure is put in words."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool

from matcher.errors import DataError
from matcher.storage.database_failures import explain_database


def open_engine(url: str, patience: float) -> Engine:
    """An engine; SQLite connections wait for each other and their transactions are real ones.

    Args:
        url: Of an SQLite file or of a server.
        patience: Seconds that a writer of SQLite waits for another one.

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
    engine = sa.create_engine(parsed, poolclass=NullPool, connect_args={"timeout": patience})
    use_real_transactions(engine)
    explain_failures(engine)
    return engine


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
