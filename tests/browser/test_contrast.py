"""Every text on every page can be read: 4.5 to 1 against what lies behind it, in both themes.

Pages that other tests look at in both themes are looked at there: see who else calls `expect_contrast`.
"""

import pytest
from driving import OpenPage, expect_contrast

pytestmark = pytest.mark.browser

PAGES = ("encoders", "encoders?view=Train", "groups", "verdicts")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(demo_server: str, open_page: OpenPage, theme: str) -> None:
    page = None
    for address in PAGES:
        page = open_page(f"{demo_server}/{address}", "wide", theme, tab=page)
        expect_contrast(page)
