"""Downloads that are made on request come, whatever the page does meanwhile."""

import ast
from pathlib import Path

PAGES = Path(__file__).parents[2] / "pages"


def test_no_download_runs_the_page():
    # The run that a click starts drops files which no run has drawn, and with them the one that was just made.
    buttons = [
        (file.name, node.lineno, {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords})
        for file in PAGES.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("download_button")
    ]
    assert len(buttons) >= 6
    assert [(name, line) for name, line, given in buttons if given.get("on_click") != "'ignore'"] == []
