"""The short form of `verdict_stress.py`."""

from pathlib import Path

import pytest
from verdict_stress import crowd, empty, kill_labelling

from matcher.storage.database import sqlite_url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "matcher.db")
    server: str = request.getfixturevalue("postgres_server")
    empty(server)
    return server


def test_a_curator_who_is_killed_at_any_moment_loses_nothing_that_was_confirmed(url: str) -> None:
    found = kill_labelling(url, 8)
    assert found["confirmed"] >= 8


def test_curators_at_once_lose_and_double_nothing_and_take_back_their_own(url: str) -> None:
    found = crowd(url, 4, 1.5)
    assert found["rows"] > found["undone"] > 0
