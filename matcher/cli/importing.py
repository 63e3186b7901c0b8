"""Reading a table into a catalog from a terminal, and what is said of it."""

from pathlib import Path
from typing import Any

from matcher.cli.arguments import say
from matcher.cli.progress_line import ProgressLine
from matcher.ingest.issues import shortened
from matcher.pipeline import catalogs
from matcher.storage.names import catalog_id_of
from matcher.storage.workspace import Workspace

PROBLEMS_SHOWN = 5


def import_table(workspace: Workspace, file: Path, images: Path | None, name: str, how: dict[str, Any]) -> str:
    """Import a table, and say how it was read and what was wrong with which row.

    Args:
        workspace: Where the catalog goes.
        file: The table.
        images: Its photos; None where they are in the file, or there are none.
        name: What to call the catalog.
        how: What was said of the table, as in `ImportConfig`.

    Returns:
        The id of the catalog.

    Raises:
        DataError: The file cannot be used at all.
    """
    config = catalogs.ImportConfig(str(file), name, str(images) if images else None, **how)
    before = workspace.store.catalog(config.catalog_id)
    with ProgressLine() as report:
        result = catalogs.import_catalog(workspace, config, report)
    taken = ", ".join(f"{meaning} = {shortened(column)}" for meaning, column in result.mapping.items() if column)
    say(f"Read as {result.note}; {taken}.")
    if none := [meaning for meaning in ("item_id", "title", "image", "label") if not result.mapping[meaning]]:
        say(f"  no column for {', '.join(none)}; --columns MEANING=COLUMN names one")
    say(f"{result.listings:,} listings in catalog {result.catalog_id}; {result.rejected:,} rows left out.")
    if before and before.name not in (name, catalog_id_of(name)):
        say(f"They take the place of those of the catalog {before.name}, whose name differs in no letter or digit.")
    if result.set_aside:
        said = "1 verdict is" if result.set_aside == 1 else f"{result.set_aside:,} verdicts are"
        say(f"{said} set aside: an id names other goods now. Review in the app lists them and can give them back.")
    problems = workspace.load_problems(result.catalog_id)
    for problem in problems.head(PROBLEMS_SHOWN).itertuples():
        say(f"  row {problem.row}: {problem.found} {problem.advice}")
    if len(problems) > PROBLEMS_SHOWN:
        say(f"  and {len(problems) - PROBLEMS_SHOWN:,} more problems")
    return result.catalog_id
