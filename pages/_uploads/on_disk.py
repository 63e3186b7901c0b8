"""Uploads on disk: Streamlit keeps every uploaded file in memory, twice, for as long as its page is open.

Here a larger one is written to the workspace's folder as soon as it has arrived, and the memory is free again; it goes
from there to whoever reads it. While Streamlit receives a file it has it on disk, and in memory once, whole, for the
moment between its last byte and the writing here. Measured with a file of 279 MB: a server of 219 MB has 500 MB for
that moment and 221 MB after it; with Streamlit's own manager it stays at 497 MB.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from streamlit.runtime import memory_uploaded_file_manager
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

SMALL = 4_000_000  # bytes; a file up to it stays in memory, as Streamlit keeps it
LEFT_SECONDS = 86_400  # what a killed server has left behind is cleared away after a day
_FOLDER = "received"


class OnDisk(bytes):
    """Stands for the bytes of a file that is on disk: it is empty, and only its length is that of the file."""

    path: Path
    size: int

    @staticmethod
    def holding(path: Path, size: int) -> "OnDisk":
        """Stand for a file."""
        data = OnDisk()
        data.path, data.size = path, size
        return data

    def __len__(self) -> int:
        return self.size


class UploadsOnDisk(MemoryUploadedFileManager):
    """Streamlit's manager, with the bytes of larger files in a folder."""

    folder = Path(tempfile.gettempdir())

    def add_file(self, session_id: str, file: UploadedFileRec) -> None:
        """Keep a file that has arrived; from any thread."""
        if len(file.data) > SMALL:
            handle, path = tempfile.mkstemp(dir=self.folder)
            try:
                with os.fdopen(handle, "wb") as kept:
                    kept.write(file.data)
            except OSError:  # a disk that is full stays so while half a file lies there
                Path(path).unlink(missing_ok=True)
                raise
            file = file._replace(data=OnDisk.holding(Path(path), len(file.data)))
        before = self.get_files(session_id, [file.file_id])
        super().add_file(session_id, file)
        _remove(before)

    def remove_file(self, session_id: str, file_id: str) -> None:
        """Forget a file."""
        before = self.get_files(session_id, [file_id])
        super().remove_file(session_id, file_id)
        _remove(before)

    def remove_session_files(self, session_id: str) -> None:
        """Forget all files of a visit that has ended."""
        before = list(self.file_storage.get(session_id, {}).values())
        super().remove_session_files(session_id)
        _remove(before)


def keep_uploads_in(workspace: Path) -> None:
    """Make the server keep uploads in the workspace's folder; before the server is made."""
    folder = workspace / _FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return  # the pages say that the workspace cannot be written
    for left in folder.iterdir():
        if left.stat().st_mtime < time.time() - LEFT_SECONDS:
            left.unlink(missing_ok=True)
    UploadsOnDisk.folder = folder
    memory_uploaded_file_manager.MemoryUploadedFileManager = UploadsOnDisk  # type: ignore[misc]


def move_upload(upload: UploadedFile, to: Path) -> None:
    """Bring an upload to a place of its own, whole or not at all; what the server kept of it is free then.

    Raises:
        FileNotFoundError: It was moved before.
    """
    part = to.with_name(f"{to.name}.part")
    data = _record_of(upload)
    if isinstance(data, OnDisk):
        shutil.move(data.path, part)
    else:
        part.write_bytes(upload.getbuffer())
    part.replace(to)


def copy_upload(upload: UploadedFile, to: Path) -> None:
    """Write an upload that was not moved to a place of its own; it can be read again."""
    data = _record_of(upload)
    if isinstance(data, OnDisk):
        shutil.copyfile(data.path, to)
    else:
        to.write_bytes(upload.getbuffer())


def read_upload(upload: UploadedFile) -> bytes:
    """The bytes of an upload that was not moved."""
    data = _record_of(upload)
    return data.path.read_bytes() if isinstance(data, OnDisk) else upload.getvalue()


def _record_of(upload: UploadedFile) -> bytes | None:
    """What the server keeps of an upload; None where it has let it go."""
    context = get_script_run_ctx()
    found = context.uploaded_file_mgr.get_files(context.session_id, [upload.file_id]) if context else []
    return found[0].data if found else None


def _remove(files: Sequence[UploadedFileRec]) -> None:
    for file in files:
        if isinstance(file.data, OnDisk):
            file.data.path.unlink(missing_ok=True)
