"""Read a table that a stranger sent, of any kind that is read here, as text, within bounds, saying what was odd."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path

import pandas as pd

from matcher.errors import DataError
from matcher.ingest import header
from matcher.ingest.archive import is_archive
from matcher.ingest.cells import MAX_CELL, cell_text, value_text
from matcher.ingest.issues import SHOWN, Problem, shortened
from matcher.ingest.read_options import ReadOptions, Sheet
from matcher.ingest.readers.csv_reader import read_delimited
from matcher.ingest.readers.csv_records import tell_rows
from matcher.ingest.readers.excel_reader import read_workbook
from matcher.ingest.readers.file_kinds import is_open_document, is_workbook, refuse_others
from matcher.ingest.readers.json_reader import is_json, read_json
from matcher.ingest.readers.parquet_reader import read_feather, read_parquet
from matcher.text import plain

MAX_TABLE_BYTES = 512_000_000  # as a file, and characters in all; the paper's 34,250 listings take 5 MB
MAX_ROWS = 1_000_000  # a spreadsheet's own limit
MAX_COLUMNS = 200  # the widest shop exports have about 120
_RAGGED_TOLD = 10_000  # rows; a file of nothing else must not fill the memory with remarks


@dataclass(frozen=True)
class Table:
    """A table as text.

    Attributes:
        frame: All cells str, "" where empty; the index holds row numbers as a spreadsheet shows them.
        note: How it was read: "CSV, semicolon, CP1252".
        problems: What was odd about rows, columns and cells.
        taken: What was chosen or found out: the sheet, or the delimiter and the encoding; and the header's row.
        sheets: Of a workbook, those that have cells.
    """

    frame: pd.DataFrame
    note: str
    problems: tuple[Problem, ...] = ()
    taken: ReadOptions = field(default_factory=ReadOptions)
    sheets: tuple[Sheet, ...] = ()


def read_table(path: Path, options: ReadOptions | None = None) -> Table:
    """Read a table, knowing its kind by its first bytes, whatever its name says.

    Args:
        path: CSV, TSV, Parquet, Feather, Excel, OpenDocument or JSON.
        options: What somebody chose; the rest is found out.

    Raises:
        DataError: Not a table, empty, beyond the limits above, or damaged. The message names the row if there is one.
    """
    options = options or ReadOptions()
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
    if start.startswith((b"PAR1", b"ARROW1")):
        return _from_columns(path, is_parquet=start.startswith(b"PAR1"))
    if start.startswith(b"\xd0\xcf\x11\xe0") or is_workbook(path):
        found = read_workbook(path, options.sheet)
        kind = "OpenDocument" if is_open_document(path) else "Excel"
        read = f"sheet{'s' * (len(found.taken) > 1)} {', '.join(map(shortened, found.taken))}"
        table = _from_rows(path.name, f"{kind}, {read}", found.rows, options)
        # Where several sheets were read, none of them was chosen: reading so again reads them all.
        taken = replace(table.taken, sheet=found.taken[0] if len(found.taken) == 1 else None)
        return replace(table, taken=taken, sheets=found.sheets, problems=(*found.problems, *table.problems))
    if is_archive(path):
        raise DataError(f"{path.name} is a zip. Expected a table: CSV, TSV, Parquet or Excel.")
    refuse_others(path.name, start)
    if is_json(start):
        rows, note = read_json(path)
        return _from_rows(path.name, note, rows, replace(options, header_row=1))
    text = read_delimited(path, options)
    table = _from_rows(path.name, text.note, text.records, options)
    taken = replace(text.taken, header_row=table.taken.header_row)
    return replace(table, taken=taken, problems=(*table.problems, *text.problems()))


def _from_columns(path: Path, *, is_parquet: bool) -> Table:
    read = read_parquet if is_parquet else read_feather
    columns, left_out = read(path, MAX_ROWS, MAX_CELL + 1)
    numbers = list(range(2, 2 + max(map(len, columns.values()), default=0)))
    names, problems = _column_names(list(columns))
    problems += [Problem(1, "", plain(name), f"Values of type {kind}", "The column is left out: it is not text.")
                 for name, kind in left_out.items()]  # fmt: skip
    named: dict[str, Sequence[object]] = dict(zip(names, columns.values(), strict=True))
    return _table(path.name, "Parquet" if is_parquet else "Feather", named, numbers, problems)


def unused_name(wanted: str, taken: Iterable[str]) -> str:
    """Return the name, or the first of name_2, name_3 and so on that is not taken."""
    taken = set(taken)
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name


def _from_rows(name: str, note: str, rows: Iterable[Sequence[object]], options: ReadOptions) -> Table:
    """Make a table of records, below the row of column names."""
    numbered = _not_blank(rows)
    first = list(islice(numbered, header.LOOKED_AT))
    if not first:
        raise DataError(f"{name} is empty. Expected column names first, such as item_id, title, image, label.")
    found = header.find_header(first, options.header_row, name)
    header_row = first[found.place][0] if found.place >= 0 else 0
    names, problems = _column_names(found.names, header_row or 1)
    problems += found.problems
    numbers: list[int] = []
    records: list[list[str]] = []
    ragged: list[Problem] = []
    for number, row in chain(first[found.first_row :], numbered):
        if len(records) == MAX_ROWS:
            raise DataError(f"{name} has more than {MAX_ROWS:,} rows. Split it into several catalogs.")
        if len(row) != len(names):
            fitted, problem = _fitted(row, names, number)
            ragged += [problem] if problem and len(ragged) < _RAGGED_TOLD else []
            if fitted is None:
                continue
            row = fitted
        if header_row and row[0] == found.names[0] and row == found.names:
            problems.append(Problem(number, "", "", "The column names stand here again.", "The row is left out.", True))
            continue
        numbers.append(number)
        records.append(row)
    if len(ragged) == _RAGGED_TOLD:
        problems.append(
            Problem(ragged[-1].row, "", "", "More rows have cells too few or too many.", "Repair the file.")
        )
    columns = zip(*records, strict=True) if records else ([] for _ in names)
    table = _table(name, note, dict(zip(names, columns, strict=True)), numbers, [*problems, *ragged])
    return replace(table, taken=ReadOptions(header_row=header_row))


def _not_blank(rows: Iterable[Sequence[object]]) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(rows, start=1):
        cells = [cell if isinstance(cell, str) else value_text(cell) for cell in row]
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
        cells = [value if isinstance(value, str) else value_text(value) for value in values]
        total += sum(min(len(cell), MAX_CELL) for cell in cells)
        if total > MAX_TABLE_BYTES:
            raise DataError(f"{name} has more than {MAX_TABLE_BYTES:,} characters. Split it or leave columns out.")
        long = [place for place, cell in enumerate(cells) if len(cell) > MAX_CELL]
        if long:
            found = f"{len(long):,} cells of more than {MAX_CELL:,} characters"
            advice = f"Only the first {MAX_CELL:,} are kept. If rows seem swallowed, look for a stray double quote."
            problems.append(Problem(numbers[long[0]], "", column, found, advice))
        series[column] = pd.Series([cell_text(cell) for cell in cells], dtype="str", index=numbers)
    frame = pd.DataFrame(series)
    return Table(frame, note, (*problems, *_lost_characters(frame)))


def _lost_characters(frame: pd.DataFrame) -> list[Problem]:
    """Tell the rows that hold the sign for a character that could not be read."""
    problems = []
    for column in frame.columns:
        rows = frame.index[frame[column].str.contains("\ufffd", regex=False)].tolist()
        if rows:
            found = "Characters were lost: \ufffd stands for what could not be read."
            advice = "Choose another encoding, or export the table anew as UTF-8."
            problems += tell_rows(rows, found, advice, str(column))
    return problems
