"""Read a table that a stranger sent, CSV, TSV, Parquet or Excel, as text, within bounds, saying what was odd."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import pandas as pd

from matcher.errors import DataError
from matcher.ingest.archive import is_archive, is_workbook
from matcher.ingest.csv_reader import read_delimited
from matcher.ingest.excel_reader import read_sheet
from matcher.ingest.issues import SHOWN, Problem, shortened
from matcher.ingest.parquet_reader import read_parquet
from matcher.text import plain, unguard_formulas

MAX_TABLE_BYTES = 512_000_000  # as a file, and characters in all; the paper's 34,250 listings take 5 MB
MAX_ROWS = 1_000_000  # a spreadsheet's own limit
MAX_COLUMNS = 200  # the widest shop exports have about 120
MAX_CELL = 10_000  # characters kept of any cell; only descriptions come near, and no encoder reads that far
_HEADING_ROWS = 10  # looked at to tell a heading ("Export of 12 May", "sep=;") from the column names
# What export.py puts before a cell that a spreadsheet would take for a formula; taken off again here.


@dataclass(frozen=True)
class Table:
    """A table as text.

    Attributes:
        frame: All cells str, "" where empty; the index holds row numbers as a spreadsheet shows them.
        note: How it was read: "CSV, semicolon, CP1252".
        problems: What was odd about rows, columns and cells.
    """

    frame: pd.DataFrame
    note: str
    problems: tuple[Problem, ...] = ()


def read_table(path: Path) -> Table:
    """Read a table, knowing its kind by its first bytes, whatever its name says.

    Raises:
        DataError: Not a table, empty, beyond the limits above, or damaged. The message names the row if there is one.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise DataError(f"{path.name} cannot be read ({error.strerror}). Check the path.") from error
    if size > MAX_TABLE_BYTES:
        raise DataError(
            f"{path.name} has {size / 1e6:,.0f} MB; at most {MAX_TABLE_BYTES // 1_000_000} MB are read. Split it."
        )
    if start.startswith(b"PAR1"):
        columns, left_out = read_parquet(path, MAX_ROWS, MAX_CELL + 1)
        numbers = list(range(2, 2 + max(map(len, columns.values()), default=0)))
        names, problems = _column_names(list(columns))
        problems += [Problem(1, "", plain(name), f"Values of type {kind}", "The column is left out: it is not text.")
                     for name, kind in left_out.items()]  # fmt: skip
        return _table(path.name, "Parquet", dict(zip(names, columns.values(), strict=True)), numbers, problems)
    if start.startswith(b"\xd0\xcf\x11\xe0") or is_workbook(path):
        sheet, rows = read_sheet(path)
        return _from_rows(path.name, f"Excel, sheet {shortened(sheet)}", rows)
    if is_archive(path):
        raise DataError(f"{path.name} is a zip. Expected a table: CSV, TSV, Parquet or Excel.")
    if start.lstrip(b"\xef\xbb\xbf \r\n").startswith((b"<", b"{\\rtf", b"%PDF")):
        raise DataError(f"{path.name} is a web page or a document. Open it and save it as CSV or .xlsx.")
    records, note = read_delimited(path)
    return _from_rows(path.name, note, records)


def unused_name(wanted: str, taken: Iterable[str]) -> str:
    """Return the name, or the first of name_2, name_3 and so on that is not taken."""
    taken = set(taken)
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name


