"""Read the sheets of a workbook without letting two far-apart cells fill the memory."""

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

import python_calamine

from matcher.errors import DataError
from matcher.ingest.archive import DAMAGED, is_archive, open_archive
from matcher.ingest.cells import value_text
from matcher.ingest.columns.column_names import count_known
from matcher.ingest.issues import Problem, shortened
from matcher.ingest.read_options import Sheet

MAX_CELLS = 20_000_000  # the reader lays a sheet out as a rectangle; this one takes about 600 MB
MAX_SHEET_BYTES = 1_000_000_000  # unpacked XML, read as a stream; a full sheet of 20 million cells is about this long
MAX_SHEETS = 250
_LETTERS = re.compile("[A-Z]{1,3}")
_HEADING_ROWS = 10
_SHEET = re.compile(r"sheets/[^/]*\.xml$", re.IGNORECASE)
_STRINGS = re.compile(r"sharedStrings\.xml$", re.IGNORECASE)


@dataclass(frozen=True)
class WorkbookRows:
    """The rows that were read of a workbook.

    Attributes:
        rows: From row 1 of the first sheet that is read; those of the next one of the same shape follow.
        taken: The sheets that were read; the first one is what `ReadOptions.sheet` names.
        sheets: All sheets that have cells.
        problems: Which sheets were left out, and how rows of later sheets are numbered.
    """

    rows: list[list[object]]
    taken: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    problems: tuple[Problem, ...]


def read_workbook(path: Path, asked: str | None = None) -> WorkbookRows:
    """Read the sheet that holds the listings, and those that go on in the same shape.

    Args:
        path: The workbook.
        asked: Name of the sheet to read, hidden or not; None for the visible one whose first rows look most like the
            names of columns, and all visible ones of the same columns.

    Raises:
        DataError: Not a workbook, damaged, empty, no such sheet, or a sheet of more than MAX_CELLS cells.
    """
    if is_archive(path):
        _check_area(path)
    try:
        with python_calamine.load_workbook(path) as workbook:
            found = _filled_sheets(workbook)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise DataError(f"{path.name} cannot be read as Excel ({shortened(str(error))}). Save it anew.") from error
    if not found:
        raise DataError(f"{path.name} has no cells. Choose a workbook with a header row and at least one listing.")
    sheets = tuple(sheet for sheet, _ in found)
    names = ", ".join(shortened(sheet.name) for sheet in sheets)
    if asked is not None:
        chosen = [(sheet, rows) for sheet, rows in found if sheet.name == asked]
        if not chosen:
            raise DataError(f"{path.name} has no sheet {shortened(asked)!r} with cells. Choose from: {names}.")
    else:
        visible = [(sheet, rows) for sheet, rows in found if not sheet.hidden]
        if not visible:
            raise DataError(
                f"{path.name} has cells in hidden sheets only ({names}). Choose one, or show it in the file."
            )
        best = max(visible, key=lambda each: (_known_names(each[1]), _is_table(each[1]), len(each[1])))
        chosen = [best, *(each for each in visible if each is not best and _names(each[1]) == _names(best[1]))]
    read = {sheet.name for sheet, _ in chosen}
    left_out = [_left_out(sheet) for sheet in sheets if sheet.name not in read]
    rows, problems = _joined(chosen)
    return WorkbookRows(rows, tuple(sheet.name for sheet, _ in chosen), sheets, (*left_out, *problems))


def _filled_sheets(workbook: Any) -> list[tuple[Sheet, list[list[object]]]]:
    found = []
    for meta in workbook.sheets_metadata[:MAX_SHEETS]:
        if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        rows = workbook.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
        if any(cell != "" for row in rows for cell in row):
            hidden = meta.visible != python_calamine.SheetVisibleEnum.Visible
            found.append((Sheet(meta.name, len(rows) - _header(rows) - 1, hidden), [list(row) for row in rows]))
    return found


def _header(rows: Sequence[Sequence[object]]) -> int:
    """Place of the first row with more than one cell, which holds the names; the first row where there is none."""
    is_wide = (sum(value_text(cell) != "" for cell in row) > 1 or len(row) == 1 for row in rows)
    return next((place for place, wide in enumerate(is_wide) if wide), 0)


def _known_names(rows: Sequence[Sequence[object]]) -> int:
    """How many known names stand in the likeliest header of a sheet."""
    return max((count_known([value_text(cell) for cell in row]) for row in rows[:_HEADING_ROWS]), default=0)


