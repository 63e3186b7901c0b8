"""Why a pair is a match or none, on every page that shows pairs, and why not for two ids; without a browser."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from run_pages import checked, open_shop, opened, press, send_event
from streamlit.testing.v1 import AppTest
from workers import Fill

from matcher.pipeline import encoding, recipes
from matcher.pipeline.learn_rule import LearnConfig, learn_rule
from matcher.storage.workspace import Workspace
from pages._shared.answers import ANSWERS


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fill: Fill) -> Workspace:
    """144 listings, products in two sizes each; the search looks at so few that it misses most pairs."""
    workspace = open_shop(tmp_path, monkeypatch, fill, "tfidf", k=8)
    usual = recipes.current_recipe(workspace, "shop")
    recipe = replace(usual, fusion="either", text_threshold=0.4, image_threshold=0.2, veto=("units",))
    recipes.set_recipe(workspace, "shop", recipe)
    return workspace


def component(app: AppTest, key: str) -> Any:
    (found,) = [node for node in app._tree if node.type == "bidi_component" and f"-{key}" in node.proto.id]
    return found


def ask(app: AppTest, key: str, one: str, other: str) -> AppTest:
    """Ask why as the browser does, by the key or the button of a card or a tile."""
    return send_event(app, component(app, key), "why", {"one": one, "other": other})


def told(app: AppTest) -> str:
    """What the window says; escapes are taken off."""
    lines = [line.value for line in app.markdown]
    start = next(
        (number for number, line in enumerate(lines) if line.startswith(("**A match.**", "**No match.**"))), None
    )
    return "" if start is None else "\n".join(lines[start:]).replace("\\", "")


def test_every_page_with_pairs_says_why(shop: Workspace) -> None:
    app = opened("review")
    cards = json.loads(component(app, "pair").proto.json)
    assert cards["why"]
    one, other = [card["item"] for card in cards["columns"][0]["cards"]]
    assert told(app) == ""
    window = told(ask(app, "pair", one, other))
    assert "**Words in both**" in window
    assert "**Distances**" in window
    assert "**For the other answer**" in window
    assert told(checked(app.run())) == ""  # asked once, said once

    app = opened("browse")
    board = json.loads(component(app, "board").proto.json)
    assert (board["why"], board["beside"]) == (True, "p00-0")
    window = told(ask(app, "board", "p00-0", "p01-0"))
    assert "The titles contradict each other: 250 ml against 500 ml" in window
    assert "It would match if other amounts no longer parted listings" in window

    app = opened("thresholds")
    assert 'data-one="p' in next(tile.proto.body for tile in app.get("html") if "article" in tile.proto.body)
    assert "250 ml in both" in told(ask(app, "why-tiles", "p00-0", "p00-1"))

    app = opened("results")
    window = told(ask(app, "why-tiles", "p00-0", ""))
    assert window.startswith("**A match.**")
    assert "near enough" in window
    assert "For the other answer" in window


@pytest.mark.parametrize("kind", ["match", "variant", "different", "unsure"])
def test_what_a_curator_said_stands_on_both_photos(shop: Workspace, kind: str) -> None:
    shop.store.add_verdict("shop", "p00-0", "p01-0", kind, source="browse")
    app = ask(opened("browse"), "board", "p00-0", "p01-0")
    for side in ("why-first", "why-second"):
        card = json.loads(component(app, side).proto.json)["columns"][0]["cards"][0]
        assert ANSWERS[kind].name in [badge["text"] for badge in card["badges"]]


def test_why_not_is_said_of_two_listings_that_no_search_brought_together(shop: Workspace) -> None:
    app = opened("browse")
    encoded = encoding.load_encoded(shop, "shop")
    assert encoded
    assert not len(encoded.pairs.positions(np.array([0, 0]), np.array([138, 143])))
    app.text_input(key="why-not-other").set_value(" p46-0 ")
    app.session_state["why-not-open"] = True
    window = told(press(app, "Say why"))
    assert not app.session_state["why-not-open"]  # or the form would lie over the window
    assert "**No match.** The search never brought the two together: it looks at the 8 nearest" in window
    assert "among the nearest" in window
    app.text_input(key="why-not-other").set_value("p47-2")
    assert "250 ml against 500 ml" in (window := told(press(app, "Say why")))
    assert "Nor did the search bring them together" in window


def test_an_id_that_is_not_there_is_said_and_shown_as_text(shop: Workspace) -> None:
    app = opened("browse")
    app.text_input(key="why-not-other").set_value("**nobody**")
    app = press(app, "Say why")
    assert told(app) == ""
    assert [toast.value for toast in app.toast] == [r"There is no listing \*\*nobody\*\* in this catalog."]


def test_a_pair_model_gives_its_reasons(shop: Workspace) -> None:
    learn_rule(shop, LearnConfig("shop"))
    recipe = recipes.current_recipe(shop, "shop")
    assert recipe.fusion == "learned"
    app = opened("browse")
    window = told(ask(app, "board", "p00-0", "p00-1"))
    assert "The pair model takes it for" in window
    assert "**The pair model's reasons**" in window
    assert "for one product" in window
    window = told(ask(opened("browse"), "board", "p00-0", "p46-0"))
    assert "The search never brought the two together" in window
