"""What Review says of a pair beside its photos: facts in words, other columns, pace; and what it leaves unsaid."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest
from run_pages import ROOT, said
from run_pages import opened as opened_page
from streamlit.testing.v1 import AppTest

from matcher.matching.recipe import Recipe
from matcher.pipeline import catalogs, encoding
from matcher.storage.workspace import Workspace, open_workspace
from pages._shared.wording import explain_question


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Two listings that are one pair, with two columns of the curator's own."""
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    rows = {
        "id": ["a", "b"], "title": ["lavender shampoo fresh red", "lavender shampoo fresh blue"],
        "seller": ["Corner", "corner"], "origin": ["<b>here</b>", "there"],
    }  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "shop.csv", index=False)
    workspace = open_workspace(tmp_path / "workspace")
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", None, k=1))
    return workspace


def opened() -> AppTest:
    return opened_page("review")


def test_facts_stand_in_words_and_columns_that_differ_apart_from_those_alike(shop: Workspace) -> None:
    app = opened()
    (board,) = [node for node in app.main if node.type == "bidi_component" and "-pair" in node.proto.id]
    left = json.loads(board.proto.json)["columns"][0]["cards"][0]["item"]
    sides = ("blue", "red") if left == "a" else ("red", "blue")
    assert "The right one names {}, the left {}".format(*sides) in said(app)
    different, alike = (node.proto.body for node in app.main if node.type == "html" and "<table" in node.proto.body)
    assert "&lt;b&gt;here&lt;/b&gt;" in different
    assert "origin" in different
    assert "seller" not in different
    assert "seller" in alike
    assert [expander.label for expander in app.expander] == ["1 column is alike"]


def test_a_curator_may_judge_without_what_the_program_thinks(shop: Workspace) -> None:
    app = opened()
    assert "match now" in said(app)
    app.toggle(key="review-blind").set_value(True).run()
    assert not app.exception
    assert "match now" not in said(app)
    assert "title 0." not in said(app)
    assert "The right one names" in said(app)  # that is in the titles, and no opinion


def test_browse_marks_what_follows_from_verdicts_and_presses_no_button_for_it(shop: Workspace) -> None:
    for other, kind in (("x", "match"), ("y", "variant")):  # listings that have left: what they join still holds
        shop.store.add_verdict("shop", "a" if other == "x" else "b", other, kind, source="browse")
    shop.store.add_verdict("shop", "x", "y", "match", source="browse")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["item"] = "a"
    app = app.run().switch_page("pages/browse.py").run()
    assert not app.exception, app.exception[0].stack_trace
    (board,) = [node for node in app.main if node.type == "bidi_component" and "-board" in node.proto.id]
    (card,) = json.loads(board.proto.json)["columns"][0]["cards"]
    assert "Follows from others: variant" in [badge["text"] for badge in card["badges"]]
    assert card["verdict"] is None


@pytest.mark.parametrize("fusion", ["either", "both"])
def test_a_pair_that_only_the_joined_search_found_is_explained_under_another_rule(fusion: str) -> None:
    recipe = Recipe("tfidf", "phash", fusion, text_threshold=0.4, image_threshold=0.2)
    apart = {"text": math.inf, "image": math.inf, "fused": 1.0}
    said = explain_question(recipe, apart, False, "doubtful")
    assert said == "Neither the titles nor the photos of these two can be compared, no match now."


def test_a_pair_that_was_judged_while_a_listing_was_resolved_is_not_said_to_be_doubtful() -> None:
    recipe = Recipe("tfidf", "phash", "either", text_threshold=0.4, image_threshold=0.2)
    said = explain_question(recipe, {"text": 0.9, "image": 0.8}, False, "chosen")
    assert said == "Judged while a listing was resolved completely, no match now."
