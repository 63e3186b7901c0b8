"""The same jobs from a terminal: python -m matcher.

Results go to stdout, progress to stderr. Exit code 2 and one line say that what was given cannot be used; 130 says that
somebody pressed Ctrl-C.
"""

import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import click

from matcher.atomic_file import atomic
from matcher.cli import benchmark, encoders, marks
from matcher.cli.arguments import (
    FILE,
    apart_from,
    fusion,
    given_workspace,
    image,
    images,
    in_workspace,
    keeping_apart,
    name,
    objective,
    out,
    reading,
    recipe_file,
    say,
    text,
)  # fmt: skip
from matcher.cli.importing import import_table
from matcher.cli.match_files import Tables, expect_apart, tables, write_matches
from matcher.cli.progress_line import ProgressLine
from matcher.cli.recipe_words import describe_learned, describe_recipe, name_encoders, read_recipe_file
from matcher.cli.search_table import print_ladder
from matcher.errors import Cancelled, MatcherError, TooLittleKnown
from matcher.failures import explain_failure
from matcher.ingest.issues import shortened
from matcher.matching.recipe import Fusion, Recipe
from matcher.pipeline import encoding, matches, recipes
from matcher.pipeline.pair_model.models import write_recipe
from matcher.pipeline.recipe_columns import Apart, without_lost_columns
from matcher.pipeline.recipe_search.search import find_best_recipe
from matcher.pipeline.training_rows import kept_out
from matcher.pipeline.unread import find_unread
from matcher.storage.files import fingerprint
from matcher.storage.names import catalog_id_of, legible
from matcher.storage.records import MATCH
from matcher.storage.workspace import Workspace

IDS_SHOWN = 10


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@in_workspace
def main() -> None:
    """Find the listings of a catalog that sell the same product."""


for command in (*encoders.COMMANDS, *benchmark.COMMANDS, *marks.COMMANDS):
    main.add_command(command)


@main.command(name="import")
@click.argument("file", type=FILE)
@images
@click.option("--name", required=True, help="What to call the catalog.")
@reading
@in_workspace
def import_file(file: Path, images: Path | None, name: str, **how: Any) -> None:
    """Read FILE (CSV, TSV, Parquet, Excel, JSON, or a zip of one and its photos) into a catalog.

    The same name again replaces the listings and keeps the verdicts. What is not said of the table is found out, and
    printed.
    """
    import_table(given_workspace(), file, images, name, how)


@main.command()
@name
@text
@image
@in_workspace
def encode(name: str, text: str | None, image: str | None) -> None:
    """Encode catalog NAME, find neighbours and measure pairs; only what is new is computed."""
    workspace = given_workspace()
    config = _config(workspace, name, text, image)
    with ProgressLine() as report:
        result = matches.find_matches(workspace, config, report)
    say(f"{result.pairs:,} candidate pairs in {result.seconds:g} s, with {name_encoders(config)}.")
    unread = find_unread(workspace, config.catalog_id)
    if unread.in_words:
        ids = workspace.load_catalog(config.catalog_id).listings["item_id"].to_numpy()[unread.rows]
        more = f" and {len(ids) - IDS_SHOWN:,} more" if len(ids) > IDS_SHOWN else ""
        say(f"  {unread.in_words} Listings: {', '.join(shortened(name) for name in ids[:IDS_SHOWN])}{more}.")


@main.command()
@name
@text
@image
@fusion
@objective
@keeping_apart
@click.option("--search", is_flag=True, help="Try every step of a recipe, and print what each wins on unseen products.")
@out
@in_workspace
def tune(
    name: str, text: str | None, image: str | None, fusion: Fusion | None, objective: str, search: bool, out: Path,
    **columns: str | None,
) -> None:  # fmt: skip
    """Choose thresholds on the labels or verdicts of catalog NAME, or learn from both, and write a recipe."""
    if search and (fusion or objective != "f1"):
        raise click.UsageError("--search tries every fusion, for the best F1: leave --fusion and --objective out.")
    workspace = given_workspace()
    config = _config(workspace, name, text, image)
    apart = apart_from(_recipe_in_force(workspace, config.catalog_id), **columns)
    with ProgressLine() as report:
        ladder = find_best_recipe(workspace, config, report, apart) if search else None
        recipe = ladder.recipe if ladder else recipes.tune(workspace, config, fusion, objective, report, apart)
    asked = kept_out(workspace, config)
    if asked is not None:
        how = "Measured" if recipe.fusion == "learned" else "Chosen"  # a pair model learns from the others as well
        say(f"{how} on {int(asked.sum()):,} listings of products that no encoder was trained on, in the pool of all.")
    learned = matches.find_learned(workspace, config.catalog_id, recipe)
    if ladder:
        print_ladder(ladder)
    elif learned:
        say(describe_learned(learned))
    with atomic(out.absolute()) as file:
        file.write(write_recipe(recipe, learned).encode())
    say(f"{describe_recipe(recipe)}, written to {out}.")


