"""How a table is read: what was found out is shown, and can be chosen instead, before anything is read in."""

import codecs

import streamlit as st

from matcher.ingest.catalog import ReadOptions, Table
from matcher.ingest.read_options import DELIMITERS, ENCODINGS, ONE_COLUMN
from pages._shared.escape import literal

_FOUND_OUT = None  # the choice that leaves it to the program
_NAMES = {**{character: name.capitalize() for character, name in DELIMITERS.items()}, ONE_COLUMN: "One column"}
_FIELDS = ("sheet", "delimiter", "encoding", "header_row")


def chosen(key: str) -> ReadOptions:
    """What was chosen for a file so far; the boxes are drawn later, when it is known what they have to offer."""
    picked = {field: st.session_state.get(f"{field}-{key}") for field in _FIELDS}
    header_row = picked["header_row"]
    return ReadOptions(
        picked["sheet"], picked["delimiter"], picked["encoding"], None if header_row is None else int(header_row)
    )


def choose(table: Table | None, key: str) -> None:
    """Draw the boxes that fit the file: its sheets, or its delimiter and encoding; and the row of column names.

    Args:
        table: As it was read; None if it could not be read as it was chosen, or at all.
        key: Of the file.
    """
    taken = table.taken if table else ReadOptions()
    if table is None and not any(f"{field}-{key}" in st.session_state for field in _FIELDS):
        boxes = ["delimiter", "encoding", "header_row"]
    elif table is None:
        boxes = [field for field in _FIELDS if f"{field}-{key}" in st.session_state]
    else:
        boxes = ["sheet"] if len(table.sheets) > 1 else []
        boxes += ["delimiter", "encoding"] if taken.delimiter is not None else []
        boxes += ["header_row"] if taken.header_row is not None else []
    if not boxes:
        return
    for column, field in zip(st.columns(max(3, len(boxes))), boxes, strict=False):
        with column:
            _box(field, table, taken, f"{field}-{key}")


def _box(field: str, table: Table | None, taken: ReadOptions, key: str) -> None:
    if field == "header_row":
        found = "" if taken.header_row is None else f"Found: {taken.header_row}"
        st.number_input(
            "Row of the column names", 0, None, None, 1, key=key, placeholder=found, help="0 if the table has none."
        )
    elif field == "delimiter":
        found = "" if taken.delimiter is None else _NAMES.get(taken.delimiter, taken.delimiter)
        _select("Delimiter", list(_NAMES), found, _NAMES, key)
    elif field == "encoding":
        found = "" if taken.encoding is None else taken.encoding.removesuffix("-sig").upper()
        encodings = [codecs.lookup(name).name for name in ENCODINGS]
        _select("Encoding", encodings, found, {name: name.upper() for name in encodings}, key)
    else:
        sheets = table.sheets if table else ()
        names = {s.name: f"{s.name} ({s.rows:,} rows{', hidden' if s.hidden else ''})" for s in sheets}
        _select("Sheet", list(names), taken.sheet or "all of the same columns", names, key)


def _select(label: str, options: list[str], found: str, names: dict[str, str], key: str) -> None:
    def shown(option: str | None) -> str:
        if option is _FOUND_OUT:
            return f"Found: {found}" if found else "Find out"
        return names.get(option, option)

    kept = st.session_state.get(key)
    offered = [_FOUND_OUT, *options, *([kept] if kept not in (None, *options) else [])]
    st.selectbox(literal(label), offered, format_func=shown, key=key)
