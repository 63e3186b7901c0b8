"""What commands of the terminal share: their options, the workspace they were told, and where they talk."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import click

from matcher.cli.overview import WORKSPACE
from matcher.cli.overview import in_workspace as in_workspace
from matcher.encoders.registry import encoder_spellings
from matcher.ingest.columns.column_mapping import MEANINGS
from matcher.ingest.read_options import known_encoding, named_delimiter
from matcher.matching.recipe import Fusion, Recipe
from matcher.pipeline.recipe_columns import Apart
from matcher.storage.workspace import Workspace, open_workspace

FILE = click.Path(path_type=Path, dir_okay=False)

name = click.argument("name")
images = click.option("--images", type=click.Path(path_type=Path), help="Folder or zip of the photos.")
_SHORT = {"id": "item_id", "photo": "image", "hash": "image_phash", "phash": "image_phash"}
_ASSIGNED = re.compile(rf"(?:^|,)\s*({'|'.join((*MEANINGS, *_SHORT))})\s*=")


def _columns(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, str | None] | None:
    """Read "title=Product,label=": columns by meaning, nothing behind the sign for none. A name may hold commas."""
    found: dict[str, str | None] = {}
    for text in texts:
        signs = list(_ASSIGNED.finditer(text))
        if not signs or signs[0].start() > 0:
            raise click.BadParameter(f"expected MEANING=COLUMN,... with {', '.join(MEANINGS)}; got {text[:80]!r}.")
        ends = [sign.start() for sign in signs[1:]] + [len(text)]
        for sign, end in zip(signs, ends, strict=True):
            found[_SHORT.get(sign.group(1), sign.group(1))] = text[sign.end() : end].strip() or None
    return found or None


def _option(read: Callable[[str], str]) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    return lambda _, __, text: None if text is None else read(text)


_TABLE_OPTIONS = (
    click.option("--columns", "mapping", metavar="MEANING=COLUMN,...", multiple=True, callback=_columns,
                 help="As in title=Product,label= (no label). MEANING: id, title, image, phash or label."),
    click.option("--sheet", help="Sheet of a workbook to read, hidden or not."),
    click.option("--delimiter", callback=_option(named_delimiter), help="comma, semicolon, tab, bar, none, or itself."),
    click.option("--encoding", callback=_option(known_encoding), help="Of a text table, such as utf-8 or cp1250."),
    click.option("--header-row", type=click.IntRange(0), help="Row of the column names; 0 if there are none."),
)  # fmt: skip


def reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """How a table is read, where it is not to be found out: the fields of an ImportConfig, all None if not given."""
    for option in reversed(_TABLE_OPTIONS):
        command = option(command)
    return command


text = click.option("--text", metavar="ENCODER", help=f"{', '.join(encoder_spellings('text'))}, or none.")
image = click.option("--image", metavar="ENCODER", help=f"{', '.join(encoder_spellings('image'))}, or none.")
fusion = click.option("--fusion", type=click.Choice(get_args(Fusion)), help="[default: the one that does best]")
objective = click.option(
    "--objective", metavar="f1|precision@P", default="f1", show_default=True,
    help="Best F1, or the most recall at a precision such as precision@0.95.",
)  # fmt: skip
recipe_file = click.option("--recipe", "recipe_file", type=FILE, required=True, help="Written by tune.")


_APART_OPTIONS = (
    click.option("--one-per", metavar="COLUMN",
                 help="At most one listing of each value of COLUMN in a group, as of each seller; none lifts it."),
    click.option("--only-across", metavar="COLUMN",
                 help="Listings with one value of COLUMN are no match by themselves; none lifts it."),
)  # fmt: skip


def keeping_apart(command: Callable[..., Any]) -> Callable[..., Any]:
    """By which columns listings are kept apart, where it is not as the recipe says."""
    for option in reversed(_APART_OPTIONS):
        command = option(command)
    return command


def apart_from(recipe: Recipe, one_per: str | None, only_across: str | None) -> Apart:
    """The columns that were given, those of a recipe where nothing was said, and none where "none" was."""
    found = (given or kept for given, kept in ((one_per, recipe.one_per), (only_across, recipe.only_across)))
    return Apart(*(None if column == "none" else column for column in found))


out = click.option("--out", type=FILE, required=True, help="File to write.")


def given_workspace() -> Workspace:
    """The workspace that the command was told, else the usual one."""
    return open_workspace(click.get_current_context().ensure_object(dict).get(WORKSPACE))


def say(line: str) -> None:
    """Tell the person at the terminal; stdout is for results."""
    click.echo(line, err=True)
