"""Catalog and Results say what is left out, a phrase is typed on Catalog, and Why marks a photo."""

from pathlib import Path

import pandas as pd
import pytest
from run_pages import checked, opened, press, said

from matcher.pipeline import catalogs, encoding
from matcher.pipeline.kept.says_nothing import Marks, read_marks
from matcher.storage.workspace import Workspace, open_workspace
from pages._why import dialog

NO_IMAGE, BANNER = "aaaa5555aaaa5555", "ff00ff00ff00ff00"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    goods = ["brass lamp", "garden hose", "wool socks", "oak clock", "yoga mat", "bike pump"]
    rows = [{"id": f"n{number}", "title": name, "phash": NO_IMAGE} for number, name in enumerate(goods)]
    rows += [
        {"id": f"b{number}", "title": f"{name} **top** deal", "phash": BANNER} for number, name in enumerate(goods[:2])
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "shop.csv", index=False)
    workspace = open_workspace(tmp_path / "workspace")
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", "phash", k=7))
    return workspace


def test_what_says_nothing_is_told_and_marked(shop: Workspace) -> None:
    app = opened("catalog")
    assert "6 listings show a photo that says nothing:" in said(app)
    assert "the photos of 6 listings, which say nothing." in said(opened("results"))
    assert not app.info

    app = checked(opened("catalog").text_input(key="phrase-typed").set_value("**Top** deal").run())
    assert r"\*\*Top\*\* deal :gray[in 2 titles]" in said(app)
    assert "What says nothing was changed since matches were looked for" in app.info[0].value
    assert "1 marked phrase" in said(opened("results"))
    app = checked(app.text_input(key="phrase-typed").set_value("...").run())
    assert "A phrase is a word" in app.error[0].value

    app = opened("browse")
    app.session_state[dialog.ASKED] = ("b0", "b1")
    app = press(checked(app.run()), "This photo says nothing")
    assert read_marks(shop, "shop") == Marks((BANNER,), ("**Top** deal",))
    app = opened("catalog")
    assert "**Photos that you marked** :gray[2 listings left out]" in said(app)
    app = press(app, "Count number 1 again")
    checked(next(button for button in app.button if button.key == "unmark-**Top** deal").click().run())
    assert read_marks(shop, "shop") == Marks()
    assert not opened("catalog").info
