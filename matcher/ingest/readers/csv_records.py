"""Cut the lines of a text table into records, however its quotes were written, and never one row into another's cell.

A line that keeps the rules of RFC 4180 is read by them. Only where it breaks them, or does not come to the width of the
table, is it read as people mean it: a quote ends a cell only before a delimiter or the end of the line.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from matcher.errors import DataError
from matcher.ingest.issues import Problem

MAX_LINES = 1_000  # of one cell; the longest descriptions have a hundred
_FEW = 3  # cells with line breaks and delimiters; where there are more, cells of the table are like that
_MOST_WITHIN = 30  # delimiters within the cells of a line that is read by its meaning
_MOST_EFFORT = 300_000  # places in a file; a file made to take long ends there, an honest one needs ten a line
_TOLD_ONE_BY_ONE = 20  # rows; more of one kind are counted


@dataclass(frozen=True)
class Dialect:
    r"""How the cells of a text table are set apart.

    Attributes:
        delimiter: One character, or one that stands nowhere for a single column.
        backslash: Whether \" stands for a quote within a cell, and \ before the delimiter keeps the cell together.
        width: Cells in most rows; None while that is not known.
    """

    delimiter: str
    backslash: bool = False
    width: int | None = None


@dataclass
class Remarks:
    """What was odd about records, by row; filled while they are read."""

    swallowing: list[int] = field(default_factory=list)
    unclosed: list[int] = field(default_factory=list)
    stray: list[int] = field(default_factory=list)
    repaired: list[int] = field(default_factory=list)
    unwrapped: list[int] = field(default_factory=list)
    effort: int = 0  # places at which lines were tried to be cut

    def problems(self, stray_encoding: str) -> list[Problem]:
        """Tell them, row by row where there are few."""
        swallowing = self.swallowing if len(self.swallowing) <= _FEW else []
        kinds = (
            (swallowing, "A cell holds a line break and delimiters.",
             "If rows seem swallowed, close or remove the double quote that opens it."),
            (self.unclosed, "A double quote opens a cell and is never closed.", "It is taken as part of the text."),
            (self.stray, f"Not written in the encoding of the table; read as {stray_encoding.upper()}.",
             "If words look wrong, save the whole table as UTF-8."),
            (self.repaired, "Double quotes within a cell are not doubled.",
             "They are taken as part of the text. Check the row."),
            (self.unwrapped, "The whole line stands in double quotes.", "It is read as the row within them."),
        )  # fmt: skip
        return [problem for rows, found, advice in kinds for problem in tell_rows(rows, found, advice)]


def tell_rows(rows: list[int], found: str, advice: str, column: str = "") -> list[Problem]:
    """Make a problem of each row, or a single one that counts them if they are many."""
    if len(rows) <= _TOLD_ONE_BY_ONE:
        return [Problem(row, "", column, found, advice) for row in rows]
    return [Problem(rows[0], "", column, f"{found[:-1]}, in {len(rows):,} rows from this one on.", advice)]


def read_records(
    lines: Iterator[tuple[str, bool]], dialect: Dialect, remarks: Remarks, name: str
) -> Iterator[list[str]]:
    """Give record after record; an empty line is an empty one, so that their places are spreadsheet rows.

    Args:
        lines: With their ends; and whether each was in another encoding.
        dialect: How cells are set apart.
        remarks: Filled on the way.
        name: Of the file, for messages.

    Raises:
        DataError: A cell without end, or a quote that is never closed.
    """
    waiting: deque[tuple[str, bool]] = deque()
    row = 0
    while waiting or (waiting := deque(_next_line(lines))):
        row += 1
        line, is_stray = waiting.popleft()
        if is_stray:
            remarks.stray.append(row)
        if '"' not in line and not dialect.backslash:
            bare = line.rstrip("\r\n")
            yield bare.split(dialect.delimiter) if bare else []
            continue
        record = _parse([line], dialect)
        if record is None:
            record = _joined(line, lines, waiting, dialect, row, name)
            if record is not None:
                if any(_swallows(cell, dialect) for cell in record):
                    remarks.swallowing.append(row)
            else:
                record = _repair(line, dialect, remarks)
                (remarks.unclosed if line.count('"') % 2 and _opens(line, dialect) else remarks.repaired).append(row)
        elif dialect.width and len(record) != dialect.width:
            record = _fit(line, record, dialect, remarks, row)
        yield record


def _next_line(lines: Iterator[tuple[str, bool]]) -> list[tuple[str, bool]]:
    line = next(lines, None)
    return [] if line is None else [line]


def _parse(lines: list[str] | Iterator[str], dialect: Dialect) -> list[str] | None:
    """Read one record by the rules; None if it breaks them, or if a quote is still open at the end.

    Raises:
        OverflowError: A cell is longer than csv reads.
    """
    source = (_keep_backslashes(line, dialect.delimiter) for line in lines) if dialect.backslash else lines
    try:
        return next(csv.reader(source, delimiter=dialect.delimiter, strict=True, skipinitialspace=True,
                               escapechar="\\" if dialect.backslash else None), [])  # fmt: skip
    except csv.Error as error:
        if "field larger" in str(error):
            raise OverflowError(str(error)) from error
        return None


@cache
def _escaped(delimiter: str) -> re.Pattern[str]:
    return re.compile(rf'\\([\\"{re.escape(delimiter)}])|\\')


def _keep_backslashes(line: str, delimiter: str) -> str:
    r"""Double the backslashes that escape nothing, as in \N, so that the reader leaves them."""
    return _escaped(delimiter).sub(lambda match: match.group() if match.group(1) else r"\\", line)


def _joined(
    line: str,
    lines: Iterator[tuple[str, bool]],
    waiting: deque[tuple[str, bool]],
    dialect: Dialect,
    row: int,
    name: str,
) -> list[str] | None:
    """Read a record over several lines; None if that breaks the rules, and the lines wait to be read anew.

    Raises:
        DataError: A cell without end, or one that nothing closes.
    """
    taken: list[tuple[str, bool]] = []
    is_at_end = False

    def following() -> Iterator[str]:
        nonlocal is_at_end
        yield line
        while len(taken) < MAX_LINES and (found := [waiting.popleft()] if waiting else _next_line(lines)):
            taken.extend(found)
            yield found[0][0]
        is_at_end = True

    try:
        record = _parse(following(), dialect)
    except OverflowError as error:
        raise DataError(
            f"Row {row:,} of {name} has a cell of more than {csv.field_size_limit():,} characters ({error}). "
            'Often a quote (") before it is never closed: repair that row, or save the table as .xlsx or Parquet.'
        ) from error
    may_close = not _opens(line, dialect)
    if record is not None and (len(record) == dialect.width or dialect.width is None or not may_close):
        return record
    if is_at_end and not may_close and not any('"' in later for later, _ in taken):
        raise DataError(f'Row {row:,} of {name} opens a quote (") that is never closed. Close or remove it.')
    waiting.extendleft(reversed(taken))
    return None


def _swallows(cell: str, dialect: Dialect) -> bool:
    """Whether a cell of several lines looks like rows: a delimiter before a blank is only punctuation."""
    if "\n" not in cell and "\r" not in cell:
        return False
    return re.search(rf"{re.escape(dialect.delimiter)}(?! )", cell) is not None


def _fit(line: str, record: list[str], dialect: Dialect, remarks: Remarks, row: int) -> list[str]:
    """Read a line by its meaning if that gives the table's width, where the rules do not."""
    if len(record) == 1 and line.startswith('"') and dialect.delimiter in record[0]:
        inner = _parse([record[0]], dialect)
        if inner is not None and len(inner) == dialect.width:
            remarks.unwrapped.append(row)
            return inner
    if len(record) > (dialect.width or 0) and (repaired := _grouped(line, dialect, remarks)):
        remarks.repaired.append(row)
        return repaired
    return record


