"""`python -m assets.readme.make FOLDER` takes README's pictures of a curator's walk, in the demo catalog.

Needs what the tests need: tests/requirements.txt and a Chromium, which tests/ensure-chromium gets.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect, sync_playwright

from assets.readme.make.proof import nearly_prove
from matcher.pipeline import catalogs, default_recipe, encoding, recipes
from matcher.storage.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[3]
WIDTH, HEIGHT = 1400, 900
SHOWN_WIDTH = 1100  # pixels of a picture in README
MOST_BYTES = 120_000
PORT = 8599


def main() -> None:
    """Write the pictures into the folder that is named, or over those of README."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        workspace = prepare(Path(folder) / "workspace")
        with running_app(workspace.root) as address, sync_playwright() as playwright:
            names = ("chromium", "chromium-headless-shell")
            chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
            page.set_default_timeout(120_000)
            expect.set_options(timeout=120_000)
            walk(page, address, out, workspace)


def prepare(root: Path) -> Workspace:
    """The demo catalog, matched by a rule with a threshold each for titles and photos."""
    workspace = open_workspace(root)
    catalog_id = catalogs.open_demo(workspace, catalogs.DemoConfig()).catalog_id
    text, image = default_recipe.default_encoders(workspace.load_catalog(catalog_id))
    encoding.encode(workspace, encoding.EncodeConfig(catalog_id, text, image))
    rule = replace(
        recipes.current_recipe(workspace, catalog_id), fusion="both", text_threshold=0.3, image_threshold=0.1
    )
    recipes.set_recipe(workspace, catalog_id, rule)
    return workspace


@contextmanager
def running_app(workspace: Path) -> Iterator[str]:
    """The app on a workspace; its address."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(PORT), "--server.headless=true"]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"MATCHER_WORKSPACE": str(workspace)})
    address = f"http://127.0.0.1:{PORT}"
    try:
        while True:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
                break
            except OSError:
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait()


def walk(page: Page, address: str, out: Path, workspace: Workspace) -> None:
    """One picture after the other, in the order in which a curator sees them."""
    propose(page, address, out)
    ask_why_not(page, address, out, str(workspace.load_catalog("demo").listings["item_id"].iloc[-1]))
    asked = page.get_by_text("How sure is this, and will it last?")
    for name, left, said in (("proof", 14, "Not proved yet."), ("proved", 0, "Proved:")):
        nearly_prove(workspace, left)
        open_page(page, f"{address}/thresholds?catalog=demo")
        asked.click()
        expect(page.get_by_text(said)).to_be_visible()
        take(page, out / f"{name}.jpg", asked, above=20)
    pages = [("review-parted", "review", "4"), ("wall", "groups", "1"), ("verdicts", "verdicts", "")]
    for name, place, key in [*pages, ("export", "results", "")]:
        open_page(page, f"{address}/{place}?catalog=demo")
        if key:
            expect(page.locator(".board[data-painted]")).to_have_count(1)
            page.keyboard.press(key)
        take(page, out / f"{name}.jpg", page.get_by_role("heading").first)


def propose(page: Page, address: str, out: Path) -> None:
    """Move the point of the map, look at what would change, and at why the first pair is no match yet."""
    open_page(page, f"{address}/thresholds?catalog=demo&map-shown=true")
    point = page.get_by_role("slider", name="Both thresholds")
    for _ in range(4):  # ten steps to the right each
        said = point.get_attribute("aria-valuetext")
        point.press("Shift+ArrowRight")
        expect(point).not_to_have_attribute("aria-valuetext", str(said))
        settle(page)
    expect(page.get_by_text("Proposed:")).to_be_visible()
    take(page, out / "map.jpg", point)
    take(page, out / "flips.jpg", page.get_by_text("Would become matches").first, above=60)
    tile = page.locator(".pairs article[data-one]").first
    expect(page.locator(".answers[data-ready]")).to_have_count(1)
    tile.focus()
    page.keyboard.press("w")
    take_window(page, out / "why.jpg")
    page.get_by_role("button", name="Leave it").click()


def ask_why_not(page: Page, address: str, out: Path, other: str) -> None:
    """Ask why the listing that Browse shows is no match of another one."""
    open_page(page, f"{address}/browse?catalog=demo")
    page.get_by_role("button", name="Why not?").click()
    page.get_by_label("Other listing").fill(other)
    page.get_by_role("button", name="Say why").click()
    take_window(page, out / "why-not.jpg")


def open_page(page: Page, address: str) -> None:
    """Go there, and wait for all of it."""
    page.goto(address)
    expect(page.get_by_role("heading").first).to_be_visible()
    settle(page)


def settle(page: Page) -> None:
    """Wait until the page has run and its photos are there."""
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()
    page.wait_for_load_state("networkidle")
    time.sleep(1.5)


def take_window(page: Page, file: Path) -> None:
    """A picture of the window that says why, which is closed after it."""
    window = page.get_by_test_id("stDialog").get_by_role("dialog")
    expect(window.get_by_text("For the other answer")).to_be_visible()
    settle(page)
    write(window.screenshot(), file)
    window.get_by_role("button", name="Close").click()
    expect(window).to_have_count(0)


def take(page: Page, file: Path, part: Locator, above: int = 0) -> None:
    """A picture of the window, with a part of the page in view: at its top, with so many pixels above, if any."""
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    if above and box:
        page.get_by_test_id("stMain").evaluate("(main, by) => main.scrollBy(0, by)", box["y"] - above)
    page.mouse.move(WIDTH - 1, 2)
    settle(page)
    write(page.screenshot(), file)


def write(png: bytes, file: Path) -> None:
    """Write a picture as a small JPEG."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    picture.thumbnail((SHOWN_WIDTH, 2 * SHOWN_WIDTH), Image.Resampling.LANCZOS)
    for quality in range(86, 40, -4):
        picture.save(file, quality=quality, optimize=True, progressive=True)
        if file.stat().st_size <= MOST_BYTES:
            return


if __name__ == "__main__":
    main()
