"""Print the test files worth running for what was changed, nearest first: `make check` runs them.

A test file is near to a changed one by the number of imports between them, lazy ones included; a page is reached by the
tests that name it. Chosen is what is likely to end in SECONDS, by how long each file took when it last ran here.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from workers import SECONDS, UNKNOWN

ROOT = Path(__file__).parents[1]
BUDGET = 45.0  # seconds of tests, all workers together
DURATIONS = ROOT / ".pytest_cache" / "v" / SECONDS


def changed_files(base: str) -> set[Path]:
    """What differs from where this branch left `base`, committed or not, new files included."""
    merge_base = _git("merge-base", "HEAD", base) or ["HEAD"]
    names = _git("diff", "--name-only", merge_base[0]) + _git("ls-files", "--others", "--exclude-standard")
    return {ROOT / name for name in names}


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else []


def sources() -> list[Path]:
    """Every Python file of the app and its tests, benchmarks left out."""
    parts = ("matcher", "pages", "assets", "tests")
    files = [ROOT / "app.py", *(file for part in parts for file in (ROOT / part).rglob("*.py"))]
    return sorted(file for file in files if "benchmarks" not in file.parts)


def imports(file: Path, known: dict[str, Path]) -> set[Path]:
    """The files of ours that a file imports, wherever in it."""
    return {known[name] for name in _imported(ast.parse(file.read_text("utf-8"))) if name in known} - {file}


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def names_of(files: Iterable[Path]) -> dict[str, Path]:
    """Files by the names under which they are imported; those in tests/ stand on the path themselves."""
    known = {}
    for file in files:
        parts = file.relative_to(ROOT).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        known[".".join(parts)] = file
        if parts[0] == "tests":
            known[parts[-1]] = file
    return known


def users(files: list[Path]) -> dict[Path, set[Path]]:
    """By file, those that import it. A test uses the pages and assets that it names, and the fixtures above it."""
    known = names_of(files)
    by_file: dict[Path, set[Path]] = {}
    for file in files:
        for other in imports(file, known):
            by_file.setdefault(other, set()).add(file)
    named = [file for part in ("pages", "assets") for file in (ROOT / part).glob("*.*")]
    for test in files:
        text = test.read_text("utf-8") if is_test(test) else ""
        for other in named:
            if f"{other.parent.name}/{other.name}" in text or f'"{other.name}"' in text:
                by_file.setdefault(other, set()).add(test)
        for folder in test.parents if is_test(test) else ():
            by_file.setdefault(folder / "conftest.py", set()).add(test)
    return by_file


def is_test(file: Path) -> bool:
    """Whether pytest finds tests in it."""
    return file.name.startswith("test_") and (ROOT / "tests") in file.parents


def nearest_tests(changed: set[Path], by_file: dict[Path, set[Path]]) -> list[Path]:
    """Test files that the change reaches, with the fewest imports between first."""
    found: list[Path] = []
    seen, layer = set(changed), sorted(changed)
    while layer:
        found += [file for file in layer if is_test(file) and file.exists()]
        layer = sorted({user for file in layer for user in by_file.get(file, ())} - seen)
        seen.update(layer)
    return found


def within(tests: list[Path], seconds: dict[str, float], budget: float) -> tuple[list[str], list[str]]:
    """Those that fit into the time, and those that do not; a slow one gives way to quick ones behind it."""
    chosen: list[str] = []
    left_out: list[str] = []
    for name in (file.relative_to(ROOT).as_posix() for file in tests):
        lasts = seconds.get(name, UNKNOWN)
        (chosen if lasts <= budget else left_out).append(name)
        budget -= lasts if lasts <= budget else 0
    return chosen, left_out


def main() -> None:
    """Print the files to run; say on the error stream what is left to `make test`."""
    base = sys.argv[1] if len(sys.argv) > 1 else "main"
    seconds = json.loads(DURATIONS.read_text()) if DURATIONS.exists() else {}
    chosen, left_out = within(nearest_tests(changed_files(base), users(sources())), seconds, BUDGET)
    if left_out:
        print(f"Left to make test, for want of time: {' '.join(left_out)}", file=sys.stderr)  # noqa: T201
    print(" ".join(chosen))  # noqa: T201


if __name__ == "__main__":
    main()
