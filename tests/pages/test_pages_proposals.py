"""Thresholds that are proposed before they are taken, without a browser: map, sliders, address, presets and files."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest
from run_pages import ROOT, checked, opened, press, said, send_event
from streamlit.testing.v1 import AppTest
from workers import Fill

from matcher.matching.metrics import listing_scores, truth_of
from matcher.matching.recipe import Recipe, decide
from matcher.pipeline import catalogs, encoding, recipes
from matcher.pipeline.pair_model.models import write_recipe
from matcher.storage.workspace import Workspace, open_workspace
from pages._thresholds.side_by_side import _describe_rule

PRODUCTS, COPIES = 6, 4


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fill: Fill) -> Workspace:
    """Six products of four listings, whose titles share a word with another product's."""
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    fill(tmp_path, make_shop)
    return open_workspace(tmp_path / "workspace")


def make_shop(folder: Path) -> None:
    rng = np.random.default_rng(1)
    rows = []
    for number in range(PRODUCTS * COPIES):
        product = number % PRODUCTS
        words = [f"{'abcdef'[product] * 5}", f"{'ghi'[product // 2] * 4}", f"no {number}"]
        flips = sum(1 << int(bit) for bit in rng.choice(64, rng.integers(0, 9), replace=False))
        photo = (0x9E3779B97F4A7C15 * (product + 1) % 2**64) ^ flips
        rows.append({"id": f"i{number:02}", "title": " ".join(words), "phash": f"{photo:016x}", "label": product})
    pd.DataFrame(rows).to_csv(folder / "shop.csv", index=False)
    workspace = open_workspace(folder / "workspace")
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(folder / "shop.csv"), "Shop"))
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", "phash", k=12))
    rule = replace(now(workspace), fusion="both", veto=(), text_threshold=0.3, image_threshold=0.2)
    recipes.set_recipe(workspace, "shop", rule)
    workspace.store.close()


def now(workspace: Workspace) -> Recipe:
    return recipes.current_recipe(workspace, "shop")


def part(app: AppTest, name: str) -> Any:
    """A component of the page."""
    (node,) = [node for node in app.main if node.type == "bidi_component" and node.proto.id.endswith(f"-{name}")]
    return node


def given(app: AppTest, name: str) -> dict[str, Any]:
    """What a component was given."""
    return dict(json.loads(part(app, name).proto.json))


def send(app: AppTest, name: str, event: str, value: Any) -> AppTest:
    """What the browser sends from a component."""
    return send_event(app, part(app, name), event, value)


