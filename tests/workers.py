"""How the tests are shared among workers, and how long each file takes.

Each file stays on one worker, so that what its fixtures make is made once. There is a worker more than cores, because
the browser tests wait much of their time. They go to the first two workers, each with a Chromium of its own, which take
other files when none of these are left. What takes long starts first, so that no worker is left idle at the end.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

SECONDS = "twinshelf/seconds"  # in pytest's cache: how long each file took when it last ran
BROWSER_WORKERS = ("gw0", "gw1")  # as pytest-xdist names its first two
MOST_WORKERS = 4
UNKNOWN = 5.0  # seconds, for a file that has never run here
UNKNOWN_TEST = 1.0  # seconds, for each test of such a file when it is decided what starts first
LONG = {
    "tests/browser/test_encoders_page.py": 70.0,
    "tests/browser/test_verdicts.py": 130.0,
    "tests/browser/test_start_browse.py": 50.0,
    "tests/browser/test_morning.py": 30.0,
    "tests/training/test_training.py": 50.0,
    "tests/cli/test_cli_encoders.py": 25.0,
    "tests/pipeline/test_versions.py": 20.0,
}  # seconds, for files that take far longer than their tests are many, until they have run here
MakeOnce = Callable[[str, Callable[[Path], None]], Path]
"""make_once(name, make) -> folder: `make` has filled it, in this worker or in another; copy it before changing it."""
Fill = Callable[..., None]
"""fill(folder, make, *arguments): the folder holds what make(folder, *arguments) writes; what it opened is closed."""
_seconds: dict[str, float] = defaultdict(float)

if "PYTEST_XDIST_WORKER" in os.environ:
    # As many workers as cores: threads of numpy and torch would only wait for each other. Read when they are imported.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


class FileScheduling(LoadScopeScheduling):
    """Hands out whole files, in the order in which they were collected, and those of the browser to few workers."""

    def _split_scope(self, nodeid: str) -> str:
        return file_of(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(next_file(self.workqueue, node.gateway.id), last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FileScheduling:
    """Tell pytest-xdist what stays together."""
    return FileScheduling(config, log)


def pytest_xdist_auto_num_workers() -> int:
    """Tell pytest-xdist how many workers there are."""
    return min(MOST_WORKERS, 1 + (os.cpu_count() or 1))


def next_file(waiting: Iterable[str], worker: str) -> str:
    """The file that a worker does next: the first of its kind, or the first of all if none of that kind waits."""
    files = list(waiting)
    return next((file for file in files if is_browser(file) == (worker in BROWSER_WORKERS)), files[0])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put first what took longest; every worker comes to the same order."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    known = LONG | _known_seconds(config)
    tests = Counter(file_of(item.nodeid) for item in items)
    lasts = {file: known.get(file, UNKNOWN_TEST * number) for file, number in tests.items()}
    items.sort(key=lambda item: -lasts[file_of(item.nodeid)])


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up how long each file takes; with workers, in the process that hands out the tests."""
    _seconds[file_of(report.nodeid)] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep it for the next run; what was not run now keeps its figure."""
    cache = getattr(session.config, "cache", None)  # none with `-p no:cacheprovider`
    if cache is not None and _seconds and "PYTEST_XDIST_WORKER" not in os.environ:
        taken = {file: round(seconds, 2) for file, seconds in _seconds.items()}
        cache.set(SECONDS, _known_seconds(session.config) | taken)


def _known_seconds(config: pytest.Config) -> dict[str, float]:
    cache = getattr(config, "cache", None)
    return dict(cache.get(SECONDS, {})) if cache is not None else {}


def file_of(nodeid: str) -> str:
    """The file of a test: what stays on one worker."""
    return nodeid.partition("::")[0]


def is_browser(nodeid: str) -> bool:
    """Whether a file or a test needs a browser."""
    return nodeid.startswith("tests/browser/")
