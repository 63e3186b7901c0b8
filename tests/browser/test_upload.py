"""A seller's zip, with photos of which some are broken, goes in by the browser and comes out as matches."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
from driving import OpenPage, screenshot, settled
from PIL import Image, ImageDraw
from playwright.sync_api import Dialog, expect

pytestmark = pytest.mark.browser

ROWS = [
    ("A1", "Sabun Lavender 250 ml", "a1.png", "soap"),
    ("A2", "sabun lavender 250ml murah", "a2.png", "soap"),
    ("B1", "<img src=x onerror=alert(1)> Teh **hijau**", "b1.png", "tea"),
    ("B2", "Teh hijau celup", "b2.png", "tea"),  # cut off in the middle
    ("C1", "Kopi bubuk", "gone.png", ""),  # not in the zip
    ("C1", "Kopi bubuk", "a1.png", ""),  # an id for the second time
    ("D1", "", "", ""),  # nothing to match on
]


def drawn(shade: int) -> bytes:
    picture = Image.new("RGB", (120, 90), (245, 245, 245))
    ImageDraw.Draw(picture).ellipse((20, 10, 80, 70), fill=(shade, 90, 160))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A zip of a table and its photos."""
    table = io.StringIO()
    csv.writer(table, delimiter=";").writerows([("sku", "product_name", "picture", "group"), *ROWS])
    path = tmp_path / "My shop.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("listings.csv", table.getvalue())
        for name, shade in (("a1.png", 40), ("a2.png", 42), ("b1.png", 200)):
            archive.writestr(f"photos/{name}", drawn(shade))
        archive.writestr("photos/b2.png", drawn(210)[:200])
    return path


def test_an_upload_with_broken_photos_becomes_a_catalog_with_matches(
    server: str, shop: Path, open_page: OpenPage
) -> None:
    page = open_page(f"{server}/catalog")
    messages: list[str] = []

    def keep(dialog: Dialog) -> None:
        messages.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", keep)
    page.locator("input[type=file]").set_input_files(shop)
    expect(page.get_by_text("semicolon")).to_be_visible()
    expect(page.get_by_role("textbox", name="Name of the catalog")).to_have_value("My shop")
    screenshot(page, "catalog-upload")
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("heading", name="Issues in the rows")).to_be_visible()
    figures = page.locator("[data-testid=stMetricValue]")
    expect(figures).to_have_text(["5", "5", "3", "2", "4"])
    expect(page.get_by_text("2 left out, 2 kept without the flawed part.")).to_be_visible()
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the issues").click()
    assert "gone.png" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    screenshot(page, "catalog-uploaded")
    page.get_by_role("button", name="Encoders").click()
    page.get_by_role("combobox", name="Photos are read by").click()
    page.get_by_role("option", name="Picture hash").click()
    settled(page)
    page.get_by_role("button", name="Find matches").click()
    page.get_by_role("link", name="Browse the matches").click()
    expect(page.get_by_role("heading", name="Browse")).to_be_visible()
    expect(page.locator(".columns article").first).to_be_visible()
    settled(page)
    page.remove_listener("dialog", keep)
    assert messages == []  # no title ran as a script


def test_the_catalog_is_searched_by_text_and_photo(demo_server: str, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(f"{demo_server}/browse")
    page.get_by_role("button", name="Search by text or photo").click()
    page.get_by_role("textbox", name="Text").fill("lavender soap 250 ml")
    page.get_by_role("textbox", name="Text").press("Control+Enter")
    expect(page.get_by_role("heading", name="By your text")).to_be_visible()
    expect(page.locator(".columns article").first).to_be_visible()
    photo = tmp_path / "own.png"
    photo.write_bytes(drawn(120))
    page.locator("input[type=file]").set_input_files(photo)
    expect(page.get_by_role("heading", name="By your photo")).to_be_visible()
    expect(page.get_by_role("heading", name="By both")).to_be_visible()
    screenshot(page, "browse-searched")
