"""Photos and phrases that say nothing, from a terminal: listed, marked, and counted again."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from matcher.cli.arguments import given_workspace, in_workspace, name, say
from matcher.errors import DataError
from matcher.ingest.catalog import Catalog
from matcher.ingest.issues import shortened
from matcher.pipeline.kept.says_nothing import (
    find_marked,
    find_phrase,
    find_phrased,
    mark_photo,
    mark_phrase,
    photo_of,
    read_marks,
    unmark,
)
from matcher.storage.names import catalog_id_of
from matcher.storage.workspace import Workspace

FROM_NOW = "Counts from the next search on: encode, or run."

_WHICH = (
    click.option("--photo", "photos", metavar="ID", multiple=True, help="The photo of this listing, wherever it is."),
    click.option("--phrase", "phrases", metavar="WORDS", multiple=True, help="Words in a row, in any title."),
)


def _which(command: Callable[..., Any]) -> Callable[..., Any]:
    """What a command is about: photos, by a listing that shows each, and phrases."""
    for option in reversed(_WHICH):
        command = option(command)
    return command


@click.command()
@name
@in_workspace
def marks(name: str) -> None:
    """List what is marked as saying nothing in catalog NAME, and how many listings have it.

    A photo is named by the first listing that shows it.
    """
    workspace, catalog_id = given_workspace(), catalog_id_of(name)
    catalog, marked = workspace.load_catalog(catalog_id), read_marks(workspace, catalog_id)
    ids = catalog.listings["item_id"].to_numpy()
    for photo in marked.photos:
        rows = find_marked(catalog, [photo]).nonzero()[0]
        _echo("photo", len(rows), ids[rows[0]] if len(rows) else f"(of no listing now: {photo})")
    for phrase in marked.phrases:
        _echo("phrase", int(find_phrased(catalog, phrase).sum()), phrase)
    if not (marked.photos or marked.phrases):
        say("Nothing is marked.")


@click.command()
@name
@_which
@in_workspace
def mark(name: str, photos: Sequence[str], phrases: Sequence[str]) -> None:
    """Mark photos and phrases of catalog NAME as saying nothing: they are left out of every comparison.

    Such as a "no image" picture, or what one seller writes on everything. What is shown stays as it is.
    """
    workspace, catalog, catalog_id = _open(name, photos, phrases)
    for photo in [_find_photo(catalog, item_id) for item_id in photos]:
        mark_photo(workspace, catalog_id, photo)
        _say_count(int(find_marked(catalog, [photo]).sum()), "show this photo", "shows this photo")
    for phrase in phrases:
        mark_phrase(workspace, catalog_id, phrase)
        _say_count(int(find_phrased(catalog, phrase).sum()), f"have {shortened(phrase)}", f"has {shortened(phrase)}")
    say(FROM_NOW)


@click.command(name="unmark")
@name
@_which
@in_workspace
def unmark_some(name: str, photos: Sequence[str], phrases: Sequence[str]) -> None:
    """Let photos and phrases of catalog NAME that were marked as saying nothing count again."""
    workspace, catalog, catalog_id = _open(name, photos, phrases)
    marked = read_marks(workspace, catalog_id)
    found = [_find_photo(catalog, item_id) for item_id in photos]
    if missing := [item_id for item_id, photo in zip(photos, found, strict=True) if photo not in marked.photos]:
        raise DataError(f"The photo of {shortened(missing[0])} is not marked; marks lists what is.")
    for phrase in phrases:
        known = find_phrase(marked, phrase)
        if known is None:
            raise DataError(f"The phrase {shortened(phrase)} is not marked; marks lists what is.")
        found.append(known)
    for each in found:
        unmark(workspace, catalog_id, each)
    say(FROM_NOW)


COMMANDS = (marks, mark, unmark_some)


def _open(name: str, photos: Sequence[str], phrases: Sequence[str]) -> tuple[Workspace, Catalog, str]:
    """The workspace and catalog of a command that was told what it is about."""
    if not (photos or phrases):
        raise click.UsageError("Say which: --photo ID, --phrase WORDS, or several of them.")
    workspace, catalog_id = given_workspace(), catalog_id_of(name)
    return workspace, workspace.load_catalog(catalog_id), catalog_id


def _find_photo(catalog: Catalog, item_id: str) -> str:
    """What tells the photo of a listing from others.

    Raises:
        DataError: There is no such listing, or it has no photo.
    """
    row = catalog.rows.get(item_id)
    if row is None:
        raise DataError(f"There is no listing {shortened(item_id)} in this catalog; name one that shows the photo.")
    photo = photo_of(catalog, row)
    if not photo:
        raise DataError(f"The listing {shortened(item_id)} has no photo; name one that shows it.")
    return photo


def _say_count(listings: int, many: str, one: str) -> None:
    say(f"{listings:,} listing{' ' + one if listings == 1 else 's ' + many}.")


def _echo(what: str, listings: int, which: str) -> None:
    click.echo(f"{what:<6}  {listings:>9,}  {which}")
