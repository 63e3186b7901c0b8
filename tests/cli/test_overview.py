"""What --help tells without loading the library is what the commands say of themselves."""

import subprocess
import sys
from pathlib import Path

import pytest

from matcher.cli.main import cli, main
from matcher.cli.overview import COMMANDS

ROOT = Path(__file__).parents[2]


def test_every_command_stands_in_it_with_its_first_line():
    assert {name: command.get_short_help_str(1000) for name, command in main.commands.items()} == COMMANDS


@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_it_is_what_the_commands_themselves_print(asked, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert cli([asked]) == 0
    done = subprocess.run([sys.executable, "-m", "matcher", asked], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (0, capsys.readouterr().out, "")
