"""A line that is cut under an open Review tab and mended later: the answer is kept, or the page says reload."""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from driving import OpenPage, free_port, running_app, settled, wait_until
from playwright.sync_api import expect

from matcher.storage.workspace import Workspace, open_workspace

pytestmark = pytest.mark.browser


class Line:
    """A line to a server that can be cut, as by a router that is switched off."""

    def __init__(self, address: str) -> None:
        self._to = ("127.0.0.1", urlsplit(address).port)
        self._door = socket.create_server(("127.0.0.1", free_port()))
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self.is_cut = False
        threading.Thread(target=self._let_in, daemon=True).start()

    def cut(self) -> None:
        """End every connection and take no other."""
        self.is_cut = True
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def mend(self) -> None:
        """Take connections again."""
        self.is_cut = False

    def close(self) -> None:
        """End it for good."""
        self.cut()
        self._door.close()

    def _let_in(self) -> None:
        with suppress(OSError):  # the door is closed
            while True:
                near, _ = self._door.accept()
                if self.is_cut:
                    near.close()
                    continue
                far = socket.create_connection(self._to)
                self._open += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=_carry, args=(one, other), daemon=True).start()


def _carry(one: socket.socket, other: socket.socket) -> None:
    with closing(one), suppress(OSError):
        while data := one.recv(65_536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)


@pytest.fixture
def workspace(demo_workspace: Path, tmp_path: Path) -> Iterator[Workspace]:
    """The demo, matched, without a verdict."""
    shutil.copytree(demo_workspace, tmp_path / "workspace")
    workspace = open_workspace(tmp_path / "workspace")
    yield workspace
    workspace.store.close()


@pytest.mark.parametrize(
    ("kept_seconds", "is_told_first"),
    # Seconds that the server keeps a visit whose line is cut: the visit is back in time, or too late. And whether the
    # key is pressed when the page has said already that the line is cut: it takes no answer then.
    [("120", False), ("1", False), ("1", True)],
)
def test_an_answer_on_a_cut_line_is_kept_or_the_page_says_so(
    workspace: Workspace, open_page: OpenPage, kept_seconds: str, is_told_first: bool
) -> None:
    more = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": kept_seconds}
    with running_app(workspace.root, more=more) as address, closing(Line(address)) as line:
        page = open_page(f"{line.address}/review")
        cards = page.locator(".board[data-painted] .pair article")
        expect(cards).to_have_count(2)
        settled(page)  # what is cut off in the middle of a run is another matter
        shown = tuple(sorted(str(cards.nth(place).get_attribute("data-item")) for place in (0, 1)))
        lost = page.get_by_role("dialog").filter(has_text="Connection error")
        line.cut()
        if is_told_first:
            expect(lost).to_be_visible()
        page.keyboard.press("d")
        page.wait_for_timeout(4000)
        assert workspace.store.verdicts("demo") == []
        line.mend()
        expect(page.locator("[data-test-connection-state=CONNECTED]")).to_be_visible()
        if lost.count():  # it stays until it is closed
            page.keyboard.press("Escape")
        expect(lost).to_have_count(0)
        if is_told_first:
            settled(page)
            expect(cards).to_have_count(2)
            assert workspace.store.verdicts("demo") == []
            page.keyboard.press("d")
        alert = page.get_by_role("alert").filter(has_text="This answer was not stored. Reload the page.")
        wait_until(lambda: bool(workspace.store.verdicts("demo")) or alert.count() == 1)
        stored = [(verdict.left_id, verdict.right_id, verdict.kind) for verdict in workspace.store.verdicts("demo")]
        assert stored == [(*shown, "different")] or (stored == [] and alert.count() == 1)
        if alert.count():
            alert.get_by_role("button", name="Reload").click()
            expect(cards).to_have_count(2)
            page.keyboard.press("d")
            wait_until(lambda: len(workspace.store.verdicts("demo")) == 1)
        assert [verdict.kind for verdict in workspace.store.verdicts("demo")] == ["different"]
