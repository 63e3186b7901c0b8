"""`python -m matcher`."""

import sys


def run() -> int:
    """Run what was typed; its exit code. What the program can do is told without loading what does it."""
    if sys.argv[1:] in (["--help"], ["-h"]):
        from matcher.cli.overview import show_overview

        return show_overview()
    from matcher.cli.main import cli

    return cli()


if __name__ == "__main__":
    sys.exit(run())
