"""What commands of the terminal share: their options, the workspace they were told, and where they talk."""

from pathlib import Path
from typing import get_args

import click

from matcher.encoders.registry import encoder_spellings
from matcher.matching.recipe import Fusion
from matcher.storage.workspace import Workspace, open_workspace

FILE = click.Path(path_type=Path, dir_okay=False)
WORKSPACE = "workspace"


def _remember(context: click.Context, _: click.Parameter, folder: Path | None) -> None:
    """Keep the folder where every command finds it, whether it was given before or after the command's name."""
    if folder is not None:
        context.ensure_object(dict)[WORKSPACE] = folder


in_workspace = click.option(
    "--workspace", type=click.Path(path_type=Path, file_okay=False), callback=_remember, expose_value=False,
    help="Folder with catalogs and what was computed for them  [default: $MATCHER_WORKSPACE or ./workspace]",
)  # fmt: skip
name = click.argument("name")
images = click.option("--images", type=click.Path(path_type=Path), help="Folder or zip of the photos.")
text = click.option("--text", metavar="ENCODER", help=f"{', '.join(encoder_spellings('text'))}, or none.")
image = click.option("--image", metavar="ENCODER", help=f"{', '.join(encoder_spellings('image'))}, or none.")
fusion = click.option("--fusion", type=click.Choice(get_args(Fusion)), help="[default: the one that does best]")
objective = click.option(
    "--objective", metavar="f1|precision@P", default="f1", show_default=True,
    help="Best F1, or the most recall at a precision such as precision@0.95.",
)  # fmt: skip
recipe_file = click.option("--recipe", "recipe_file", type=FILE, required=True, help="Written by tune.")
out = click.option("--out", type=FILE, required=True, help="File to write.")


def told_workspace() -> Workspace:
    """The workspace that the command was told, else the usual one."""
    return open_workspace(click.get_current_context().ensure_object(dict).get(WORKSPACE))


def say(line: str) -> None:
    """Tell the person at the terminal; stdout is for results."""
    click.echo(line, err=True)
