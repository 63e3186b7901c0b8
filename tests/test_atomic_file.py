import os
import subprocess
import sys
from pathlib import Path

import pytest

from matcher.atomic_file import atomic, remove_unfinished

ROOT = Path(__file__).parents[1]
KILLED = """
import os, sys
from pathlib import Path
from matcher.atomic_file import atomic
for name in sys.argv[2:]:
    if os.fork() == 0:
        with atomic(Path(sys.argv[1]) / name) as file:
            file.write(b"half")
            file.flush()
            os._exit(9)
    os.wait()
"""


def test_what_killed_writers_left_goes_and_nothing_else_does(tmp_path):
    subprocess.run([sys.executable, "-c", KILLED, tmp_path, "listings-1", "other.json"], cwd=ROOT, check=True)
    (tmp_path / ".a1b2c3_d.part").write_text("left by version 0.1.0")
    (tmp_path / "listings-0").write_text("whole")
    (tmp_path / "shop.part").write_text("a file of somebody's")
    assert len(list(tmp_path.iterdir())) == 5
    remove_unfinished(tmp_path, "listings")
    left = {file.name.partition("-")[0] for file in tmp_path.iterdir()}
    assert left == {".other.json", "listings", "shop.part"}
    remove_unfinished(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"listings-0", "shop.part"}
    remove_unfinished(tmp_path / "not there")


@pytest.mark.parametrize("name", ["a" * 255, "鞋" * 85])
@pytest.mark.parametrize("durable", [True, False])
def test_the_longest_name_there_is_can_be_written(tmp_path, name, durable):
    with atomic(tmp_path / name, durable=durable) as file:
        file.write(b"content")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_name_is_on_the_disk_before_anything_points_at_it(tmp_path, monkeypatch):
    flushed, real = [], os.fsync

    def note(descriptor):
        flushed.append(Path(f"/proc/self/fd/{descriptor}").resolve().name)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    with atomic(tmp_path / "listings") as file:
        file.write(b"content")
    assert flushed[0].endswith(".part")  # what is in the file, then its name
    assert flushed[1:] == [tmp_path.name]


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600)])
def test_who_may_read_a_file_is_said_by_the_umask(tmp_path, mask, mode):
    before = os.umask(mask)
    try:
        with atomic(tmp_path / "matches.csv") as file:
            file.write(b"content")
    finally:
        os.umask(before)
    assert (tmp_path / "matches.csv").stat().st_mode & 0o777 == mode


def test_a_pipe_is_written_into_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with atomic(pipe) as file:
        file.write(b"content")
    assert os.read(reader, 100) == b"content"
    os.close(reader)
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]
