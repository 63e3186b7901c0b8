"""Name files for what they are by their first bytes, whatever their names say."""

import zipfile
from pathlib import Path

from matcher.errors import DataError
from matcher.ingest.archive import DAMAGED, is_archive

_UNREADABLE = (
    ((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"), "is packed. Unpack it"),
    ((b"7z\xbc\xaf", b"Rar!"), "is an archive of another kind than zip. Unpack it, or pack it as zip"),
    ((b"SQLite format 3",), "is a database. Save its table as CSV"),
    ((b"%PDF",), "is a PDF document. Save the table it was made from as CSV or .xlsx"),
    ((b"{\\rtf",), "is a text document. Open it and save its table as CSV or .xlsx"),
    ((b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM\x00", b"RIFF"), "is a picture. Give it with a table that names it"),
    ((b"Obj\x01", b"ORC", b"\x89HDF", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"<stata_dta>"),
     "is the data file of another program. Save it as CSV or Parquet"),
    ((b"<?xml", b"<rss", b"<feed"), "is XML. Save it as CSV or .xlsx"),
    ((b"<",), "is a web page. Open it and save it as CSV or .xlsx"),
)  # fmt: skip
_PARTS = (
    ("word/document.xml", "a Word document"), ("ppt/presentation.xml", "a presentation"),
    ("Index/Document.iwa", "a Numbers document"), ("META-INF/container.xml", "an e-book"),
    ("META-INF/MANIFEST.MF", "a program"),
)  # fmt: skip


def refuse_others(name: str, start: bytes) -> None:
    """Refuse what is known to be no table.

    Args:
        name: Of the file, for the message.
        start: Its first bytes.

    Raises:
        DataError: It is something else, which the message names.
    """
    bare = start.lstrip(b"\xef\xbb\xbf \r\n\t")
    for magics, what in _UNREADABLE:
        if start.startswith(magics) or (bare.startswith(magics) and bare[:1] in b"<{%"):
            raise DataError(f"{name} {what}.")


def is_workbook(path: Path) -> bool:
    """Tell a workbook, of Excel or in the open format, from another zip.

    Raises:
        DataError: It is a document of another kind.
    """
    if not is_archive(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except DAMAGED:
        return False  # opening it says so
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return True
    if "content.xml" in names and "mimetype" in names:
        return True
    for part, what in _PARTS:
        if part in names:
            raise DataError(f"{path.name} is {what}. Save its table as CSV or .xlsx.")
    return "[Content_Types].xml" in names


def is_open_document(path: Path) -> bool:
    """Whether a zip is an OpenDocument file, as LibreOffice writes them."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "content.xml" in archive.namelist()
    except DAMAGED:
        return False
