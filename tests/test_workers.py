"""Several workers share the tests: a file stays whole, the browser tests stay together, and a folder is made once."""

import os
import subprocess
import sys
from pathlib import Path

from workers import BROWSER, group_of

ROOT = Path(__file__).parents[1]


def test_a_file_stays_whole_and_the_browser_tests_stay_together() -> None:
    names = ("tests/browser/test_upload.py::test_a[x@y]", "tests/browser/test_decide.py::test_b")
    assert {group_of(name) for name in names} == {BROWSER}
    assert group_of("tests/test_text.py::test_a") == group_of("tests/test_text.py::test_b[1::2]")
    assert group_of("tests/test_text.py::test_a") != group_of("tests/test_images.py::test_a")


def test_two_workers_share_files_and_not_parts_of_them() -> None:
    files = ["tests/test_text.py", "tests/test_images.py", "tests/matching/test_bootstrap.py"]
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadscope", "-v", "-p", "no:cacheprovider", *files]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    ran = [line.split() for line in done.stdout.splitlines() if line.startswith("[gw")]
    workers = {file: {words[0] for words in ran if any(file in word for word in words)} for file in files}
    assert all(len(who) == 1 for who in workers.values()), workers
    assert len(set().union(*workers.values())) == 2


def test_a_shared_folder_is_made_once(make_once, tmp_path_factory) -> None:
    calls = []
    for _ in range(2):
        folder = make_once("for-this-test", lambda part: (calls.append(part), (part / "made").touch()))
        assert (folder / "made").is_file()
    assert len(calls) == 1
