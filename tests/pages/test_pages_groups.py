"""The page of groups: what it shows first, what each key writes, what it refuses, and the way back."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from run_pages import checked, opened, said, send_event
from streamlit.testing.v1 import AppTest
from workers import Fill

from matcher.matching.recipe import Recipe
from matcher.pipeline import catalogs, encoding, matches, recipes
from matcher.storage.history.actions import Intent, act
from matcher.storage.workspace import Workspace, open_workspace

ANA, BEN = "a" * 16 + "." + "1" * 16, "b" * 16 + "." + "2" * 16
KETTLES = [f"steel kettle acme 1.7 l {word}" for word in ("new", "sale", "top", "best", "gift", "now", "hot")]
TITLES = [*KETTLES, "steel kettle acme 0.5 l", "oak wall clock round", "oak wall clock round big", "<b>yoga</b> mat",
          "green <b>yoga</b> mat"]  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fill: Fill) -> Workspace:
    """Seven kettles and one that is no such kettle, in one group; clocks and mats in others."""
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    fill(tmp_path, make_shop)
    return open_workspace(tmp_path / "workspace")


def make_shop(folder: Path) -> None:
    write(folder / "shop.csv")
    workspace = open_workspace(folder / "workspace")
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(folder / "shop.csv"), "Shop"))
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", None, k=12))
    recipes.set_recipe(workspace, "shop", Recipe("tfidf", None, text_threshold=0.6, k=12))
    workspace.store.close()


def write(file: Path, shops: int = 3) -> None:
    sellers = [f"shop {row % shops}" for row in range(len(TITLES))]
    ids = [f"i{row:02}" for row in range(len(TITLES))]
    pd.DataFrame({"id": ids, "title": TITLES, "seller": sellers}).to_csv(file, index=False)


def wall(app: AppTest) -> Any:
    (node,) = [node for node in app.main if node.type == "bidi_component" and "wall" in node.proto.id]
    return node


def data(app: AppTest) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(wall(app).proto.json)
    return shown


def items(app: AppTest) -> list[str]:
    return [card["item"] for card in data(app)["columns"][0]["cards"]]


def press(app: AppTest, kind: str, *ticked: str, session: str = ANA, drawn: dict[str, Any] | None = None) -> AppTest:
    """A key, as the browser sends it."""
    node, shown = wall(app), drawn or data(app)
    is_action = any(action["kind"] == kind for action in shown["actions"])
    one, other = (card["item"] if is_action else "" for card in shown["columns"][0]["cards"][:2])
    sent = {"n": data(app)["received"] + 1, "kind": kind, "one": one, "other": other, "items": list(ticked)}
    sent["about"] = shown["about"]
    message = {"session": session, "run": shown["run"], "answers": [sent]}
    return send_event(app, node, "answers", message)


def search_other(app: AppTest, words: str) -> AppTest:
    """Search for another group to merge with."""
    (field,) = [field for field in app.text_input if str(field.key).startswith("groups-other")]
    return checked(field.set_value(words).run())


def told(app: AppTest) -> str:
    return "\n".join(toast.value for toast in app.toast)


def groups_of(workspace: Workspace) -> set[frozenset[str]]:
    """What is handed out, as a program gets it: groups of two listings or more."""
    handed_out = matches.hand_out(workspace, "shop", recipes.current_recipe(workspace, "shop"))
    found = handed_out.catalog.listings["item_id"].groupby(handed_out.group).agg(frozenset)
    return {group for group in found if len(group) > 1}


def kinds(workspace: Workspace) -> list[str]:
    return sorted(verdict.kind for verdict in workspace.store.verdicts("shop"))


def preview(app: AppTest, kind: str) -> str:
    (found,) = [action["preview"] for action in data(app)["actions"] if action["kind"] == kind]
    return str(found)


def test_a_group_is_not_merged_with_another_one_than_was_typed_just_before(shop: Workspace) -> None:
    app = search_other(opened("groups"), "clock")
    before, other = groups_of(shop), data(app)["other"]["number"]
    (field,) = [field for field in app.text_input if str(field.key).startswith("groups-other")]
    field.set_value("yoga")  # and Merge is clicked before the page shows the group of mats
    app = press(app, "merge")
    assert "Not done: the other group is another one now" in told(app)
    assert groups_of(shop) == before
    mats = data(app)["other"]["number"]
    assert mats != other
    press(app, "merge")
    merged = next(group for group in groups_of(shop) if "i00" in group)
    assert {"i10", "i11"} < merged


def test_the_riskiest_group_comes_first_with_what_differs_and_why_each_is_in(shop: Workspace) -> None:
    app = opened("groups")
    shown = data(app)
    assert set(items(app)) == {f"i{row:02}" for row in range(8)}
    assert shown["risks"][0] == "7 contradictions in titles"
    assert [row["name"] for row in shown["differences"]] == ["volume", "seller"]
    assert shown["differences"][0]["values"] == [["1.7 l", 7], ["0.5 l", 1]]
    small = next(card for card in shown["columns"][0]["cards"] if card["item"] == "i07")
    assert any("0.5 l" in badge["text"] for badge in small["badges"])
    assert small["shared"]
    assert sum(link["weakest"] for link in shown["links"]) == 1
    assert "the riskiest first" in said(app)


def test_one_out_of_eight_is_taken_out_and_taken_back_as_one(shop: Workspace) -> None:
    app = opened("groups")
    before = groups_of(shop)
    own = set(items(app))
    assert preview(app, "take out") == "tick some first"
    app = press(app, "take out", "i07")
    after = groups_of(shop)
    assert frozenset(own - {"i07"}) in after
    assert not any("i07" in group and group & own - {"i07"} for group in after)
    assert kinds(shop) == ["different", *["match"] * (len(own) - 2)]
    assert "Took 1 out of group" in told(app)
    assert set(items(app)) != own - {"i07"}  # the next one is shown
    app = press(app, "undo")
    assert groups_of(shop) == before
    assert "Taken back: took 1 out of group" in told(app)
    assert set(items(app)) == own  # and what was taken back is looked at again
    app = press(app, "redo")
    assert groups_of(shop) == after
    assert "Done again" in told(app)


def test_a_chain_is_split_two_are_merged_and_one_is_a_variant_of_another(shop: Workspace) -> None:
    app = opened("groups")
    shown = data(app)
    sides = [[card["item"] for card in shown["columns"][0]["cards"] if card["side"] == side] for side in (0, 1)]
    press(app, "split")
    assert {frozenset(side) for side in sides if len(side) > 1} <= groups_of(shop)
    app = checked(app.text_input(key="groups-words").set_value("clock").run())
    assert set(items(app)) == {"i08", "i09"}
    app = search_other(app, "yoga")
    assert {card["item"] for card in data(app)["other"]["cards"]} == {"i10", "i11"}
    assert preview(app, "merge") == f"2 come from {data(app)['other']['number']} · 3 verdicts"
    app = press(app, "merge")
    assert frozenset({"i08", "i09", "i10", "i11"}) in groups_of(shop)
    assert set(items(app)) == {"i08", "i09", "i10", "i11"}  # the merged group stays on the screen
    assert [field.value for field in app.text_input if str(field.key).startswith("groups-other")] == [""]
    app = search_other(app, "i00")
    app = press(app, "relate")
    assert kinds(shop).count("variant") == 1
    assert "called group" in told(app).casefold()


def test_a_lock_holds_against_another_rule_and_can_be_opened(shop: Workspace) -> None:
    app = opened("groups")
    own = frozenset(items(app))
    app = press(app, "lock")
    assert data(app)["locked"]
    assert [action["preview"] for action in data(app)["actions"]] == ["locked"] * 6 + ["may change again"]
    for threshold in (0.05, 0.999):
        recipes.set_recipe(shop, "shop", Recipe("tfidf", None, text_threshold=threshold, k=12))
        assert own in groups_of(shop)
    encoding.encode(shop, encoding.EncodeConfig("shop", "tfidf-char", None, k=5))
    recipes.set_recipe(shop, "shop", Recipe("tfidf-char", None, text_threshold=0.05, k=5))
    assert own in groups_of(shop)
    encoding.encode(shop, encoding.EncodeConfig("shop", "tfidf", None, k=12))
    recipes.set_recipe(shop, "shop", Recipe("tfidf", None, text_threshold=0.6, k=12))
    app = press(app, "same")
    assert "is locked; unlock it first" in told(app)
    app = press(app, "lock")
    assert not data(app)["locked"]
    assert shop.store.locks("shop") == []
    app = press(app, "undo")
    assert data(app)["locked"]
    assert len(shop.store.locks("shop")) == 1


def test_a_verdict_that_a_lock_stands_above_says_so(shop: Workspace) -> None:
    app = opened("groups")
    one, other = items(app)[:2]
    press(app, "lock")
    said_before = shop.store.add_verdict("shop", one, other, "match", source="browse", session=ANA)
    app = opened("verdicts")
    app = checked(app.segmented_control(key=f"kind-{said_before.id}").set_value("different").run())
    assert "a locked group stands above it" in told(app)
    assert kinds(shop) == ["different"]
    assert any({one, other} <= group for group in groups_of(shop))
    (warning,) = [each.value for each in opened("results").warning if "judged different" in each.value]
    assert "or by a locked group" in warning
    changed = shop.store.verdicts("shop")[-1]
    app = checked(app.segmented_control(key=f"kind-{changed.id}").set_value("unsure").run())
    assert told(app) == ""


def test_an_answer_lands_nowhere_but_on_the_group_that_was_drawn(shop: Workspace, tmp_path: Path) -> None:
    app = opened("groups")
    first = data(app)
    app = press(app, "skip")
    app = press(app, "same", drawn=first)
    assert "no longer on the screen" in told(app)
    app = opened("groups")
    one, other = items(app)[:2]
    shop.store.add_verdict("shop", one, other, "different", source="browse", session=BEN, curator="Ben")
    app = press(app, "same")
    assert "somebody else judged or locked" in told(app)
    assert not {one, other} <= set(items(app))  # Ben's word has parted the group
    assert act(shop.store, "shop", Intent("lock", (1,), tuple(items(app))), seen=[], session=BEN)
    app = press(app, "same")
    assert "somebody else judged or locked" in told(app)
    write(tmp_path / "shop.csv", shops=2)
    catalogs.import_catalog(shop, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    app = press(app, "none")
    assert "imported again" in told(app)
    assert kinds(shop) == ["different"]


def test_what_the_browser_makes_up_is_no_listing_of_the_group(shop: Workspace) -> None:
    app = opened("groups")
    app = press(app, "take out", "i99", "<script>")
    assert "tick some, and not all" in told(app)
    app = press(app, "take out", *items(app))
    assert "tick some, and not all" in told(app)
    app = press(app, "melt")
    assert kinds(shop) == []


def test_groups_are_found_by_what_is_wished(shop: Workspace) -> None:
    app = opened("groups")
    count = len(groups_of(shop))
    assert f"**{count}** of {count} groups" in said(app)
    app = press(app, "same")
    app = checked(app.selectbox(key="groups-which").set_value("Untouched").run())
    assert f"**{count - 1}** of {count} groups" in said(app)
    app = checked(app.selectbox(key="groups-size").set_value("2").run())
    assert all(group["size"] == 2 for group in data(app)["around"])
    app = checked(app.selectbox(key="groups-size").set_value("11 and more").run())
    assert "No group is like that" in said(app)


def test_groups_are_found_by_what_they_cost(tmp_path: Path, shop: Workspace) -> None:
    assert not [box for box in opened("groups").selectbox if box.key == "groups-price"]
    table = pd.read_csv(tmp_path / "shop.csv", dtype=str)
    table["price"] = ["10", "11", "12", "13", "14", "15", "16", "40", "100", "101", "300.50", "900"]
    table.to_csv(tmp_path / "shop.csv", index=False)
    catalogs.import_catalog(shop, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    encoding.encode(shop, encoding.EncodeConfig("shop", "tfidf", None, k=12))
    app = opened("groups")
    assert app.selectbox(key="groups-price").options == ["Any price", "up to 12", "12 to 15", "15 to 100", "from 100"]
    app = checked(app.selectbox(key="groups-price").set_value("from 100").run())
    assert {"i08", "i10"} <= {group["item"] for group in data(app)["around"]}
    assert set(items(app)) <= {"i08", "i09", "i10", "i11"}
    app = checked(app.selectbox(key="groups-price").set_value("All").run())
    app = checked(app.selectbox(key="groups-which").set_value("Prices far apart").run())
    assert "i07" in items(app)  # 40 beside 10
    assert {group["item"] for group in data(app)["around"]} == {"i00", "i10"}


def test_files_have_other_names_where_a_lock_makes_other_groups(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: dict[str, str] = {}
    monkeypatch.setattr(
        "streamlit.download_button", lambda *_, key, file_name, **__: names.__setitem__(key, file_name) or False
    )
    opened("results")
    before = dict(names)
    press(opened("groups"), "lock")
    opened("results")
    assert before.keys() == names.keys()
    assert all(name != before[key] for key, name in names.items() if key.startswith("download-groups"))


def test_a_seller_is_looked_for_whatever_the_name(shop: Workspace, tmp_path: Path) -> None:
    table = pd.read_csv(tmp_path / "shop.csv")
    table["seller"] = ["All"] * 4 + [f"*Ann & Co* {'x' * 60}{row // 10}" for row in range(4, len(table))]
    table.to_csv(tmp_path / "shop.csv", index=False)
    catalogs.import_catalog(shop, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    app = opened("groups")
    every = len(data(app)["around"])
    names = [*app.selectbox(key="groups-seller").options]
    assert names == ["Any seller", f"*Ann & Co* {'x' * 60}0", f"*Ann & Co* {'x' * 60}1", "All"]
    for name, wanted in ((names[2], "i10"), ("All", "i00")):
        app = checked(app.selectbox(key="groups-seller").set_value(name).run())
        assert wanted in items(app)
        assert len(data(app)["around"]) == 1 < every


def test_ticked_ones_that_leave_as_variants_are_followed_by_the_next_group(shop: Workspace) -> None:
    app = opened("groups")
    rest = set(items(app)) - {"i07"}
    app = press(app, "relate", "i07")
    assert kinds(shop).count("variant") == 1
    assert set(items(app)) != rest


def test_a_group_too_large_for_an_action_is_refused_in_words(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.storage.history.actions.MOST_LISTINGS", 7)
    app = press(opened("groups"), "lock")
    assert "Not done: The action is on 8 listings" in told(app)
    assert shop.store.locks("shop") == []


def test_an_action_is_named_on_other_pages_and_taken_back_there(shop: Workspace) -> None:
    app = opened("groups")
    press(app, "lock")
    app = checked(app.switch_page("pages/verdicts.py").run())
    lock = next(button for button in app.button if str(button.key).startswith("turn-action-"))
    assert "**locked group" in said(app)
    lock.click()
    app = checked(app.run())
    assert shop.store.locks("shop") == []
    assert "Taken back: locked group" in told(app)


def mains(app: AppTest) -> dict[str, str]:
    """The main listing that the wall shows, and why it is that."""
    return {card["item"]: card["main"] for card in data(app)["columns"][0]["cards"] if card["main"]}


def make_main(app: AppTest, item_id: str) -> AppTest:
    """The key on a listing, as the browser sends it."""
    shown = data(app)
    sent = {"n": shown["received"] + 1, "kind": "main", "one": item_id, "other": "", "about": shown["about"]}
    return send_event(app, wall(app), "answers", {"session": ANA, "run": shown["run"], "answers": [sent]})


def test_a_listing_stands_for_its_group_by_rule_by_key_and_by_rule_again(shop: Workspace) -> None:
    app = opened("groups")
    (before,) = mains(app).items()
    assert "title" in before[1]
    subject = data(app)["subject"]
    other = next(item for item in items(app) if item != before[0])
    app = make_main(app, other)
    assert mains(app) == {other: "chosen by hand"}
    assert "Main listing" in told(app)
    assert data(app)["subject"] == subject  # ticks stay as they are
    assert mains(opened("groups")) == {other: "chosen by hand"}  # also after a reload
    assert mains(make_main(app, "i10")) == {other: "chosen by hand"}  # not on the wall
    assert dict([before]) == mains(make_main(app, other))
    act(shop.store, "shop", Intent("main", (1,), (other, before[0])), seen=[])  # by a colleague, not yet on this page
    assert mains(make_main(app, other)) == {other: "chosen by hand"}


def test_a_main_listing_is_taken_back_and_chosen_again_as_any_action(shop: Workspace) -> None:
    app = opened("groups")
    before = mains(app)
    other = next(item for item in items(app) if item not in before)
    app = make_main(app, other)
    assert "Last: chose the main listing of group" in said(app)
    app = press(app, "undo")
    assert "Taken back: chose the main listing of group" in told(app)
    assert mains(app) == before
    app = press(app, "redo")
    assert mains(app) == {other: "chosen by hand"}
    assert mains(make_main(app, other)) == before
    assert mains(press(app, "undo")) == {other: "chosen by hand"}


def test_a_main_listing_that_is_chosen_again_after_another_is_said_not_to_be_it(shop: Workspace) -> None:
    app = opened("groups")
    first, second = [item for item in items(app) if item not in mains(app)][:2]
    app = press(make_main(app, first), "undo")
    act(shop.store, "shop", Intent("main", (1,), (second, first)), seen=[])  # by a colleague
    app = press(app, "redo")
    assert "another listing stands for it since" in told(app)
    assert mains(app) == {second: "chosen by hand"}
