"""Read CSV and TSV whose encoding, delimiter and quoting nobody told us, one bounded line at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from matcher.ingest.issues import Problem
from matcher.ingest.read_options import DELIMITERS, ONE_COLUMN, ReadOptions
from matcher.ingest.readers.csv_dialect import NO_DELIMITER, find_dialect, is_directive
from matcher.ingest.readers.csv_records import Dialect, Remarks, read_records
from matcher.ingest.readers.text_encoding import SAMPLE_BYTES, TextEncoding, find_encoding, read_lines

_SAMPLE_LINES = 200


@dataclass(frozen=True)
class DelimitedRows:
    """The records of a text table, read as they are asked for.

    Attributes:
        records: An empty line is an empty one, so that their places are spreadsheet rows.
        note: How the file is read: "CSV, semicolon, CP1252".
        taken: The delimiter and the encoding.
        remarks: What was odd by row, once the records are read.
        stray_encoding: Of single lines that are not in the file's own, "" if there are none.
    """

    records: Iterator[list[str]]
    note: str
    taken: ReadOptions
    remarks: Remarks
    stray_encoding: str

    def problems(self) -> list[Problem]:
        """What was odd; complete once the records are read."""
        return self.remarks.problems(self.stray_encoding)


def read_delimited(path: Path, options: ReadOptions) -> DelimitedRows:
    """Open a text table.

    Raises:
        DataError: Not text; while iterating also: a line or cell without end, or a quote that is never closed.
    """
    encoding = find_encoding(path, options.encoding)
    dialect = find_dialect(_sample(path, encoding), options.delimiter)
    remarks = Remarks()
    found = read_records(read_lines(path, encoding), dialect, remarks, path.name)
    records = ([] if number == 1 and is_directive(record) else record for number, record in enumerate(found, 1))
    taken = ReadOptions(
        delimiter=ONE_COLUMN if dialect.delimiter == NO_DELIMITER else dialect.delimiter, encoding=encoding.name
    )
    return DelimitedRows(records, _note(encoding, dialect), taken, remarks, encoding.stray)


def _sample(path: Path, encoding: TextEncoding) -> list[str]:
    sample: list[str] = []
    size = 0
    for line, _ in read_lines(path, encoding):
        size += len(line)
        if size > SAMPLE_BYTES or len(sample) == _SAMPLE_LINES:
            break
        sample.append(line)
    return sample


def _note(encoding: TextEncoding, dialect: Dialect) -> str:
    name = "one column" if dialect.delimiter == NO_DELIMITER else DELIMITERS.get(dialect.delimiter, dialect.delimiter)
    quoting = ", backslashes before quotes" if dialect.backslash else ""
    written = encoding.name.removesuffix("-sig").upper()
    note = f"{'TSV' if dialect.delimiter == chr(9) else 'CSV'}, {name}{quoting}, {written}"
    if encoding.stray:
        return f"{note}, single rows in {encoding.stray.upper()} (a guess)"
    if encoding.is_guess:
        return f"{note} (a guess: if words look wrong, choose another encoding, or save the table as UTF-8)"
    return note
