"""Catalog says in which languages the titles are, and which encoder knows them where MiniLM does not."""

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from matcher.ingest.catalog import Catalog
from matcher.storage.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[2]
ENGLISH = ["stainless steel water bottle for kids", "leather wallet with card holder", "wooden table for the garden"]
RUSSIAN = ["кожаная сумка через плечо", "детская бутылка для воды", "деревянный стол для сада"]


@pytest.mark.parametrize(("titles", "is_suggested"), [(RUSSIAN, True), (ENGLISH, False)])
def test_an_encoder_is_suggested_where_titles_are_not_english(tmp_path, monkeypatch, titles, is_suggested):
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path))
    columns = {"item_id": list("123456"), "title": titles * 2, "image": "", "photo": "", "phash": "", "label": ""}
    open_workspace(tmp_path).save_catalog("Shop", "shop.csv", Catalog(pd.DataFrame(columns), None), [])
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["catalog"] = "shop"
    app.run()
    app.switch_page("pages/catalog.py").run()
    assert not app.exception, app.exception[0].stack_trace
    [guessed] = [caption.value for caption in app.caption if caption.value.startswith("Guessed from 6 titles.")]
    assert ("Multilingual USE knows the languages of 100%" in guessed) is is_suggested


def test_the_listings_are_not_read_anew_each_time_that_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path))
    columns = {"item_id": list("123"), "title": ENGLISH, "image": "", "photo": "", "phash": "", "label": ""}
    open_workspace(tmp_path).save_catalog("Shop", "shop.csv", Catalog(pd.DataFrame(columns), None), [])
    readings = []
    read = Workspace.open_catalog
    monkeypatch.setattr(Workspace, "open_catalog", lambda *given: readings.append(given) or read(*given))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["catalog"] = "shop"
    app.run()
    for _ in range(3):
        assert not app.switch_page("pages/catalog.py").run().exception
    assert len(readings) <= 1
