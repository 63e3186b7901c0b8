"""From a stranger's file to a catalog: every row checked, every problem told, every good row kept."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.ingest.archive import open_archive
from matcher.ingest.columns.column_mapping import ColumnMap, guess_columns, recognise_columns
from matcher.ingest.guarded_reading import read_guarded
from matcher.ingest.issues import Problem, problems_frame, shortened
from matcher.ingest.photos import PhotoSource, keep_photos, photo_source
from matcher.ingest.read_options import ReadOptions
from matcher.ingest.row_checks import standard_rows, with_photos
from matcher.ingest.source import is_bundle
from matcher.ingest.table import Table, read_table, unused_name
from matcher.progress import Progress, Report, silent
from matcher.text import distinct_words

__all__ = [
    "COLUMNS",
    "Catalog",
    "ColumnMap",
    "Problem",
    "ReadOptions",
    "Table",
    "guess_columns",
    "preview_table",
    "problems_frame",
    "read_catalog",
    "read_table",
    "recognise_columns",
]

FEWEST_FOR_A_SHARE = 10  # rows; of fewer, half are no sign of anything
COLUMNS = ("item_id", "title", "image", "photo", "phash", "label")


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
    def word_counts(self) -> Mapping[str, int]:
        """How many titles each word, folded, stands in. Shared by all readers: never change it."""
        return Counter(chain.from_iterable(map(distinct_words, self.listings["title"])))

    @cached_property
    def codes(self) -> NDArray[np.int32]:
        """Label of each listing as a number from 0 in order of appearance, -1 where it is unknown. Shape (N,)."""
        labels = self.listings["label"]
        codes = pd.factorize(labels.where(labels != ""))[0].astype(np.int32)
        codes.setflags(write=False)
        return codes


def preview_table(source: Path, options: ReadOptions | None = None) -> Table:
    """Read the table of a catalog file, or of the zip around it, to show it and to map its columns.

    Where the file could harm this process it is read in another one, within bounds of memory and time.

    Raises:
        DataError: As `read_source`; or the file takes too much, or ends its reader.
    """
    return read_guarded(source, options)


def read_catalog(
    source: Path,
    images: Path | None,
    mapping: ColumnMap | Mapping[str, str | None] | None,
    into: Path,
    report: Report = silent,
    table: Table | None = None,
) -> tuple[Catalog, list[Problem]]:
    """Read a catalog, check every row, and keep working copies of its photos.

    Args:
        source: CSV, TSV, Parquet, Excel, or a zip of one such table and its photos.
        images: Folder or zip of photos; None if they are in `source`, or if there are none.
        mapping: Columns by meaning; what it does not name is recognised, all of it if it is None.
        into: The catalog's folder; gets images/ and thumbnails/.
        report: Told how far it is.
        table: What `preview_table` made of the source, if that is known already.

    Returns:
        The catalog of the good rows, and the problems in the order of the rows.

    Raises:
        DataError: The file cannot be used at all, or no row is good.
    """
    report(Progress("Reading the table", 0, 0))
    table = table or preview_table(source)
    chosen = asdict(mapping) if isinstance(mapping, ColumnMap) else mapping
    columns, doubts = guess_columns(table.frame, chosen)
    columns.check(table.frame)
    listings, problems = standard_rows(table.frame, columns)
    with photo_source(images) if images else _photos_beside(source) as photos:
        if photos and not columns.image:
            listings["image"] = [item_id if photos.has(item_id) else "" for item_id in listings["item_id"]]
        named = listings.loc[listings["image"] != "", "image"]
        kept = keep_photos(named, photos, into, report) if photos else None
    listings, more = with_photos(listings, columns, kept)
    problems = _in_order([*table.problems, *doubts, *problems, *more, *_tell_common_label(listings, columns.label)])
    if listings.empty:
        first = next(problem for problem in problems if problem.rejected)
        raise DataError(f"No row of {source.name} can be used. Row {first.row}: {first.found} {first.advice}")
    for column in table.frame.columns.difference(list(filter(None, asdict(columns).values())), sort=False):
        listings[unused_name(column, listings.columns)] = table.frame[column]  # aligned by row number
    has_photos = bool((listings["photo"] != "").any())
    return Catalog(listings.reset_index(drop=True), into / "images" if has_photos else None), problems


def _tell_common_label(listings: pd.DataFrame, column: str | None) -> list[Problem]:
    """Say that one label stands over more than half of the rows, which hardly any product does."""
    sizes = listings.loc[listings["label"] != "", "label"].value_counts()
    if len(listings) < FEWEST_FOR_A_SHARE or sizes.empty or 2 * sizes.iloc[0] <= len(listings):
        return []
    found = f"{sizes.iloc[0]:,} of {len(listings):,} rows have one label, {shortened(str(sizes.index[0]))}."
    advice = "They count as one product. If it stands for nothing or for a category, clear it or take another column."
    return [Problem(1, "", column or "", found, advice)]


def _in_order(problems: list[Problem]) -> list[Problem]:
    """Sort by row, and leave out the flaws of rows that were rejected anyway."""
    rejected = {problem.row for problem in problems if problem.rejected}
    told = [problem for problem in problems if problem.rejected or problem.row not in rejected]
    return sorted(told, key=lambda problem: problem.row)


@contextmanager
def _photos_beside(source: Path) -> Iterator[PhotoSource | None]:
    """Open the photos that came in the same zip as the table."""
    if not is_bundle(source):
        yield None
        return
    with open_archive(source) as archive:
        yield PhotoSource(source, archive)
