"""What `from matcher import ...` gives, that it costs nothing until it is used, and that README's lines run."""

import ast
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

import matcher

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "assets" / "demo"
PUBLIC = [
    "Catalog",
    "DataError",
    "EncodedCatalog",
    "EncoderError",
    "Evaluation",
    "MatcherError",
    "Recipe",
    "encode",
    "evaluate",
    "load_encoder",
    "match",
    "read_catalog",
    "read_recipe",
    "tune",
    "write_recipe",
]


def test_the_public_names_are_these():
    assert matcher.__all__ == PUBLIC
    assert set(PUBLIC) <= set(dir(matcher))


def test_each_is_what_its_module_defines_and_says_what_it_is():
    for name in PUBLIC:
        value = getattr(matcher, name)
        assert value is getattr(import_module(value.__module__), name)
        assert value.__module__.startswith("matcher.")
        assert value.__doc__


def test_a_type_checker_sees_the_same_names_at_the_same_places():
    guarded = next(node for node in ast.parse(Path(matcher.__file__).read_text()).body if isinstance(node, ast.If))
    seen = {alias.name: node.module for node in guarded.body for alias in node.names}
    assert seen == {name: getattr(matcher, name).__module__ for name in PUBLIC}


def test_a_name_that_there_is_not_is_refused():
    with pytest.raises(AttributeError, match=r"no attribute 'Matcher'.*read_catalog"):
        matcher.Matcher  # noqa: B018
    with pytest.raises(ImportError):
        exec("from matcher import Matcher")


def test_importing_it_loads_no_library():
    heavy = {"torch", "hnswlib", "pandas", "numpy", "scipy", "sqlalchemy", "openvino", "streamlit"}
    code = f"import sys; from matcher import DataError; print(*sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == ""


def test_the_lines_in_readme_run_as_they_stand(tmp_path, monkeypatch, capsys):
    [lines] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(lines.strip().splitlines()) <= 10
    table = pd.read_csv(DEMO / "listings.csv", dtype=str, keep_default_na=False)
    few = table[table["label"].isin(sorted(table["label"].unique())[::10])]
    few.to_csv(tmp_path / "shop.csv", index=False)
    (tmp_path / "photos").symlink_to(DEMO / "images")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(lines, "README.md", "exec"), names)
    matches = pd.read_csv("matches.csv")
    assert list(matches.columns) == ["item_id", "matches"]
    assert list(matches["item_id"]) == list(few["item_id"])
    assert matches["matches"].str.contains(" ").any()
    assert "f1=" in capsys.readouterr().out
    assert names["problems"] == []
