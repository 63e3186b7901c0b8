"""`python -m matcher`."""

import sys

from matcher.cli.main import cli

if __name__ == "__main__":
    sys.exit(cli())
