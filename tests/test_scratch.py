"""Tests write into memory where there is enough of it, and nowhere else than they are told."""

import os
import subprocess
import sys
from pathlib import Path

import scratch

ROOT = Path(__file__).parents[1]
SAY = """
import sys, tempfile, scratch
tempfile.gettempdir()
scratch.write_to_memory(scratch.Path(sys.argv[1]), scratch.Path(sys.argv[2]))
print(tempfile.gettempdir())
"""


def where(memory: Path, info: Path, **chosen: str) -> str:
    clean = {name: value for name, value in os.environ.items() if name != "TMPDIR"}
    environment = clean | {"PYTHONPATH": str(ROOT / "tests")} | chosen
    command = [sys.executable, "-c", SAY, str(memory), str(info)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_free_memory_is_what_linux_says(tmp_path: Path) -> None:
    info = tmp_path / "meminfo"
    info.write_text("MemTotal:       24000000 kB\nMemFree:          100000 kB\nMemAvailable:    8388608 kB\n")
    assert scratch.free_memory(info) == 8 * 2**30
    info.write_text("MemTotal:       24000000 kB\n")
    assert scratch.free_memory(info) == 0
    assert scratch.free_memory(tmp_path / "none") == 0


def test_a_folder_has_room_only_if_it_is_there_and_large_enough(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(scratch, "ROOM", 1)
    assert scratch.has_room(tmp_path)
    assert not scratch.has_room(tmp_path / "none")
    monkeypatch.setattr(scratch, "ROOM", 2**62)
    assert not scratch.has_room(tmp_path)


def test_temporary_files_go_to_memory_where_there_is_plenty_and_nothing_else_was_chosen(tmp_path: Path) -> None:
    plenty, little = tmp_path / "plenty", tmp_path / "little"
    plenty.write_text(f"MemAvailable: {64 * 2**20} kB\n")
    little.write_text(f"MemAvailable: {2**20} kB\n")
    roomy = scratch.has_room(tmp_path)  # where these tests write may be small itself
    chosen = tmp_path / "chosen"
    chosen.mkdir()
    assert (where(tmp_path, plenty) == str(tmp_path)) == roomy
    assert where(tmp_path, little) != str(tmp_path)
    assert where(tmp_path / "none", plenty) != str(tmp_path / "none")
    assert where(tmp_path, plenty, TMPDIR=str(chosen)) == str(chosen)
