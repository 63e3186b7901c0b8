"""From a file to a catalog in the workspace."""

from dataclasses import dataclass
from pathlib import Path

from matcher.ingest.catalog import ColumnMap, read_catalog
from matcher.progress import Report, silent
from matcher.storage.workspace import Workspace, catalog_id_of

DEMO = Path(__file__).parents[2] / "assets" / "demo"


@dataclass(frozen=True)
class ImportConfig:
    """Which file becomes which catalog.

    Attributes:
        source: CSV, TSV, Parquet, Excel, or a zip of one such table and its photos.
        name: The catalog's name; that of an earlier one replaces its listings and keeps its verdicts.
        images: Folder or zip of photos, if they are not in the source.
        mapping: The meaning of columns, as `asdict(ColumnMap)`; None to recognise them.
    """

    source: str
    name: str
    images: str | None = None
    mapping: dict[str, str | None] | None = None

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
    """What an upload came to: listings taken, rows left out, and problems in all."""

    catalog_id: str
    listings: int
    rejected: int
    problems: int


def import_catalog(workspace: Workspace, config: ImportConfig, report: Report = silent) -> ImportResult:
    """Read a catalog into the workspace.

    Raises:
        DataError: The file cannot be used, no row is good, or another run is writing the catalog; an earlier catalog
            of that name is then untouched.
    """
    into = workspace.folder(config.catalog_id)
    source, images = Path(config.source), Path(config.images) if config.images else None
    mapping = ColumnMap(**config.mapping) if config.mapping else None
    with workspace.writing(config.catalog_id, report):
        workspace.clear_unfinished(config.catalog_id)
        catalog, problems = read_catalog(source, images, mapping, into, report)
        info = workspace.save_catalog(config.name.strip(), source.name, catalog, problems)
    return ImportResult(info.id, info.listings, sum(problem.rejected for problem in problems), len(problems))


def open_demo(workspace: Workspace, config: DemoConfig, report: Report = silent) -> ImportResult:
    """Import the demo catalog that comes with the program."""
    source = ImportConfig(str(DEMO / "listings.csv"), config.catalog_id.title(), str(DEMO / "images"))
    return import_catalog(workspace, source, report)
