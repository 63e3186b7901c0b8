"""Why a pair is a match or none, in one visit: by key and by button, on each page that shows pairs."""

import re

import pytest
from driving import OpenPage, screenshot, settled
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser


def window(page: Page) -> Locator:
    """The window, with what it says drawn; it says it of two listings."""
    shown = page.get_by_role("dialog")
    expect(shown.get_by_text("For the other answer")).to_be_visible()
    expect(shown.locator("article")).to_have_count(2)
    return shown


def close(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_why_opens_by_key_and_button_on_each_page(demo_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{demo_server}/review")
    expect(page.locator(".board[data-painted]")).to_have_count(1)
    titles = page.locator("article .title")
    asked = [titles.nth(place).get_attribute("title") for place in (0, 1)]
    page.keyboard.press("w")
    shown = window(page)
    assert sorted(shown.locator("article .title").nth(at).get_attribute("title") or "" for at in (0, 1)) == sorted(
        title or "" for title in asked
    )
    expect(shown.get_by_text(re.compile("^(A match|No match)"))).to_be_visible()
    shown.get_by_text("Show where the photos agree").click()
    expect(shown.get_by_text("The stronger the colour")).to_be_visible()
    expect(shown.locator("[data-testid=stImage] img").last).to_be_visible()
    screenshot(page, "why")
    page.keyboard.press("s")  # the window is in front: no answer
    close(page)
    expect(page.get_by_text("Last: same product")).to_have_count(0)

    page.goto(f"{demo_server}/browse")
    settled(page)
    page.locator("article.current").get_by_role("button", name="Why").click()
    window(page)
    close(page)
    page.get_by_role("button", name="Why not?").click()
    page.get_by_label("Other listing").fill("nobody")
    page.get_by_role("button", name="Say why").click()
    expect(page.get_by_text("There is no listing nobody in this catalog.")).to_be_visible()

    page.goto(f"{demo_server}/thresholds")
    settled(page)
    expect(page.locator(".listening")).to_have_count(1)
    page.locator(".pairs article").first.focus()
    page.keyboard.press("w")
    window(page)
    close(page)

    page.goto(f"{demo_server}/results")
    settled(page)
    expect(page.locator(".listening")).to_have_count(1)
    page.locator(".groups li").first.get_by_role("button", name="Why").click()
    expect(window(page).get_by_text(re.compile("^A match"))).to_be_visible()