def _repair(line: str, dialect: Dialect, remarks: Remarks) -> list[str]:
    """Read a line whose quotes break the rules: to the table's width if that can be, else quote by quote."""
    return _grouped(line, dialect, remarks) or [
        _unquoted(piece) for piece in line.rstrip("\r\n").split(dialect.delimiter)
    ]


def _grouped(line: str, dialect: Dialect, remarks: Remarks) -> list[str] | None:
    """Cut a line at some of its delimiters so that it has the table's width: none is cut off within its quotes."""
    pieces = line.rstrip("\r\n").split(dialect.delimiter)
    width, count = dialect.width or 0, len(pieces)
    if not width <= count <= width + _MOST_WITHIN or remarks.effort > _MOST_EFFORT:
        return None
    opens = [piece.lstrip().startswith('"') for piece in pieces]
    closes = [piece.rstrip().endswith('"') for piece in pieces]
    dead_ends: set[tuple[int, int]] = set()

    def cut(start: int, left: int) -> list[str] | None:
        remarks.effort += 1
        if left == 0 or count - start < left or (start, left) in dead_ends:
            return [] if start == count and left == 0 else None
        for end in range(start + 1, count - left + 2):
            if end > start + 1 and not (opens[start] and closes[end - 1]):
                continue
            if any(closes[place] and opens[place + 1] for place in range(start, end - 1)):
                break  # `","` ends one cell and begins the next in any reading
            rest = cut(end, left - 1)
            if rest is not None:
                return [_unquoted(dialect.delimiter.join(pieces[start:end])), *rest]
        dead_ends.add((start, left))
        return None

    return cut(0, width)


def _unquoted(cell: str) -> str:
    bare = cell.strip()
    if len(bare) > 1 and bare[0] == bare[-1] == '"':
        return bare[1:-1].replace('\\"', '"').replace('""', '"')
    return cell


def _opens(line: str, dialect: Dialect) -> bool:
    """Whether some cell opens a quote that nothing on the line closes."""
    is_open = False
    for piece in line.split(dialect.delimiter):
        bare = piece.strip()
        is_open = (is_open or bare.startswith('"')) and not (len(bare) > 1 - is_open and bare.endswith('"'))
    return is_open
