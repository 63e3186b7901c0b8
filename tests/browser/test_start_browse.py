"""From an empty workspace to a verdict that outlives a reload, with mouse and keys."""

import re
import shutil
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from driving import (
    THEMES_AND_SIZES,
    OpenPage,
    expect_contrast,
    expect_fit,
    resize,
    running_app,
    screenshot,
    settled,
    wait_until,
)
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

PRESS = """([key, code]) => ["keydown", "keyup"].forEach((kind) =>
    document.body.dispatchEvent(new KeyboardEvent(kind, { key, code, bubbles: true, cancelable: true })))"""


def cards(page: Page) -> Locator:
    """The cards of neighbours, those beside the listing that is looked at."""
    return page.locator(".columns article")


def test_the_demo_opens_in_one_click_and_leads_to_browse(server: str, open_page: OpenPage) -> None:
    page = open_page(server)
    expect(page.get_by_role("heading", name="Find the same product listed twice")).to_be_visible()
    screenshot(page, "start-empty")
    page.get_by_role("button", name="Open the demo catalog").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    screenshot(page, "start-running")
    page.reload()  # the work goes on without the page that started it
    page.get_by_role("button", name="Browse the matches").click(timeout=240_000)
    expect(page.get_by_role("heading", name="Browse")).to_be_visible()
    expect(cards(page).first).to_be_visible()


