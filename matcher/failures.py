"""What fails on a machine, in plain words: a full disk, too little memory, files that are gone or damaged.

Only what somebody at the machine can put right is explained here. Anything else that is raised is a defect, and stays
what it is.
"""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matcher.errors import StorageError

DISK_FULL = "The disk is full. Make room on it and do this again; what was saved before is kept."
NO_MEMORY = (
    "There is not enough memory for this. Close other programs, or take a smaller catalog or encoder; "
    "what was saved before is kept."
)
_BY_NUMBER = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: "The disk space allowed to this user is used up. Make room and do this again.",
    errno.ENOMEM: NO_MEMORY,
    errno.EMFILE: "Too many files are open at once. Allow more (ulimit -n 4096), or restart the program.",
    errno.ENFILE: "Too many files are open on this machine. Close other programs and do this again.",
    errno.EIO: "The disk does not answer. See that it is full or failing, and do this again.",
    errno.EROFS: "The disk can only be read. Choose a workspace on one that can be written.",
    errno.EFBIG: "A file would be larger than this disk allows. Choose a workspace on another disk.",
    errno.ESTALE: "The disk of the workspace is no longer connected. Connect it again and restart the program.",
}
_NO_MEMORY_SAID = ("can't allocate memory", "Cannot allocate memory", "not enough memory", "std::bad_alloc")
_DAMAGE = (ValueError, LookupError, TypeError, ArithmeticError, EOFError, RecursionError, NotImplementedError)
_PROGRAM = (Path(__file__).resolve().parents[1] / "matcher", Path(sys.prefix).resolve())


def explain_failure(error: BaseException) -> StorageError | None:
    """What failed and what to do, where it was the machine; None for anything else, which is a defect."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return StorageError(NO_MEMORY)
    if isinstance(error, RuntimeError) and any(words in str(error) for words in _NO_MEMORY_SAID):  # compiled libraries
        return StorageError(NO_MEMORY)
    if not isinstance(error, OSError):
        return None
    if error.errno in _BY_NUMBER:
        return StorageError(_BY_NUMBER[error.errno])
    file = _file_of(error)
    if file is None or any(place in file.resolve().parents for place in _PROGRAM):
        return None
    if isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return StorageError(f"{file.name} is gone. Put it back, or make it anew where it came from.")
    if isinstance(error, PermissionError):
        return StorageError(f"{file.name} may not be opened by this user. Check its rights.")
    return None


@contextmanager
def reading(file: Path, advice: str) -> Iterator[None]:
    """Say that a file of the workspace is damaged, where reading it fails as only a damaged one makes it fail.

    Args:
        file: What is read inside, and nothing but that: whatever is wrong there is put down to the file.
        advice: How to have it anew.

    Raises:
        StorageError: It is damaged. A file that is not there, a full disk and the like are raised as they are.
    """
    try:
        yield
    except (FileNotFoundError, MemoryError):
        raise
    except Exception as error:
        foreign = isinstance(error, OSError) and error.errno is None  # Parquet's reader on bytes that are none of its
        if not (foreign or isinstance(error, _DAMAGE) or type(error).__module__.startswith("pyarrow")):
            raise
        raise StorageError(f"{file.parent.name}/{file.name} in the workspace is damaged. {advice}") from error


def _file_of(error: OSError) -> Path | None:
    name = error.filename
    if isinstance(name, bytes):
        name = name.decode(errors="replace")
    return Path(name) if isinstance(name, str) and name else None
