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
# zipfile unpacks these a piece at a time; of any other it takes a whole piece at once, whatever that unpacks to.
_READ_IN_PIECES = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_METHODS = {1: "shrunk", 6: "imploded", 9: "Deflate64", 10: "DCL", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ",
            96: "JPEG", 97: "WavPack", 98: "PPMd", 99: "AES"}  # fmt: skip
# Before Unicode each system wrote names in its own code page; the reader takes every one for cp437.
_NAME_ENCODINGS = (
    "utf-8",
    "cp866",
    "gb18030",
    "cp932",
    "big5",
    "cp949",
    "cp1251",
    "cp1252",
    "cp850",
    "cp1250",
    "cp852",
)


def is_archive(path: Path) -> bool:
    """Tell a zip, and thus also .xlsx, by its first bytes."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def most_unpacked(path: Path, ratio: int) -> int:
    """Bytes that an archive may unpack to.

    Args:
        path: The archive.
        ratio: Unpacked to packed, of honest archives of its kind; small ones may pass it.
    """
    return max(RATIO_MATTERS, ratio * path.stat().st_size)


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
    elif unpacked > most_unpacked(path, MAX_RATIO):
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
        if member.is_dir() or kind not in (0, stat.S_IFREG) or parts[0] == "__MACOSX":
            continue
        if parts[-1].startswith((".", "~$")):
            continue  # what systems hide, and the locks that office programs leave beside an open file
        found[path] = member
    return found


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """Read one file out of a zip, counting its bytes whatever the zip declares.

    Raises:
        DataError: More than `limit` bytes, damaged, or packed by a method that could not be stopped at the limit.
    """
    method = _METHODS.get(member.compress_type, f"method {member.compress_type}")
    unreadable = f"The file is packed in a way that cannot be read here ({method}). Pack it again as an ordinary zip."
    if member.compress_type not in _READ_IN_PIECES:
        raise DataError(unreadable)
    try:
        with archive.open(member) as file:
            data = file.read(limit + 1)
    except NotImplementedError as error:  # zipfile's word for what it cannot unpack, such as strong encryption
        raise DataError(unreadable) from error
    except DAMAGED as error:
        raise DataError(f"The file is damaged inside the zip ({error}). Send it again.") from error
    if len(data) > limit:
        raise DataError(f"The file has more than {limit // 1_000_000} MB. Save it smaller.")
    return data


def spellings(member: zipfile.ZipInfo) -> list[str]:
    """The paths that a member's name can be meant to be: a zip made long ago or on a Mac does not say its encoding."""
    name = member.filename.replace("\\", "/")
    if member.flag_bits & 0x800 or name.isascii():
        return [name]
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return [name]
    found = [name]
    for encoding in _NAME_ENCODINGS:
        try:
            found.append(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    return list(dict.fromkeys(found))
