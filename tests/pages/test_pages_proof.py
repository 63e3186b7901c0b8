"""Thresholds asks for a proof, Review for the verdicts that it needs, without a browser."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from test_pages_decide import answer, captions, checked, opened, press

from matcher.pipeline import catalogs, encoding, recipes
from matcher.review.verdicts import PROOF
from matcher.storage.workspace import Workspace, open_workspace
from pages._thresholds.outlook import WALKED


@pytest.fixture(params=[True, False], ids=["labels", "no labels"])
def shop(request, tmp_path, monkeypatch) -> Workspace:
    """Forty products, each listed three times under nearly the same title."""
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list("abdegiklmnoprstu"), 6)) for _ in range(120)]
    rows = [
        {
            "id": f"i{number:03}",
            "title": " ".join(words[3 * (number % 40) : 3 * (number % 40) + 3]) + f" {number // 40}",
        }
        | ({"label": f"p{number % 40}"} if request.param else {})
        for number in range(120)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "shop.csv", index=False)
    workspace = open_workspace(tmp_path / "workspace")
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", None, k=10))
    recipe = recipes.current_recipe(workspace, "shop")
    recipes.set_recipe(workspace, "shop", recipe.with_thresholds({"text": 0.4}))
    return workspace


def markdown(app) -> str:
    return "\n".join(one.value for one in app.markdown)


def product(card) -> int:
    return int(card["item"][1:]) % 40


def test_a_precision_is_asked_for_and_proved(shop: Workspace):
    app = opened("thresholds")
    said = captions(app)
    assert ("The thresholds will do" in said) == ("Measured on the labels" in said)
    assert "Not proved yet" in markdown(app)
    assert "more verdicts" in markdown(app)
    app = checked(app.number_input(key="proof-target").set_value(80.0).run())
    press(app, "Ask for these verdicts")
    app = checked(app.switch_page("pages/review.py").run())  # as the browser goes on from there
    assert "To prove that 80 % of the matches are right" in markdown(app)
    assert "Drawn at random among pairs as near as this one" in markdown(app)
    for _ in range(60):
        if "Proved" in markdown(app):
            break
        (node,) = [node for node in app.main if node.type == "bidi_component" and "-pair" in node.proto.id]
        one, other = json.loads(node.proto.json)["columns"][0]["cards"]
        app = answer(app, "match" if product(one) == product(other) else "different")
    assert "Proved: at least 80 % of the matches are right" in markdown(app)
    verdicts = shop.store.verdicts("shop")
    assert {verdict.sampled for verdict in verdicts} == {PROOF}
    assert 10 <= len(verdicts) < 40  # of 120 matches
    app = checked(app.switch_page("pages/thresholds.py").run())
    assert "Proved: at least 80 % of the matches are right" in markdown(app)
    assert f"From {len(verdicts)} verdicts on pairs drawn at random: precision 1.000" in captions(app)
    app = press(app, "Loosest threshold that is proved")
    assert "The loosest that is proved is the one in force." in captions(app)
    app = checked(app.number_input(key="proof-target").set_value(99.5).run())
    assert "Not proved yet" in markdown(app)
    app = press(app, "Loosest threshold that is proved")
    assert "No threshold is proved yet" in captions(app)
    app.session_state[WALKED] = ("another shop", *app.session_state[WALKED][-3:])
    assert "No threshold is proved yet" not in captions(checked(app.run()))
    now = recipes.current_recipe(shop, "shop")
    strict = now.with_thresholds({"text": 0.3})
    app.session_state[WALKED] = ("shop", now, 0.995, strict)
    assert "Proposed above" not in captions(checked(app.run()))  # it was left
    app.query_params["text"] = "0.3"
    assert "Proposed above" in captions(checked(app.run()))
    app = press(app, "Leave it")
    assert "Proposed above" not in captions(app)
    app = press(checked(app.switch_page("pages/review.py").run()), "Ask as usual")
    assert "Proved" not in markdown(app)


@pytest.mark.parametrize("shop", [True], indirect=True)
def test_a_move_says_what_it_did_and_is_taken_back(shop: Workspace):
    loose = recipes.current_recipe(shop, "shop").with_thresholds({"text": 0.95})
    recipes.set_recipe(shop, "shop", loose)
    app = press(opened("thresholds"), "Best F1")
    assert recipes.current_recipe(shop, "shop") != loose
    said = markdown(app)
    assert "The last move split" in said or "The last move merged" in said
    assert "No longer matches: " in said
    app = press(app, "Take it back")
    assert recipes.current_recipe(shop, "shop") == loose
    assert "Became matches: " in markdown(app)
    assert "against a label" in markdown(app)  # what was taken back parted what the labels part


def test_the_map_says_what_other_thresholds_would_score(tmp_path, monkeypatch):
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    rows = [
        {"id": f"i{number}", "title": f"thing {'abcde'[number % 5] * 4} {number // 5}", "label": number % 5}
        | {"phash": f"{0x9E3779B97F4A7C15 * (number % 5 + 1) % 2**64 ^ (1 << number):016x}"}
        for number in range(15)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "shop.csv", index=False)
    workspace = open_workspace(tmp_path / "workspace")
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", "phash", k=10))
    rule = replace(recipes.current_recipe(workspace, "shop"), fusion="both", text_threshold=0.3, image_threshold=0.2)
    recipes.set_recipe(workspace, "shop", rule)
    app = opened("thresholds")
    assert "The best F1 on the map" not in captions(app)
    app = checked(app.toggle(key="map-shown").set_value(True).run())
    assert "The best F1 on the map is 1.000, with titles within" in captions(app)
    recipes.set_recipe(workspace, "shop", replace(rule, fusion="mean", fused_threshold=0.3))
    assert not [toggle for toggle in opened("thresholds").toggle if toggle.key == "map-shown"]
