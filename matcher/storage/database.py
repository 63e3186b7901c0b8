"""What people decide and jobs report, in a database: which this folder alone knows.

SQLite in the workspace folder by default; PostgreSQL where a URL says so. Every change is committed when the call
returns, so a reload, a second tab or a dropped connection loses nothing.
"""

import time
from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from matcher.errors import DataError, JobError, StorageError
from matcher.storage import connections, verdict_rows
from matcher.storage.groups import lock_rows, main_rows, number_rows
from matcher.storage.names import check_name, legible
from matcher.storage.records import KINDS, LONGEST_NOTE, SKIP, CatalogInfo, GroupLock, GroupNumbers, Job, Verdict
from matcher.storage.schema import catalogs as _catalogs
from matcher.storage.schema import is_active as _is_active
from matcher.storage.schema import jobs as _jobs
from matcher.storage.schema import presets as _presets
from matcher.storage.schema import settings as _settings
from matcher.storage.set_aside import rows as set_aside
from matcher.storage.set_aside.goods import Listed

BUSY_SECONDS = 30  # how long a writer waits for another one before it gives up


def sqlite_url(file: Path) -> str:
    """The URL of an SQLite file.

    Raises:
        DataError: Its path is not UTF-8, which SQLite takes alone.
    """
    if legible(str(file)) != str(file):
        raise DataError(f"The path of the workspace, {legible(str(file.parent))}, is not UTF-8; choose another folder.")
    return str(sa.URL.create("sqlite", database=str(file)))


