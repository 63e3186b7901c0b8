"""How a table is to be read, and how it was: what is guessed is shown, and can be said instead."""

import codecs
from dataclasses import dataclass

from matcher.errors import DataError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
ONE_COLUMN = ""  # as a delimiter: nothing cuts the rows
ENCODINGS = ("utf-8", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874",
             "iso8859_2", "koi8_r", "cp866", "cp850", "cp852", "mac_roman", "gb18030", "big5", "cp932", "euc_jp",
             "cp949", "utf-16")  # fmt: skip
"""What tables are written in, for a list to choose from; any other that Python knows can be named too."""


@dataclass(frozen=True)
class ReadOptions:
    """How to read a table; None for what is to be found out.

    Attributes:
        sheet: Of a workbook.
        delimiter: Of a text table; one character, or ONE_COLUMN.
        encoding: Of a text table, as Python names it.
        header_row: Where the column names stand, as a spreadsheet numbers rows; 0 if there are none.
    """

    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    header_row: int | None = None


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook that has cells.

    Attributes:
        name: As the workbook has it.
        rows: Below the likeliest row of column names, to the last one that has a cell.
        hidden: Whether a spreadsheet hides it.
    """

    name: str
    rows: int
    hidden: bool


def named_delimiter(text: str) -> str:
    r"""The delimiter that somebody typed: the character, its name ("tab"), or "\t"; "none" for one column.

    Raises:
        DataError: It is neither.
    """
    by_name = {name: character for character, name in DELIMITERS.items()} | {"none": ONE_COLUMN, "\\t": "\t"}
    typed = by_name.get(text.strip().lower() or text, text)
    if len(typed) > 1 or typed in {'"', "\n", "\r"}:
        known = ", ".join(DELIMITERS.values())
        raise DataError(f"The delimiter {text[:20]!r} is not one character. Choose {known}, none, or type it.")
    return typed


def known_encoding(text: str) -> str:
    """The encoding that somebody typed, as Python names it.

    Raises:
        DataError: There is none of that name.
    """
    try:
        name = codecs.lookup(text.strip()).name
        if b"a,1\n".decode(name) == "a,1\n" or name.startswith(("utf-16", "utf-32")):
            return name
    except (LookupError, ValueError):
        pass
    raise DataError(f"There is no encoding {text[:40]!r}. Choose from: {', '.join(ENCODINGS)}.")
