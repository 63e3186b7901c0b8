"""Files that are whole as soon as they have their name."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from matcher.errors import DataError

PART = ".part"  # ends the name of a file that is being written
_NAMED_BEFORE = ".????????"  # what version 0.1.0 called such a file
_LEGIBLE = 40  # characters of the final name that stand in the temporary one; the two together fit any file system


@contextmanager
def atomic(path: Path, *, durable: bool = True) -> Iterator[IO[bytes]]:
    """Write a file that takes its name only when it is complete; who may read it is said by the umask.

    Args:
        path: The name; a file that has it already is replaced at once, and a device or pipe is written into.
        durable: Whether it has to outlive a power cut as well. Waiting for the disk takes some milliseconds: too long
            for each of a hundred thousand photos.

    Raises:
        DataError: It cannot be written, as on a full disk.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            with path.open("wb") as device:
                yield device
            return
        with _open_unfinished(path) as file:
            try:
                yield file
                file.flush()
                if durable:
                    os.fsync(file.fileno())  # else a power cut could leave the name with nothing behind it
                os.replace(file.name, path)
            except BaseException:
                os.unlink(file.name)
                raise
        if durable:
            _flush_names(path.parent)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}. Make room or check the rights.") from error


def _open_unfinished(path: Path) -> IO[bytes]:
    """A new file beside the one it is to become."""
    while True:
        name = path.parent / f".{path.name[:_LEGIBLE]}-{secrets.token_hex(4)}{PART}"
        with suppress(FileExistsError):
            return open(name, "x+b")  # whoever asked for it closes it


def remove_unfinished(folder: Path, name: str = "") -> None:
    """Remove what a killed process left half written in a folder where nobody writes now.

    Args:
        folder: Files right in it are looked at; nothing happens if there is none.
        name: How the files' final names start; "" for all.
    """
    unfinished = [*folder.glob(f".{name}*{PART}"), *folder.glob(f"{_NAMED_BEFORE}{PART}")]
    for file in unfinished:
        file.unlink(missing_ok=True)


def _flush_names(folder: Path) -> None:
    """Wait until the disk knows the names in a folder: a row that points at a file must not outlive the file's name."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # file systems that keep no names to flush
            raise
    finally:
        os.close(opened)