def _from_rows(name: str, note: str, rows: Iterable[Sequence[object]]) -> Table:
    """Make a table of records; the first that is not blank is the header."""
    numbered = _not_blank(rows)
    first = list(islice(numbered, _HEADING_ROWS))
    if not first:
        raise DataError(f"{name} is empty. Expected column names first, such as item_id, title, image, label.")
    place = next((place for place, (_, row) in enumerate(first) if sum(map(bool, row)) > 1), 0)
    header_row, header = first[place]
    # Columns without a name count if most rows fill them; a single row may just hold a stray delimiter.
    widths = sorted(
        max((n for n, cell in enumerate(row, 1) if cell.strip()), default=0) for _, row in first[place + 1 :]
    )
    header += [""] * (widths[(len(widths) - 1) // 2] - len(header) if widths else 0)
    while not any(row[len(header) - 1].strip() for _, row in first if len(row) >= len(header)):
        header.pop()  # columns without a name and without a cell
    names, problems = _column_names(header, header_row)
    if place:
        found = f"Rows above the column names ({place}), the first with {shortened(''.join(first[0][1]))}."
        problems.append(Problem(first[0][0], "", "", found, "They are left out: a heading, it seems."))
    numbered = chain(first[place + 1 :], numbered)
    numbers: list[int] = []
    records: list[list[str]] = []
    for number, row in numbered:
        if len(records) == MAX_ROWS:
            raise DataError(f"{name} has more than {MAX_ROWS:,} rows. Split it into several catalogs.")
        if len(row) != len(names):
            fitted, problem = _fitted(row, names, number)
            problems += [problem] if problem else []
            if fitted is None:
                continue
            row = fitted
        numbers.append(number)
        records.append(row)
    columns = zip(*records, strict=True) if records else ([] for _ in names)
    return _table(name, note, dict(zip(names, columns, strict=True)), numbers, problems)


def _not_blank(rows: Iterable[Sequence[object]]) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(rows, start=1):
        cells = [cell if isinstance(cell, str) else _text(cell) for cell in row]
        if any(cell and not cell.isspace() for cell in cells):
            yield number, cells


def _fitted(row: list[str], names: list[str], number: int) -> tuple[list[str] | None, Problem | None]:
    """Bring a ragged row to the header's width, if that can be done without guessing."""
    found = f"{len(row)} cells where {len(names)} were expected"
    first = shortened(row[0])
    extra = [cell for cell in row[len(names) :] if cell.strip()]
    if extra:
        advice = "Put the cell that holds the delimiter in double quotes: now the cells stand under the wrong columns."
        return None, Problem(number, first, "", f"{found}, with {shortened(extra[0])!r} beyond the last", advice, True)
    fitted = (row + [""] * len(names))[: len(names)]
    if len(row) >= len(names):
        return fitted, None  # only empty cells beyond the last column
    advice = "The missing cells are taken as empty. Check that no delimiter is missing."
    return fitted, Problem(number, first, names[len(row)], found, advice)


def _column_names(header: Sequence[str], row: int = 1) -> tuple[list[str], list[Problem]]:
    """Give every column a name of its own."""
    if len(header) > MAX_COLUMNS:
        raise DataError(f"The table has {len(header):,} columns; at most {MAX_COLUMNS} are read. Leave some out.")
    names: list[str] = []
    problems = []
    for place, cell in enumerate(header, start=1):
        wanted = plain(cell[:SHOWN]) or f"column {place}"
        names.append(unused_name(wanted, names))
        if names[-1] != wanted:
            problems.append(
                Problem(row, "", wanted, "Two columns have this name.", f"The later one is named {names[-1]}.")
            )
    return names, problems


def _table(
    name: str, note: str, columns: dict[str, Sequence[object]], numbers: list[int], problems: list[Problem]
) -> Table:
    if not numbers:
        raise DataError(f"{name} has column names but no rows that can be read. Add a listing.")
    series = {}
    total = 0
    for column, values in columns.items():
        cells = [value if isinstance(value, str) else _text(value) for value in values]
        total += sum(min(len(cell), MAX_CELL) for cell in cells)
        if total > MAX_TABLE_BYTES:
            raise DataError(f"{name} has more than {MAX_TABLE_BYTES:,} characters. Split it or leave columns out.")
        long = [place for place, cell in enumerate(cells) if len(cell) > MAX_CELL]
        if long:
            found = f"{len(long):,} cells of more than {MAX_CELL:,} characters"
            advice = f"Only the first {MAX_CELL:,} are kept. If rows seem swallowed, look for a stray double quote."
            problems.append(Problem(numbers[long[0]], "", column, found, advice))
        series[column] = pd.Series([_cell(cell) for cell in cells], dtype="str", index=numbers)
    return Table(pd.DataFrame(series), note, tuple(problems))


def _cell(text: str) -> str:
    return unguard_formulas(plain(text[:MAX_CELL]))


def _text(value: object) -> str:
    """Write a value as a spreadsheet shows it: 123, not 123.0; "" for nothing."""
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)
