"""`python -m assets.characterbert.make OUT` makes the bundled CharacterBERT in OUT; goes on where it was stopped."""

import csv
from pathlib import Path

import click

from assets.characterbert.make.stages import Plan, make
from matcher.progress import Progress

DEMO = Path(__file__).parents[2] / "demo" / "listings.csv"


@click.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--titles", default=Plan.titles, show_default=True, help="Titles made.")
@click.option("--taken", default=Plan.taken, show_default=True, help="Of them, learned from in each epoch.")
@click.option("--epochs", default=Plan.epochs, show_default=True, help="Passes over them.")
@click.option("--iterations", default=Plan.iterations, show_default=True, help="Of the fit to word pieces.")
@click.option("--buckets", default=Plan.buckets, show_default=True, help="Rows of the table of letter windows.")
@click.option("--seed", default=Plan.seed, show_default=True)
def main(out: Path, titles: int, taken: int, epochs: int, iterations: int, buckets: int, seed: int) -> None:
    """Write config.json, model.safetensors and README.md into OUT, and what it is made from beside them."""
    with DEMO.open(encoding="utf-8", newline="") as file:
        shop = [row["title"] for row in csv.DictReader(file) if row["title"]]
    make(out, shop, Plan(titles, taken, epochs, iterations, buckets, seed=seed), _print_progress)


def _print_progress(progress: Progress) -> None:
    if progress.done % 10 == 0:
        click.echo(f"{progress.step}: {progress.done} of {progress.total} {progress.message}")


if __name__ == "__main__":
    main()
