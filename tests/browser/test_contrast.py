"""Every text on every page can be read: 4.5 to 1 against what lies behind it, in both themes."""

from pathlib import Path

import pytest
from driving import OpenPage, settled
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SCRIPT = (Path(__file__).parent / "contrast.js").read_text("utf-8")
PAGES = (
    "",
    "catalog",
    "encoders",
    "encoders?view=Train",
    "browse",
    "thresholds",
    "review",
    "groups",
    "verdicts",
    "results",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(demo_server: str, open_page: OpenPage, theme: str) -> None:
    page = open_page(demo_server, "wide", theme)
    pale = {}
    for address in PAGES:
        page.goto(f"{demo_server}/{address}")
        settled(page)
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
        for _ in range(20):  # while a page still runs, what it has not drawn again yet is faded
            pale[address] = page.evaluate(SCRIPT)
            if not pale[address]:
                break
            page.wait_for_timeout(500)
    assert not any(pale.values()), pale
