"""Look into a zip that a stranger sent without ever unpacking it to disk."""

import stat
import zipfile
import zlib
from pathlib import Path

from matcher.errors import DataError

MAX_MEMBERS = 200_000  # a photo each for the largest catalogs that are searched exactly, and their folders
MAX_UNPACKED = 20_000_000_000  # bytes; 34,250 photos of the paper's catalog take 2 GB. Members are read one at a time
MAX_RATIO = 200  # unpacked to packed over the whole archive; tables reach 20, photos 1, bombs thousands
RATIO_MATTERS = 100_000_000  # bytes unpacked; below it any ratio is harmless

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)
"""What zipfile raises on damaged, encrypted and exotically packed members."""


def is_archive(path: Path) -> bool:
    """Tell a zip, and thus also .xlsx, by its first bytes."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def is_workbook(path: Path) -> bool:
    """Tell an Excel workbook from another zip."""
    if not is_archive(path):
        return False
    with open_archive(path) as archive:
        return "[Content_Types].xml" in archive.namelist()


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open a zip after checking what it says of itself; `read_member` checks that it told the truth.

    Raises:
        DataError: Damaged, encrypted, too many members, or too much in them.
    """
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGED as error:
        raise DataError(f"{path.name} is damaged or cut short ({error}). Make the zip again.") from error
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    complaint = ""
    if len(members) > MAX_MEMBERS:
        complaint = f"holds {len(members):,} files; at most {MAX_MEMBERS:,} are read"
    elif unpacked > MAX_UNPACKED:
        complaint = f"unpacks to {unpacked / 1e9:,.1f} GB; at most {MAX_UNPACKED / 1e9:,.0f} GB are read"
    elif unpacked > max(RATIO_MATTERS, MAX_RATIO * path.stat().st_size):
        complaint = f"unpacks to {unpacked / path.stat().st_size:,.0f} times its size; photos and tables never do"
    elif any(member.flag_bits & 1 for member in members):
        complaint = "is protected by a password; make it without"
    if complaint:
        archive.close()
        raise DataError(f"{path.name} {complaint}. Split it, or give the table and a folder of photos.")
    return archive


def files(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Find the regular files by path, without folders, links, hidden files, paths out of the zip and macOS's extras."""
    found = {}
    for member in archive.infolist():
        path = member.filename.replace("\\", "/")
        parts = path.split("/")
        if path.startswith("/") or ".." in parts:
            continue  # a path out of the zip: nobody packs one by accident
        kind = stat.S_IFMT(member.external_attr >> 16)
        if member.is_dir() or kind not in (0, stat.S_IFREG) or parts[0] == "__MACOSX" or parts[-1].startswith("."):
            continue
        found[path] = member
    return found


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """Read one file out of a zip, counting its bytes whatever the zip declares.

    Raises:
        DataError: More than `limit` bytes, or damaged.
    """
    try:
        with archive.open(member) as file:
            data = file.read(limit + 1)
    except DAMAGED as error:
        raise DataError(f"The file is damaged inside the zip ({error}). Send it again.") from error
    if len(data) > limit:
        raise DataError(f"The file has more than {limit // 1_000_000} MB. Save it smaller.")
    return data
