"""What one test leaves in the browser is gone for the next one, though that gets the same tab."""

from collections.abc import Iterator

import pytest
from driving import forget
from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser

LEAVE = """() => {
    sessionStorage.kept = localStorage.kept = window.kept = document.cookie = "kept=1";
    history.pushState({}, "", "/further");
}"""
LEFT = "() => [sessionStorage.length, localStorage.length, typeof window.kept, document.cookie, history.length]"
SITES = "http://127.0.0.1:9", "http://127.0.0.1:7"  # no servers: the pages are made here


@pytest.fixture
def page(profile: BrowserContext, empty_tabs: list[Page]) -> Iterator[Page]:
    """A tab with pages of both sites, and no other."""
    while empty_tabs:
        empty_tabs.pop().close()
    page = profile.new_page()
    for site in SITES:
        page.route(f"{site}/**", lambda route: route.fulfill(body="", content_type="text/html"))
    yield page
    page.close()


def test_a_tab_that_is_used_again_knows_nothing_of_before(profile: BrowserContext, page: Page) -> None:
    page.goto(SITES[0])
    new = page.evaluate(LEFT)
    for site in SITES:
        page.goto(site)
        page.evaluate(LEAVE)
        assert page.evaluate(LEFT)[:4] == [1, 1, "string", "kept=1"]
    assert forget(profile) == [page]
    assert page.url == "about:blank"
    for place, site in enumerate(SITES):
        page.goto(site)
        assert page.evaluate(LEFT) == [*new[:4], new[4] + place]
