"""Find the row of column names among the first rows of a table, and a column of the rows that it does not name."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from matcher.errors import DataError
from matcher.ingest.column_names import count_known, known_form
from matcher.ingest.issues import Problem, shortened

LOOKED_AT = 20  # rows among which the names are looked for
_NUMBER = re.compile(r"[+-]?\d[\d.,\s]*%?")
_FILE_OR_LINK = re.compile(r"https?://|\S+\.(?:jpe?g|png|webp|gif|bmp|avif|jfif)$", re.IGNORECASE)
_TEXT = frozenset({"title", "name", "titel", "bezeichnung", "productname", "itemname", "producttitle"})


@dataclass(frozen=True)
class Header:
    """Where the column names are.

    Attributes:
        place: Of the names among the rows that were looked at; -1 if the table has none.
        names: One cell a column, "" where a column has no name.
        first_row: Place of the first row below that is a listing.
        problems: What was guessed, and what was left out.
    """

    place: int
    names: list[str]
    first_row: int
    problems: tuple[Problem, ...]


def find_header(rows: Sequence[tuple[int, list[str]]], asked: int | None, name: str) -> Header:
    """Find the column names.

    Args:
        rows: The first rows that are not blank, with their numbers.
        asked: Number of the row that somebody named; 0 for a table without names.
        name: Of the file, for messages.

    Raises:
        DataError: There is no such row.
    """
    numbers = [number for number, _ in rows]
    if asked is not None:
        if asked and asked not in numbers:
            shown = ", ".join(map(str, numbers[:10]))
            raise DataError(
                f"Row {asked} of {name} cannot hold the column names. Choose one of the rows {shown}, or 0."
            )
        place = numbers.index(asked) if asked else -1
        return _header(rows, place, place + 1)
    known = [count_known(row) if _is_wordy(row) else 0 for _, row in rows]
    best = max(range(len(rows)), key=lambda place: (known[place], -place))
    if known[best] < 2:
        first = next((place for place, (_, row) in enumerate(rows) if sum(map(bool, row)) > 1), 0)
        below = _first_full(rows, first)
        best = first if known[first] > known[below] else below
        if not known[best] and len(rows[best][1]) > 1 and not _is_wordy(rows[best][1]):
            return _header(rows, best - 1 if best else -1, best, has_names=False)
    below = best + 1
    while below < len(rows) - 1 and known[below] > 1:
        below += 1  # a second row of names, as some marketplaces have for programs
    return _header(rows, best, below)


def _header(rows: Sequence[tuple[int, list[str]]], place: int, below: int, *, has_names: bool = True) -> Header:
    body = [row for _, row in rows[below:]]
    problems = []
    if not has_names or place < 0:
        names = [""] * max((_width(row) for row in body), default=1)
        found = (
            "The table has no column names, it seems." if not has_names else "The table is read without column names."
        )
        problems.append(Problem(1, "", "", found, "Columns are numbered. Say which row holds the names, if one does."))
        return Header(-1, names, below, tuple(problems))
    names = list(rows[place][1])
    if below > place + 1:
        found = f"A second row of column names, with {shortened(_first_cell(rows[place + 1][1]))}."
        problems.append(Problem(rows[place + 1][0], "", "", found, "It is left out."))
    if place:
        found = f"Rows above the column names ({place}), the first with {shortened(_first_cell(rows[0][1]))}."
        problems.append(Problem(rows[0][0], "", "", found, "They are left out: a heading, it seems."))
    if _has_row_names(names, body):
        names.insert(0, "")
        found = "The first column has no name: each row has one cell more than the header."
        problems.append(
            Problem(rows[place][0], "", "", found, "It is set apart; the names belong to the cells after it.")
        )
    widths = sorted(map(_width, body))
    names += [""] * (widths[(len(widths) - 1) // 2] - len(names) if widths else 0)
    while len(names) > 1 and not any(row[len(names) - 1].strip() for row in [names, *body] if len(row) >= len(names)):
        names.pop()  # columns without a name and without a cell
    return Header(place, names, below, tuple(problems))


def _first_cell(row: Sequence[str]) -> str:
    return next((cell for cell in row if cell.strip()), "")


def _width(row: Sequence[str]) -> int:
    return max((place for place, cell in enumerate(row, 1) if cell.strip()), default=0)


def _is_wordy(row: Sequence[str]) -> bool:
    """Whether a row could hold names: no number, no file, no link among them."""
    return not any(_NUMBER.fullmatch(cell.strip()) or _FILE_OR_LINK.match(cell.strip()) for cell in row if cell)


def _first_full(rows: Sequence[tuple[int, list[str]]], first: int) -> int:
    """The first row, or one below it that names the columns which the first one only groups.

    A row of groups has gaps between its cells where cells were merged, and a row of words without gaps follows it.
    What stands in two cells above a wide table is a heading too.
    """
    usual = Counter(_filled(row) for _, row in rows[first:]).most_common(1)[0][0] if rows[first:] else 0
    row = rows[first][1]
    has_gaps = any(not cell.strip() for cell in row[: _width(row)])
    if not has_gaps and _filled(row) * 2 > usual:
        return first
    for place in range(first + 1, min(first + 4, len(rows) - 1)):
        below = rows[place][1]
        if _filled(below) > _filled(row) and _is_wordy(below) and _filled(below) * 2 > usual:
            cells = [cell.strip() for cell in below if cell.strip()]
            return place if len(set(cells)) == len(cells) else first
    return first


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _has_row_names(names: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the names belong to the cells from the second on, as in tables that R wrote."""
    wide = [row for row in body if len(row) == len(names) + 1]
    if len(wide) < 2 or len(wide) < 0.9 * len(body) or not all(name.strip() for name in names):
        return False
    if not all(row[-1].strip() for row in wide):
        return False
    first = [row[0].strip() for row in wide]
    if all(cell.isdecimal() and len(cell) < 10 for cell in first):
        start = int(first[0])
        if [int(cell) for cell in first] == list(range(start, start + len(first))):
            return True
    title = next((place for place, name in enumerate(names) if known_form(name) in _TEXT), None)
    if title is None or len(set(first)) < len(first):
        return False
    here, next_to_it = (sum(" " in row[place].strip() for row in wide) for place in (title, title + 1))
    return next_to_it > len(wide) / 2 > here
