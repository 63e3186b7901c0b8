"""A curator's morning: pairs by keyboard, groups mended, another rule that obeys, files; a restart costs nothing."""

import re
import shutil
from collections.abc import Collection
from pathlib import Path

import pandas as pd
import pytest
from driving import OpenPage, free_port, press_painted, running_app, settled, wait_until
from playwright.sync_api import Page, expect

from matcher.pipeline import recipes
from matcher.pipeline.groups.main_choices import read_chosen
from matcher.pipeline.matches import hand_out
from matcher.review.implied import implied_by
from matcher.storage.records import Verdict
from matcher.storage.workspace import Workspace, open_workspace

pytestmark = pytest.mark.browser

Group = frozenset[str]
"""Item ids."""


def in_force(workspace: Workspace) -> list[int]:
    return [verdict.id for verdict in workspace.store.verdicts("demo")]


def judge(page: Page, workspace: Workspace, keys: str) -> None:
    """Press a key for each pair, and see each verdict in the database."""
    for key in keys:
        count = len(in_force(workspace)) + 1
        press_painted(page, key, lambda count=count: len(in_force(workspace)) == count)


def go(page: Page, name: str) -> None:
    """Go to another page by its link, as a curator does, in the same visit."""
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    settled(page)


def on_wall(page: Page) -> list[str]:
    """The listings of the group, in their order."""
    return [str(card.get_attribute("data-item")) for card in page.locator(".wall article").all()]


def groups_of(workspace: Workspace) -> dict[str, Group]:
    """What a program gets: the group of each listing."""
    handed_out = hand_out(workspace, "demo", recipes.current_recipe(workspace, "demo"))
    found = handed_out.catalog.listings["item_id"].groupby(handed_out.group).agg(frozenset)
    return {item_id: group for group in found for item_id in group}


def untouched(workspace: Workspace) -> set[Group]:
    """Groups of whose listings no verdict speaks."""
    said = {item_id for verdict in workspace.store.verdicts("demo") for item_id in (verdict.left_id, verdict.right_id)}
    return {group for group in groups_of(workspace).values() if not group & said}


def look_for(page: Page, words: str, shown: str = "", gone: str = "") -> None:
    """Search for groups, and wait until a listing is on the wall, or is no longer."""
    page.get_by_role("searchbox", name="Search").fill(words)
    page.keyboard.press("Enter")
    expect(page.locator(f'.wall article[data-item="{shown or gone}"]')).to_have_count(1 if shown else 0)
    page.locator(".wall article").first.focus()  # keys are for the wall again
    settled(page)


def take_back_and_change(page: Page, workspace: Workspace, address: str) -> tuple[Verdict, Verdict]:
    """Undo three, redo one on another page, and change the oldest "same" there; what it was, and what it is now."""
    given = in_force(workspace)
    assert len(given) == 30
    for count in (29, 28, 27):
        expect(page.get_by_role("button", name="Undo")).to_be_enabled()
        press_painted(page, "u", lambda count=count: len(in_force(workspace)) == count)
    assert in_force(workspace) == given[:27]
    expect(page.get_by_role("button", name="Redo")).to_be_enabled()
    page.goto(f"{address}/verdicts?curator=Ana")  # on another page, it is one's own all the same
    expect(page.get_by_role("button", name="Redo")).to_be_enabled()
    page.keyboard.press("y")
    wait_until(lambda: in_force(workspace) == given[:28])
    expect(page.get_by_text("28 of 28 verdicts")).to_be_visible()
    page.get_by_role("radio", name="Same product").click()
    old = workspace.store.verdicts("demo")[0]
    page.locator(f".st-key-judged-{old.id}").get_by_role("radio", name="Unsure").click()
    wait_until(lambda: workspace.store.verdicts("demo")[-1].kind == "unsure")
    changed = workspace.store.verdicts("demo")[-1]
    assert (changed.left_id, changed.right_id, changed.curator) == (old.left_id, old.right_id, "Ana")
    expect(page.locator(f".st-key-judged-{old.id}")).to_have_count(0)
    settled(page)
    return old, changed


