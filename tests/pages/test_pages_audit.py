"""Listings resolved completely on Review, without a browser, and what Thresholds then says of recall."""

import json
from pathlib import Path

import numpy as np
import pytest
from run_pages import checked, open_shop, opened, press, said, send_event
from streamlit.testing.v1 import AppTest
from workers import Fill

from matcher.pipeline import encoding
from matcher.storage.audits.rows import Audit, keep_audit, list_audits
from matcher.storage.workspace import Workspace


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fill: Fill) -> Workspace:
    """The made-up shop, searched so narrowly that each search keeps one neighbour."""
    return open_shop(tmp_path, monkeypatch, fill, k=1)


def board(app: AppTest):
    (node,) = [node for node in app.main if node.type == "bidi_component" and node.proto.id.endswith("-audit")]
    return node, json.loads(node.proto.json)


def judge(app: AppTest, other: str, kind: str) -> AppTest:
    node, shown = board(app)
    sent = {"n": shown["received"] + 1, "kind": kind, "one": shown["aside"]["item"], "other": other}
    message = {"session": "0" * 16 + "." + "1" * 16, "run": shown["run"], "answers": [sent | {"about": shown["about"]}]}
    return send_event(app, node, "answers", message)


def test_listings_are_resolved_and_recall_gets_its_outer_part(shop: Workspace) -> None:
    encoded, info = encoding.load_encoded(shop, "shop"), shop.catalog_info("shop")
    assert encoded
    rows = shop.load_catalog("shop").rows
    app = opened("thresholds")
    assert "0 listings were resolved completely so far" in said(app)
    app = checked(press(app, "Resolve listings completely").switch_page("pages/review.py").run())
    resolved: dict[str, set[str]] = {}
    for number in range(6):
        _, shown = board(app)
        item = shown["aside"]["item"]
        assert {len(column["cards"]) for column in shown["columns"]} == {12}  # more than the search keeps
        resolved[item] = {f"{item[:3]}-{copy}" for copy in range(3)} - {item}
        if not number:  # one that lies far away
            resolved[item].add(shown["columns"][0]["cards"][-1]["item"])
        for other in sorted(resolved[item]):
            app = judge(app, other, "match")
        app = press(app, "Everything found")
        assert f"{number + 1} resolved completely" in said(app)
        assert board(app)[1]["aside"]["item"] != item
    ends = [sorted((rows[item], rows[other])) for item, others in resolved.items() for other in others]
    same, found = len(ends), int((encoded.pairs.find(*np.array(ends).T) >= 0).sum())
    assert found < same == 13
    app = checked(app.switch_page("pages/thresholds.py").run())
    assert f"the search reached {found / same:.3f} (" in said(app)
    assert "With what it never found, recall is " in said(app)
    app = checked(app.switch_page("pages/review.py").run())
    app = press(app, "Take the last one back")
    assert len(list_audits(shop.store, "shop", info.content)) == 5
    app = press(app, "Put off")
    assert "5 resolved completely" in said(app)
    item = board(app)[1]["aside"]["item"]
    keep_audit(shop.store, "shop", info.content, Audit(item, True, "1" * 16 + "." + "2" * 16, "Ben"))
    app = press(checked(app.run()), "Take the last one back")  # one's own, which was put off, and not Ben's
    assert [audit.curator for audit in list_audits(shop.store, "shop", info.content)] == [""] * 5 + ["Ben"]
    app = press(app, "Ask as usual")
    assert "resolved completely" not in said(app)
    assert "judged" in said(app)


def test_words_and_farther_listings_are_looked_through(shop: Workspace) -> None:
    app = press(opened("thresholds"), "Resolve listings completely")
    app = checked(app.switch_page("pages/review.py").run())
    app = checked(app.text_input(key="audit-words").set_value("teapot").run())
    words = board(app)[1]["columns"][0]
    assert words["heading"] == "By words"
    assert len(words["cards"]) >= 5
    app = press(app, "Show farther ones")
    assert {len(column["cards"]) for column in board(app)[1]["columns"][1:]} == {36}


def say_of(app: AppTest, item: str, kind: str) -> AppTest:
    node, shown = board(app)
    sent = {"n": shown["received"] + 1, "kind": kind, "one": item, "other": "", "about": shown["about"]}
    message = {"session": "0" * 16 + "." + "1" * 16, "run": shown["run"], "answers": [sent]}
    return send_event(app, node, "answers", message)


def test_a_key_or_a_second_click_resolves_no_listing_that_was_not_shown(shop: Workspace) -> None:
    def resolved() -> list[tuple[str, bool]]:
        done = list_audits(shop.store, "shop", shop.catalog_info("shop").content)
        return [(audit.item_id, audit.is_complete) for audit in done]

    app = press(opened("thresholds"), "Resolve listings completely")
    app = checked(app.switch_page("pages/review.py").run())
    first = board(app)[1]["aside"]["item"]
    click = next(button for button in app.button if button.label == "Everything found")
    app = say_of(app, first, "found")
    assert resolved() == [(first, True)]
    second = board(app)[1]["aside"]["item"]
    # The button of the first listing, clicked once more as the second is drawn: it is no button of the second.
    assert click.key not in [button.key for button in app.button]
    app = say_of(app, next(iter({"p05-0", "p06-0", "p07-0"} - {first, second})), "found")
    assert "Not stored: this listing is no longer on the screen." in [toast.value for toast in app.toast]
    assert resolved() == [(first, True)]
    say_of(app, second, "put off")
    assert resolved() == [(first, True), (second, False)]
