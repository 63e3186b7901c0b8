"""Several workers share the tests: a file stays whole, few workers have a browser, and a folder is made once."""

import os
import subprocess
import sys
from pathlib import Path

from workers import BROWSER_WORKERS, file_of, is_browser, next_file

ROOT = Path(__file__).parents[1]


def test_a_file_stays_whole() -> None:
    assert file_of("tests/test_text.py::test_a") == file_of("tests/test_text.py::test_b[1::2]")
    assert file_of("tests/test_text.py::test_a") != file_of("tests/test_images.py::test_a")


def test_a_worker_takes_the_first_file_of_its_kind_and_then_any() -> None:
    first, second, browser = "tests/test_text.py", "tests/test_images.py", "tests/browser/test_upload.py"
    assert next_file([first, second, browser], "gw0") == browser
    assert next_file([browser, first, second], "gw2") == first
    assert next_file([first, second], "gw1") == first
    assert next_file([browser], "gw2") == browser


def test_workers_share_files_and_not_parts_of_them_and_few_have_a_browser(tmp_path: Path) -> None:
    names = [f"tests/browser/test_browser_{number}.py" for number in range(4)]
    names += [f"tests/test_other_{number}.py" for number in range(4)]
    (tmp_path / "tests" / "browser").mkdir(parents=True)
    for name in names:
        (tmp_path / name).write_text("import time\n" + "".join(f"def test_{k}(): time.sleep(0.1)\n" for k in range(4)))
    (tmp_path / "conftest.py").write_text("from workers import pytest_xdist_make_scheduler\n")
    (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT / 'tests'}\n")
    command = [sys.executable, "-m", "pytest", "-n", "3", "--dist", "loadscope", "--no-loadscope-reorder", "-v"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    ran = [line.split() for line in done.stdout.splitlines() if line.startswith("[gw")]
    assert len(ran) == 4 * len(names)
    workers = {name: {words[0].strip("[]") for words in ran if name in words[-1]} for name in names}
    assert all(len(who) == 1 for who in workers.values()), workers
    first = {worker: next(words[-1] for words in ran if worker in words[0]) for worker in ("gw0", "gw1", "gw2")}
    assert {worker for worker, test in first.items() if is_browser(test)} == set(BROWSER_WORKERS)


def test_a_shared_folder_is_made_once(make_once, tmp_path_factory) -> None:
    calls = []
    for _ in range(2):
        folder = make_once("for-this-test", lambda part: (calls.append(part), (part / "made").touch()))
        assert (folder / "made").is_file()
    assert len(calls) == 1
