"""Find the table in what somebody gave: a file of any kind that is read here, or the zip around it and its photos."""

import tempfile
from pathlib import Path, PurePosixPath

from matcher.errors import DataError
from matcher.ingest.archive import files, is_archive, open_archive, read_member
from matcher.ingest.issues import shortened
from matcher.ingest.read_options import ReadOptions
from matcher.ingest.readers.file_kinds import is_workbook
from matcher.ingest.table import MAX_TABLE_BYTES, Table, read_table

_TABLES = (".csv", ".tsv", ".parquet", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".feather")
_PERHAPS_TABLES = (".txt", ".json", ".jsonl", ".ndjson")  # looked at where there is none of the others


def is_bundle(source: Path) -> bool:
    """Whether a file is a zip of a table and photos, and no workbook."""
    return is_archive(source) and not is_workbook(source)


def read_source(source: Path, options: ReadOptions | None = None) -> Table:
    """Read the table of a catalog file in this process.

    Raises:
        DataError: As `read_table`; or a zip without a table, or with several.
    """
    if not source.is_file():
        raise DataError(f"{source} is not a file. Give a CSV, TSV, Parquet or Excel file, or a zip.")
    if not is_bundle(source):
        return read_table(source, options)
    with open_archive(source) as archive:
        members = files(archive)
        tables = [path for path in members if path.lower().endswith(_TABLES)]
        tables = tables or [path for path in members if path.lower().endswith(_PERHAPS_TABLES)]
        if len(tables) != 1:
            found = f"{len(tables)} tables: {shortened(', '.join(tables))}" if tables else "no table"
            raise DataError(f"{source.name} holds {found}. Expected one CSV, TSV, Parquet or Excel file, and photos.")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"table{PurePosixPath(tables[0]).suffix}"
            path.write_bytes(read_member(archive, members[tables[0]], MAX_TABLE_BYTES))
            return read_table(path, options)
