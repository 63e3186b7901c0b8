"""What somebody did last, verdicts, skips and actions on groups: taken back, and done again.

Taking back hides the rows of an answer and deletes none, so doing it again is showing those rows. An action on a group
is taken back and done again as one: its verdicts, its lock, and the main listing that it chose.
"""

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from matcher.storage import verdict_rows
from matcher.storage.database import Store
from matcher.storage.groups import main_rows
from matcher.storage.history.actions import as_action
from matcher.storage.records import Action, Verdict
from matcher.storage.schema import actions as _actions
from matcher.storage.schema import verdicts as _verdicts
from matcher.storage.verdict_rows import as_verdict

MOST_LISTED = 10


def find_last(store: Store, catalog_id: str, session: str) -> Verdict | Action | None:
    """What a session did last that stands: what it takes back next."""
    with store.reading() as connection:
        return _last_of(connection, catalog_id, session)


def take_back(store: Store, catalog_id: str, *, session: str = "", curator: str = "") -> Verdict | Action | None:
    """Take back what a session did last; None if it has done nothing, or it is another curator's."""
    with store.writing() as connection:
        _take_turns(connection)
        last = _last_of(connection, catalog_id, session)
        if not isinstance(last, Action):
            return verdict_rows.undo(connection, catalog_id, session, curator, None)
        return _hide(connection, last, session, curator)


def take_back_action(
    store: Store, catalog_id: str, action: int, *, session: str = "", curator: str = ""
) -> Action | None:
    """Take back a chosen action of one's own; None if it is another curator's, or does not stand."""
    with store.writing() as connection:
        _take_turns(connection)
        mine = sa.and_(_actions.c.catalog_id == catalog_id, _actions.c.id == action, _actions.c.undone.is_(None))
        row = connection.execute(sa.select(_actions).where(mine)).mappings().first()
        return None if row is None else _hide(connection, as_action(row), session, curator)


def find_redo(store: Store, catalog_id: str, session: str) -> Verdict | Action | None:
    """What a session took back last and could do again; None once it has answered anew since."""
    with store.reading() as connection:
        return _taken_back_last(connection, catalog_id, session)


def redo_verdict(
    store: Store, catalog_id: str, verdict_id: int | None = None, *, session: str = "", curator: str = ""
) -> Verdict | Action | None:
    """Do again what a session took back last, or give a chosen verdict of one's own again.

    Returns:
        What it was, or None if there was none, it is another curator's, or an id of it names other goods since. Where
        somebody has judged a pair since, that later word stays in force.
    """
    with store.writing() as connection:
        _take_turns(connection)
        found: Verdict | Action | None
        if verdict_id is None:
            found = _taken_back_last(connection, catalog_id, session, lock=True)
        else:
            mine = sa.and_(_verdicts.c.catalog_id == catalog_id, _verdicts.c.id == verdict_id)
            query = sa.select(_verdicts).where(mine, _verdicts.c.undone.is_not(None), _verdicts.c.set_aside.is_(None))
            row = connection.execute(query.with_for_update()).mappings().first()
            found = None if row is None else as_verdict(row)
        return _show(connection, found, session, curator)


def redo_action(store: Store, catalog_id: str, action: int, *, session: str = "", curator: str = "") -> Action | None:
    """Do a chosen action of one's own again; None if it is another curator's, or stands."""
    with store.writing() as connection:
        _take_turns(connection)
        mine = sa.and_(_actions.c.catalog_id == catalog_id, _actions.c.id == action, _actions.c.undone.is_not(None))
        row = connection.execute(sa.select(_actions).where(mine)).mappings().first()
        found = _show(connection, None if row is None else as_action(row), session, curator)
        return found if isinstance(found, Action) else None


