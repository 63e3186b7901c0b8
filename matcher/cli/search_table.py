"""What a search for the best recipe came to, at the terminal."""

import click

from matcher.cli.arguments import say
from matcher.matching.recipe_search.ladder import Ladder, Rung
from matcher.matching.recipe_search.words import tell_doubt, tell_ladder, tell_step


def print_ladder(ladder: Ladder) -> None:
    """What each step won, on stdout; in short on stderr."""
    click.echo(f"{ladder.start.value:>6.3f}  F1 before the first step")
    for rung in ladder.rungs:
        click.echo(f"{100 * rung.gain.value:>+6.1f}  {_line(rung)}")
    end = ladder.end
    click.echo(f"{end.value:>6.3f}  F1 with all that were taken (95 % interval {end.low:.3f} to {end.high:.3f})")
    say(
        f"Measured on {ladder.listings:,} listings of {ladder.products:,} products, each under a recipe that its own "
        "product had no say in. Gains are in points, hundredths of F1."
    )
    say(tell_ladder(ladder))


def _line(rung: Rung) -> str:
    kept = "" if rung.taken else "; not taken"
    return f"{tell_step(rung)} ({tell_doubt(rung)}{kept})"
