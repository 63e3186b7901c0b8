"""From a stranger's file to a catalog: every row checked, every problem told, every good row kept."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.ingest.archive import files, is_archive, is_workbook, open_archive, read_member
from matcher.ingest.column_mapping import ColumnMap, recognise_columns
from matcher.ingest.issues import Problem, problems_frame, shortened
from matcher.ingest.photos import PhotoSource, keep_photos, photo_source
from matcher.ingest.row_checks import standard_rows, with_photos
from matcher.ingest.table import MAX_TABLE_BYTES, Table, read_table, unused_name
from matcher.progress import Progress, Report, silent

__all__ = [
    "COLUMNS",
    "Catalog",
    "ColumnMap",
    "Problem",
    "Table",
    "preview_table",
    "problems_frame",
    "read_catalog",
    "read_table",
    "recognise_columns",
]

COLUMNS = ("item_id", "title", "image", "photo", "phash", "label")
_TABLES = (".csv", ".tsv", ".parquet", ".xlsx", ".xlsm", ".xls")


@dataclass(frozen=True)
class Catalog:
    """All listings of one upload.

    Attributes:
        listings: One row each, all str: COLUMNS, then the source's extra ones; row i is listing i everywhere.
            item_id is unique and not empty; photo is the file name of the working copy, "" if there is none;
            phash is 16 hex digits or ""; label is "" where the product is not known.
        photos: Folder of the working copies, None if the catalog has no photo.
    """

    listings: pd.DataFrame
    photos: Path | None

    @cached_property
    def rows(self) -> dict[str, int]:
        """Row of each item_id. Shared by all readers: never change it."""
        return {item_id: row for row, item_id in enumerate(self.listings["item_id"])}

    @cached_property
    def codes(self) -> NDArray[np.int32]:
        """Label of each listing as a number from 0 in order of appearance, -1 where it is unknown. Shape (N,)."""
        labels = self.listings["label"]
        codes = pd.factorize(labels.where(labels != ""))[0].astype(np.int32)
        codes.setflags(write=False)
        return codes


def preview_table(source: Path) -> Table:
    """Read the table of a catalog file, or of the zip around it, to show it and to map its columns.

    Raises:
        DataError: As `read_table`; or a zip without a table, or with several.
    """
    with _opened(source) as (table, _):
        return table


def read_catalog(
    source: Path, images: Path | None, mapping: ColumnMap | None, into: Path, report: Report = silent
) -> tuple[Catalog, list[Problem]]:
    """Read a catalog, check every row, and keep working copies of its photos.

    Args:
        source: CSV, TSV, Parquet, Excel, or a zip of one such table and its photos.
        images: Folder or zip of photos; None if they are in `source`, or if there are none.
        mapping: Meaning of the columns; None to recognise them.
        into: The catalog's folder; gets images/ and thumbnails/.
        report: Told how far it is.

    Returns:
        The catalog of the good rows, and the problems in the order of the rows.

    Raises:
        DataError: The file cannot be used at all, or no row is good.
    """
    report(Progress("Reading the table", 0, 0))
    with _opened(source) as (table, own_photos):
        mapping = mapping or recognise_columns(table.frame)
        mapping.check(table.frame)
        listings, problems = standard_rows(table.frame, mapping)
        with photo_source(images) if images else nullcontext(own_photos) as photos:
            if photos and not mapping.image:
                listings["image"] = [item_id if photos.has(item_id) else "" for item_id in listings["item_id"]]
            named = listings.loc[listings["image"] != "", "image"]
            kept = keep_photos(named, photos, into, report) if photos else None
    listings, more = with_photos(listings, mapping, kept)
    problems = _in_order([*table.problems, *problems, *more])
    if listings.empty:
        first = next(problem for problem in problems if problem.rejected)
        raise DataError(f"No row of {source.name} can be used. Row {first.row}: {first.found} {first.advice}")
    for column in table.frame.columns.difference(list(filter(None, asdict(mapping).values())), sort=False):
        listings[unused_name(column, listings.columns)] = table.frame[column]  # aligned by row number
    has_photos = bool((listings["photo"] != "").any())
    return Catalog(listings.reset_index(drop=True), into / "images" if has_photos else None), problems


def _in_order(problems: list[Problem]) -> list[Problem]:
    """Sort by row, and leave out the flaws of rows that were rejected anyway."""
    rejected = {problem.row for problem in problems if problem.rejected}
    told = [problem for problem in problems if problem.rejected or problem.row not in rejected]
    return sorted(told, key=lambda problem: problem.row)


@contextmanager
def _opened(source: Path) -> Iterator[tuple[Table, PhotoSource | None]]:
    """Read the table, and open the photos that came in the same zip."""
    if not source.is_file():
        raise DataError(f"{source} is not a file. Give a CSV, TSV, Parquet or Excel file, or a zip.")
    if not is_archive(source) or is_workbook(source):
        yield read_table(source), None
        return
    with open_archive(source) as archive:
        members = files(archive)
        tables = [path for path in members if path.lower().endswith(_TABLES)]
        tables = tables or [path for path in members if path.lower().endswith(".txt")]
        if len(tables) != 1:
            found = f"{len(tables)} tables: {shortened(', '.join(tables))}" if tables else "no table"
            raise DataError(f"{source.name} holds {found}. Expected one CSV, TSV, Parquet or Excel file, and photos.")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"table{PurePosixPath(tables[0]).suffix}"
            path.write_bytes(read_member(archive, members[tables[0]], MAX_TABLE_BYTES))
            table = read_table(path)
        yield table, PhotoSource(source, archive)
