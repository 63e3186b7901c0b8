"""What the pages decide, without a browser: what they show of a workspace, and what a click writes."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest
from workers import Fill

from matcher.pipeline import catalogs, encoding
from matcher.storage.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[2]
HOSTILE = '<img src=x onerror="alert(1)"> sabun **250** ml'
TITLES = ["Sabun Lavender 250 ml", "sabun lavender 500ml murah", HOSTILE, "Teh hijau celup", "TEH HIJAU celup 25", ""]
LABELS = ["soap", "soap", "soap", "tea", "tea", ""]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """The workspace that the pages of this test read."""
    root = tmp_path / "workspace"
    monkeypatch.setenv("MATCHER_WORKSPACE", str(root))
    return open_workspace(root)


@pytest.fixture
def catalog(workspace: Workspace, fill: Fill) -> Workspace:
    """Six listings, one without title and one without photo."""
    fill(workspace.root.parent, make_catalog)
    return workspace


def make_catalog(folder: Path) -> None:
    photos = folder / "photos"
    photos.mkdir()
    for number in range(5):
        picture = Image.new("RGB", (64, 64), (240, 240, 240))
        ImageDraw.Draw(picture).rectangle((8, 8, 20 + 8 * number, 40), fill=(20 * number, 60, 90))
        picture.save(photos / f"{number}.png")
    table = pd.DataFrame(
        {"id": [f"i{n}" for n in range(6)], "title": TITLES, "image": [f"{n}.png" for n in (0, 1, 2, 3, 9, 4)]}
    )
    table.assign(label=LABELS).to_csv(folder / "shop.csv", index=False)
    workspace = open_workspace(folder / "workspace")
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(folder / "shop.csv"), "Shop", str(photos)))
    workspace.store.close()


@pytest.fixture
def matched(workspace: Workspace, fill: Fill) -> Workspace:
    """The same, with matches by the two encoders that need no model."""
    fill(workspace.root.parent, make_matched)
    return workspace


def make_matched(folder: Path) -> None:
    make_catalog(folder)
    workspace = open_workspace(folder / "workspace")
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", "phash"))
    workspace.store.close()


def opened(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception, app.exception[0].stack_trace
    return app


def board(app: AppTest, key: str) -> dict[str, Any]:
    """What a board of cards was given."""
    elements = [node for node in app.main if node.type == "bidi_component"]
    found = [json.loads(node.proto.json) for node in elements if f"-{key}" in node.proto.id]
    assert found, [node.proto.id for node in elements]
    return found[0]


@pytest.mark.parametrize("page", ["browse", "thresholds", "review", "groups", "verdicts", "results"])
def test_pages_without_a_catalog_say_where_to_get_one(workspace: Workspace, page: str) -> None:
    app = opened(page)
    assert any("There is no catalog yet." in text.value for text in app.markdown)


def test_an_empty_start_offers_the_demo(workspace: Workspace) -> None:
    app = opened("start")
    assert [button.label for button in app.button] == ["Open the demo catalog"]


def test_browse_offers_to_find_matches_first(catalog: Workspace) -> None:
    app = opened("browse")
    assert [button.label for button in app.button] == ["Find matches"]


def test_start_counts_what_is_done(matched: Workspace) -> None:
    matched.store.add_verdict("shop", "i0", "i1", "match", source="browse", sampled="chosen")
    states = [caption.value for caption in opened("start").caption]
    assert any("6 listings" in state for state in states)
    assert any("1 verdict" in state for state in states)


def test_cards_carry_titles_as_text_with_the_differing_words_apart(matched: Workspace) -> None:
    shown = board(opened("browse", item="i0"), "board")
    assert shown["aside"]["item"] == "i0"
    assert [column["heading"] for column in shown["columns"]] == ["By title", "By photo", "By both"]
    by_id = {card["item"]: card for card in shown["columns"][0]["cards"]}
    assert "".join(text for text, _ in by_id["i2"]["title"]) == HOSTILE
    assert ["500", True] in by_id["i1"]["title"]
    assert all(card["photo"].startswith("photos/shop/") or card["item"] == "i4" for card in by_id.values())


def test_the_board_shows_verdicts_and_what_the_labels_say(matched: Workspace) -> None:
    matched.store.add_verdict("shop", "i1", "i0", "different", source="browse", sampled="chosen")
    shown = board(opened("browse", item="i0"), "board")
    for column in shown["columns"]:
        cards = {card["item"]: card for card in column["cards"]}
        assert cards["i1"]["verdict"] == "different"
        assert "Same label" in [badge["text"] for badge in cards["i1"]["badges"]]
        if "i3" in cards:
            assert "Other label" in [badge["text"] for badge in cards["i3"]["badges"]]


def test_search_goes_to_what_was_found(matched: Workspace) -> None:
    app = opened("browse")
    app.text_input(key="find").set_value("TEH hijau").run()
    assert board(app, "board")["aside"]["item"] == "i3"
    app.text_input(key="find").set_value("nowhere").run()
    assert any("Nothing like that" in text.value for text in app.markdown)


def test_next_goes_round(matched: Workspace) -> None:
    app = opened("browse", item="i5")
    next(button for button in app.button if button.label == "Next").click().run()
    assert board(app, "board")["aside"]["item"] == "i0"


def test_catalog_tells_what_was_wrong_with_rows(matched: Workspace) -> None:
    app = opened("catalog")
    assert {metric.label: metric.value for metric in app.metric} == {
        "Listings": "6",
        "With a title": "5",
        "With a photo": "5",
        "Known products": "2",
        "Issues": "2",
    }
    assert "i4" in set(app.dataframe[0].value["Id"])


def test_an_address_with_an_unknown_listing_says_so_and_opens_no_other(matched: Workspace) -> None:
    app = opened("browse", item="g**one**")
    assert any("no listing g\\*\\*one\\*\\* in this catalog" in text.value for text in app.markdown)
    assert not [node for node in app.main if node.type == "bidi_component"]
    next(button for button in app.button if button.label == "Search for it").click().run()
    assert app.text_input(key="find").value == "g**one**"
    assert any("Nothing like that" in text.value for text in app.markdown)
    app.text_input(key="find").set_value("").run()
    assert board(app, "board")["aside"]["item"] == "i0"
    app = opened("browse", item="gone")
    app.text_input(key="find").set_value("hijau").run()
    assert board(app, "board")["aside"]["item"] == "i3"
    app = opened("browse", item="i1")
    assert board(app, "board")["aside"]["item"] == "i1"
    app.session_state["browse-item"] = app.query_params["item"] = "of another catalog"
    assert board(app.run(), "board")["aside"]["item"] == "i0"


def test_an_address_with_a_listing_that_its_question_does_not_hold_shows_it_first(matched: Workspace) -> None:
    app = opened("browse", item="i5", find="hijau")
    assert board(app, "board")["aside"]["item"] == "i5"
    assert "i5 is not among these" in app.info[0].value
    assert board(app.run(), "board")["aside"]["item"] == "i5"
    next(button for button in app.button if button.label == "Next").click().run()
    assert board(app, "board")["aside"]["item"] == "i3"
    assert not app.info


def test_an_address_with_an_unknown_catalog_opens_no_other(matched: Workspace) -> None:
    app = opened("browse", catalog="gone", item="i1")
    assert any("There is no catalog gone here" in text.value for text in app.markdown)
    assert not [node for node in app.main if node.type == "bidi_component"]
    next(button for button in app.button if button.label == "Shop").click().run()
    assert board(app, "board")["aside"]["item"] == "i0"


def test_of_a_large_label_only_so_many_listings_are_drawn(workspace: Workspace, tmp_path: Path) -> None:
    titles = [f"{'red cup' if n % 2 else 'blue jar'} {n}" for n in range(400)]
    pd.DataFrame({"title": titles, "label": "one"}).to_csv(tmp_path / "shop.csv", index=False)
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", None, k=10))
    app = opened("browse")
    assert len(board(app, "never-found")["columns"][0]["cards"]) == 50
    assert any("339 more" in caption.value for caption in app.caption)


def test_labels_of_which_no_two_are_alike_measure_nothing(workspace: Workspace, tmp_path: Path) -> None:
    table = pd.DataFrame({"id": list("abcd"), "title": ["red cup", "red cup new", "blue jar", "blue jar new"]})
    table.assign(label=["one", "two", "", ""]).to_csv(tmp_path / "shop.csv", index=False)
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", None))
    app = opened("thresholds")
    assert any("Nothing to measure" in caption.value for caption in app.caption)
    assert not any("Measured on" in caption.value for caption in app.caption)
    assert board(app, "sliders")["true_pairs"] is None
    assert [button.disabled for button in app.button if button.label == "Best F1"] == [True]
