"""How the tests are shared among workers, and how long each file takes.

Each file stays on one worker, so that what its fixtures make is made once. The browser tests, which mostly wait, have a
worker of their own for as long as they last. What takes long starts first, so that no worker is left idle at the end.
"""

import os
from collections import defaultdict
from typing import Any

import pytest

SECONDS = "twinshelf/seconds"  # in pytest's cache: how long each file took when it last ran
BROWSER = "browser"
UNKNOWN = 5.0  # seconds, for a file that has never run here
_seconds: dict[str, float] = defaultdict(float)

if "PYTEST_XDIST_WORKER" in os.environ:
    # As many workers as cores: threads of numpy and torch would only wait for each other. Read when they are imported.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Say which tests stay together, for pytest-xdist's `--dist loadgroup`, and what comes first."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    known: dict[str, float] = _cache(config).get(SECONDS, {})
    lasts: dict[str, float] = defaultdict(float)
    for file in {_file(item.nodeid) for item in items}:
        lasts[_group(file)] += known.get(file, UNKNOWN)
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(_file(item.nodeid))))
    items.sort(key=lambda item: (_group(_file(item.nodeid)) != BROWSER, -lasts[_group(_file(item.nodeid))]))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up how long each file takes; with workers, in the process that hands out the tests."""
    _seconds[_file(report.nodeid)] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep it for the next run; what was not run now keeps its figure."""
    if "PYTEST_XDIST_WORKER" not in os.environ and _seconds:
        cache = _cache(session.config)
        taken = {file: round(seconds, 2) for file, seconds in _seconds.items()}
        cache.set(SECONDS, cache.get(SECONDS, {}) | taken)


def _cache(config: pytest.Config) -> Any:
    return config.cache


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def _group(file: str) -> str:
    return BROWSER if file.startswith("tests/browser/") else file.removeprefix("tests/").removesuffix(".py")
