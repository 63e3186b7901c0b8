"""A page that has one version of a catalog open while another one is imported and encoded."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from matcher.pipeline import catalogs, encoding
from matcher.storage.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[2]
TITLES = ["steel kettle", "steel kettle new", "white shoe", "white shoe sale"]


def put(workspace: Workspace, titles: list[str]) -> None:
    """Import a catalog and look for its matches."""
    table = workspace.root.parent / "shop.csv"
    pd.DataFrame({"id": [f"i{row}" for row in range(len(titles))], "title": titles}).to_csv(table, index=False)
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(table), "Shop"))
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", None, k=3))


def titles_of(app: AppTest) -> str:
    """All that components were given."""
    assert not app.exception, app.exception[0].stack_trace
    return "\n".join(node.proto.json for node in app.main if node.type == "bidi_component")


def test_old_rows_are_never_shown_with_new_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    workspace = open_workspace(tmp_path / "workspace")
    put(workspace, TITLES)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run().switch_page("pages/browse.py")
    load, came = encoding.load_encoded, []

    def load_late(*arguments: Any, **named: Any) -> encoding.Encoded | None:
        if not came:
            came.append(True)
            put(workspace, TITLES[::-1][:3])
        return load(*arguments, **named)

    monkeypatch.setattr(encoding, "load_encoded", load_late)  # the page has its rows, and not yet its pairs
    shown = titles_of(app.run())
    assert came
    assert "white shoe" not in shown
    assert "Matches have not been looked for yet" in "\n".join(text.value for text in app.markdown)
    assert "white shoe sale" in titles_of(app.run())
    put(workspace, TITLES)  # as it was at first, to the last letter
    assert "steel kettle" in titles_of(app.run())
