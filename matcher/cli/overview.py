"""`python -m matcher --help`, from no more than is needed to print it: the commands load the library, this does not.

What stands here of the commands is their names and first lines; a test holds it against the commands themselves.
"""

from pathlib import Path

import click

WORKSPACE = "workspace"
COMMANDS = {
    "compare": "Compare the paper's encoders on the labels of catalog NAME, trained on it.",
    "delete-encoder": "Delete the trained encoder ID; catalogs keep the vectors that it made.",
    "encode": "Encode catalog NAME, find neighbours and measure pairs; only what is new is computed.",
    "encoders": "List the encoders that come with the program, and those trained here.",
    "evaluate": "Measure a recipe on the labels of catalog NAME.",
    "export-encoder": "Write the trained encoder ID, with its card, as one file.",
    "import": "Read FILE (CSV, TSV, Parquet, Excel, JSON, or a zip of one and its photos) into a catalog.",
    "import-encoder": "Bring in a trained encoder that was exported to FILE.",
    "mark": "Mark photos and phrases of catalog NAME as saying nothing: they are left out of every comparison.",
    "marks": "List what is marked as saying nothing in catalog NAME, and how many listings have it.",
    "match": "Write the matches of every listing of catalog NAME: its group; verdicts go before the recipe.",
    "run": "Do it all: read FILE, encode it, choose thresholds where no recipe is given, and write the matches.",
    "train": "Train an encoder on catalog NAME; its ID then stands wherever an encoder is named.",
    "tune": "Choose thresholds on the labels or verdicts of catalog NAME, or learn from both, and write a recipe.",
    "unmark": "Let photos and phrases of catalog NAME that were marked as saying nothing count again.",
}


def _remember(context: click.Context, _: click.Parameter, folder: Path | None) -> None:
    """Keep the folder where every command finds it, whether it was given before or after the command's name."""
    if folder is not None:
        context.ensure_object(dict)[WORKSPACE] = folder


in_workspace = click.option(
    "--workspace", type=click.Path(path_type=Path, file_okay=False), callback=_remember, expose_value=False,
    help="Folder with catalogs and what was computed for them  [default: $MATCHER_WORKSPACE or ./workspace]",
)  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@in_workspace
def program() -> None:
    """Find the listings of a catalog that sell the same product."""


def show_overview() -> int:
    """Print what the program can do; its exit code."""
    for name, line in COMMANDS.items():
        program.add_command(click.Command(name, help=line))
    program.main(["--help"], prog_name="python -m matcher", standalone_mode=False)
    return 0
