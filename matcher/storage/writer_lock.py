"""One writer for each catalog at a time, whether a page's job or a terminal started it.

The kernel drops the lock with the process that holds it, however that dies: a lock that is held has a living holder.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from matcher.errors import DataError
from matcher.progress import Progress, Report, silent

LOCK = ".lock"
PATIENCE = 10.0  # seconds; a second writer waits so long unless it was told otherwise
LOOK_EVERY = 0.1  # seconds
WAITING = "Waiting for another run on this catalog"


@contextmanager
def writer_lock(folder: Path, report: Report = silent, patience: float | None = None) -> Iterator[None]:
    """Hold the lock of a catalog; who holds it already in this thread may take it again.

    Args:
        folder: The catalog's; made if it is not there.
        report: Told while another one has the lock; may raise Cancelled.
        patience: Seconds to wait for it, infinite where that does no harm; None for PATIENCE.

    Raises:
        DataError: Another process kept it for so long, or the folder cannot be written.
    """
    deadline = time.monotonic() + (PATIENCE if patience is None else patience)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, is_singleton=True)
        while True:
            try:
                lock.acquire(timeout=LOOK_EVERY)
                break
            except Timeout as error:
                if time.monotonic() > deadline:
                    raise DataError(
                        f"Another import or encoding of the catalog {folder.name} is running. Wait until it has ended, "
                        "or cancel it, and try again; nothing was changed."
                    ) from error
                report(Progress(WAITING, 0, 0))
    except OSError as error:
        raise DataError(f"{folder} cannot be written: {error.strerror}. Check its rights.") from error
    try:
        yield
    finally:
        lock.release()
