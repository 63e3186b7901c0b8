"""Find the delimiter and the quoting of a text table: the header decides, and the rows have to agree."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from matcher.errors import DataError
from matcher.ingest.column_names import count_known
from matcher.ingest.read_options import DELIMITERS
from matcher.ingest.readers.csv_records import Dialect, Remarks, read_records

# A single column has no delimiter, but its titles have commas: a character that no title has keeps them whole.
NO_DELIMITER = "\x1f"
_DIRECTIVE = re.compile(r'"?sep=(.)"?\s*')
_NUMBER = re.compile(r"[\d.,\s%€$£-]*\d[\d.,\s%€$£-]*")


@dataclass(frozen=True)
class _Cut:
    """What a delimiter makes of the first rows; the first field that differs decides which is better."""

    has_known_names: bool
    places_below_top: int  # negative: of the row that seems to be the header
    agreement: float  # share of the rows that have its width
    tightness: float  # share of the delimiters that no blank follows
    width: int


def find_dialect(sample: Sequence[str], asked: str | None) -> Dialect:
    """Choose how to cut the rows.

    Args:
        sample: The first lines, with their ends.
        asked: The delimiter that somebody named, if any.
    """
    lines = [_unwrapped(line) for line in sample]
    if asked is None and lines and (directive := _DIRECTIVE.fullmatch(lines[0])):
        asked = directive.group(1)
    if asked is not None:
        return _finished(lines, asked or NO_DELIMITER)
    cuts = {delimiter: cut for delimiter in DELIMITERS if (cut := _cut(lines, delimiter))}
    if not cuts:
        return _finished(lines, NO_DELIMITER)
    best = max(cuts, key=lambda delimiter: tuple(vars(cuts[delimiter]).values()))
    return _finished(lines, best)


def is_directive(record: Sequence[str]) -> bool:
    """Whether a record is the line that tells Excel the delimiter, and no row."""
    return 0 < len(record) <= 2 and record[0].startswith("sep=") and len(record[0]) <= 5


def _finished(lines: Sequence[str], delimiter: str) -> Dialect:
    """Find the width, and whether backslashes stand before quotes: then more rows agree."""
    plain, escaped = (_records(lines, Dialect(delimiter, backslash)) for backslash in (False, True))
    width = _common_width(plain)
    if any('\\"' in line or f"\\{delimiter}" in line for line in lines):
        wide = _common_width(escaped)
        breaks = _count_breaking(lines, Dialect(delimiter)) - _count_breaking(lines, Dialect(delimiter, True))
        gained = sum(len(row) == wide for row in escaped) - sum(len(row) == width for row in plain)
        if breaks + gained > 0 and gained >= 0:
            return Dialect(delimiter, True, wide)
    return Dialect(delimiter, False, width)


def _common_width(records: Sequence[Sequence[str]]) -> int | None:
    """Cells of the header if many rows agree with it, else of most rows."""
    if not records:
        return None
    widths = Counter(len(record) for record in records)
    own = len(records[0])
    if own > 1 and count_known(records[0]) > 1 and widths[own] > 1 and not widths[own + 1] > 0.9 * (len(records) - 1):
        return own
    return max(widths, key=lambda width: (widths[width], width))


def _cut(lines: Sequence[str], delimiter: str) -> _Cut | None:
    records = _records(lines, Dialect(delimiter))
    width = _common_width(records)
    if width is None or width < 2:
        # A header with two known names is cut by its delimiter, however the rows below it are.
        if not records or len(records[0]) < 2 or count_known(records[0]) < 2:
            return None
        width = len(records[0])
    widths = [len(record) for record in records]
    first = next((place for place, own in enumerate(widths) if own in (width, width - 1) and own > 1), 0)
    known = count_known(records[first])
    if first and not known and not _is_header_of(records[first], records[first + 1 :]):
        return None  # the first line has no such delimiter: a column of texts that hold it
    followed = sum(line.count(f"{delimiter} ") for line in lines)
    found = max(sum(line.count(delimiter) for line in lines), 1)
    agreement = round(widths[first:].count(width) / len(widths[first:]), 1)
    return _Cut(known > 0, -first, agreement, round(1 - followed / found, 1), width)


def _is_header_of(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a row of words stands above columns of numbers."""
    if any(_NUMBER.fullmatch(name.strip()) for name in names):
        return False
    columns = zip(*(row for row in rows if len(row) == len(names)), strict=True)
    return any(all(_NUMBER.fullmatch(cell.strip()) for cell in column) for column in columns)


def _records(lines: Sequence[str], dialect: Dialect) -> list[list[str]]:
    return _read(lines, dialect)[0]


def _count_breaking(lines: Sequence[str], dialect: Dialect) -> int:
    remarks = _read(lines, dialect)[1]
    return len(remarks.repaired) + len(remarks.unclosed)


def _read(lines: Sequence[str], dialect: Dialect) -> tuple[list[list[str]], Remarks]:
    """Read the sample, which may end within a cell."""
    found: list[list[str]] = []
    remarks = Remarks()
    with suppress(DataError):  # a cell without end: reading the whole file says where, if there is none
        for record in read_records(iter([(line, False) for line in lines]), dialect, remarks, ""):
            if any(cell.strip() for cell in record):
                found.append(record)
    return found, remarks


def _unwrapped(line: str) -> str:
    """The row within a line that stands in double quotes as a whole."""
    bare = line.rstrip("\r\n")
    if not (bare.startswith('"') and bare.endswith('"') and len(bare) > 2):
        return line
    try:
        record = next(csv.reader([bare], delimiter=NO_DELIMITER, strict=True))
    except csv.Error:
        return line
    inner = record[0]
    return f"{inner}\n" if any(delimiter in inner for delimiter in DELIMITERS) and inner.count('"') % 2 == 0 else line
