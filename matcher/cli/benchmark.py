"""Compare encoders from a terminal: a table and a page that can be mailed."""

import tempfile
from pathlib import Path
from typing import get_args

import click

from matcher.atomic_file import atomic
from matcher.benchmark.report import report_page
from matcher.benchmark.results import Results, load_results
from matcher.benchmark.run import compare_catalog
from matcher.benchmark.setup import CompareConfig
from matcher.benchmark.systems import DATA, PROTOCOLS, SYSTEMS
from matcher.benchmark.tables import comparison_table, describe_basis, explain_empty, format_interval
from matcher.cli.arguments import given_workspace, in_workspace, name, say
from matcher.cli.progress_line import ProgressLine
from matcher.errors import DataError
from matcher.progress import Progress
from matcher.storage.exports import to_bytes
from matcher.storage.names import catalog_id_of
from matcher.storage.workspace import Workspace
from matcher.training.config import Preset


@click.command()
@name
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the two files."
)
@click.option("--models", metavar="A,B", help=f"Some of {', '.join(SYSTEMS)}.  [default: all]")
@click.option("--data", metavar="A,B", help="original, balanced or both.  [default: both]")
@click.option("--preset", type=click.Choice(get_args(Preset)), default="light", show_default=True)
@click.option("--epochs", type=click.IntRange(1), help="Of each training, at most.  [default: the preset's]")
@in_workspace
def compare(name: str, out: Path, models: str | None, data: str | None, preset: Preset, epochs: int | None) -> None:
    """Compare the paper's encoders on the labels of catalog NAME, trained on it.

    Writes comparison.csv and comparison.html. One that was stopped goes on where it was when the same is typed again.
    """
    workspace, folder = given_workspace(), _make_folder(out.absolute())
    config = CompareConfig(catalog_id_of(name), _listed(models, tuple(SYSTEMS)), _listed(data, DATA), preset, epochs)
    with ProgressLine() as line:
        compare_catalog(workspace, config, lambda progress: line(_as_share(progress)))
    results = load_results(workspace, config.catalog_id)
    if results is None:
        raise DataError("The comparison was removed while it was made. Start it again.")
    _write(workspace, results, folder)
    click.echo(_describe_results(results))
    say(f"Written to {out / 'comparison.csv'} and {out / 'comparison.html'}.")


COMMANDS = (compare,)


def _listed(given: str | None, every: tuple[str, ...]) -> tuple[str, ...]:
    """What was listed, in its order; all if nothing was said."""
    if given is None:
        return every
    return tuple(part.strip() for part in given.split(",") if part.strip())


def _make_folder(folder: Path) -> Path:
    """The folder, made before anything is computed for it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise DataError(f"Nothing can be written into {folder}: {error.strerror}. Choose another folder.") from error


def _as_share(progress: Progress) -> Progress:
    """The share that is done in place of a count of nothing in particular."""
    share = f"{100 * progress.done / progress.total:.0f} %" if progress.total else ""
    return Progress(progress.step, 0, 0, ", ".join(filter(None, (share, progress.message))))


def _write(workspace: Workspace, results: Results, folder: Path) -> None:
    """Write table and page."""
    listings = workspace.load_catalog(results.catalog_id).listings
    page = report_page(results, listings, workspace.thumbnails(results.catalog_id))
    for file_name, content in {
        "comparison.csv": to_bytes(comparison_table(results), "CSV", mark=False),
        "comparison.html": page.encode(),
    }.items():
        with atomic(folder / file_name) as file:
            file.write(content)


def _describe_results(results: Results) -> str:
    """The table in lines."""
    lines = []
    for protocol in PROTOCOLS:
        lines.append(f"F1 on {protocol} products ({describe_basis(results, protocol)})")
        for row in results.rows:
            measured = row.measurement(protocol)
            figure = format_interval(measured.f1) if measured else explain_empty(row, protocol)
            lines.append(f"  {row.title:<29}{row.data:<10}{figure}")
    return "\n".join(lines)
