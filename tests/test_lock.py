"""The lock files hold what the short lists ask for and all that comes along, for a machine without a GPU."""

import re
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
APP, TESTS = "requirements", "tests/requirements"
UNLOCKED = {"torch"}  # each machine takes its own build of it


def listed(name: str) -> list[Requirement]:
    """What a short list asks for."""
    lines = (ROOT / f"{name}.txt").read_text().splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def locked(name: str) -> dict[str, str]:
    """Version of each package that a lock file holds for this machine, by its name."""
    lines = re.findall(r"^[a-z0-9-]+==.*(?= \\$)", (ROOT / f"{name}.lock").read_text(), re.M)
    pins = [pin for pin in map(Requirement, lines) if pin.marker is None or pin.marker.evaluate()]
    return {pin.name: next(iter(pin.specifier)).version for pin in pins}


@pytest.mark.parametrize("name", [APP, TESTS])
def test_the_lock_was_made_from_the_list(name: str) -> None:
    pins = locked(name)
    for wanted in listed(name):
        package = canonicalize_name(wanted.name)
        if package not in UNLOCKED:
            assert package in pins, f"{wanted} is not locked; run make lock"
            assert wanted.specifier.contains(pins[package]), f"{wanted} is locked as {pins[package]}; run make lock"


def test_all_that_comes_along_is_locked_in_the_version_that_is_installed() -> None:
    pins = locked(TESTS) | locked(APP)
    seen, todo = set(), [*listed(APP), *listed(TESTS)]
    while todo:
        wanted = todo.pop()
        package = canonicalize_name(wanted.name)
        extras = wanted.extras or {""}
        if (package, *sorted(extras)) in seen:
            continue
        seen.add((package, *sorted(extras)))
        if package not in UNLOCKED:
            assert package in pins, f"{package} comes along and is not locked; run make lock"
            assert version(package) == pins[package]
        for other in map(Requirement, requires(package) or []):
            if other.marker is None or any(other.marker.evaluate({"extra": extra}) for extra in extras):
                todo.append(other)
    assert len(seen) > 80


@pytest.mark.parametrize("name", [APP, TESTS])
def test_a_lock_holds_hashes_and_nothing_of_a_machine(name: str) -> None:
    text = (ROOT / f"{name}.lock").read_text()
    assert "://" not in text
    assert not re.search(r"^(--|nvidia|cuda|triton|torch=)", text, re.M)
    for package in re.split(r"\n(?=[a-z0-9-]+==)", text)[1:]:
        assert "--hash=sha256:" in package, package
