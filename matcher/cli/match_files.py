"""The files that match and run write: matches, and on request groups, in the form that a file's name asks for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pandas as pd

from matcher.atomic_file import atomic
from matcher.cli.arguments import FILE, say
from matcher.cli.progress_line import ProgressLine
from matcher.errors import DataError
from matcher.matching.groups.main_listing import RULES, MainRule
from matcher.matching.recipe import Recipe
from matcher.pipeline import matches
from matcher.pipeline.groups.group_tables import lay_out_groups
from matcher.storage.exports import ENDINGS, separator_of, to_bytes
from matcher.storage.workspace import Workspace

_KINDS = {ending: kind for kind, ending in ENDINGS.items()}
MOST_OVERRULED = 10  # verdicts that are named
_FORMS = "CSV, or Parquet or Excel by its ending."


@dataclass(frozen=True)
class Tables:
    """What is to be written beside the matches.

    Attributes:
        groups: File for every listing by group; None not to write it.
        group_rows: File with one row for each group.
        main_ids: File with what each id becomes.
        main: How main listings are chosen; None as the catalog says.
    """

    groups: Path | None = None
    group_rows: Path | None = None
    main_ids: Path | None = None
    main: MainRule | None = None


def _read_rule(_: click.Context, __: click.Parameter, text: str | None) -> MainRule | None:
    """Read "photo", "price:COLUMN" or "seller:FIRST,SECOND"."""
    if text is None:
        return None
    by, _sign, rest = text.partition(":")
    preferred = tuple(name for part in rest.split(",") if (name := part.strip())) if by == "seller" else ()
    if by not in RULES or (rest and by not in ("price", "seller")) or (by == "seller" and not preferred):
        raise click.BadParameter(f"expected {_RULE}; got {text[:80]!r}.")
    if by == "seller":
        return MainRule("seller", preferred=preferred)
    return MainRule(by, column=rest.strip())


_RULE = "title, photo, price, price:COLUMN, seller:FIRST,SECOND or oldest"
_OPTIONS = (
    click.option("--groups", type=FILE, help=f"File for every listing with the number of its group: {_FORMS}"),
    click.option("--group-rows", type=FILE, help=f"File with one row for each group: {_FORMS}"),
    click.option("--main-ids", type=FILE, help=f"File with each id and the main id of its group: {_FORMS}"),
    click.option("--main", metavar="RULE", callback=_read_rule,
                 help=f"How the main listing of a group is chosen: {_RULE}.  [default: as on Results]"),
)  # fmt: skip


def tables(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of `Tables`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def expect_apart(read: Iterable[Path | None], out: Path, asked: Tables) -> None:
    """See that no file is written over one that is read, nor over another one that is written.

    Raises:
        DataError: A file is named twice.
    """
    named = {file.resolve() for file in read if file}
    for file in filter(None, (out, asked.groups, asked.group_rows, asked.main_ids)):
        if file.resolve() in named:
            raise DataError(f"{file} is named twice: name another file to write.")
        named.add(file.resolve())


def write_matches(workspace: Workspace, catalog_id: str, recipe: Recipe, out: Path, asked: Tables) -> None:
    """Find the matches of a catalog and write them, with all that is asked for."""
    with ProgressLine() as report:
        found = matches.hand_out(workspace, catalog_id, recipe, report)
        laid_out = None
        if asked.groups or asked.group_rows or asked.main_ids:
            laid_out = lay_out_groups(
                workspace, catalog_id, found.catalog, found.group, found.numbered, asked.main, report
            )
    with atomic(out.absolute()) as file:
        file.write(to_bytes(found.lists, "CSV", mark=False, guard=False))
    if laid_out:
        _write(laid_out.listings, asked.groups)
        _write(laid_out.groups, asked.group_rows)
        _write(laid_out.main_ids, asked.main_ids, guard=False)  # ids as they are, for programs
    for one, other in matches.find_contradictions(workspace, catalog_id):
        say(f"  {one} and {other} were judged different, but verdicts that say same join them: settle it in Browse.")
    overruled = matches.find_overruled(workspace, catalog_id)
    for one, other in overruled[:MOST_OVERRULED]:
        say(f"  the verdict on {one} and {other} counts for nothing while a group is locked: unlock it in Groups.")
    if len(overruled) > MOST_OVERRULED:
        say(f"  and {len(overruled) - MOST_OVERRULED:,} more that a lock stands above")
    matched = int((found.lists["matches"] != found.lists["item_id"]).sum())
    say(f"{matched:,} of {len(found.lists):,} listings have a match; written to {out}.")
    if (separator := separator_of(found.lists["item_id"])) != " ":
        say(f"Some ids hold a space, so {separator!r} stands between the ids of a list.")


def _write(frame: pd.DataFrame, file: Path | None, *, guard: bool = True) -> None:
    """Write a table in the form that the file's name asks for; what a spreadsheet may be opened on is guarded."""
    if file is not None:
        data = to_bytes(frame, _KINDS.get(file.suffix.lower(), "CSV"), mark=False, guard=guard)
        with atomic(file.absolute()) as target:
            target.write(data)
