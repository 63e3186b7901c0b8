"""A curator's morning: thirty verdicts by keyboard, some taken back, a restart in the middle, an old one changed."""

import shutil
from pathlib import Path

import pytest
from driving import OpenPage, free_port, press_painted, running_app, settled, wait_until
from playwright.sync_api import Page, expect

from matcher.review.implied import implied_by
from matcher.storage.workspace import Workspace, open_workspace

pytestmark = pytest.mark.browser


def judge(page: Page, workspace: Workspace, keys: str) -> None:
    """Press a key for each pair, and see each verdict in the database."""
    for key in keys:
        count = len(in_force(workspace)) + 1
        press_painted(page, key, lambda count=count: len(in_force(workspace)) == count)


def in_force(workspace: Workspace) -> list[int]:
    return [verdict.id for verdict in workspace.store.verdicts("demo")]


def test_a_morning_by_keyboard_outlives_a_restart(demo_workspace: Path, tmp_path: Path, open_page: OpenPage) -> None:
    shutil.copytree(demo_workspace, tmp_path / "workspace")
    workspace, port = open_workspace(tmp_path / "workspace"), free_port()
    with running_app(workspace.root, port=port) as address:
        page = open_page(f"{address}/review?curator=Ana")
        judge(page, workspace, "sdvdsdvdsdvdsdd")
    with running_app(workspace.root, port=port) as address:
        page.reload()
        settled(page)
        judge(page, workspace, "vdsdvdsdvdsdvds")
        given = in_force(workspace)
        assert len(given) == 30
        for count in (29, 28, 27):
            expect(page.get_by_role("button", name="Undo")).to_be_enabled()
            press_painted(page, "u", lambda count=count: len(in_force(workspace)) == count)
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
    verdicts = workspace.store.verdicts("demo")
    ids = workspace.load_catalog("demo").listings["item_id"].tolist()
    for place, verdict in enumerate(verdicts[:-1]):  # nothing was asked that those before it implied
        before = [earlier for earlier in [old, *verdicts] if earlier.id < verdict.id]
        implied = implied_by(ids, before)
        assert implied.kind_of(ids.index(verdict.left_id), ids.index(verdict.right_id)) is None, place
