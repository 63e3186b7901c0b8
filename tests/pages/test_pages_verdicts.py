"""The page of all verdicts: what it finds, what a change in place writes, and the way to files and back."""

import json
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from run_pages import ROOT, checked, said, send_event
from streamlit.testing.v1 import AppTest

from matcher.ingest.catalog import Table
from matcher.ingest.guarded_reading import read_guarded
from matcher.pipeline import catalogs
from matcher.storage.exports import to_bytes, verdict_table
from matcher.storage.workspace import Workspace, open_workspace
from pages._verdicts import files

ANA, BEN = "a" * 16 + "." + "1" * 16, "b" * 16 + "." + "2" * 16
HOSTILE = "<script>alert(1)</script> **kettle**"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Six listings that nobody has encoded, and five verdicts by two curators, one contradiction among them."""
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    titles = [HOSTILE, "steel kettle 1.7 l", "steel kettle 1.5 l", "oak clock", "clock, oak", "garden hose"]
    pd.DataFrame({"id": list("abcdef"), "title": titles}).to_csv(tmp_path / "shop.csv", index=False)
    workspace = open_workspace(tmp_path / "workspace")
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    said = [
        ("a", "b", "match", ANA, "Ana"), ("b", "c", "match", ANA, "Ana"), ("a", "c", "different", BEN, "Ben"),
        ("d", "e", "variant", BEN, "Ben"), ("f", "gone", "unsure", BEN, "Ben"),
    ]  # fmt: skip
    for one, other, kind, session, curator in said:
        workspace.store.add_verdict(
            "shop", one, other, kind, source="review", sampled="random", session=session, curator=curator
        )
    return workspace


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    return checked(checked(app.run()).switch_page("pages/verdicts.py").run())


def listed(app: AppTest) -> list[str]:
    """The words of the verdicts that are shown."""
    return [control.value for control in app.segmented_control if str(control.key).startswith("kind-")]


def told(app: AppTest) -> str:
    return "\n".join(toast.value for toast in app.toast)


def bar(app: AppTest) -> Any:
    (node,) = [node for node in app.main if node.type == "bidi_component" and "history" in node.proto.id]
    return node


def press(app: AppTest, kind: str) -> AppTest:
    """A key of the bar, as the browser sends it."""
    node = bar(app)
    shown = json.loads(node.proto.json)
    sent = {"n": shown["received"] + 1, "kind": kind, "one": "", "other": "", "about": shown["about"]}
    message = {"session": ANA, "run": shown["run"], "answers": [sent]}
    return send_event(app, node, "answers", message)


def in_force(workspace: Workspace) -> dict[str, str]:
    return {v.left_id + v.right_id: v.kind for v in workspace.store.verdicts("shop")}


def test_all_are_listed_and_found_by_what_is_wished(shop: Workspace) -> None:
    app = opened()
    assert listed(app) == ["unsure", "variant", "different", "match", "match"]
    drawn = "".join(node.proto.body for node in app.main if node.type == "html")
    assert "<script>" not in drawn
    assert "no longer in this catalog" in drawn
    for key, value, found in (
        ("verdicts-about", "Ids that are gone", ["unsure"]),
        ("verdicts-about", "Contradicted", ["different", "match", "match"]),
        ("verdicts-about", "All", ["unsure", "variant", "different", "match", "match"]),
        ("verdicts-kind", "variant", ["variant"]),
        ("verdicts-kind", "All", ["unsure", "variant", "different", "match", "match"]),
    ):
        assert listed(checked(app.segmented_control(key=key).set_value(value).run())) == found
    assert listed(checked(app.selectbox(key="verdicts-by").set_value("Ana").run())) == ["match", "match"]
    assert listed(checked(app.text_input(key="find-verdict").set_value("1.5").run())) == ["match"]
    assert "No verdict is like that" in said(checked(app.text_input(key="find-verdict").set_value("nothing").run()))


def test_a_curator_is_offered_as_the_name_is_written(shop: Workspace) -> None:
    name = "Ana-Maria O. (night)"
    shop.store.add_verdict("shop", "a", "b", "different", source="browse", session=BEN, curator=name)
    box = opened().selectbox(key="verdicts-by")
    assert name in box.options  # options are plain text, where an escape would show


def test_a_contradiction_is_named_with_the_verdicts_that_make_it_and_is_gone_when_settled(shop: Workspace) -> None:
    app = opened()
    assert "1 contradiction among these verdicts" in [expander.label for expander in app.expander]
    assert "Ben" in said(app)
    wrong = next(v for v in shop.store.verdicts("shop") if v.kind == "different")
    checked(app.segmented_control(key=f"kind-{wrong.id}").set_value("unsure").run())
    assert in_force(shop)["ac"] == "unsure"
    assert not [expander for expander in app.expander if "contradiction" in expander.label]


def test_a_change_is_a_new_row_in_the_same_place_and_undo_and_redo_go_over_it(shop: Workspace) -> None:
    app = opened(curator="Ana")
    old = shop.store.verdicts("shop")[0]
    checked(app.text_input(key=f"note-{old.id}").set_value("two sizes, see photo").run())
    noted = shop.store.verdicts("shop")[-1]
    assert (noted.kind, noted.note, noted.curator, noted.source) == ("match", "two sizes, see photo", "Ana", "verdicts")
    assert noted.sampled == "random"  # how the pair came up is as it was
    checked(app.segmented_control(key=f"kind-{noted.id}").set_value("variant").run())
    changed = shop.store.verdicts("shop")[-1]
    assert (changed.kind, changed.note) == ("variant", "two sizes, see photo")
    assert len(shop.store.verdict_history("shop")) == 7
    assert listed(app) == ["unsure", "variant", "different", "match", "variant"]  # last, where it stood
    app.button(key=f"take-back-{changed.id}").click()
    assert "Taken back: variant" in told(checked(app.run()))
    assert in_force(shop)["ab"] == "match"
    assert listed(app)[-1] == "match"


def test_a_note_and_a_word_that_come_together_are_one_change(shop: Workspace) -> None:
    app = opened()
    old, before = shop.store.verdicts("shop")[0], len(shop.store.verdict_history("shop"))
    app.text_input(key=f"note-{old.id}").set_value("two sizes")
    app = checked(app.segmented_control(key=f"kind-{old.id}").set_value("variant").run())
    changed = shop.store.verdicts("shop")[-1]
    assert (changed.left_id, changed.kind, changed.note) == (old.left_id, "variant", "two sizes")
    assert len(shop.store.verdict_history("shop")) == before + 1
    assert "Not stored" not in told(app)


def test_undo_and_redo_by_key_also_after_a_reload(shop: Workspace) -> None:
    app = press(opened(), "undo")
    assert "Taken back: same product" in told(app)
    press(app, "undo")
    assert in_force(shop) == {"ac": "different", "de": "variant", "fgone": "unsure"}
    again = press(opened(), "redo")
    assert "Given again: same product" in told(again)
    assert in_force(shop)["ab"] == "match"
    assert "bc" not in in_force(shop)
    assert json.loads(bar(again).proto.json)["redo"] is True
    assert json.loads(bar(press(again, "redo")).proto.json)["redo"] is False
    assert in_force(shop)["bc"] == "match"


def test_the_last_answers_are_listed_and_turned_by_a_click(shop: Workspace) -> None:
    app = press(opened(), "undo")
    taken = next(v for v, undone in shop.store.verdict_history("shop") if undone)
    app.button(key=f"turn-{taken.id}-True").click()
    checked(app.run())
    assert in_force(shop)["bc"] == "match"
    app.button(key=f"turn-{taken.id}-False").click()
    checked(app.run())
    assert "bc" not in in_force(shop)


def test_what_somebody_changed_meanwhile_is_not_covered(shop: Workspace) -> None:
    app = opened(curator="Ana")
    old = shop.store.verdicts("shop")[0]
    theirs = shop.store.add_verdict("shop", "a", "b", "different", source="browse", session=BEN, curator="Ben")
    checked(app.segmented_control(key=f"kind-{old.id}").set_value("unsure").run())
    assert "changed or taken back elsewhere" in told(app)
    assert shop.store.verdicts("shop")[-1] == theirs


def test_only_ones_own_is_taken_back(shop: Workspace) -> None:
    app = opened(curator="Ana")
    disabled = {button.key: button.disabled for button in app.button if str(button.key).startswith("take-back-")}
    by = {f"take-back-{v.id}": v.curator for v in shop.store.verdicts("shop")}
    assert disabled == {key: curator != "Ana" for key, curator in by.items()}


def test_a_file_is_planned_before_it_is_added(shop: Workspace, tmp_path: Path) -> None:
    listings = shop.load_catalog("shop").listings
    verdicts = shop.store.verdicts("shop")
    file = to_bytes(verdict_table(verdicts, listings), "CSV")
    more = file + f"e,f,Same product,,,{time.strftime('%Y-%m-%d')} 00:00:00,review,random,Cleo,sure\n".encode()
    app = opened()
    app.file_uploader(key="verdict-file-0").set_value(("verdicts.csv", more, "text/csv"))
    checked(app.run())
    assert "**1** new · **0** that change what was said · 5 here already" in said(app)
    assert len(shop.store.verdicts("shop")) == 5
    app.button(key="import-verdicts").click()
    assert "1 verdict was added" in told(checked(app.run()))
    added = shop.store.verdicts("shop")[-1]
    assert (added.left_id, added.right_id, added.kind, added.curator, added.sampled, added.note) == (
        "e", "f", "match", "Cleo", "random", "sure",
    )  # fmt: skip
    app.file_uploader(key="verdict-file-1").set_value(("verdicts.csv", b"left_id,verdict\na,same\n", "text/csv"))
    assert r"no column right\_id" in "".join(error.value for error in checked(app.run()).error)


def test_a_file_is_read_once_however_often_the_page_runs(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    readings: list[Path] = []

    def read(path: Path) -> Table:
        readings.append(path)
        return read_guarded(path)

    monkeypatch.setattr(files, "read_guarded", read)
    app = opened()
    file = b"left_id,right_id,verdict\ne,f,same\n"
    app.file_uploader(key="verdict-file-0").set_value(("verdicts.csv", file, "text/csv"))
    assert "**1** new" in said(checked(app.run()))
    assert "**1** new" in said(checked(app.text_input(key="find-verdict").set_value("clock").run()))
    assert len(readings) == 1


def test_without_a_verdict_the_page_says_where_to_give_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    (tmp_path / "shop.csv").write_text("id,title\na,kettle\nb,clock\n")
    workspace = open_workspace(tmp_path / "workspace")
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    assert "There is no verdict yet" in said(opened())
