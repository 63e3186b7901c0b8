"""Thresholds, Review and Results as a curator uses them: sliders that follow keys and mouse, verdicts, downloads."""

import re
from pathlib import Path

import pandas as pd
import pytest
from driving import THEMES_AND_SIZES, OpenPage, expect_contrast, expect_fit, resize, screenshot, settled, wait_until
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser


def handle(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=f"{name}: largest distance that matches")


def figure(page: Page, name: str) -> Locator:
    """A figure of the sliders, such as "Per pair Precision"."""
    return page.locator(f'[data-figure="{name}"]')


def asked(page: Page) -> list[str | None]:
    """The two listings of the pair in review, once its keys work."""
    expect(page.get_by_role("button", name="Skip")).to_be_visible()
    expect(page.locator("article")).to_have_count(2)
    expect(page.locator(".board[data-painted]")).to_have_count(1)
    return [page.locator("article").nth(place).get_attribute("data-item") for place in (0, 1)]


def two_sliders(page: Page) -> None:
    """Let either title or photo be enough, so that each has a slider."""
    page.get_by_role("radio", name="Title or photo").click()
    expect(handle(page, "Titles")).to_be_visible()
    settled(page)


def next_pair(page: Page, before: list[str | None]) -> list[str | None]:
    """The pair that comes after another one."""
    wait_until(lambda: asked(page) != before)
    return asked(page)


def test_keys_move_a_threshold_and_the_figures_follow(demo_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{demo_server}/thresholds")
    two_sliders(page)
    precision, recall = figure(page, "Per pair Precision"), figure(page, "Per pair Recall")
    expect(precision).to_have_text(re.compile(r"0\.\d{3}"))
    before = precision.inner_text(), recall.inner_text(), float(recall.inner_text())
    titles = handle(page, "Titles")
    value = float(titles.get_attribute("aria-valuenow") or 0)
    for _ in range(6):
        titles.press("PageUp")
    expect(precision).not_to_have_text(before[0])
    expect(recall).not_to_have_text(before[1])
    titles.press("ArrowLeft")
    expect(page.locator(".block.waiting")).to_have_count(0)  # the page has heard of it
    expect(page.get_by_text("Would become matches")).to_be_visible()
    moved = float(titles.get_attribute("aria-valuenow") or 0)
    assert moved > value
    assert float(recall.inner_text()) > before[2]
    expect(titles).to_be_focused()
    settled(page)
    page.reload()
    expect(handle(page, "Titles")).to_have_attribute("aria-valuenow", f"{moved:.3f}")


def test_figures_follow_the_mouse_before_it_is_released(demo_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{demo_server}/thresholds")
    two_sliders(page)
    photos = handle(page, "Photos")
    box = photos.bounding_box()
    assert box
    shown = figure(page, "Matches Pairs")
    seen = [int(shown.inner_text().replace(",", ""))]
    x, y = box["x"] + box["width"] / 2, box["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    for right in (40, 80, 120):
        page.mouse.move(x + right, y)
        seen.append(int(shown.inner_text().replace(",", "")))
    assert seen == sorted(set(seen))  # more at each step, and nothing was released yet
    expect(page.locator(".block.waiting")).to_have_count(2)  # figures per listing, and groups
    page.mouse.up()
    expect(page.locator(".block.waiting")).to_have_count(0)
    exact = int(shown.inner_text().replace(",", ""))
    assert exact == pytest.approx(seen[-1], rel=0.02)


def test_a_typed_threshold_and_the_best_one(demo_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{demo_server}/thresholds")
    two_sliders(page)
    number = page.get_by_role("spinbutton", name="Titles threshold")
    number.fill("0.123")
    number.press("Enter")
    expect(handle(page, "Titles")).to_have_attribute("aria-valuenow", "0.123")
    page.get_by_role("button", name="Best F1").click()
    expect(handle(page, "Titles")).not_to_have_attribute("aria-valuenow", "0.123")
    page.get_by_role("radio", name="Weighted mean").click()
    expect(handle(page, "Title and photo")).to_be_visible()
    page.get_by_role("radio", name="Title or photo").click()
    expect(handle(page, "Photos")).to_be_visible()


def test_verdicts_by_key_outlive_a_reload_and_can_be_undone(demo_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{demo_server}/review")
    first = asked(page)
    page.keyboard.press("s")
    expect(page.get_by_text("Last: same product")).to_be_visible()
    second = next_pair(page, first)
    page.keyboard.press("d")
    expect(page.get_by_text("Last: different")).to_be_visible()
    next_pair(page, second)
    settled(page)  # what stands above the pair comes after it
    done = page.get_by_text(re.compile(r"\d+ judged")).inner_text()
    page.reload()
    settled(page)
    expect(page.get_by_text("Last: different")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ judged"))).to_have_text(done)
    assert asked(page) not in (first, second)
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    page.keyboard.press("u")
    expect(page.get_by_text("Last: same product")).to_be_visible()
    wait_until(lambda: asked(page) == second)
    page.keyboard.press("p")
    wait_until(lambda: asked(page) == first)
    page.keyboard.press("n")
    wait_until(lambda: asked(page) == second)
    page.keyboard.press("n")
    next_pair(page, second)
    expect(page.get_by_text("Last: skipped")).to_be_visible()  # what undo takes back next


def test_results_can_be_taken_along(demo_server: str, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(f"{demo_server}/results")
    expect(page.locator(".groups img").first).to_have_js_property("complete", True)
    for number, (kind, read) in enumerate((("CSV", pd.read_csv), ("Parquet", pd.read_parquet))):
        settled(page)
        with page.expect_download() as download:
            page.get_by_role("button", name=kind, exact=True).first.click()
        file = tmp_path / f"{number}{kind}"
        download.value.save_as(file)
        table = read(file)
        assert len(table) > 0
        assert {"left_id", "right_id"} <= set(table)
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).last.click()
    assert re.fullmatch(r"demo-contest-[0-9a-f]{8}\.csv", download.value.suggested_filename)
    download.value.save_as(tmp_path / "contest.csv")
    assert list(pd.read_csv(tmp_path / "contest.csv")) == ["posting_id", "matches"]
    page.locator(".groups a").first.click()
    expect(page).to_have_url(re.compile("browse.*item="))
    expect(page.get_by_role("heading", name="Browse")).to_be_visible()


@pytest.mark.parametrize(("theme", "sizes"), THEMES_AND_SIZES)
def test_decision_pages_in_both_sizes_and_themes(
    demo_server: str, open_page: OpenPage, theme: str, sizes: list[str]
) -> None:
    page = None
    for name, first in {"thresholds": ".pairs img", "review": "article img", "results": ".groups img"}.items():
        page = open_page(f"{demo_server}/{name}", sizes[0], theme, tab=page)
        for size in sizes:
            resize(page, size)
            expect(page.locator(first).first).to_be_visible()
            expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
            screenshot(page, f"{name}-{size}-{theme}")
            expect_fit(page)
            if size == "wide":
                expect_contrast(page)
