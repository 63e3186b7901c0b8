"""A learned rule on the pages: learned there, shown as likelihood, and understood by every page."""

import json
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from run_pages import checked, import_shop, open_shop, press, said, send_event
from run_pages import opened as opened_page
from streamlit.testing.v1 import AppTest
from workers import Fill

from matcher import jobs
from matcher.matching.recipe import Recipe
from matcher.pipeline import encoding, recipes
from matcher.pipeline.matches import evaluate
from matcher.pipeline.pair_model.models import load_model, model_file, read_recipe, write_recipe
from matcher.storage.workspace import Workspace

opened = partial(opened_page, seconds=120)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fill: Fill) -> Workspace:
    return open_shop(tmp_path, monkeypatch, fill)


def sliders(app: AppTest):
    (shown,) = [
        json.loads(node.proto.json) for node in app.main if node.type == "bidi_component" and "sliders" in node.proto.id
    ]
    return shown


def move(app: AppTest, **thresholds: float) -> AppTest:
    """Move sliders as the browser does."""
    (node,) = [node for node in app.main if node.type == "bidi_component" and "sliders" in node.proto.id]
    return send_event(app, node, "moved", thresholds)


def wait(workspace: Workspace, kind: str) -> None:
    deadline = time.monotonic() + 300
    while (job := jobs.latest(workspace, kind, "shop")) is None or job.active:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert job.state == "done", job.message


def test_a_model_is_learned_by_a_click_and_every_page_goes_by_it(shop: Workspace) -> None:
    app = checked(opened("thresholds").segmented_control(key="fusion").set_value("learned").run())
    assert "Nothing is learned for this catalog yet" in said(app)
    before = recipes.current_recipe(shop, "shop")
    assert before.fusion != "learned"
    recipes.set_recipe(shop, "shop", replace(before, one_per="item_id"))  # all differ, so it changes nothing
    press(app, "Learn from labels and verdicts")
    wait(shop, "learn")

    app = opened("thresholds")
    recipe = recipes.current_recipe(shop, "shop")
    assert (recipe.fusion, recipe.one_per) == ("learned", "item_id")
    assert "On products that it did not learn from F1 is" in said(app)
    assert "Each is judged by the parts of the model that did not learn from it" in said(app)
    shown = sliders(app)
    (row,) = shown["rows"]
    assert (row["id"], row["percent"], row["value"]) == ("learned", True, recipe.learned_threshold)
    figures, before_tuning = evaluate(shop, "shop", recipe), recipe
    assert shown["exact"]["listing"] == vars(figures.listing)
    assert shown["exact"]["pair"]["f1"] == figures.pair.f1
    app = press(app, "Best F1")
    recipe = recipes.current_recipe(shop, "shop")
    assert recipe.pair_model == before_tuning.pair_model

    moved = 0.3 if recipe.learned_threshold != 0.3 else 0.35
    app = move(app, learned=moved)
    assert f"**Proposed:** at least {round(100 * (1 - moved))} % likely. It " in said(app)
    assert sliders(app)["exact"]["listing"] == vars(
        evaluate(shop, "shop", replace(recipe, learned_threshold=moved)).listing
    )
    assert "Proposed" not in said(move(press(app, "Leave it"), learned=1.0))  # a likelihood of nothing joins all

    review = opened("review")
    assert "likely by itself; with its groups near the" in said(review)
    opened("browse")
    assert "groups, the riskiest first" in said(opened("groups"))
    results = opened("results")
    assert "Learned: groups of listings at least" in said(results)
    opened("start")

    app = opened("thresholds")
    app.text_input(key="preset-name").set_value("clever").run()
    checked(app.segmented_control(key="fusion").set_value("mean").run())
    assert recipes.current_recipe(shop, "shop").fusion == "mean"
    app, model = opened("thresholds"), load_model(shop, "shop", str(recipe.pair_model))
    file = write_recipe(replace(recipe, learned_threshold=0.123), model).encode()
    app = checked(app.file_uploader(key="recipe-file").upload("clever.json", file, "application/json").run())
    assert "Kept as the preset clever 2" in said(app)
    assert Recipe.from_json(shop.store.presets("shop")["clever"]) == recipe
    press(opened("thresholds"), "clever")
    assert recipes.current_recipe(shop, "shop").pair_model == recipe.pair_model
    shop.store.save_preset("shop", "joined otherwise", replace(recipe, one_per=None).to_json())
    app = checked(opened("thresholds").toggle(key="compare-presets").set_value(True).run())
    assert list(app.table[0].value.index) == [
        "In force",
        "clever",
        "clever 2",
    ]  # other columns: its groups are not at hand
    assert read_recipe(write_recipe(recipe, load_model(shop, "shop", str(recipe.pair_model)))) == recipe

    encoding.encode(shop, encoding.EncodeConfig("shop", "tfidf-char", "phash", k=8))  # other pairs, not judged yet
    app = opened("results")
    assert "The pair model has not judged these pairs yet" in said(app)
    press(app, "Find matches")
    wait(shop, "encode")
    assert opened("results").metric
    model_file(shop, "shop", str(recipe.pair_model)).unlink()
    assert recipes.current_recipe(shop, "shop").fusion != "learned"
    opened("thresholds")


def test_too_little_to_learn_from_is_said(tmp_path: Path, shop: Workspace) -> None:
    import_shop(shop, tmp_path, labels=False)
    press(checked(opened("thresholds").segmented_control(key="fusion").set_value("learned").run()),
          "Learn from labels and verdicts")  # fmt: skip
    deadline = time.monotonic() + 300
    while (job := jobs.latest(shop, "learn", "shop")) is None or job.active:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    app = checked(opened("thresholds").segmented_control(key="fusion").set_value("learned").run())
    assert [warning.value.replace("\\", "") for warning in app.warning] == [
        "0 of the near pairs are known to be one product and 0 to be two; a pair model learns from 10 of each at "
        "least: give more verdicts on the Review page, or import labels."
    ]
