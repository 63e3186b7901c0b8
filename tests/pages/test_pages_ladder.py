"""The search for the best recipe on the Thresholds page: started, stopped, shown as stairs, and taken."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from run_pages import import_shop, open_shop, press, said
from run_pages import opened as opened_page
from streamlit.testing.v1 import AppTest
from workers import Fill

from matcher import jobs
from matcher.matching.bootstrap import Figure
from matcher.matching.recipe import Recipe
from matcher.matching.recipe_search.ladder import Ladder, Rung
from matcher.pipeline import encoding, recipes
from matcher.pipeline.pair_model.models import SEARCHED
from matcher.storage.workspace import Workspace

FOUND = Recipe("tfidf-char", "phash", "both", k=10, text_threshold=0.4, image_threshold=0.3)
LADDER = Ladder(
    FOUND,
    Figure(0.7, 0.6, 0.8),
    Figure(0.905, 0.85, 0.95),
    Figure(0.8, 0.7, 0.9),
    (
        Rung("groups", "", True, 3, Figure(0.01, 0.0, 0.02), 0.01),
        Rung("fusion", "both", True, 3, Figure(0.171, 0.1, 0.2), 0.171),
        Rung("units", "", True, 2, Figure(0.03, 0.01, 0.05), 0.024),
        Rung("sizes", "", False, 0, Figure(-0.106, -0.2, -0.05), 0.0),
    ),
    144,
    48,
)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fill: Fill) -> Workspace:
    return open_shop(tmp_path, monkeypatch, fill)


def opened() -> AppTest:
    return opened_page("thresholds", seconds=120)


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_a_search_is_shown_as_stairs_and_its_recipe_taken(shop: Workspace) -> None:
    assert "Take this recipe" not in labels(opened())
    content = shop.catalog_info("shop").content
    kept = asdict(LADDER) | {"recipe": FOUND.to_json(), "content": content}
    shop.store.set_setting("shop", SEARCHED, json.loads(json.dumps(kept)))
    app = opened()
    assert "F1 0.905 on products that had no say, 10.5 points more than the rule in force (0.800)." in said(app)
    assert "Matching by title and photo adds 17.1 points." in said(app)
    lists = [element.value for element in app.markdown if "\n- " in element.value]
    taken, left_out = (said for said in lists if said.startswith("**What "))
    assert taken.count("\n- ") == 3
    assert left_out.count("\n- ") == 1
    assert "Reading clothes sizes costs 10.6 points." in left_out
    (chart,) = [json.loads(node.proto.spec) for node in app.get("plotly_chart") if '"waterfall"' in node.proto.spec]
    (stairs,) = chart["data"]
    assert list(stairs["y"]) == ["Start", "Groups", "Title and photo", "Amounts", "All together"]
    assert list(stairs["text"]) == ["0.700", "+1.0", "+17.1", "+2.4", "0.905"]
    press(app, "Take this recipe")
    assert recipes.current_recipe(shop, "shop") == FOUND
    assert "Take this recipe" not in labels(opened())

    shop.store.set_setting("shop", SEARCHED, kept | {"content": "other"})
    assert any("before the last import" in info.value for info in opened().info)
    other = replace(FOUND, text_encoder="tfidf")
    shop.store.set_setting("shop", SEARCHED, kept | {"recipe": other.to_json()})
    assert "Find the best recipe" in labels(opened())


def test_a_preset_may_be_called_as_the_best_recipe_is(shop: Workspace) -> None:
    kept = asdict(LADDER) | {"recipe": FOUND.to_json(), "content": shop.catalog_info("shop").content}
    shop.store.set_setting("shop", SEARCHED, json.loads(json.dumps(kept)))
    shop.store.save_preset("shop", "best", replace(FOUND, text_threshold=0.2).to_json())
    app = opened()
    assert "Take this recipe" in labels(app)
    press(app, "best")
    assert recipes.current_recipe(shop, "shop").text_threshold == 0.2


def test_a_search_is_started_and_stopped_on_the_page(shop: Workspace) -> None:
    app = opened()
    press(app, "Find the best recipe")
    job = jobs.latest(shop, "search", "shop")
    assert job is not None
    if job.active:
        jobs.cancel(shop, job.id)
    while (job := jobs.get(shop, job.id)).active:
        pass
    assert job.state in ("cancelled", "done"), job.message
    opened()


def test_without_labels_the_button_says_what_is_needed(tmp_path: Path, shop: Workspace) -> None:
    import_shop(shop, tmp_path, labels=False)
    encoding.encode(shop, encoding.EncodeConfig("shop", "tfidf-char", "phash", k=10))
    button = next(button for button in opened().button if button.label == "Find the best recipe")
    assert button.disabled
    assert button.help == "Needs labels of 30 products with two listings."
