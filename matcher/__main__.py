"""`python -m matcher`."""

import atexit
import gc
import sys


def run() -> int:
    """Run what was typed; its exit code. What the program can do is told without loading what does it."""
    if sys.argv[1:] in (["--help"], ["-h"]):
        from matcher.cli.overview import show_overview

        return show_overview()
    from matcher.cli.main import cli

    return cli()


if __name__ == "__main__":
    atexit.register(gc.freeze)  # else Python looks through all that was loaded before it ends: a quarter of a second
    sys.exit(run())
