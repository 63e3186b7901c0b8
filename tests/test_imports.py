"""Who imports whom, read from the source; and what stays unloaded until it is needed."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# From the top down: a package imports from its own and from lower floors; those of one floor leave each other be.
FLOORS = [
    {"jobs", "cli"},
    {"benchmark"},
    {"pipeline"},
    {"review", "training"},
    {"storage"},
    {"ingest", "encoders", "matching"},
    {"vectors"},
    {"images"},
    {"text"},
    {"errors", "progress"},
]
FLOOR = {name: len(FLOORS) - number for number, names in enumerate(FLOORS) for name in names}

ONLY_IN = {
    "streamlit": {"app", "pages"},
    "sqlalchemy": {"storage.database"},
    "hnswlib": {"vectors.neighbours"},
    "torch": {
        "training.arcface",
        "training.checkpoints",
        "training.data.augmented_inputs",
        "encoders",
        "training.validation",
        "training.dataset",
        "training.loss",
        "training.train",
        "training.loop",
    },
    "click": {"cli.main", "cli.benchmark", "cli.encoders", "cli.arguments"},
}


def modules():
    """Every source file with the name of its module; those of a package count as one."""
    files = [(file, file.relative_to(ROOT / "matcher").parts[0]) for file in (ROOT / "matcher").rglob("*.py")]
    named = [(file, part.removesuffix(".py")) for file, part in files if file.parent.name != "__pycache__"]
    return [(file, name) for file, name in named if file != ROOT / "matcher" / "__init__.py"]


def place(file):
    """Where a file stands, with dots: "vectors.neighbours" in the library, "pages.browse" outside."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removeprefix("matcher.")


def pages():
    return [(file, "pages") for file in (ROOT / "pages").rglob("*.py")] + [(ROOT / "app.py", "app")]


def imported(file):
    """Full names that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own(file):
    """Names of the library's modules that a file imports."""
    return {name.split(".")[1] for name in imported(file) if name.startswith("matcher.")}


def test_imports_point_down():
    for file, name in modules():
        for other in own(file) - {name}:
            if name in FLOOR and other in FLOOR:
                assert FLOOR[other] < FLOOR[name], f"{file.relative_to(ROOT)} imports {other}"


def test_no_module_imports_itself_by_way_of_others():
    uses = {}
    for file, name in modules():
        uses.setdefault(name, set()).update(own(file) - {name})

    def walk(path):
        for other in uses.get(path[-1], ()):
            assert other not in path, " -> ".join([*path, other])
            if other not in seen:
                walk([*path, other])
        seen.add(path[-1])

    seen = set()
    for name in uses:
        walk([name])


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_known_to_few(library):
    users = {
        place(file) for file, _ in modules() + pages() if library in {full.split(".")[0] for full in imported(file)}
    }
    assert {
        user for user in users if not any(f"{user}.".startswith(f"{allowed}.") for allowed in ONLY_IN[library])
    } == set()
    assert users or library == "hnswlib"


def test_the_library_knows_no_page():
    for file, _ in modules():
        assert not {"pages", "app"} & {full.split(".")[0] for full in imported(file)}, file


HEAVY = {"torch", "openvino", "hnswlib", "sklearn", "transformers", "streamlit"}
LOADED = f"import sys; print('loaded:', *sorted({HEAVY} & sys.modules.keys()))"
HELP = f"""
import runpy, sys
sys.argv = ["matcher", "--help"]
try:
    runpy.run_module("matcher", run_name="__main__")
except SystemExit:
    {LOADED}
"""


@pytest.mark.parametrize("module", ["matcher", "matcher.pipeline.catalogs", "matcher.jobs", "matcher.encoders"])
def test_importing_loads_no_model_library(module):
    assert last_line(f"import {module}; {LOADED}") == "loaded:"


def test_help_loads_no_model_library():
    assert last_line(HELP) == "loaded:"


def last_line(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]
