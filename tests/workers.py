"""How the tests are shared among workers, and how long each file takes.

Each file stays on one worker, so that what its fixtures make is made once. The browser tests, which mostly wait, have a
worker of their own for as long as they last: two Chromiums at once on two cores are slower than any curator's machine.
What takes long starts first, so that no worker is left idle at the end.
"""

import os
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

SECONDS = "twinshelf/seconds"  # in pytest's cache: how long each file took when it last ran
BROWSER = "browser"
MOST_WORKERS = 4
UNKNOWN = 5.0  # seconds, for a file that has never run here
MakeOnce = Callable[[str, Callable[[Path], None]], Path]
"""make_once(name, make) -> folder: `make` has filled it, in this worker or in another; copy it before changing it."""
_seconds: dict[str, float] = defaultdict(float)

if "PYTEST_XDIST_WORKER" in os.environ:
    # As many workers as cores: threads of numpy and torch would only wait for each other. Read when they are imported.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


class GroupScheduling(LoadScopeScheduling):
    """Hands out whole groups of tests, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling:
    """Tell pytest-xdist what stays together."""
    return GroupScheduling(config, log)


def pytest_xdist_auto_num_workers() -> int:
    """Tell pytest-xdist how many workers there are."""
    return min(MOST_WORKERS, os.cpu_count() or 1)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the browser tests first, then what took longest; every worker comes to the same order."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    known = _known_seconds(config)
    lasts: dict[str, float] = defaultdict(float)
    for file in {_file(item.nodeid) for item in items}:
        lasts[group_of(file)] += known.get(file, UNKNOWN)
    items.sort(key=lambda item: (group_of(item.nodeid) != BROWSER, -lasts[group_of(item.nodeid)]))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up how long each file takes; with workers, in the process that hands out the tests."""
    _seconds[_file(report.nodeid)] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep it for the next run; what was not run now keeps its figure."""
    cache = getattr(session.config, "cache", None)  # none with `-p no:cacheprovider`
    if cache is not None and _seconds and "PYTEST_XDIST_WORKER" not in os.environ:
        taken = {file: round(seconds, 2) for file, seconds in _seconds.items()}
        cache.set(SECONDS, _known_seconds(session.config) | taken)


def _known_seconds(config: pytest.Config) -> dict[str, float]:
    cache = getattr(config, "cache", None)
    return dict(cache.get(SECONDS, {})) if cache is not None else {}


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def group_of(nodeid: str) -> str:
    """The name of what stays on one worker: a file, or all browser tests."""
    return BROWSER if nodeid.startswith("tests/browser/") else _file(nodeid)
