"""Answers that were taken back, and the way to them again; also the last ones that somebody gave.

Taking back hides the row of an answer and deletes none, so doing it again is showing that row.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from matcher.storage.database import Store
from matcher.storage.records import Verdict
from matcher.storage.schema import verdicts as _verdicts
from matcher.storage.verdict_rows import as_verdict

MOST_LISTED = 10


def find_redo(store: Store, catalog_id: str, session: str) -> Verdict | None:
    """The answer that a session took back last and could give again; None once it has answered anew since."""
    with store.reading() as connection:
        found = _taken_back_last(connection, catalog_id, session)
        return None if found is None else as_verdict(found)


def redo_verdict(
    store: Store, catalog_id: str, verdict_id: int | None = None, *, session: str = "", curator: str = ""
) -> Verdict | None:
    """Give the answer again that a session took back last, or a chosen one of one's own.

    Returns:
        The answer, or None if there was none, or it is another curator's. Where somebody has judged the pair since,
        that later word stays in force.
    """
    with store.writing() as connection:
        if verdict_id is None:
            found = _taken_back_last(connection, catalog_id, session, lock=True)
        else:
            mine = sa.and_(_verdicts.c.catalog_id == catalog_id, _verdicts.c.id == verdict_id)
            query = sa.select(_verdicts).where(mine, _verdicts.c.undone.is_not(None))
            found = connection.execute(query.with_for_update()).mappings().first()
        if found is None or not as_verdict(found).is_own(session, curator):
            return None
        connection.execute(_verdicts.update().where(_verdicts.c.id == found["id"]).values(undone=None))
        return as_verdict(found)


def list_last(
    store: Store, catalog_id: str, *, session: str, curator: str = "", count: int = MOST_LISTED
) -> list[tuple[Verdict, bool]]:
    """One's own last answers, skips among them, the newest first, and whether each was taken back."""
    browser = session.partition(".")[0]
    own = _verdicts.c.session.startswith(f"{browser}.", autoescape=True)
    if curator:
        own = sa.or_(own, _verdicts.c.curator == curator)
    query = sa.select(_verdicts).where(_verdicts.c.catalog_id == catalog_id, own, _verdicts.c.set_aside.is_(None))
    with store.reading() as connection:
        rows = connection.execute(query.order_by(_verdicts.c.id.desc()).limit(count)).mappings()
        return [(as_verdict(row), row["undone"] is not None) for row in rows]


def _taken_back_last(connection: Connection, catalog_id: str, session: str, lock: bool = False) -> sa.RowMapping | None:
    """The row that a session took back last, unless it has given another answer since."""
    mine = sa.and_(_verdicts.c.catalog_id == catalog_id, _verdicts.c.session == session)
    newest = sa.select(sa.func.max(_verdicts.c.made)).where(mine).scalar_subquery()
    query = sa.select(_verdicts).where(mine, _verdicts.c.set_aside.is_(None), _verdicts.c.undone >= newest)
    query = query.order_by(_verdicts.c.undone.desc(), _verdicts.c.id).limit(1)
    return connection.execute(query.with_for_update() if lock else query).mappings().first()
