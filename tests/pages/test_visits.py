"""Pages opened again and again do not use up the files that the server may open."""

import os
import resource
from pathlib import Path
from types import SimpleNamespace

import pytest
from served_pages import errors_of, serving
from test_pages import catalog, matched, workspace

from pages._shared import visits

__all__ = ["catalog", "matched", "workspace"]

PAGES = ("browse", "thresholds", "review", "results", "catalog", "encoders", "start")
FEW_FILES = 128  # half of what macOS allows a program, of which the server was dead at the 79th page
LOADS = 60


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="Open files are counted in /proc.")
def test_many_page_loads_stay_within_few_open_files(matched):
    with serving(matched.root, FEW_FILES) as (process, port):
        for number in range(LOADS):
            assert errors_of(port, PAGES[number % len(PAGES)]) == [], number
        assert len(os.listdir(f"/proc/{process}/fd")) < FEW_FILES * 0.75


def visit(name):
    ended = []
    session = SimpleNamespace(id=name, shutdown=lambda: ended.append(name))
    return SimpleNamespace(session=session), ended


def test_the_oldest_visits_go_and_are_ended(monkeypatch):
    monkeypatch.setattr(visits, "visits_allowed", lambda: 2)
    kept = visits.CutVisits()
    made = {name: visit(name) for name in "abc"}
    for info, _ in made.values():
        kept.save(info)
    assert [info.session.id for info in kept.list()] == ["b", "c"]
    assert made["a"][1] == ["a"]
    kept.delete("b")  # taken up again: not to be ended
    assert (kept.get("b"), made["b"][1]) == (None, [])
    assert kept.get("c") is made["c"][0]
    old = visits.CutVisits(ttl_seconds=0)
    old.save(made["c"][0])
    assert (old.get("c"), made["c"][1]) == (None, ["c"])


@pytest.mark.parametrize(("allowed", "kept"), [(256, 42), (64, 10), (1024, 128), (resource.RLIM_INFINITY, 128)])
def test_cut_visits_take_half_of_the_files_at_most(monkeypatch, allowed, kept):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (allowed, allowed))
    assert visits.visits_allowed() == kept
