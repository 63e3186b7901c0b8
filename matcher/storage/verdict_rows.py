"""The rows of verdicts: what is said, what is in force, what is taken back. Each function works in a transaction."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from matcher.errors import CatalogReplaced
from matcher.storage.names import find_renamed
from matcher.storage.records import SKIP, Verdict
from matcher.storage.schema import catalogs as _catalogs
from matcher.storage.schema import verdicts as _verdicts

_VERDICT = [field.name for field in fields(Verdict)]
MOST_KEPT = 4  # catalogs whose verdicts are kept at hand
MOST_CHANGED = 500  # verdicts whose pairs are read by themselves; of more all are read anew


def add(connection: Connection, verdict: Verdict, version: str = "") -> Verdict:
    """Add a verdict or a skip; the same verdict again, from the same session, changes nothing.

    Args:
        connection: A writer's.
        verdict: What was said; its id does not count.
        version: As for `expect_version`.

    Returns:
        The row that holds it.

    Raises:
        CatalogReplaced: As `expect_version` says.
    """
    expect_version(connection, verdict.catalog_id, version)
    if verdict.session and verdict.kind != SKIP:
        pair = sa.and_(*(_verdicts.c[name] == getattr(verdict, name) for name in ("catalog_id", "left_id", "right_id")))
        standing = _first(connection, sa.and_(pair, _stands(), _verdicts.c.kind != SKIP))
        said = [(each.kind, each.session, each.note) for each in (standing, verdict) if each]
        if standing and said[0] == said[1]:
            return standing
    row = asdict(verdict)
    del row["id"]
    key = connection.execute(_verdicts.insert().values(row)).inserted_primary_key
    return Verdict(id=key[0] if key else 0, **row)


def expect_version(connection: Connection, catalog_id: str, version: str) -> None:
    """See that a catalog still has the listings that were shown, and let no upload replace them before this is written.

    Args:
        connection: A writer's.
        catalog_id: Which catalog.
        version: Of the listings that were shown; "" where none were.

    Raises:
        CatalogReplaced: It has others, on whose ids the word would be another one.
    """
    query = sa.select(_catalogs.c.version).where(_catalogs.c.id == catalog_id).with_for_update(read=True)
    if version and connection.scalar(query) != version:
        raise CatalogReplaced(f"The catalog {catalog_id} was imported again meanwhile; open it again, and look anew.")


def in_force(connection: Connection, catalog_id: str) -> list[Verdict]:
    """The verdict in force for each pair that has one, oldest first."""
    return _latest(connection, sa.and_(_verdicts.c.catalog_id == catalog_id, _verdicts.c.kind != SKIP))


class _Read(NamedTuple):
    """Verdicts in force as they were read.

    Attributes:
        stamp: When, see `_stamp`.
        undone: Id and time of all verdicts that were taken back.
        verdicts: Those in force.
    """

    stamp: tuple[Any, ...]
    undone: frozenset[tuple[int, float]]
    verdicts: list[Verdict]


class InForce:
    """The verdicts in force of the catalogs that were read last; what was given or taken back since is read alone."""

    def __init__(self) -> None:
        self._read: dict[str, _Read] = {}

    def read(self, connection: Connection, catalog_id: str) -> list[Verdict]:
        """As `in_force`; all statements of the connection have to see one moment."""
        stamp = _stamp(connection, catalog_id)
        kept = self._read.get(catalog_id)
        if kept is None or kept.stamp != stamp:
            newer = None
            if kept is not None and kept.stamp[2:] == stamp[2:]:
                newer = _with_new(connection, catalog_id, kept, stamp)
            elif kept is not None and kept.stamp[3:] == stamp[3:]:
                newer = _with_changes(connection, catalog_id, kept, stamp)
            kept = newer or _Read(stamp, _undone(connection, catalog_id), in_force(connection, catalog_id))
        self._read.pop(catalog_id, None)
        self._read[catalog_id] = kept  # to the end, where the newest are
        for oldest in list(self._read)[:-MOST_KEPT]:  # a list at once: other threads add theirs meanwhile
            self._read.pop(oldest, None)
        return list(kept.verdicts)


def _stamp(connection: Connection, catalog_id: str) -> tuple[Any, ...]:
    """Changes whenever a verdict of a catalog is given, taken back, set aside, or follows its listings to other ids."""
    mine = _verdicts.c.catalog_id == catalog_id
    # Not the highest id: of two that are given at once, the one with the lower id may be there after the other.
    given = sa.select(sa.func.count()).where(mine).scalar_subquery()
    taken_back = sa.and_(mine, _verdicts.c.undone.is_not(None))
    # Not their number: one that is given again and one that is taken back leave it as it was.
    undone = sa.select(sa.func.sum(_verdicts.c.undone)).where(taken_back).scalar_subquery()
    aside = sa.and_(mine, _verdicts.c.set_aside.is_not(None))
    held_back = sa.select(sa.func.sum(_verdicts.c.set_aside)).where(aside).scalar_subquery()
    imported = sa.select(_catalogs.c.updated).where(_catalogs.c.id == catalog_id).scalar_subquery()
    # The highest id only beside the others, as of one moment: by it new rows are known, see `_with_new`.
    highest = sa.select(sa.func.max(_verdicts.c.id)).where(mine).scalar_subquery()
    return tuple(connection.execute(sa.select(given, highest, undone, held_back, imported)).one())


def _with_new(connection: Connection, catalog_id: str, before: _Read, now: tuple[Any, ...]) -> _Read | None:
    """The verdicts in force where nothing happened but that some were given; None where more did."""
    rows = _rows_since(connection, catalog_id, before, now)
    if rows is None:
        return None
    given = {(row["left_id"], row["right_id"]): as_verdict(row) for row in rows if row["kind"] != SKIP}
    stay = [verdict for verdict in before.verdicts if (verdict.left_id, verdict.right_id) not in given]
    return _Read(now, before.undone, stay + sorted(given.values(), key=lambda verdict: verdict.id))


def _with_changes(connection: Connection, catalog_id: str, before: _Read, now: tuple[Any, ...]) -> _Read | None:
    """The verdicts in force where some were given, taken back or given again; None where more happened.

    What stands of a pair that one of these is about is read anew, whatever it was.
    """
    undone = _undone(connection, catalog_id)
    rows = _rows_since(connection, catalog_id, before, now)
    turned = {verdict_id for verdict_id, _ in before.undone ^ undone}
    if rows is None or len(turned) + len(rows) > MOST_CHANGED:
        return None
    query = sa.select(_verdicts.c.left_id, _verdicts.c.right_id).where(_verdicts.c.id.in_(turned))
    pairs = {tuple(row) for row in connection.execute(query)} | {(row["left_id"], row["right_id"]) for row in rows}
    ends = sa.tuple_(_verdicts.c.left_id, _verdicts.c.right_id)
    mine = sa.and_(_verdicts.c.catalog_id == catalog_id, _verdicts.c.kind != SKIP, ends.in_(list(pairs)))
    stay = [verdict for verdict in before.verdicts if (verdict.left_id, verdict.right_id) not in pairs]
    return _Read(now, undone, sorted([*stay, *_latest(connection, mine)], key=lambda verdict: verdict.id))


def _undone(connection: Connection, catalog_id: str) -> frozenset[tuple[int, float]]:
    mine = sa.and_(_verdicts.c.catalog_id == catalog_id, _verdicts.c.undone.is_not(None))
    return frozenset(
        (row.id, row.undone) for row in connection.execute(sa.select(_verdicts.c.id, _verdicts.c.undone).where(mine))
    )


def _rows_since(
    connection: Connection, catalog_id: str, before: _Read, now: tuple[Any, ...]
) -> Sequence[Mapping[Any, Any]] | None:
    """The rows that were added; None where of two given at once the one with the lower id came after the other."""
    given, highest = before.stamp[:2]
    mine = sa.and_(_verdicts.c.catalog_id == catalog_id, _verdicts.c.id > (highest or 0))
    rows = connection.execute(sa.select(_verdicts).where(mine).order_by(_verdicts.c.id)).mappings().all()
    return rows if len(rows) == now[0] - given else None


def skips(connection: Connection, catalog_id: str) -> list[Verdict]:
    """The last skip of each pair that was put off, oldest first."""
    return _latest(connection, sa.and_(_verdicts.c.catalog_id == catalog_id, _verdicts.c.kind == SKIP))


def history(connection: Connection, catalog_id: str) -> list[tuple[Verdict, float | None]]:
    """Every verdict ever given, skips aside, oldest first, and when it was taken back, if it was."""
    mine = sa.and_(_verdicts.c.catalog_id == catalog_id, _verdicts.c.kind != SKIP)
    rows = connection.execute(sa.select(_verdicts).where(mine).order_by(_verdicts.c.id)).mappings()
    return [(as_verdict(row), row["undone"]) for row in rows]


def last_of(connection: Connection, catalog_id: str, session: str) -> Verdict | None:
    """The last verdict or skip that a session gave by itself, and that stands."""
    return _first(connection, sa.and_(_verdicts.c.catalog_id == catalog_id, _by_itself(session), _stands()))


def before(connection: Connection, verdict: Verdict) -> Verdict | None:
    """The verdict that this one took the place of."""
    same = [_verdicts.c[name] == getattr(verdict, name) for name in ("catalog_id", "left_id", "right_id")]
    return _first(connection, sa.and_(*same, _verdicts.c.id < verdict.id, _stands(), _verdicts.c.kind != SKIP))


def undo(connection: Connection, catalog_id: str, session: str, curator: str, verdict_id: int | None) -> Verdict | None:
    """Take back the last verdict or skip that a session gave by itself, or a chosen one that is this curator's.

    Two that do it at once take turns: SQLite's writer holds the whole database, elsewhere the row is locked.
    """
    mine = sa.and_(_verdicts.c.catalog_id == catalog_id, _stands())
    mine = sa.and_(mine, _by_itself(session) if verdict_id is None else _verdicts.c.id == verdict_id)
    found = _first(connection, mine, lock=True)
    if found is None or not found.is_own(session, curator):
        return None
    connection.execute(_verdicts.update().where(_verdicts.c.id == found.id).values(undone=time.time()))
    return found


def follow_ids(
    connection: Connection, catalog_id: str, item_ids: Collection[str], before: Collection[str] = ()
) -> None:
    """Give listings their present ids in all verdicts of a catalog, where a program has only written them otherwise.

    Also in those that are set aside or were taken back, which may come again.

    Args:
        connection: A writer's.
        catalog_id: The catalog.
        item_ids: Ids of its listings as they are now.
        before: Those of its listings as they were: of two that wrote one number, none is followed.
    """
    rows = connection.execute(sa.select(_verdicts).where(_verdicts.c.catalog_id == catalog_id)).mappings().all()
    known = {row[name] for row in rows for name in ("left_id", "right_id")}
    new_ids = find_renamed(known.union(before), item_ids) if known and item_ids else {}
    for row in rows:
        left, right = sorted(new_ids.get(row[name], row[name]) for name in ("left_id", "right_id"))
        if {left, right} != {row["left_id"], row["right_id"]}:
            values = {"left_id": left, "right_id": right}
            if new_ids.get(row["left_id"], row["left_id"]) != left:  # the other one comes first now
                values |= {"left_shown": row["right_shown"], "right_shown": row["left_shown"]}
            connection.execute(_verdicts.update().where(_verdicts.c.id == row["id"]).values(values))


def among(connection: Connection, catalog_id: str, item_ids: Collection[str]) -> list[Verdict]:
    """The verdicts in force on pairs of some listings, oldest first."""
    ids = list(item_ids)
    both = sa.and_(_verdicts.c.left_id.in_(ids), _verdicts.c.right_id.in_(ids))
    return _latest(connection, sa.and_(_verdicts.c.catalog_id == catalog_id, _verdicts.c.kind != SKIP, both))


def _by_itself(session: str) -> sa.ColumnElement[bool]:
    """Given by a session, and not as part of an action on a group."""
    return sa.and_(_verdicts.c.session == session, _verdicts.c.action.is_(None))


def _stands() -> sa.ColumnElement[bool]:
    """Neither taken back nor set aside."""
    return sa.and_(_verdicts.c.undone.is_(None), _verdicts.c.set_aside.is_(None))


def _latest(connection: Connection, which: sa.ColumnElement[bool]) -> list[Verdict]:
    """The last row of each pair, oldest first, of those that stand."""
    latest = sa.select(sa.func.max(_verdicts.c.id)).where(which, _stands())
    latest = latest.group_by(_verdicts.c.left_id, _verdicts.c.right_id)
    columns = [_verdicts.c[name] for name in _VERDICT]
    rows = connection.execute(sa.select(*columns).where(_verdicts.c.id.in_(latest)).order_by(_verdicts.c.id))
    return [Verdict(*row) for row in rows]


def _first(connection: Connection, which: sa.ColumnElement[bool], lock: bool = False) -> Verdict | None:
    """The last row of these, if there is one."""
    query = sa.select(_verdicts).where(which).order_by(_verdicts.c.id.desc()).limit(1)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    return None if row is None else as_verdict(row)


def as_verdict(row: Mapping[Any, Any]) -> Verdict:
    """The row of the table as a value."""
    return Verdict(**{name: row[name] for name in _VERDICT})
