"""Read an Excel sheet without letting two far-apart cells fill the memory."""

import re
import zipfile
from pathlib import Path
from xml.parsers import expat

import python_calamine

from matcher.errors import DataError
from matcher.ingest.archive import DAMAGED, is_archive, open_archive
from matcher.ingest.issues import shortened

MAX_CELLS = 20_000_000  # the reader lays a sheet out as a rectangle; this one takes about 600 MB
MAX_SHEET_BYTES = 1_000_000_000  # unpacked XML, read as a stream; a full sheet of 20 million cells is about this long
_LETTERS = re.compile("[A-Z]{1,3}")


def read_sheet(path: Path) -> tuple[str, list[list[object]]]:
    """Read the first sheet of a workbook that has cells.

    Returns:
        The sheet's name, and its rows from row 1 on, all of one length; empty cells are "".

    Raises:
        DataError: Not a workbook, damaged, empty, or a sheet of more than MAX_CELLS cells.
    """
    if is_archive(path):
        _check_area(path)
    try:
        with python_calamine.load_workbook(path) as workbook:
            for name in workbook.sheet_names:
                rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
                if rows:
                    return name, [list(row) for row in rows]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise DataError(f"{path.name} cannot be read as Excel ({shortened(str(error))}). Save it anew.") from error
    raise DataError(f"{path.name} has no cells. Choose a workbook with a header row and at least one listing.")


def _check_area(path: Path) -> None:
    """Measure each sheet's rectangle in a stream: a cell at XFD1048576 alone spans 17 billion cells."""
    with open_archive(path) as archive:
        sheets = [m for m in archive.infolist() if re.search(r"sheets/[^/]*\.xml$", m.filename, re.IGNORECASE)]
        if sum(member.file_size for member in archive.infolist()) > MAX_SHEET_BYTES:
            raise DataError(f"{path.name} unpacks to more than {MAX_SHEET_BYTES // 1_000_000} MB. Save it as CSV.")
        for member in sheets:
            try:
                height, width = _measure(archive, member)
            except (expat.ExpatError, *DAMAGED) as error:
                raise DataError(f"{path.name} has a damaged sheet ({shortened(str(error))}). Save it anew.") from error
            if height * width > MAX_CELLS:
                raise DataError(
                    f"{path.name} has a sheet of {height:,} rows x {width:,} columns; at most {MAX_CELLS:,} cells are "
                    "read. Delete stray cells far right or far below, or save it as CSV."
                )


def _measure(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[int, int]:
    height = width = 1

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal height, width
        place = attributes.get("r", "").upper()
        if not place or tag.rpartition(":")[2] not in ("c", "row"):
            return
        letters = _LETTERS.match(place)
        digits = place[letters.end() :] if letters else place
        if not digits.isdecimal() or len(digits) > 9:
            raise ValueError(f"a cell at {place[:20]}")
        height = max(height, int(digits))
        column = 0
        for letter in letters.group() if letters else "":
            column = column * 26 + ord(letter) - ord("A") + 1
        width = max(width, column)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    with archive.open(member) as file:
        parser.ParseFile(file)
    return height, width