def _is_table(rows: Sequence[Sequence[object]]) -> bool:
    """Whether a sheet has rows of several cells, as a cover page has not."""
    return sum(sum(value_text(cell) != "" for cell in row) > 1 for row in rows[: 2 * _HEADING_ROWS]) > 1


def _names(rows: Sequence[Sequence[object]]) -> tuple[str, ...]:
    """The first row with more than one cell: sheets of one shape agree in it."""
    for row in rows[:_HEADING_ROWS]:
        cells = [value_text(cell).strip().casefold() for cell in row]
        if sum(map(bool, cells)) > 1 or len(cells) == 1:
            return tuple(cells)
    return ()


def _joined(chosen: Sequence[tuple[Sheet, list[list[object]]]]) -> tuple[list[list[object]], list[Problem]]:
    rows = chosen[0][1]
    problems = []
    for sheet, more in chosen[1:]:
        header, start = _header(more), len(rows) + 1
        found = f"Sheet {shortened(sheet.name)} has the same columns: its {sheet.rows:,} rows are read too."
        advice = f"Its row {header + 2} is row {start} here. Choose one sheet to leave the others out."
        problems.append(Problem(1, "", "", found, advice))
        rows = rows + more[header + 1 :]
    return rows, problems


def _left_out(sheet: Sheet) -> Problem:
    hidden = "hidden, " if sheet.hidden else ""
    found = f"Sheet {shortened(sheet.name)} ({hidden}{sheet.rows:,} rows) is not read."
    return Problem(1, "", "", found, "Choose it if the listings are there.")


def _check_area(path: Path) -> None:
    """Measure each sheet's rectangle in a stream: a cell at XFD1048576 alone spans 17 billion cells."""
    with open_archive(path) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > MAX_SHEET_BYTES:
            raise DataError(f"{path.name} unpacks to more than {MAX_SHEET_BYTES // 1_000_000} MB. Save it as CSV.")
        for member in members:
            measure = _measure if _SHEET.search(member.filename) else None
            measure = _measure_strings if _STRINGS.search(member.filename) else measure
            measure = _measure_open_document if member.filename == "content.xml" else measure
            if measure is None:
                continue
            try:
                height, width = measure(archive, member)
            except (expat.ExpatError, *DAMAGED) as error:
                raise DataError(f"{path.name} has a damaged sheet ({shortened(str(error))}). Save it anew.") from error
            if height * width > MAX_CELLS:
                raise DataError(
                    f"{path.name} has a sheet of {height:,} rows x {width:,} columns; at most {MAX_CELLS:,} cells are "
                    "read. Delete stray cells far right or far below, or save it as CSV."
                )


def _parse(archive: zipfile.ZipFile, member: zipfile.ZipInfo, start: Any, end: Any = None) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    with archive.open(member) as file:
        parser.ParseFile(file)


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

    _parse(archive, member, start)
    return height, width


def _measure_strings(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[int, int]:
    """Refuse a list of strings that says it is longer than its file: readers make room for what it says."""

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sst":
            for said in (attributes.get("count", "0"), attributes.get("uniqueCount", "0")):
                if not said.isdecimal() or int(said[:20]) > max(member.file_size, MAX_CELLS):
                    raise ValueError(f"{said[:20]} strings in {member.file_size:,} bytes")

    _parse(archive, member, start)
    return 1, 1


def _measure_open_document(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[int, int]:
    """Count repeated rows and cells, of which only the last empty ones do no harm."""
    height = width = row = column = repeated = 0
    is_filled = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, repeated, is_filled, width
        kind = tag.rpartition(":")[2]
        if kind == "table":
            row = 0
        elif kind == "table-row":
            repeated, column, is_filled = _count(attributes, "table:number-rows-repeated"), 0, False
        elif kind in ("table-cell", "covered-table-cell"):
            column += _count(attributes, "table:number-columns-repeated")
            if any(name.startswith(("office:", "calcext:")) for name in attributes):
                is_filled = True
                width = max(width, column)

    def end(tag: str) -> None:
        nonlocal row, height
        if tag.rpartition(":")[2] == "table-row":
            row += repeated
            if is_filled:
                height = max(height, row)

    _parse(archive, member, start, end)
    return max(height, 1), max(width, 1)


def _count(attributes: dict[str, str], name: str) -> int:
    said = attributes.get(name, "1")
    if not said.isdecimal() or len(said) > 9:
        raise ValueError(f"{said[:20]} repeats")
    return int(said)