def list_last(
    store: Store, catalog_id: str, *, session: str, curator: str = "", count: int = MOST_LISTED
) -> list[tuple[Verdict | Action, bool]]:
    """What one did last, skips among it, the newest first, and whether each was taken back."""
    browser = session.partition(".")[0]
    found: list[tuple[Verdict | Action, bool]] = []
    with store.reading() as connection:
        for table, make in ((_verdicts, as_verdict), (_actions, as_action)):
            own = table.c.session.startswith(f"{browser}.", autoescape=True)
            own = sa.or_(own, table.c.curator == curator) if curator else own
            query = sa.select(table).where(table.c.catalog_id == catalog_id, own)
            if table is _verdicts:
                query = query.where(_verdicts.c.set_aside.is_(None), _verdicts.c.action.is_(None))
            rows = connection.execute(query.order_by(table.c.id.desc()).limit(count)).mappings()
            found += [(make(row), row["undone"] is not None) for row in rows]
    return sorted(found, key=lambda each: each[0].made, reverse=True)[:count]


def _last_of(connection: Connection, catalog_id: str, session: str) -> Verdict | Action | None:
    verdict = verdict_rows.last_of(connection, catalog_id, session)
    mine = sa.and_(_actions.c.catalog_id == catalog_id, _actions.c.session == session, _actions.c.undone.is_(None))
    row = connection.execute(sa.select(_actions).where(mine).order_by(_actions.c.id.desc()).limit(1)).mappings().first()
    if row is None or (verdict is not None and verdict.made > row["made"]):
        return verdict
    return as_action(row)


def _taken_back_last(
    connection: Connection, catalog_id: str, session: str, lock: bool = False
) -> Verdict | Action | None:
    """What a session took back last, unless it has done something else since."""
    since = max(_newest(connection, table, catalog_id, session) for table in (_verdicts, _actions))
    mine = sa.and_(_verdicts.c.catalog_id == catalog_id, _verdicts.c.session == session, _verdicts.c.undone >= since)
    query = sa.select(_verdicts).where(mine, _verdicts.c.set_aside.is_(None))
    query = query.order_by(_verdicts.c.undone.desc(), _verdicts.c.id).limit(1)
    verdict = connection.execute(query.with_for_update() if lock else query).mappings().first()
    mine = sa.and_(_actions.c.catalog_id == catalog_id, _actions.c.session == session, _actions.c.undone >= since)
    query = sa.select(_actions).where(mine).order_by(_actions.c.undone.desc(), _actions.c.id).limit(1)
    action = connection.execute(query).mappings().first()
    # Verdicts that were taken back with their action have its time: it comes first, and brings them back.
    if action is not None and (verdict is None or action["undone"] >= verdict["undone"]):
        return as_action(action)
    return None if verdict is None else as_verdict(verdict)


def _newest(connection: Connection, table: sa.Table, catalog_id: str, session: str) -> float:
    mine = sa.and_(table.c.catalog_id == catalog_id, table.c.session == session)
    return float(connection.scalar(sa.select(sa.func.max(table.c.made)).where(mine)) or 0.0)


def _hide(connection: Connection, action: Action, session: str, curator: str) -> Action | None:
    """Take back an action: its verdicts that stand get its own time, by which they are known again."""
    if not action.is_own(session, curator):
        return None
    now = time.time()
    standing = sa.and_(_verdicts.c.action == action.id, _verdicts.c.undone.is_(None))
    connection.execute(_verdicts.update().where(standing).values(undone=now))
    connection.execute(_actions.update().where(_actions.c.id == action.id).values(undone=now))
    main_rows.settle(connection, action.id)
    return action


def _show(
    connection: Connection, found: Verdict | Action | None, session: str, curator: str
) -> Verdict | Action | None:
    if found is None or not found.is_own(session, curator):
        return None
    again: dict[str, Any] = {"undone": None}
    if isinstance(found, Action):
        undone = sa.select(_actions.c.undone).where(_actions.c.id == found.id).scalar_subquery()
        hidden = sa.and_(_verdicts.c.action == found.id, _verdicts.c.undone == undone)
        connection.execute(_verdicts.update().where(hidden).values(again))
        connection.execute(_actions.update().where(_actions.c.id == found.id).values(again))
        main_rows.settle(connection, found.id)
    else:
        connection.execute(_verdicts.update().where(_verdicts.c.id == found.id).values(again))
    return found


def _take_turns(connection: Connection) -> None:
    """Let one at a time take back and do again."""
    if connection.dialect.name == "postgresql":  # SQLite's write transaction is a lock already
        connection.exec_driver_sql("LOCK TABLE actions IN SHARE ROW EXCLUSIVE MODE")
