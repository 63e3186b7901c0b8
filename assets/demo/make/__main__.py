"""`python -m assets.demo.make FOLDER` writes the demo catalog."""

from pathlib import Path

import click

from assets.demo.make.catalog import make_demo


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--seed", default=7, show_default=True)
def main(folder: Path, seed: int) -> None:
    """Write listings.csv and images/ into FOLDER."""
    make_demo(folder, seed)


if __name__ == "__main__":
    main()
