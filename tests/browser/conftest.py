"""The real app in a real Chromium: servers on free ports, pages at two widths and in both themes."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from driving import LONGEST_WAIT, SIZES, OpenPage, find_chromium, forget, running_app, settled
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from workers import MakeOnce

from matcher.pipeline import catalogs, default_recipe, encoding
from matcher.storage.workspace import Workspace, open_workspace

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",  # so that a visit finds what an earlier one compiled of Streamlit's and Plotly's scripts
    "--js-flags=--no-maglev --no-turbofan",  # compilers that pay for themselves in visits longer than a test's
)
SITE = "http://127.0.0.1/"  # that of all servers, for Chromium: a site has no port


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def profile(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """One Chromium for all tests, as somebody has it who uses the app every day; tests/ensure-chromium gets it.

    A private window forgets what it compiled of Streamlit's scripts, and a visit costs it nearly twice as much. One
    blank page of the servers' site stays open, so that their process lives on between two visits.
    """
    path = find_chromium()
    if path is None:
        pytest.fail("No Chromium was found. Run tests/ensure-chromium: it installs one or says how to.")
    folder = tmp_path_factory.mktemp("profile")
    opened = playwright.chromium.launch_persistent_context(
        folder, executable_path=path, args=list(FLAGS), accept_downloads=True
    )
    (blank,) = opened.pages
    blank.route(SITE, lambda route: route.fulfill(body=""))
    blank.goto(SITE)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def browser(profile: BrowserContext) -> Browser:
    """The same Chromium, for private windows."""
    assert profile.browser
    return profile.browser


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The app on an empty workspace, started as from a terminal."""
    with running_app(tmp_path / "workspace", is_forked=False) as address:
        yield address


@pytest.fixture(scope="session")
def demo_workspace(make_once: MakeOnce, share_converted: Callable[[Path], None]) -> Path:
    """A workspace with the demo catalog and its matches; copy it before opening it."""

    def make(root: Path) -> None:
        workspace = open_workspace(root)
        share_converted(workspace.encoders)
        result = catalogs.open_demo(workspace, catalogs.DemoConfig())
        text, image = default_recipe.default_encoders(workspace.load_catalog(result.catalog_id))
        encoding.encode(workspace, encoding.EncodeConfig(result.catalog_id, text, image))
        (link,) = workspace.encoders.iterdir()  # to the networks of all tests, of which this workspace has one
        networks = [*link.resolve().glob(f"{image}-*")]
        link.unlink()
        for network in networks:
            shutil.copytree(network, link / network.name)

    return make_once("demo", make)


@pytest.fixture(scope="module")
def demo_server(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on a copy of the demo's workspace, one for each test file."""
    copy = tmp_path_factory.mktemp("copy") / "workspace"
    shutil.copytree(demo_workspace, copy)
    with running_app(copy) as address:
        yield address


@pytest.fixture
def own_workspace(demo_workspace: Path, tmp_path: Path) -> Workspace:
    """A copy of the demo's workspace for one test: matched, without a verdict."""
    shutil.copytree(demo_workspace, tmp_path / "workspace")
    return open_workspace(tmp_path / "workspace")


@pytest.fixture
def own_server(own_workspace: Workspace) -> Iterator[str]:
    """The app on it."""
    with running_app(own_workspace.root) as address:
        yield address


@pytest.fixture(scope="session")
def empty_tabs(profile: BrowserContext) -> list[Page]:
    """Tabs of earlier tests, as good as new, at most one. A visit in it costs two thirds of one in a new tab."""
    return []


@pytest.fixture
def open_page(profile: BrowserContext, browser: Browser, empty_tabs: list[Page]) -> Iterator[OpenPage]:
    """A function that opens an address: open_page(address, size="wide", theme="light", tab=None, private=False).

    It does so in a tab that it opened before, or in another one. What a test leaves in the browser is gone before the
    next one, which gets its first tab; a private window shares nothing with other pages. A test that tells a tab what
    to do, such as when a dialog opens, takes that back.
    """
    windows = []

    def open_at(
        address: str, size: str = "wide", theme: str = "light", *, tab: Page | None = None, private: bool = False
    ) -> Page:
        if private:
            windows.append(browser.new_context(accept_downloads=True))
            page = windows[-1].new_page()
        else:
            page = tab or (empty_tabs.pop() if empty_tabs else profile.new_page())
        page.set_viewport_size({"width": SIZES[size], "height": 900})
        page.emulate_media(color_scheme=theme)
        page.set_default_timeout(LONGEST_WAIT)
        page.goto(address)
        settled(page)
        return page

    yield open_at
    for window in windows:
        window.close()
    empty_tabs[:] = forget(profile)
