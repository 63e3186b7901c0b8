"""The import contract, held against the real graph of imports; and what stays unloaded until it is needed.

The graph has every file of the library, of the pages and of what makes the assets, with imports inside functions and
under TYPE_CHECKING; a library from outside is one node.
"""

import ast
import re
import subprocess
import sys
from copy import deepcopy
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]

# From the top down: a package imports from its own and from lower lines; those of one line leave each other be.
LAYERS = (
    {"__main__"},
    {"jobs", "cli"},
    {"benchmark"},
    {"pipeline"},
    {"review", "training"},
    {"storage"},
    {"ingest", "encoders", "matching"},
    {"vectors"},
    {"images", "catalog_words"},
    {"text", "atomic_file"},
    {"failures"},
    {"errors", "progress"},
)
# What does not keep to the plan yet; each goes from here with the change that mends it.
NOT_YET_MOVED: set[str] = set()
NOT_YET_CUT = {
    ("pages._shared.measured", "pages._thresholds.sliders"),
}
NOT_YET_SPLIT: set[str] = set()

ONLY_IN = {
    "streamlit": {"app", "pages"},
    "starlette": {"pages"},
    "plotly": {"pages"},
    "sqlalchemy": {
        "matcher.storage.audits",
        "matcher.storage.connections",
        "matcher.storage.database",
        "matcher.storage.groups",
        "matcher.storage.history",
        "matcher.storage.schema",
        "matcher.storage.set_aside.rows",
        "matcher.storage.settings",
        "matcher.storage.verdict_rows",
    },
    "hnswlib": {"matcher.vectors"},
    "openvino": {"matcher.encoders.runtime"},
    "transformers": {"matcher.encoders"},
    "timm": {"matcher.encoders"},
    "torch": {
        "matcher.encoders",
        "matcher.training.arcface",
        "matcher.training.checkpoints",
        "matcher.training.data.augmented_inputs",
        "matcher.training.loop",
        "matcher.training.loss",
        "matcher.training.optimiser",
        "matcher.training.run_writer",
        "matcher.training.train",
        "matcher.training.validation",
        "assets.characterbert.make",
    },
    "click": {"matcher.cli", "assets.characterbert.make.__main__", "assets.demo.make.__main__"},
}

MOST_LINES = 300
MOST_FILES = 15


@pytest.fixture(scope="module")
def graph():
    with pytest.MonkeyPatch.context() as patch:
        tests = ROOT / "tests"  # its folders pages/ and assets/ would count as parts of the real ones
        patch.setattr(sys, "path", [str(ROOT), *(place for place in sys.path if Path(place).resolve() != tests)])
        found = grimp.build_graph("matcher", "pages", "assets", include_external_packages=True, cache_dir=None)
    found.add_module("app")  # a file of its own, in no package
    for full in imported(ROOT / "app.py"):
        parts = full.split(".")
        names = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
        found.add_import(importer="app", imported=next((name for name in names if name in found.modules), parts[0]))
    return found