def at(**address: str) -> AppTest:
    """The page under an address."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app = app.run().switch_page("pages/thresholds.py")
    for name, value in address.items():
        app.query_params[name] = value
    return checked(app.run())


def test_the_map_proposes_and_nothing_changes_until_it_is_taken(shop: Workspace) -> None:
    before = now(shop)
    app = checked(opened("thresholds").toggle(key="map-shown").set_value(True).run())
    assert given(app, "map")["point"] == given(app, "map")["now"] == [0.3, 0.2]
    app = send(app, "map", "moved", {"text": 0.9, "image": 0.25})
    shown = given(app, "map")
    assert (shown["now"], shown["point"]) == ([0.3, 0.2], [0.9, 0.25])
    assert now(shop) == before
    encoded = encoding.load_encoded(shop, "shop")
    assert encoded
    moved = replace(before, text_threshold=0.9, image_threshold=0.25)
    scores = listing_scores(decide(encoded.pairs, moved), truth_of(encoded.pairs, shop.load_catalog("shop").codes))
    assert shown["exact"]["F1"] == pytest.approx(scores.f1)
    sliders = given(app, "sliders")
    assert [(row["value"], row["present"]) for row in sliders["rows"]] == [(0.9, 0.3), (0.25, 0.2)]
    assert sliders["exact"] != sliders["present"]
    won = int(decide(encoded.pairs, moved).sum() - decide(encoded.pairs, before).sum())
    assert sliders["changes"] == {"comes": won, "goes": 0}
    assert sliders["groups"]["largest"] >= 2
    assert sliders["review"]["left"] > 0
    assert "**Proposed:** titles within 0.900, photos within 0.250. It would " in said(app)
    assert f"Would become matches: {won}" in said(app)
    app = press(app, "Take it")
    assert now(shop) == moved
    assert "Proposed" not in said(app)
    assert f"Became matches: {won}" in said(app)
    assert given(app, "map")["now"] == [0.9, 0.25]
    press(app, "Take it back")
    assert now(shop) == before


def test_what_is_left_is_as_if_it_had_never_been_proposed(shop: Workspace) -> None:
    before = now(shop)
    app = send(opened("thresholds"), "sliders", "moved", {"text": 0.8})
    assert app.query_params["text"] == "0.8" or app.query_params["text"] == ["0.8"]
    app = press(app, "Leave it")
    assert now(shop) == before
    assert "text" not in app.query_params
    assert given(app, "sliders")["rows"][0]["value"] == 0.3
    app = send(app, "sliders", "moved", {"text": 0.8})
    app = send(app, "sliders", "moved", {"text": 0.3})  # moved back by hand
    assert "Proposed" not in said(app)


def test_the_address_brings_a_proposal_and_nothing_that_is_none(shop: Workspace) -> None:
    app = at(text="0.42", image="0.31")
    assert "titles within 0.420, photos within 0.310" in said(app)
    (link,) = at(text="0.42", curator="Ana").code
    query = parse_qs(urlsplit(link.value).query)
    assert (query["text"], query["catalog"]) == (["0.42"], ["shop"])
    assert "Ana" not in link.value
    for value in ("nan", "inf", "-1", "3", "1e999", "0x1", "", "0.1.2", "9" * 5000, "<b>"):
        app = at(text=value, image="0.31")
        assert "**Proposed:** photos within 0.310." in said(app), value
    assert "Proposed" not in said(at(fused="0.3", learned="0.4", text="0.3"))  # not of this rule, or in force
    app = at(**{"map-shown": "true", "map-figure": "Recall"})
    assert given(app, "map")["shown"] == "Recall"
    assert given(at(**{"map-shown": "true", "map-figure": "<i>"}), "map")["shown"] == "F1"


def test_another_page_is_opened_and_the_proposal_is_still_there(shop: Workspace) -> None:
    app = send(opened("thresholds"), "sliders", "moved", {"image": 0.35})
    app = checked(app.switch_page("pages/review.py").run())
    app = checked(app.switch_page("pages/thresholds.py").run())
    assert "photos within 0.350" in said(app)


def answer(app: AppTest, kind: str, pair: list[str], **changes: Any) -> AppTest:
    shown = given(app, "pair-answers")
    sent = {"n": shown["received"] + 1, "kind": kind, "one": pair[0], "other": pair[1], "about": shown["about"]}
    message = {"session": "0" * 16 + "." + "1" * 16, "run": shown["run"], "answers": [sent | changes]}
    return send(app, "pair-answers", "answers", message)


def tiles(app: AppTest) -> list[str]:
    return [node.proto.body for node in app.main if node.type == "html" and "<article" in node.proto.body]


def test_flips_are_judged_where_they_stand(shop: Workspace) -> None:
    app = send(opened("thresholds"), "sliders", "moved", {"text": 0.95, "image": 0.6})
    drawn, shown = tiles(app), given(app, "pair-answers")
    assert all(tile.count("data-answer=") == 4 * tile.count("<article") for tile in drawn)
    one, other, said_before = shown["pairs"][0]
    assert said_before is None
    app = answer(app, "different", [one, other])
    (verdict,) = shop.store.verdicts("shop")
    assert ((verdict.left_id, verdict.right_id), verdict.kind, verdict.source) == (
        (one, other),
        "different",
        "thresholds",
    )
    assert tiles(app) == drawn  # a pair that is judged stays where it is
    assert given(app, "pair-answers")["pairs"][0] == [one, other, "different"]
    assert re.search(r"; 1 of the \d+ pairs that change side go against a verdict", said(app))
    app = answer(app, "variant", ["i00", "nobody"])
    assert "Not stored: this pair is no longer on the screen." in [toast.value for toast in app.toast]
    app = answer(app, "undo", [one, other])
    assert shop.store.verdicts("shop") == []
    app = press(app, "Show more pairs")
    assert sum(tile.count("<article") for tile in tiles(app)) > sum(tile.count("<article") for tile in drawn)


def test_presets_stand_side_by_side(shop: Workspace) -> None:
    middle = replace(now(shop), fusion="either", text_threshold=0.6, image_threshold=0.2)
    loose = replace(middle, text_threshold=1.0, image_threshold=0.5)
    shop.store.save_preset("shop", "middle", middle.to_json())
    shop.store.save_preset("shop", "loose", loose.to_json())
    shop.store.save_preset("shop", "other encoders", replace(loose, text_encoder="tfidf-char").to_json())
    app = checked(opened("thresholds").toggle(key="compare-presets").set_value(True).run())
    table = app.table[0].value
    assert list(table.index) == ["In force", "loose", "middle"]
    assert table["Against the other"].iloc[0] == "itself"
    assert "more and 0 fewer" in table["Against the other"].iloc[1]
    app = checked(app.selectbox(key="compare-with").set_value("middle").run())
    lines = app.table[0].value["Against the other"]
    assert lines["loose"].startswith("merges ")
    assert lines["middle"] == "itself"
    app = checked(app.selectbox(key="compare-with").set_value("loose").run())
    assert app.table[0].value["Against the other"]["middle"].startswith("splits ")
    app = press(app, "Look at loose")
    assert "**Proposed:** loose. It would form" in said(app)
    press(app, "Take it")
    assert now(shop) == loose


def test_a_rule_of_titles_alone_is_described_by_them_alone() -> None:
    assert _describe_rule(Recipe("tfidf", text_threshold=0.4)) == "Titles 0.400"
    both = Recipe("tfidf", "phash", text_threshold=0.4, image_threshold=0.2)
    assert _describe_rule(both).endswith(": titles 0.400, photos 0.200")


def test_a_preset_of_another_time_is_compared_and_none_takes_the_place_of_the_rule_in_force(shop: Workspace) -> None:
    strict = replace(now(shop), fusion="either", text_threshold=0.6, image_threshold=0.1)
    shop.store.save_preset("shop", "In force", strict.to_json())
    shop.store.save_preset("shop", "by maker", replace(strict, one_per="maker").to_json())  # a column that has gone
    app = checked(opened("thresholds").toggle(key="compare-presets").set_value(True).run())
    table = app.table[0].value
    assert list(table.index) == ["In force", r"In force \(preset\)", "by maker"]
    assert len(set(table["A pair matches by"])) == 2
    assert table["A pair matches by"].iloc[0] != table["A pair matches by"].iloc[1]
    app = press(app, "Look at by maker")
    assert "**Proposed:** by maker." in said(app)
    press(app, "Take it")
    assert now(shop) == strict


def test_a_column_that_has_gone_is_no_change_by_another_and_hides_no_last_move(shop: Workspace) -> None:
    kept = replace(now(shop), one_per="maker")
    recipes.set_recipe(shop, "shop", kept)
    app = send(opened("thresholds"), "sliders", "moved", {"image": 0.35})
    assert "photos within 0.350" in said(app)
    assert [info.value for info in app.info] == []
    encoded = encoding.load_encoded(shop, "shop")
    assert encoded
    app = press(app, "Leave it")
    app.session_state["thresholds-before"] = ("shop", encoded.key, kept.with_thresholds({"image": 0.35}))
    assert "The last move" in said(checked(app.run()))
    app.session_state["thresholds-proposed"] = ("shop", encoded.key, {}, kept.with_thresholds({"image": 0.35}), "gone")
    assert "**Proposed:** gone." in said(checked(app.run()))


def test_a_rule_by_a_column_that_is_not_here_is_refused(shop: Workspace) -> None:
    app = upload(opened("thresholds"), "x.json", write_recipe(replace(now(shop), one_per="maker")).encode())
    assert "which the catalog does not have" in said(app)
    assert "Proposed" not in said(app)


def test_a_rule_comes_from_a_file(shop: Workspace) -> None:
    before, strict = now(shop), replace(now(shop), fusion="either", text_threshold=0.6, image_threshold=0.1)
    app = upload(opened("thresholds"), "from the terminal.json", write_recipe(strict).encode())
    assert "**Proposed:** from the terminal. It would" in said(app)
    assert now(shop) == before
    press(app, "Take it")
    assert now(shop) == strict


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff\xfe", "This file is not text"),
        (b"[" * 9_000, "The recipe is not JSON"),
        (b"{}", "does not say"),
        (b'{"format": 1, "<script>": 1}', "unknown key"),
    ],
    ids=["bytes", "deep", "empty", "script"],
)
def test_a_file_that_is_no_rule_is_one_plain_line(shop: Workspace, data: bytes, told: str) -> None:
    before = now(shop)
    app = upload(opened("thresholds"), "x.json", data)
    (line,) = [caption.value for caption in app.caption if told in caption.value]
    assert "\n" not in line.strip()
    assert "Proposed" not in said(app)
    assert now(shop) == before
    app.session_state["recipe-file-said"] = ("another shop", told)
    assert not [caption for caption in checked(app.run()).caption if told in caption.value]


def test_a_rule_for_other_encoders_is_refused(shop: Workspace) -> None:
    other = replace(now(shop), text_encoder="tfidf-char")
    app = upload(opened("thresholds"), "x.json", write_recipe(other).encode())
    assert "Match it with those first" in said(app)
    joined = replace(now(shop), fusion="fused", text_weight=0.8, fused_threshold=0.1)
    app = upload(app, "y.json", write_recipe(joined).encode())
    assert "a share of 80 % for the title, and this catalog was matched with 50 %" in said(app)


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    return checked(app.file_uploader(key="recipe-file").upload(name, data, "application/json").run())
