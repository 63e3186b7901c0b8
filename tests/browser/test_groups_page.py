"""A curator mends groups: one out of eight, a chain split, two merged, one locked; and another rule obeys."""

import re

import pytest
from driving import OpenPage, press_painted, settled, wait_until
from playwright.sync_api import Page, expect

from matcher.pipeline import recipes
from matcher.pipeline.matches import hand_out
from matcher.storage.workspace import Workspace

pytestmark = pytest.mark.browser


def on_wall(page: Page) -> list[str]:
    """The listings of the group, in their order."""
    return [str(card.get_attribute("data-item")) for card in page.locator(".wall article").all()]


def groups_of(workspace: Workspace) -> dict[str, frozenset[str]]:
    """What a program gets: the group of each listing."""
    handed_out = hand_out(workspace, "demo", recipes.current_recipe(workspace, "demo"))
    found = handed_out.catalog.listings["item_id"].groupby(handed_out.group).agg(frozenset)
    return {item_id: group for group in found for item_id in group}


def look_for(page: Page, item_id: str) -> None:
    """Search for a listing's group."""
    page.get_by_role("searchbox", name="Search").fill(item_id)
    page.keyboard.press("Enter")
    expect(page.locator(f'.wall article[data-item="{item_id}"]')).to_have_count(1)
    page.locator(".wall article").first.focus()  # keys are for the wall again
    settled(page)


def test_a_curator_mends_groups_and_another_rule_obeys(
    own_workspace: Workspace, own_server: str, open_page: OpenPage
) -> None:
    workspace = own_workspace
    before = groups_of(workspace)
    eight = next(sorted(group) for group in before.values() if len(group) == 8)
    page = open_page(f"{own_server}/groups?curator=Ana")
    look_for(page, eight[0])
    wall = on_wall(page)
    assert set(wall) == set(eight)

    # Ticked by dragging and by key; what is to be done is said before.
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
    press_painted(page, "x", lambda: len(workspace.store.verdicts("demo")) == 7)
    expect(page.get_by_text("Last: took 1 out of group")).to_be_visible()
    rest = frozenset(eight) - {wall[1]}

    # A chain is split at its weakest link.
    page.get_by_role("searchbox", name="Search").fill("")
    page.keyboard.press("Enter")
    expect(page.locator(f'.wall article[data-item="{wall[0]}"]')).to_have_count(0)
    page.locator(".wall article").first.focus()
    settled(page)
    chain = on_wall(page)
    beyond = frozenset(card.get_attribute("data-item") or "" for card in page.locator(".wall article.side-1").all())
    expect(page.locator(".links line.weakest")).to_have_count(1)
    press_painted(page, "c", lambda: len(workspace.store.verdicts("demo")) == 7 + len(chain) - 1)
    parts = [frozenset(chain) - beyond, beyond]

    # Two are merged: this one and the other one that is shown below.
    near = on_wall(page)
    other = [str(card.get_attribute("data-other")) for card in page.locator(".other article").all()]
    count = len(workspace.store.verdicts("demo"))
    press_painted(page, "g", lambda: len(workspace.store.verdicts("demo")) > count)
    merged = frozenset([*near, *other])
    assert set(on_wall(page)) == merged  # it stays on the screen
    press_painted(page, "l", lambda: len(workspace.store.locks("demo")) == 1)
    expect(page.get_by_role("button", name="Unlock")).to_be_visible()
    expect(page.get_by_role("button", name="All the same")).to_have_attribute("aria-disabled", "true")

    # Another rule, on another page.
    page.goto(f"{own_server}/thresholds?curator=Ana")
    settled(page)
    typed = page.get_by_role("spinbutton", name=re.compile("threshold")).first
    typed.fill("0.95")
    typed.press("Enter")
    expect(page.get_by_text("1 lock is in the way")).to_be_visible()
    page.get_by_role("button", name="Take it", exact=True).click()
    wait_until(lambda: 0.95 in recipes.current_recipe(workspace, "demo").thresholds.values())
    after = groups_of(workspace)
    assert after != before
    assert after[wall[0]] >= rest
    assert wall[1] not in after[wall[0]]
    assert not after[chain[0]] & parts[1]
    assert all(len({after[item] for item in part}) == 1 for part in parts)
    assert after[near[0]] == merged  # locked: just these

    # What was done last is taken back, on the page of groups, and the group is shown again.
    page.goto(f"{own_server}/groups?curator=Ana")
    settled(page)
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    press_painted(page, "u", lambda: workspace.store.locks("demo") == [])
    expect(page.get_by_text("Taken back: locked group")).to_be_visible()
    press_painted(page, "u", lambda: len(workspace.store.verdicts("demo")) == count)
    expect(page.get_by_text("Taken back: merged group")).to_be_visible()
    assert groups_of(workspace)[wall[0]] >= rest
