"""Read CSV and TSV whose encoding and delimiter nobody told us, one bounded line at a time."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from charset_normalizer import from_bytes

from matcher.errors import DataError

MAX_LINE = 1_000_000  # characters; the longest honest rows, with whole descriptions in HTML, stay below a tenth of it
SAMPLE_BYTES = 262_144  # enough to guess from: about a thousand rows
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
# A single column has no delimiter, but its titles have commas: a character that no title has keeps them whole.
NO_DELIMITER = "\x1f"

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
# Guesses between these from a few accents are dice; cp1252 is what Excel writes in English and Indonesian settings.
_LATIN = frozenset({"latin_1", "cp1250", "cp1252", "cp1254", "cp1257", "cp437", "cp850", "cp852", "cp858", "hp_roman8",
                    "iso8859_2", "iso8859_9", "iso8859_10", "iso8859_13", "iso8859_14", "iso8859_15", "iso8859_16",
                    "mac_roman", "mac_latin2", "mac_iceland", "mac_turkish", "cp775", "cp500", "cp037"})  # fmt: skip
_END = "\x00 end of file \x00"


def read_delimited(path: Path) -> tuple[Iterator[list[str]], str]:
    """Read the records of a text table; an empty line is an empty one, so that their places are spreadsheet rows.

    Returns:
        The records, read as they are asked for, and how the file was read: "CSV, semicolon, cp1252".

    Raises:
        DataError: Not text; while iterating also: a line or cell without end, or a quote that is never closed.
    """
    encoding = find_encoding(path)
    delimiter = _find_delimiter(path, encoding)
    name = DELIMITERS.get(delimiter, "one column")
    note = f"{'TSV' if delimiter == chr(9) else 'CSV'}, {name}, {encoding.removesuffix('-sig').upper()}"
    if not encoding.startswith("utf"):
        note += " (a guess: if words look wrong, save the table as UTF-8)"
    return _records(path, encoding, delimiter), note


def find_encoding(path: Path) -> str:
    """Name the encoding of a text file: its BOM, else UTF-8 if it nearly is, else the best guess.

    Raises:
        DataError: The file is empty or not text.
    """
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    if not head.strip():
        raise DataError(f"{path.name} is empty. Choose a table with a header row and at least one listing.")
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if head[0::2].count(0) > len(head) // 4:
        return "utf-16-be"
    binary = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\r\f\v")
    if binary > 8 + len(head) // 20:
        raise DataError(f"{path.name} is not a table. Expected CSV, TSV, Parquet, Excel, or a zip with one of them.")
    good, damaged = _utf8_characters(path)
    return "utf-8" if damaged * 20 <= good else _guess_legacy(path)


def _utf8_characters(path: Path) -> tuple[int, int]:
    """Count the characters beyond ASCII that are UTF-8, and the places that are not."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = damaged = 0
    with path.open("rb") as file:
        for block in iter(lambda: file.read(SAMPLE_BYTES), b""):
            text = decoder.decode(block)
            if not text.isascii():
                broken = max(0, text.count("\ufffd") - block.count("\ufffd".encode()))
                damaged += broken
                good += len(text) - len(text.encode("ascii", "ignore")) - broken
    return good, damaged


def _guess_legacy(path: Path) -> str:
    sample = bytearray()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(SAMPLE_BYTES), b""):
            sample += b"\n".join(line for line in block.split(b"\n") if not line.isascii())[: SAMPLE_BYTES // 4]
            if len(sample) >= SAMPLE_BYTES // 4:
                break
    best = from_bytes(bytes(sample)).best()
    return "cp1252" if best is None or best.encoding in _LATIN or best.encoding == "ascii" else best.encoding


def _lines(path: Path, encoding: str) -> Iterator[str]:
    """Give line after line, never holding more than MAX_LINE characters."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE), ""), start=1):
            if len(line) == MAX_LINE:
                raise DataError(
                    f"Line {number:,} of {path.name} has more than {MAX_LINE:,} characters. "
                    "Expected one listing a line; remove or repair that line."
                )
            yield line


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    def lines() -> Iterator[str]:
        yield from _lines(path, encoding)
        yield _END  # a record of its own, unless a quote is still open: then it ends up in a cell

    row = 1
    try:
        for record in csv.reader(lines(), delimiter=delimiter):
            if record and record[-1].endswith(_END):
                if record == [_END]:
                    return
                break
            yield record
            row += 1
    except csv.Error as error:
        raise DataError(
            f"Row {row:,} of {path.name} has a cell of more than {csv.field_size_limit():,} characters ({error}). "
            'Often a quote (") before it is never closed: repair that row, or save the table as .xlsx or Parquet.'
        ) from error
    raise DataError(f'Row {row:,} of {path.name} opens a quote (") that is never closed. Close or remove it.')


def _find_delimiter(path: Path, encoding: str) -> str:
    """Choose the delimiter that cuts the first rows into the same number of cells, and into most cells."""

    def score(delimiter: str) -> tuple[float, int]:
        try:
            widths = [len(record) for record in csv.reader(sample, delimiter=delimiter) if record]
        except csv.Error:  # a cell without end; reading the file will say where
            return 0.0, 0
        if not widths:
            return 0.0, 0
        width = max(widths, key=widths.count)
        share = widths.count(width) / len(widths)
        # A header without the delimiter is a heading above the table, or there is but one column.
        if width < 2 or (widths[0] < 2 and (len(widths) < 4 or share < 0.8)):
            return 0.0, 0
        return round(share, 1), width

    sample: list[str] = []
    size = 0
    for line in _lines(path, encoding):
        size += len(line)
        if size > SAMPLE_BYTES or len(sample) == 200:
            break
        sample.append(line)
    best = max(DELIMITERS, key=score)
    return best if score(best)[1] else NO_DELIMITER
