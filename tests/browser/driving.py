"""Drive the real app: start it on a workspace, wait for its pages, take pictures of them."""

import os
import shutil
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, Page, expect
from server_process import start_server

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "screenshots"
CONTRAST = (Path(__file__).parent / "contrast.js").read_text("utf-8")
PAINTED = ".board[data-painted]"  # a board whose pair or group is on the screen
SIZES = {"wide": 1400, "narrow": 900}
# A page is opened in one size and drawn into the other; in the second theme the other way round.
THEMES_AND_SIZES = [("light", ("wide", "narrow")), ("dark", ("narrow", "wide"))]
LONGEST_WAIT = 60_000  # milliseconds, on a machine that is busy with other tests

expect.set_options(timeout=LONGEST_WAIT)

OpenPage = Callable[..., Page]
"""open_page(address, size="wide", theme="light", tab=None, private=False) -> Page"""

_ports: list[int] = []  # that servers of these tests have had


@contextmanager
def running_app(
    workspace: Path,
    *,
    below: str = "",
    listen: str = "127.0.0.1",
    more: Mapping[str, str] | None = None,
    port: int | None = None,
    is_forked: bool = True,
) -> Iterator[str]:
    """Start the app on a workspace, at the root or below a path, with more in its environment; its address."""
    port = port or free_port()
    log = workspace.parent / f"{workspace.name}.log"
    arguments = ["run", "app.py", "--server.port", str(port), "--server.fileWatcherType", "none"]
    arguments += ["--server.address", listen, "--server.baseUrlPath", below]
    environment = os.environ | {"MATCHER_WORKSPACE": str(workspace)} | dict(more or {})
    address = f"http://127.0.0.1:{port}/{below}".rstrip("/")
    server = start_server(arguments, ROOT, environment, log, is_forked=is_forked)
    try:
        wait_until(lambda: _answers(f"{address}/_stcore/health") or not server.is_alive())
        assert server.is_alive(), log.read_text()
        yield address
    finally:
        server.terminate()
        server.join(30)
        assert server.exitcode is not None
        server.close()


def find_chromium() -> str | None:
    """The Chromium of CHROMIUM, or one that is installed, that without windows first; None where there is none."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def free_port() -> int:
    """A port that nobody listens at; one of before if there is one: the browser knows the scripts of that address."""
    for port in [*_ports, 0]:
        with socket.socket() as free, suppress(OSError):
            free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do that take it again
            free.bind(("127.0.0.1", port))
            found = int(free.getsockname()[1])
            if found not in _ports:
                _ports.append(found)
            return found
    raise AssertionError("No port is free.")


def forget(profile: BrowserContext) -> list[Page]:
    """Clear what pages left in the browser, but for files it may keep and scripts it compiled; a tab, empty."""
    blank, *opened = profile.pages
    sites = set().union(*(_visited(profile, page) for page in opened))
    for page in opened[1:]:
        page.close()
    tabs = [page for page in opened[:1] if _empty(profile, page)]
    profile.clear_cookies()
    profile.clear_permissions()
    session = profile.new_cdp_session(blank)
    kinds = "local_storage,indexeddb,service_workers,cache_storage,file_systems,storage_buckets"
    for site in sites:  # what it keeps for the tab is cleared with its local storage
        session.send("Storage.clearDataForOrigin", {"origin": site, "storageTypes": kinds})
    session.detach()
    return tabs


def _visited(profile: BrowserContext, page: Page) -> set[str]:
    """Whose pages a tab has shown since it was empty."""
    session = profile.new_cdp_session(page)
    entries = session.send("Page.getNavigationHistory")["entries"]
    session.detach()
    addresses = [urlsplit(entry["url"]) for entry in entries]
    return {f"{address.scheme}://{address.netloc}" for address in addresses if address.netloc}


def _empty(profile: BrowserContext, page: Page) -> bool:
    """Leave the page and the ways back to it; a tab that cannot is closed."""
    try:
        page.goto("about:blank")
        session = profile.new_cdp_session(page)
        session.send("Page.resetNavigationHistory")
        session.detach()
    except Error:  # the page has crashed
        page.close()
        return False
    return True


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something outside the browser."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "The wait was in vain."
        time.sleep(0.1)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def settled(page: Page) -> None:
    """Wait until the page has run, and make sure that it ran without an error."""
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()
    expect(page.get_by_role("heading").first).to_be_visible()
    expect(page.locator("[data-testid=stException], .st-key-defect")).to_have_count(0)


def resize(page: Page, size: str) -> None:
    """Make the window as wide as a size says."""
    page.set_viewport_size({"width": SIZES[size], "height": 900})


def expect_fit(page: Page) -> None:
    """Wait until nothing reaches over the right edge of the window."""
    wait_until(lambda: page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def expect_contrast(page: Page) -> None:
    """Wait until every text stands out from what lies behind it, 4.5 to 1; no part is still to come."""
    settled(page)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    pale = page.evaluate(CONTRAST)
    for _ in range(20):  # while a page still runs, what it has not drawn again yet is faded
        if not pale:
            break
        page.wait_for_timeout(500)
        pale = page.evaluate(CONTRAST)
    assert not pale, (page.url, pale)


def screenshot(page: Page, name: str) -> None:
    """Keep a picture for somebody to look at, photos loaded; the folder is not in the repository."""
    settled(page)
    SCREENSHOTS.mkdir(exist_ok=True)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def press_painted(page: Page, key: str, is_done: Callable[[], bool]) -> None:
    """Press a key on the pair or group that is painted, see what it does, and wait for the next painting."""
    expect(page.locator(PAINTED)).to_have_count(1)
    drawn = page.locator(PAINTED).get_attribute("data-painted")
    page.keyboard.press(key)
    wait_until(is_done)
    expect(page.locator(f'{PAINTED}:not([data-painted="{drawn}"])')).to_have_count(1)
