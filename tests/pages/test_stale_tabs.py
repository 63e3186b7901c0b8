"""A page that another tab, another curator or another choice has overtaken: what is laid over what and said."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from run_pages import ROOT, checked, opened, press, send_event
from streamlit.testing.v1 import AppTest
from test_pages import TITLES
from workers import Fill

from matcher.matching.recipe import Recipe
from matcher.pipeline import catalogs, encoding, recipes
from matcher.storage.workspace import Workspace, open_workspace
from pages._shared import opened_catalog


@pytest.fixture
def workspace(tmp_path, monkeypatch: pytest.MonkeyPatch, fill: Fill) -> Workspace:
    """Six listings with titles and hashes of photos, matched by either."""
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    fill(tmp_path, make_shop)
    return open_workspace(tmp_path / "workspace")


def make_shop(folder: Path) -> None:
    workspace = open_workspace(folder / "workspace")
    table = pd.DataFrame({"id": [f"i{n}" for n in range(6)], "title": TITLES})
    table["phash"] = [f"{n % 3 * 0x0F0F0F0F:016x}" for n in range(6)]
    table.to_csv(folder / "shop.csv", index=False)
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(folder / "shop.csv"), "Shop"))
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", "phash", k=5))
    put(workspace, fusion="either", text_threshold=0.4, image_threshold=0.2, text_weight=0.5)
    workspace.store.close()


def put(workspace: Workspace, **changes: Any) -> None:
    """What another tab does meanwhile."""
    recipes.set_recipe(workspace, "shop", replace(now(workspace), **changes))


def now(workspace: Workspace) -> Recipe:
    return recipes.current_recipe(workspace, "shop")


def move(app: AppTest, **thresholds: float) -> AppTest:
    """Move sliders as the browser does; what they propose is not in force yet."""
    (node,) = [node for node in app.main if node.type == "bidi_component" and "-sliders" in node.proto.id]
    return send_event(app, node, "moved", thresholds)


def said(app: AppTest) -> str:
    return "\n".join(info.value for info in app.info)


def test_a_slider_of_a_stale_tab_writes_itself_and_no_other(workspace: Workspace) -> None:
    app = opened("thresholds")
    put(workspace, text_threshold=0.7, veto=("units",))
    app = move(app, image=0.3)
    assert "Another tab or colleague changed the thresholds" in said(app)
    app = press(app, "Take it")
    assert (now(workspace).text_threshold, now(workspace).image_threshold) == (0.7, 0.3)
    assert now(workspace).veto == ("units",)
    assert not said(app)
    app = press(move(app, image=0.25), "Take it")
    assert (now(workspace).text_threshold, now(workspace).image_threshold) == (0.7, 0.25)
    assert not said(app)


def test_a_proposal_that_another_tab_overtook_is_laid_over_what_is_in_force(workspace: Workspace) -> None:
    app = move(opened("thresholds"), image=0.3)
    put(workspace, text_threshold=0.7)
    app = press(app, "Take it")
    assert (now(workspace).text_threshold, now(workspace).image_threshold) == (0.7, 0.3)
    assert "Another tab or colleague changed the thresholds" in said(app)


def test_a_whole_rule_is_not_taken_once_another_tab_chose_other_encoders(workspace: Workspace) -> None:
    workspace.store.save_preset("shop", "Loose", replace(now(workspace), text_threshold=0.6).to_json())
    app = opened("thresholds")
    app = checked(app.toggle(key="compare-presets").set_value(True).run())
    app = press(app, "Look at Loose")
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf-char", "phash", k=5))
    there = now(workspace)
    app = press(app, "Take it")
    assert now(workspace) == there
    assert "Not changed: another tab or colleague chose other encoders or another distance" in said(app)


def test_a_slider_of_a_rule_that_is_no_longer_in_force_changes_nothing(workspace: Workspace) -> None:
    app = opened("thresholds")
    put(workspace, fusion="mean", fused_threshold=0.5)
    there = now(workspace)
    app = move(app, image=0.3)
    assert now(workspace) == there
    assert "Not changed: another tab or colleague chose another rule" in said(app)


def test_the_rule_and_its_weight_are_laid_over_what_is_in_force(workspace: Workspace) -> None:
    app = opened("thresholds")
    put(workspace, text_threshold=0.7)
    app = checked(app.segmented_control(key="fusion").set_value("mean").run())
    assert (now(workspace).fusion, now(workspace).text_threshold) == ("mean", 0.7)
    put(workspace, fused_threshold=0.123)
    app = checked(app.slider(key="weight").set_value(80).run())
    put(workspace, fused_threshold=0.321)
    checked(app.segmented_control(key="mean").set_value("geometric").run())
    assert (now(workspace).fused_threshold, now(workspace).text_weight, now(workspace).mean) == (
        0.321,
        0.8,
        "geometric",
    )


def test_a_search_is_asked_for_with_what_was_typed_over_the_last_one(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[encoding.EncodeConfig] = []
    monkeypatch.setattr("matcher.jobs.start", lambda workspace, kind, config: started.append(config))
    app = opened("thresholds")
    app.number_input(key="search-k").set_value(4)
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", "phash", metric="euclidean", k=3))
    checked(next(button for button in app.button if button.label == "Find matches again").click().run())
    assert [(config.k, config.metric) for config in started] == [(4, "euclidean")]
    assert app.number_input(key="search-k").value == 3  # as the matches on the page were found


def test_thresholds_of_other_encoders_are_said_to_be_out_of_force(workspace: Workspace) -> None:
    assert not said(opened("thresholds"))
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf-char", "phash", k=5))
    app = opened("thresholds")
    assert "chosen here are for TF-IDF words and" in said(app)
    assert any("yours are for other encoders" in caption.value for caption in opened("start").caption)
    app = move(app, fused=0.3) if "fused" in now(workspace).thresholds else move(app, text=0.3)
    assert not said(press(app, "Take it"))


@pytest.mark.parametrize("page", ["review", "audit", "groups"])
def test_a_page_goes_on_with_the_listings_of_an_import_after_which_an_answer_was_refused(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    app = opened("thresholds")
    if page == "audit":
        app = press(app, "Resolve listings completely")
    read, versions = opened_catalog.need_matches, []

    def read_late() -> opened_catalog.Matched:
        """At first as a fragment has it that was drawn before the import."""
        matched = read()
        if not versions:
            matched = replace(matched, info=replace(matched.info, version="of before"))
        versions.append(matched.info.version)
        return matched

    monkeypatch.setattr(opened_catalog, "need_matches", read_late)
    checked(app.switch_page(f"pages/{page.replace('audit', 'review')}.py").run())
    assert versions == ["of before", workspace.catalog_info("shop").version]


def test_the_rule_of_another_catalog_is_not_said_to_be_learned(workspace: Workspace, tmp_path) -> None:
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Two"))
    encoding.encode(workspace, encoding.EncodeConfig("two", "tfidf", "phash", k=5))
    app = opened("thresholds")
    app.query_params["catalog"] = "shop"
    app = checked(checked(app.run()).segmented_control(key="fusion").set_value("learned").run())
    assert app.segmented_control(key="fusion").value == "learned"  # asked for, and not there yet
    app.query_params["catalog"] = "two"
    assert checked(app.run()).segmented_control(key="fusion").value == recipes.current_recipe(workspace, "two").fusion


def test_another_catalog_is_opened_without_what_was_proposed_for_the_one_before(workspace: Workspace, tmp_path) -> None:
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Two"))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {"catalog": "shop", "text": "0.3", "item": "i4"}.items():
        app.query_params[name] = value
    (box,) = checked(app.run()).sidebar.selectbox
    checked(box.set_value("two").run())
    assert app.query_params == {"catalog": "two"}