def test_a_verdict_by_key_outlives_a_reload_and_can_be_undone(demo_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{demo_server}/browse")
    first, second = cards(page).nth(0), cards(page).nth(1)
    expect(first).to_have_class(re.compile("current"))
    page.keyboard.press("s")
    expect(first.get_by_role("button", name="Same")).to_have_attribute("aria-pressed", "true")
    expect(second).to_have_class(re.compile("current"))
    page.keyboard.press("d")
    expect(second.get_by_role("button", name="Different")).to_have_attribute("aria-pressed", "true")
    settled(page)
    page.reload()
    settled(page)
    expect(cards(page).nth(0).get_by_role("button", name="Same")).to_have_attribute("aria-pressed", "true")
    expect(cards(page).nth(1).get_by_role("button", name="Different")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("u")
    expect(cards(page).nth(1).get_by_role("button", name="Different")).to_have_attribute("aria-pressed", "false")
    expect(cards(page).nth(0).get_by_role("button", name="Same")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("f")
    expect(cards(page).nth(0).get_by_role("button", name="Unsure")).to_have_attribute("aria-pressed", "true")
    small = (cards(page).first.bounding_box() or {})["height"]
    page.get_by_role("button", name="Large cards").click()
    settled(page)
    page.reload()  # the browser keeps the size
    wait_until(lambda: (cards(page).first.bounding_box() or {"height": 0.0})["height"] > 2 * small)
    page.get_by_role("button", name="Small cards").click()
    wait_until(lambda: (cards(page).first.bounding_box() or {"height": 0.0})["height"] == small)


def test_a_key_typed_into_the_search_gives_no_verdict(demo_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{demo_server}/browse?show=Only+the+title+finds+it")
    pressed = page.locator(".columns [aria-pressed=true]")
    expect(cards(page).first).to_be_visible()
    before = pressed.count()
    page.get_by_role("searchbox", name="Search").click()
    page.keyboard.type("dds")
    expect(page.get_by_text("Nothing like that in this catalog.")).to_be_visible()
    page.get_by_role("searchbox", name="Search").fill("")
    expect(cards(page).first).to_be_visible()
    expect(pressed).to_have_count(before)


def test_the_address_keeps_the_listing_and_next_goes_on(demo_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{demo_server}/browse")
    large = page.locator("aside article")
    first = large.get_attribute("data-item")
    page.keyboard.press("n")
    expect(large).not_to_have_attribute("data-item", first or "")
    for key, code in (("з", "KeyP"), ("т", "KeyN")):  # a keyboard without Latin letters: by the place of the key
        before = large.get_attribute("data-item") or ""
        page.evaluate(PRESS, [key, code])
        expect(large).not_to_have_attribute("data-item", before)
    second = large.get_attribute("data-item")
    page.reload()
    expect(large).to_have_attribute("data-item", second or "")
    cards(page).nth(0).locator("button.photo").click()
    expect(large).not_to_have_attribute("data-item", second or "")
    page.get_by_text("Only the photo finds it").click()
    expect(page).to_have_url(re.compile("show=Only"))
    expect(cards(page).first).to_be_visible()


def test_photos_are_served_once_and_kept(demo_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{demo_server}/browse")
    photo = cards(page).first.locator("img")
    expect(photo).to_have_js_property("complete", True)
    assert photo.evaluate("image => image.naturalWidth") > 0
    address = photo.evaluate("image => image.src")
    with urllib.request.urlopen(address) as response:
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize(
    "path",
    [
        "photos/demo/thumbnails/../../../matcher.db",
        "photos/demo/thumbnails/..%2f..%2f..%2fmatcher.db",
        "photos/..%2f..%2f/thumbnails/00000000.jpg",
        "photos/demo/listings.parquet/00000000.jpg",
        "photos/demo/thumbnails/listings.csv",
        "photos/demo/thumbnails/ffffffffffffffff.jpg",
    ],
)
def test_only_photos_are_served(demo_server: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{demo_server}/{path}")
    assert refused.value.code in (400, 404)
    refused.value.close()


def test_the_app_works_below_a_path(demo_workspace: Path, tmp_path: Path, open_page: OpenPage) -> None:
    shutil.copytree(demo_workspace, tmp_path / "workspace")
    with running_app(tmp_path / "workspace", below="shop/twins") as address:
        page = open_page(address)
        photo = page.locator("article img").first
        expect(photo).to_have_js_property("complete", True)
        assert photo.evaluate("image => image.naturalWidth") > 0


@pytest.mark.parametrize(("theme", "sizes"), THEMES_AND_SIZES)
def test_pages_in_both_sizes_and_themes(demo_server: str, open_page: OpenPage, theme: str, sizes: list[str]) -> None:
    page = None
    for name, path in (("start", ""), ("catalog", "catalog"), ("browse", "browse")):
        page = open_page(f"{demo_server}/{path}", sizes[0], theme, tab=page)
        for size in sizes:
            resize(page, size)
            expect(page.locator("article").first).to_be_visible()
            screenshot(page, f"{name}-{size}-{theme}")
            expect_fit(page)
            if size == "wide":
                expect_contrast(page)
            if name == "start":
                expect_in_a_row(page, {"wide": 5, "narrow": 3}[size])
            if name == "browse":
                if size == "wide":
                    expect_whole_cards(page, 4)
                page.mouse.move(700, 700)
                page.mouse.wheel(0, 800)
                expect(cards(page).first).not_to_be_in_viewport()
                expect(page.locator("aside article")).to_be_in_viewport(ratio=1)
                page.mouse.wheel(0, -800)
                expect(cards(page).first).to_be_in_viewport()


def expect_in_a_row(page: Page, number: int) -> None:
    """Wait until so many cards of the start page stand in its first row."""

    def in_a_row() -> int:
        tops = page.locator("article").evaluate_all("all => all.map(card => card.offsetTop)")
        return tops.count(tops[0])

    wait_until(lambda: in_a_row() == number)


def expect_whole_cards(page: Page, number: int) -> None:
    """Wait until at least so many cards of each column are seen whole."""
    wait_until(lambda: min(whole_cards(page, column) for column in range(3)) >= number)


def whole_cards(page: Page, column: int) -> int:
    """How many cards of a column are seen whole."""
    boxes = page.locator(".columns .column").nth(column).locator("article").evaluate_all(
        "all => all.map(card => card.getBoundingClientRect().bottom)"
    )  # fmt: skip
    return sum(bottom <= 900 for bottom in boxes)