def check_nothing_implied(workspace: Workspace, old: Verdict) -> None:
    """Nothing was asked that what was said before implied; the last verdict is the change of an old one."""
    verdicts = workspace.store.verdicts("demo")
    ids = workspace.load_catalog("demo").listings["item_id"].tolist()
    for place, verdict in enumerate(verdicts[:-1]):
        before = [earlier for earlier in [old, *verdicts] if earlier.id < verdict.id]
        implied = implied_by(ids, before)
        assert implied.kind_of(ids.index(verdict.left_id), ids.index(verdict.right_id)) is None, place


def take_one_out(page: Page, workspace: Workspace, group: Collection[str]) -> tuple[str, Group]:
    """Tick by dragging and by key, and take one out of eight; it, and the rest. What is to be done is said before."""
    eight, count = sorted(group), len(in_force(workspace))
    look_for(page, eight[0], shown=eight[0])
    wall = on_wall(page)
    assert set(wall) == set(eight)
    first, third = (page.locator(".wall article").nth(place).bounding_box() for place in (0, 2))
    assert first
    assert third
    page.mouse.move(first["x"] + 40, first["y"] + 120)
    page.mouse.down()
    page.mouse.move(third["x"] + 30, third["y"] + 140, steps=4)
    page.mouse.up()
    expect(page.locator(".ticks")).to_have_text("3 ticked")
    expect(page.get_by_role("button", name="Take out ticked")).to_contain_text("3 leave · 7 verdicts")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    expect(page.locator(".wall article.ticked")).to_have_attribute("data-item", wall[1])
    expect(page.get_by_role("button", name="Take out ticked")).to_contain_text("1 leaves · 7 verdicts")
    press_painted(page, "x", lambda: len(in_force(workspace)) == count + 7)
    expect(page.get_by_text("Last: took 1 out of group")).to_be_visible()
    return wall[1], frozenset(eight) - {wall[1]}


def split_chain(page: Page, workspace: Workspace) -> tuple[Group, Group]:
    """Split the group that is looked at where its weakest link is; the two parts."""
    chain, count = on_wall(page), len(in_force(workspace))
    beyond = frozenset(card.get_attribute("data-item") or "" for card in page.locator(".wall article.side-1").all())
    expect(page.locator(".links line.weakest")).to_have_count(1)
    press_painted(page, "c", lambda: len(in_force(workspace)) == count + len(chain) - 1)
    return frozenset(chain) - beyond, beyond


def merge_and_lock(page: Page, workspace: Workspace) -> tuple[Group, str]:
    """Merge the group with the one that is shown below, choose its main listing, and lock it; both."""
    near, count = on_wall(page), len(in_force(workspace))
    other = [str(card.get_attribute("data-other")) for card in page.locator(".other article").all()]
    press_painted(page, "g", lambda: len(in_force(workspace)) > count)
    merged = on_wall(page)  # it stays on the screen
    assert set(merged) == {*near, *other}
    page.locator(".wall article").nth(1).focus()
    main = on_wall(page)[1]
    page.keyboard.press("m")
    wait_until(lambda: list(read_chosen(workspace.store, "demo")) == [main])
    expect(page.locator(f'.wall article[data-item="{main}"] .main')).to_be_visible()
    settled(page)
    press_painted(page, "l", lambda: len(workspace.store.locks("demo")) == 1)
    expect(page.get_by_role("button", name="Unlock")).to_be_visible()
    expect(page.get_by_role("button", name="All the same")).to_have_attribute("aria-disabled", "true")
    return frozenset(merged), main


def take_looser_rule(page: Page, workspace: Workspace) -> None:
    """Loosen a threshold on Thresholds, read that a lock is in the way, and take it."""
    go(page, "Thresholds")
    typed = page.get_by_role("spinbutton", name=re.compile("threshold")).first
    typed.fill("0.95")
    typed.press("Enter")
    expect(page.get_by_text("1 lock is in the way")).to_be_visible()
    page.get_by_role("button", name="Take it", exact=True).click()
    wait_until(lambda: 0.95 in recipes.current_recipe(workspace, "demo").thresholds.values())
    settled(page)