@main.command()
@name
@recipe_file
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@in_workspace
def evaluate(name: str, recipe_file: Path, as_json: bool) -> None:
    """Measure a recipe on the labels of catalog NAME."""
    workspace, recipe = given_workspace(), read_recipe_file(recipe_file)
    with ProgressLine() as report:
        result = matches.evaluate(workspace, catalog_id_of(name), recipe, report)
    figures: dict[str, Any] = asdict(result.listing)
    figures |= {f"pair_{key}": value for key, value in asdict(result.pair).items()}
    figures |= {
        "candidate_recall": result.candidate_recall,
        "listings": result.listings,
        "pool": result.pool,
        "learned": result.learned,
        "modelled": result.modelled,
    }
    figures |= {f"bcubed_{key}": value for key, value in asdict(result.groups.bcubed).items()}
    figures |= {"exact_groups": result.groups.exact, "groups_measured": result.groups.measured}
    figures["largest_group"] = result.groups.largest
    if as_json:
        click.echo(json.dumps(figures))
        return
    for key, value in figures.items():
        shown = f"{value:.3f}" if isinstance(value, float) else f"{value:,}"
        click.echo(f"{key.replace('_', ' '):<18}{shown:>8}")
    if result.learned:
        said = f"{result.learned:,} of these listings are of products that an encoder was trained on"
        say(f"{said}: there it does better than on others.")
    if result.modelled:
        say(
            f"The pair model learned from {result.modelled:,} of these listings. Each was judged by the parts of the "
            "model that did not learn from it, so these are the figures of products that it has not seen."
        )
    if result.judged:
        say(f"{result.judged:,} pairs were judged, and the groups obey: of these pairs the figures say nothing.")


@main.command()
@name
@recipe_file
@keeping_apart
@out
@tables
@in_workspace
def match(name: str, recipe_file: Path, out: Path, one_per: str | None, only_across: str | None, **tables: Any) -> None:
    """Write the matches of every listing of catalog NAME: its group; verdicts go before the recipe."""
    asked = Tables(**tables)
    expect_apart([recipe_file], out, asked)
    recipe = read_recipe_file(recipe_file)
    recipe = apart_from(recipe, one_per, only_across).within(recipe)
    write_matches(given_workspace(), catalog_id_of(name), recipe, out, asked)


@main.command()
@click.argument("file", type=FILE)
@images
@click.option("--recipe", "recipe_file", type=FILE, help="[default: tuned on labels or verdicts, if there are any]")
@keeping_apart
@out
@tables
@reading
@in_workspace
def run(
    file: Path, images: Path | None, recipe_file: Path | None, out: Path, one_per: str | None, only_across: str | None,
    **how: Any,
) -> None:  # fmt: skip
    """Do it all: read FILE, encode it, choose thresholds where no recipe is given, and write the matches."""
    workspace, asked = given_workspace(), Tables(**{field.name: how.pop(field.name) for field in fields(Tables)})
    expect_apart([file, images, recipe_file], out, asked)
    recipe = read_recipe_file(recipe_file) if recipe_file else None
    place = file.absolute()
    # Another file of the same name in another folder is another catalog.
    called = f"{place.parent.name[:80]} {file.stem[:80]} {fingerprint(str(place))[:6]}"
    catalog_id = import_table(workspace, file, images, legible(called), how)
    apart = apart_from(recipe or _recipe_in_force(workspace, catalog_id), one_per, only_across)
    recipe = apart.within(recipe) if recipe else _chosen_recipe(workspace, catalog_id, apart)
    write_matches(workspace, catalog_id, recipe, out, asked)


def _config(workspace: Workspace, name: str, text: str | None, image: str | None) -> encoding.EncodeConfig:
    """How to encode: as the options say, else as last time, else as usual."""
    config = recipes.last_config(workspace, catalog_id_of(name))
    if text is not None:
        config = replace(config, text=None if text == "none" else text)
    if image is not None:
        config = replace(config, image=None if image == "none" else image)
    return config


def _recipe_in_force(workspace: Workspace, catalog_id: str) -> Recipe:
    """The recipe in force without the columns that the catalog has lost, as the app reads it, and says so."""
    recipe = recipes.current_recipe(workspace, catalog_id)
    known = without_lost_columns(recipe, workspace.load_catalog(catalog_id))
    for column in set(recipe.columns).difference(known.columns):
        say(f"The catalog no longer has the column {shortened(column)!r}: listings are not kept apart by it any more.")
    return known


def _chosen_recipe(workspace: Workspace, catalog_id: str, apart: Apart) -> Recipe:
    config = recipes.last_config(workspace, catalog_id)
    labels = workspace.catalog_info(catalog_id).labels
    too_little = "No labels"
    if labels or any(verdict.kind == MATCH for verdict in workspace.store.verdicts(catalog_id)):
        known = "labels" if labels else "verdicts"
        try:
            with ProgressLine() as report:
                recipe = recipes.tune(workspace, config, report=report, apart=apart)
        except TooLittleKnown:  # as where every listing has a label of its own
            too_little = f"The {known} tell too little"
        else:
            say(f"Thresholds chosen on the catalog's {known}: {describe_recipe(recipe)}.")
            return recipe
    recipe = apart.within(recipes.usual_recipe(workspace, config))
    say(f"{too_little} to choose thresholds on, so a bundled recipe is used: {describe_recipe(recipe)}.")
    return recipe


def cli(arguments: list[str] | None = None) -> int:
    """Run a command; its exit code."""
    try:
        return main.main(arguments, prog_name="python -m matcher", standalone_mode=False) or 0
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        say(f"Error: {error.format_message()}")
        return 2
    except click.Abort:
        say("Stopped. What was finished is kept.")
        return 130
    except Cancelled as error:
        say(str(error))
        return 130
    except MatcherError as error:
        return _refused(error)
    except Exception as error:
        if explained := explain_failure(error):
            return _refused(explained)
        raise


def _refused(error: MatcherError) -> int:
    say(f"Error: {' '.join(str(error).split())}")
    return 2
