"""What a database driver raises, in plain words, without its SQL.

Drivers name their errors as PEP 249 does, SQLite numbers them (https://sqlite.org/rescode.html), and PostgreSQL has a
code of five signs (https://www.postgresql.org/docs/current/errcodes-appendix.html).
"""

import shutil
import sqlite3
from pathlib import Path

from matcher.errors import DataError, MatcherError, StorageError
from matcher.failures import DISK_FULL, NO_MEMORY

LITTLE_ROOM = 1_000_000  # bytes; SQLite calls a disk with less "disk I/O error" when it cannot lay out its log

_GONE = "The database of the workspace is gone. Put its file back, or restart the program to begin a new one."
_DAMAGED = "The database of the workspace is damaged. Put back a copy of it, or choose another workspace."
_BUSY = "Another program kept the database of the workspace busy for too long. Do this again."
_READ_ONLY = "The database of the workspace cannot be written. Check the rights of its file and its folder."
_NO_ANSWER = "The disk of the workspace does not answer. See that it is full or failing, and do this again."
_BY_SQLITE = {
    sqlite3.SQLITE_FULL: DISK_FULL,
    sqlite3.SQLITE_CANTOPEN: _GONE,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_PROTOCOL: _BUSY,
    sqlite3.SQLITE_NOMEM: NO_MEMORY,
}
_SERVER_STOPPED = "The database server does not answer. Start it, or wait for it, and do this again."
_BY_STATE = {
    "53100": "The disk of the database server is full. Make room on it and do this again.",
    "53200": "The database server has too little memory. Do this again later.",
    "53300": "The database server has too many visitors. Do this again later.",
    "25006": "The database can only be read. Name another one in MATCHER_DATABASE_URL.",
    "42501": "The database does not let this user do that. Give it the right, or name another user.",
    "42P01": "Tables of the database are gone. Put back a copy, or restart the program to begin anew.",
    "XX001": "The database is damaged. Put back a copy of it.",
    "XX002": "The database is damaged. Put back a copy of it.",
}
_TOO_LONG = "A name or an id is too long for the database. Shorten it to at most 1,000 characters."
_UNFIT = "A name or an id holds a character that the database cannot keep. Take it out: it is none that shows."


def explain_database(error: BaseException, file: Path | None) -> MatcherError | None:
    """What failed and what to do; None for anything else, as a violated rule or a wrong statement.

    Args:
        error: As the driver raised it.
        file: SQLite's; None for a server.
    """
    if isinstance(error, UnicodeEncodeError):  # half a character, from a file name that is not UTF-8
        return DataError(_UNFIT)
    if isinstance(error, sqlite3.Error):
        return _explain_sqlite(error, file)
    state = str(getattr(error, "sqlstate", None) or "")
    if state in _BY_STATE:
        return StorageError(_BY_STATE[state])
    if state == "54000":
        return DataError(_TOO_LONG)
    names = {kind.__name__ for kind in type(error).__mro__}
    if "DataError" in names and (not state or state in ("22021", "22P05")):  # NUL, which PostgreSQL keeps in no text
        return DataError(_UNFIT)
    if state.startswith(("08", "57P")) or (not state and names & {"OperationalError", "InterfaceError"}):
        return StorageError(_SERVER_STOPPED)
    return None


def _explain_sqlite(error: sqlite3.Error, file: Path | None) -> MatcherError | None:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF  # the low byte: others tell more of the same
    if code == sqlite3.SQLITE_IOERR:
        return StorageError(DISK_FULL if file is None or _is_full(file.parent) else _NO_ANSWER)
    if code == sqlite3.SQLITE_TOOBIG:
        return DataError(_TOO_LONG)
    if code == sqlite3.SQLITE_ERROR and "no such table" in str(error):  # the file was taken away, and made anew, empty
        return StorageError(_GONE)
    return StorageError(_BY_SQLITE[code]) if code in _BY_SQLITE else None


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < LITTLE_ROOM
    except OSError:
        return False