def download(page: Page, name: str, file: Path) -> pd.DataFrame:
    """Download a table as CSV, and read it."""
    settled(page)
    with page.expect_download() as arriving:
        page.locator(f".st-key-download-{name}-CSV").get_by_role("button").click()
    arriving.value.save_as(file)
    return pd.read_csv(file, dtype=str)


def check_files(page: Page, workspace: Workspace, folder: Path, merged: Group, main: str) -> None:
    """Export groups with their main listings: the files hold what a program gets, and the main one that was chosen."""
    go(page, "Results")
    listings = download(page, "groups", folder / "groups.csv")
    rows = download(page, "one-row-a-group", folder / "rows.csv")
    mains = download(page, "main-ids", folder / "mains.csv")
    groups = groups_of(workspace)
    assert {frozenset(ids) for ids in listings.groupby("group")["item_id"].agg(list)} == set(groups.values())
    assert {frozenset(ids.split()) for ids in rows["ids"]} == set(groups.values())
    row = rows[rows["main_id"] == main].iloc[0]
    assert (int(row["size"]), row["ids"].split()[0], frozenset(row["ids"].split())) == (len(merged), main, merged)
    becomes = dict(zip(mains["old_id"], mains["main_id"], strict=True))
    assert set(becomes) == set(groups)
    assert {becomes[item_id] for item_id in merged} == {main}
    assert {old for old, kept in becomes.items() if kept == main} == merged
    assert len(set(becomes.values())) == len(rows)


def test_a_morning_ends_with_what_was_said_and_a_restart_costs_nothing(
    demo_workspace: Path, tmp_path: Path, open_page: OpenPage
) -> None:
    shutil.copytree(demo_workspace, tmp_path / "workspace")
    workspace, port = open_workspace(tmp_path / "workspace"), free_port()
    with running_app(workspace.root, port=port) as address:
        page = open_page(f"{address}/review?curator=Ana")
        judge(page, workspace, "sdvdsdvdsdvdsdd")
    with running_app(workspace.root, port=port) as address:
        page.reload()
        settled(page)
        judge(page, workspace, "vdsdvdsdvdsdvds")
        old, changed = take_back_and_change(page, workspace, address)
        check_nothing_implied(workspace, old)

        before = groups_of(workspace)
        go(page, "Groups")
        out, rest = take_one_out(
            page, workspace, min(filter(lambda group: len(group) == 8, untouched(workspace)), key=min)
        )
        page.get_by_role("combobox", name="Which").click()
        page.get_by_role("option", name="Untouched").click()
        look_for(page, "", gone=min(rest))
        parts = split_chain(page, workspace)
        count = len(in_force(workspace))
        merged, main = merge_and_lock(page, workspace)
        merges = in_force(workspace)[count:]

        # Another rule obeys what was said, and so does what is handed out.
        take_looser_rule(page, workspace)
        after = groups_of(workspace)
        assert after != before
        assert after[min(rest)] >= rest
        assert out not in after[min(rest)]
        assert not after[min(parts[0])] & parts[1]
        assert all(len({after[item] for item in part}) == 1 for part in parts)
        assert after[main] == merged  # locked: just these
        said = workspace.store.verdicts("demo")
        assert changed in said
        parted = [one for one in said if one.kind in ("different", "variant") and one.action is None]
        assert len(parted) > 15
        assert all(one.right_id not in after[one.left_id] for one in parted)
        check_files(page, workspace, tmp_path, merged, main)

        # What was done last is taken back, on the page of groups, and the group is shown again.
        page.goto(f"{address}/groups?curator=Ana")
        settled(page)
        expect(page.get_by_role("button", name="Undo")).to_be_enabled()
        press_painted(page, "u", lambda: workspace.store.locks("demo") == [])
        expect(page.get_by_text("Taken back: locked group")).to_be_visible()
        press_painted(page, "u", lambda: read_chosen(workspace.store, "demo") == {})
        expect(page.get_by_text("Taken back: chose the main listing of group")).to_be_visible()
        press_painted(page, "u", lambda: len(in_force(workspace)) == count)
        expect(page.get_by_text("Taken back: merged group")).to_be_visible()
        assert not {*merges} & {*in_force(workspace)}
        assert groups_of(workspace)[min(rest)] >= rest
