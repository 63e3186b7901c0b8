"""From a file to a catalog in the workspace."""

from dataclasses import asdict, dataclass, field
from pathlib import Path

from matcher.ingest.catalog import ReadOptions, preview_table, read_catalog, recognise_columns
from matcher.progress import Progress, Report, silent
from matcher.storage.names import catalog_id_of, check_name
from matcher.storage.workspace import Workspace

DEMO = Path(__file__).parents[2] / "assets" / "demo"


@dataclass(frozen=True)
class ImportConfig:
    """Which file becomes which catalog.

    Attributes:
        source: CSV, TSV, Parquet, Excel, or a zip of one such table and its photos.
        name: The catalog's name; that of an earlier one replaces its listings and keeps its verdicts.
        images: Folder or zip of photos, if they are not in the source.
        mapping: Columns by meaning, as in `asdict(ColumnMap)`; what is not named is recognised.
        sheet: Of a workbook; None, as for the three below, to find it out.
        delimiter: Of a text table, "" for a single column.
        encoding: Of a text table, as Python names it.
        header_row: Where the column names stand, as a spreadsheet numbers rows; 0 if there are none.
    """

    source: str
    name: str
    images: str | None = None
    mapping: dict[str, str | None] | None = None
    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    header_row: int | None = None

    @property
    def options(self) -> ReadOptions:
        """How the table is to be read."""
        return ReadOptions(self.sheet, self.delimiter, self.encoding, self.header_row)

    @property
    def catalog_id(self) -> str:
        """The id that the name gives."""
        return catalog_id_of(self.name)


@dataclass(frozen=True)
class DemoConfig:
    """The demo catalog has nothing to choose."""

    catalog_id: str = "demo"


@dataclass(frozen=True)
class ImportResult:
    """What an upload came to.

    Attributes:
        catalog_id: The catalog's.
        listings: Rows that were taken.
        rejected: Rows that were left out.
        problems: Remarks in all.
        note: How the table was read: "CSV, semicolon, UTF-8".
        mapping: The column that was taken for each meaning, None where there is none.
        set_aside: Verdicts that are not applied any more, because an id names other goods now.
    """

    catalog_id: str
    listings: int
    rejected: int
    problems: int
    note: str = ""
    mapping: dict[str, str | None] = field(default_factory=dict)
    set_aside: int = 0


def import_catalog(workspace: Workspace, config: ImportConfig, report: Report = silent) -> ImportResult:
    """Read a catalog into the workspace.

    Raises:
        DataError: The file or the name cannot be used, no row is good, or another run is writing the catalog; an
            earlier catalog of that name is then untouched.
    """
    name = check_name(config.name, "catalog", "autumn")
    into = workspace.folder(config.catalog_id)
    source, images = Path(config.source), Path(config.images) if config.images else None
    with workspace.writing(config.catalog_id, report):
        workspace.clear_unfinished(config.catalog_id)
        report(Progress("Reading the table", 0, 0))
        table = preview_table(source, config.options)
        mapping = asdict(recognise_columns(table.frame, config.mapping))
        catalog, problems = read_catalog(source, images, config.mapping, into, report, table)
        info = workspace.save_catalog(name, source.name, catalog, problems)
    rejected = sum(problem.rejected for problem in problems)
    aside = len(workspace.store.verdicts_set_aside(info.id))
    return ImportResult(info.id, info.listings, rejected, len(problems), table.note, mapping, aside)


def open_demo(workspace: Workspace, config: DemoConfig, report: Report = silent) -> ImportResult:
    """Import the demo catalog that comes with the program."""
    source = ImportConfig(str(DEMO / "listings.csv"), config.catalog_id.title(), str(DEMO / "images"))
    return import_catalog(workspace, source, report)