def imported(file):
    """Full names that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.relative_to(ROOT)} imports relatively; name the whole path"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def sources():
    folders = [ROOT / "matcher", ROOT / "pages", *(ROOT / "assets").glob("*/make")]
    return [ROOT / "app.py", *(file for folder in folders for file in sorted(folder.rglob("*.py")))]


def is_in(module, packages):
    return any(f"{module}.".startswith(f"{package}.") for package in packages)


def unplanned(graph):
    """Modules right under matcher/ that no layer names."""
    return {name.removeprefix("matcher.") for name in graph.find_children("matcher")} - set().union(*LAYERS)


def upward_imports(graph):
    """Chains of imports from a lower layer to a higher one, or from one of a layer to its neighbour."""
    layers = [grimp.Layer(*names) for names in LAYERS]
    found = graph.find_illegal_dependencies_for_layers(layers, {"matcher"})
    routes = [route for dependency in found for route in dependency.routes]
    return sorted(" -> ".join((min(route.heads), *route.middle, min(route.tails))) for route in routes)


def file_cycle(graph):
    """One cycle of files that import each other, or none."""
    uses = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    for importer, imported in NOT_YET_CUT:
        uses.get(importer, set()).discard(imported)
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def package_cycles(graph):
    """Imports that would have to go for no package to be above and below another at once, however deep they stand."""
    packages = [
        name for name in graph.modules if is_in(name, {"matcher", "pages", "assets"}) and graph.find_children(name)
    ]
    return sorted(found for package in packages for found in graph.nominate_cycle_breakers(package))


def package_imports(graph):
    """Each package and flat module of the library, with those that it imports."""
    names = [name for layer in LAYERS for name in layer]
    found = {name: graph.find_modules_directly_imported_by(f"matcher.{name}", as_package=True) for name in names}
    return {
        name: {other.split(".")[1] for other in used if is_in(other, {"matcher"})} - NOT_YET_MOVED
        for name, used in found.items()
    }


def strangers(graph, library):
    """Modules that import a library and should not know it."""
    return {user for user in graph.find_modules_that_directly_import(library) if not is_in(user, ONLY_IN[library])}


def test_every_module_has_its_place_in_the_plan(graph):
    assert unplanned(graph) - NOT_YET_MOVED == set()
    assert {f"matcher.{name}" for names in LAYERS for name in names} <= graph.modules


def test_imports_point_down(graph):
    assert upward_imports(graph) == []


def test_no_file_imports_itself_by_way_of_others(graph):
    assert file_cycle(graph) == []


def test_no_package_stands_above_and_below_another(graph):
    assert set(package_cycles(graph)) - NOT_YET_CUT == set()


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_known_to_few(graph, library):
    assert graph.find_modules_that_directly_import(library)  # else the rule guards nothing
    assert strangers(graph, library) == set()


def test_the_library_knows_neither_pages_nor_assets(graph):
    above = {name for name in graph.modules if is_in(name, {"app", "pages", "assets"})}
    assert {name for name in graph.find_upstream_modules("matcher", as_package=True) if name in above} == set()


def test_pages_and_assets_leave_each_other_be(graph):
    assert not graph.direct_import_exists(importer="pages", imported="assets", as_packages=True)
    assert not graph.direct_import_exists(importer="assets", imported="pages", as_packages=True)


def test_the_library_takes_nothing_from_its_own_front_door(graph):
    # `from matcher import encode` inside the library would be a way round the layers.
    assert {name for name in graph.find_modules_that_directly_import("matcher") if is_in(name, {"matcher"})} == set()


def test_no_import_is_hidden_from_the_graph():
    by_name = {file.relative_to(ROOT).as_posix() for file in sources() if "import_module(" in file.read_text("utf-8")}
    # What the registry's entries name lies in matcher.encoders itself; the tests of the registry hold that.
    known = {"matcher/__init__.py", "matcher/encoders/base.py", "matcher/encoders/runtime/torchvision_stub.py"}
    assert by_name <= known
    assert [file for file in sources() if "__import__(" in file.read_text("utf-8")] == []


def test_all_imports_name_the_whole_path():
    assert all(list(imported(file)) or True for file in sources())


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("matcher.vectors.distance", "matcher.storage.files"),  # a lower line from a higher one
        ("matcher.ingest.catalog", "matcher.encoders.registry"),  # two of one line
        ("matcher.errors", "matcher.progress"),
        ("matcher.training.config", "matcher.jobs"),
    ],
)
def test_an_import_that_points_up_is_seen(graph, importer, imported):
    worse = deepcopy(graph)
    worse.add_import(importer=importer, imported=imported)
    assert any(importer in chain and imported in chain for chain in upward_imports(worse))


def test_what_the_plan_does_not_name_is_seen(graph):
    worse = deepcopy(graph)
    worse.add_module("matcher.helpers")
    assert "helpers" in unplanned(worse)


def test_a_cycle_of_files_and_one_of_packages_is_seen(graph):
    worse = deepcopy(graph)
    worse.add_import(importer="matcher.vectors.distance", imported="matcher.vectors.neighbours")
    assert {"matcher.vectors.distance", "matcher.vectors.neighbours"} <= set(file_cycle(worse))
    packages = deepcopy(graph)
    packages.add_import(importer="matcher.encoders.runtime.weights", imported="matcher.encoders.titles.char_ngrams")
    assert set(package_cycles(packages)) - NOT_YET_CUT


def test_a_library_in_the_wrong_place_is_seen(graph):
    worse = deepcopy(graph)
    worse.add_import(importer="matcher.matching.metrics", imported="torch")
    assert strangers(worse, "torch") == {"matcher.matching.metrics"}


def test_imports_inside_functions_and_for_types_count(tmp_path, monkeypatch):
    package = tmp_path / "sample_package"
    package.mkdir()
    for name, text in {
        "__init__": "",
        "low": "def load():\n    from sample_package import high\n    return high\n",
        "high": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sample_package import low\n",
    }.items():
        (package / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    assert len(file_cycle(grimp.build_graph("sample_package", cache_dir=None))) == 3


ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def test_the_map_has_every_package_with_what_it_imports(graph):
    rows = re.findall(r"^\| `(\w+)` \| .+ \| (.+) \|$", ARCHITECTURE, re.MULTILINE)
    drawn = {name: set(used.split(", ")) - {"-"} for name, used in rows}
    order = [name for name, _ in rows]
    real = {name: used for name, used in package_imports(graph).items() if name != "__main__"}
    assert drawn.keys() == real.keys()
    rightly = {name: ", ".join(sorted(used, key=order.index)) or "-" for name, used in real.items()}
    assert {name: rightly[name] for name in real if real[name] != drawn[name]} == {}  # what those rows should say


def test_the_map_has_the_lines_of_the_contract():
    block = ARCHITECTURE.split("## Who imports whom")[1].split("```")[1]
    lines = [set(line.split(" | ")) for line in block.strip().splitlines()]
    assert lines == [names for names in reversed(LAYERS) if names != {"__main__"}]


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_a_document_names_only_files_that_are_there(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    named = re.findall(r"`((?:app|assets|matcher|pages|tests)[\w./-]*(?:\.\w+|/))`", text)
    assert len(named) >= 3
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_a_document_names_only_targets_that_make_knows():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8") + (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^    |`)make (\w+)", text, re.MULTILINE))
    assert {"app", "test"} <= named
    assert {name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)} == set()


def test_no_module_is_long():
    lengths = {file.relative_to(ROOT).as_posix(): len(file.read_text("utf-8").splitlines()) for file in sources()}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES and name not in NOT_YET_SPLIT} == {}


def test_no_folder_is_crowded():
    folders = {file.parent for file in sources()}
    crowded = {folder: count for folder in folders if (count := len(list(folder.glob("*.py")))) > MOST_FILES}
    assert crowded == {}


HEAVY = {"torch", "openvino", "hnswlib", "sklearn", "transformers", "streamlit", "scipy.linalg"}
NUMERIC = {"numpy", "scipy", "pandas", "pyarrow", "sqlalchemy"}  # a second together
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


def test_help_loads_no_library_of_models_or_of_tables():
    assert last_line(HELP.replace(LOADED, LOADED.replace(str(HEAVY), str(HEAVY | NUMERIC)))) == "loaded:"


def test_a_process_that_decodes_photos_starts_with_little():
    parts = HEAVY | NUMERIC | {"stopwordsiso"}
    assert last_line(f"import matcher.images.guarded; {LOADED.replace(str(HEAVY), str(parts))}") == "loaded:"


def last_line(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]