class Store:
    """The database of one workspace. Safe to share between threads."""

    def __init__(self, url: str) -> None:
        """Open the database and bring it to the present version.

        Raises:
            DataError: The URL cannot be used, or a newer version of the program made the database.
        """
        self._reader = connections.open_engine(url, BUSY_SECONDS)
        self._writer = self._reader.execution_options(write=True)
        self._in_force = verdict_rows.InForce()
        try:
            if self._reader.dialect.name == "sqlite":
                connections.keep_wal(self._reader, BUSY_SECONDS)
            connections.migrate(self._writer)
        except (StorageError, sa.exc.DatabaseError) as error:
            self.close()
            said = error if isinstance(error, StorageError) else f"{error.orig}."
            raise DataError(f"Cannot open the database {self._reader.url!r}: {said}") from error
        except DataError:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the connections."""
        self._reader.dispose()

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that reads, for the functions on rows of this folder."""
        return self._reader.begin()

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that writes, for the functions on rows of this folder; writers wait for each other."""
        return self._writer.begin()

    def _write(self, statement: sa.Executable) -> int:
        """Run a statement in a transaction of its own; how many rows it changed."""
        with self._writer.begin() as connection:
            return connection.execute(statement).rowcount

    def _replace(
        self, table: sa.Table, row: dict[str, Any], stays: str = "", connection: Connection | None = None
    ) -> None:
        """Add a row, or change the one with its key, but for the column that stays."""
        dialect = sqlite if self._reader.dialect.name == "sqlite" else postgresql
        changes = {name: value for name, value in row.items() if name != stays}
        adding = dialect.insert(table).values(row)
        statement = adding.on_conflict_do_update(index_elements=list(table.primary_key), set_=changes)
        if connection is None:
            self._write(statement)
        else:
            connection.execute(statement)

    def _rows(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        with self._reader.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def save_catalog(self, info: CatalogInfo, now: Listed | None = None, before: Listed | None = None) -> None:
        """Add a catalog, or replace what is known of it: with its listings now, and those before that can be read.

        Verdicts, group numbers and main listings follow ids that are only written otherwise now; verdicts on ids that
        name other goods now are set aside.
        """
        if now is not None:
            with self._reader.connect() as connection:
                set_aside.read_photos(connection, info.id, now, before)
                lock_rows.read_photos(connection, info.id, now, before)
                replaced = main_rows.list_replaced(connection, info.id, now, before)
        with self._writer.begin() as connection:
            self._replace(_catalogs, asdict(info), stays="created", connection=connection)  # first: answers wait for it
            if before is not None:
                set_aside.remember_goods(connection, info.id, before)
            if now is not None:
                verdict_rows.follow_ids(connection, info.id, now, before or ())
                number_rows.follow_ids(connection, info.id, now)
                lock_rows.follow(connection, info.id, now, before)
                main_rows.follow_ids(connection, info.id, now, replaced)
                set_aside.set_aside_others(connection, info.id, now)

    def catalogs(self) -> list[CatalogInfo]:
        """All catalogs, the one that changed last first."""
        return [CatalogInfo(**row) for row in self._rows(sa.select(_catalogs).order_by(_catalogs.c.updated.desc()))]

    def catalog(self, catalog_id: str) -> CatalogInfo | None:
        """One catalog, or None."""
        rows = self._rows(sa.select(_catalogs).where(_catalogs.c.id == catalog_id))
        return CatalogInfo(**rows[0]) if rows else None

    def setting(self, catalog_id: str, key: str, default: Any = None) -> Any:
        """What was kept under this key; `catalog_id` "" holds what belongs to the whole workspace."""
        query = sa.select(_settings.c.value).where(_settings.c.catalog_id == catalog_id, _settings.c.key == key)
        rows = self._rows(query)
        return rows[0]["value"] if rows else default

    def set_setting(self, catalog_id: str, key: str, value: Any) -> None:
        """Keep a value that JSON can hold."""
        self._replace(_settings, {"catalog_id": catalog_id, "key": key, "value": value})

    def presets(self, catalog_id: str) -> dict[str, str]:
        """Saved recipes as JSON, by name."""
        rows = self._rows(sa.select(_presets).where(_presets.c.catalog_id == catalog_id).order_by(_presets.c.name))
        return {row["name"]: row["recipe"] for row in rows}

    def save_preset(self, catalog_id: str, name: str, recipe: str) -> None:
        """Keep a recipe (JSON) under a name, as `check_name` lets it pass; the same name again replaces it."""
        name = check_name(name, "preset", "careful")
        row = {"catalog_id": catalog_id, "name": name, "recipe": recipe, "saved": time.time()}
        self._replace(_presets, row)

    def delete_preset(self, catalog_id: str, name: str) -> None:
        """Forget a preset; nothing happens if there is none of that name."""
        self._write(_presets.delete().where(_presets.c.catalog_id == catalog_id, _presets.c.name == name))

    def add_verdict(
        self,
        catalog_id: str,
        one_id: str,
        other_id: str,
        kind: str,
        *,
        source: str,
        sampled: str = "chosen",
        session: str = "",
        curator: str = "",
        note: str = "",
        version: str = "",
    ) -> Verdict:
        """Write down a curator's word on a pair; it replaces an earlier one, which stays in the history.

        Raises:
            DataError: The two are one listing, or the kind is neither one of KINDS nor SKIP.
            CatalogReplaced: The catalog no longer has the version of its listings that the pair was shown of.
        """
        if one_id == other_id:
            raise DataError(f"A verdict needs two listings; both are {one_id!r}.")
        if kind not in (*KINDS, SKIP):
            raise DataError(f"The verdict is {kind!r}; expected one of {', '.join(KINDS)}.")
        left, right = sorted((one_id, other_id))
        note = legible(" ".join(note.replace("\0", " ").split()))[:LONGEST_NOTE]
        given = Verdict(0, catalog_id, left, right, kind, source, sampled, time.time(), session, curator, note)
        with self._writer.begin() as connection:
            return verdict_rows.add(connection, given, version)

    def verdicts(self, catalog_id: str) -> list[Verdict]:
        """The verdict in force for each pair that has one, oldest first."""
        with connections.reading_snapshots(self._reader).connect() as connection:
            return self._in_force.read(connection, catalog_id)

    def skips(self, catalog_id: str) -> list[Verdict]:
        """The last skip of each pair that was put off, oldest first; some may have a verdict since."""
        with self._reader.connect() as connection:
            return verdict_rows.skips(connection, catalog_id)

    def verdict_history(self, catalog_id: str) -> list[tuple[Verdict, float | None]]:
        """Every verdict ever given, oldest first, and when it was taken back, if it was."""
        with self._reader.connect() as connection:
            return verdict_rows.history(connection, catalog_id)

    def last_verdict(self, catalog_id: str, session: str) -> Verdict | None:
        """The last verdict or skip that a session gave by itself, and that stands."""
        with self._reader.connect() as connection:
            return verdict_rows.last_of(connection, catalog_id, session)

    def verdict_before(self, verdict: Verdict) -> Verdict | None:
        """The verdict on the same pair that this one took the place of, or None."""
        with self._reader.connect() as connection:
            return verdict_rows.before(connection, verdict)

    def undo_verdict(
        self, catalog_id: str, verdict_id: int | None = None, *, session: str = "", curator: str = ""
    ) -> Verdict | None:
        """Take back the last verdict or skip of a session, or a chosen verdict; an earlier one is in force again.

        Of an action on a group only a chosen verdict is taken back here; `storage.history.undo` takes back all of it.

        Returns:
            The verdict taken back, or None if there was none, or it is another curator's.
        """
        with self._writer.begin() as connection:
            return verdict_rows.undo(connection, catalog_id, session, curator, verdict_id)

    def verdicts_set_aside(self, catalog_id: str) -> list[set_aside.SetAside]:
        """Verdicts that are not applied, because an id names other goods since they were given; oldest first."""
        with self._reader.connect() as connection:
            return set_aside.list_set_aside(connection, catalog_id)

    def give_back_verdict(self, catalog_id: str, verdict_id: int) -> bool:
        """Apply a verdict that was set aside to the goods that its ids name now; whether it was."""
        with self._writer.begin() as connection:
            return set_aside.give_back(connection, catalog_id, verdict_id)

    def locks(self, catalog_id: str) -> list[GroupLock]:
        """The locked groups of a catalog, oldest first."""
        with self._reader.connect() as connection:
            return lock_rows.in_force(connection, catalog_id)

    def group_numbers(self, catalog_id: str) -> GroupNumbers:
        """The numbers that the groups of a catalog's listings were given."""
        with self._reader.connect() as connection:
            return number_rows.read(connection, catalog_id)

    def counted_groups(self, catalog_id: str) -> GroupNumbers:
        """The highest number ever given, and the revision, without the numbers themselves."""
        return GroupNumbers({}, **(self.setting(catalog_id, number_rows.COUNTER) or {}))

    def keep_group_numbers(self, catalog_id: str, given: GroupNumbers) -> bool:
        """Keep the numbers of some listings; False where others were kept since `given.revision` was read."""
        with self._writer.begin() as connection:
            return number_rows.keep(connection, catalog_id, given)

    def add_job(self, job: Job, alone: Collection[str] = ()) -> bool:
        """Add a queued job, unless an unfinished one of its catalog stands in the way; the database is the judge.

        Args:
            job: What to add.
            alone: Kinds that nothing else on a catalog may run beside. Of any other kind there may be one.

        Returns:
            Whether it was added.
        """
        mine = sa.and_(_jobs.c.catalog_id == job.catalog_id, _is_active)
        with self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":  # SQLite's write transaction is a lock already
                connection.exec_driver_sql("LOCK TABLE jobs IN SHARE ROW EXCLUSIVE MODE")
            kinds = set(connection.scalars(sa.select(_jobs.c.kind).where(mine)))
            if job.kind in kinds or (kinds and {job.kind, *kinds} & {*alone}):
                return False
            connection.execute(_jobs.insert().values(asdict(job)))
        return True

    def job(self, job_id: str) -> Job:
        """One job.

        Raises:
            JobError: There is none of that id.
        """
        rows = self._rows(sa.select(_jobs).where(_jobs.c.id == job_id))
        if not rows:
            raise JobError(f"There is no job {job_id!r} in this workspace; start it again.")
        return Job(**rows[0])

    def jobs(
        self, *, kind: str | None = None, catalog_id: str | None = None, active: bool = False, limit: int | None = None
    ) -> list[Job]:
        """Jobs of a kind, of a catalog, or unfinished ones; the newest first."""
        query = sa.select(_jobs).order_by(_jobs.c.created.desc()).limit(limit)
        query = query if kind is None else query.where(_jobs.c.kind == kind)
        query = query if catalog_id is None else query.where(_jobs.c.catalog_id == catalog_id)
        query = query.where(_is_active) if active else query
        return [Job(**row) for row in self._rows(query)]

    def update_job(self, job_id: str, **changes: Any) -> bool:
        """Change an unfinished job; False if it had ended already, which no later word changes."""
        unfinished = sa.and_(_jobs.c.id == job_id, _is_active)
        return self._write(_jobs.update().where(unfinished).values(changes)) > 0
