"""The server itself: whom it answers, what it keeps closed, and the way in with a password."""

import http.client
import os
import subprocess
import sys
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from driving import ROOT, SCREENSHOTS, running_app, settled
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def ask(address: str, path: str, **headers: str) -> http.client.HTTPResponse:
    """The head of an answer to one request with these headers, as no browser would send it."""
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)) as connection:
        connection.request("GET", path, headers=headers)
        with connection.getresponse() as answer:
            return answer


def test_a_foreign_host_gets_no_page_no_photo_and_no_websocket(demo_server):
    name = "evil.example:80"
    for path in ("/", "/browse", "/_stcore/health", "/photos/demo/images/00000000.jpg"):
        assert ask(demo_server, path, Host=name).status == 421
    assert ask(demo_server, "/_stcore/stream", Host=name, Origin=f"http://{name}", **WEBSOCKET).status == 403
    own = urlsplit(demo_server).netloc
    assert ask(demo_server, "/_stcore/stream", Host=own, Origin=f"http://{own}", **WEBSOCKET).status == 101


def test_named_hosts_are_answered(tmp_path):
    with running_app(tmp_path / "workspace", more={"MATCHER_ALLOWED_HOSTS": "shop.lan"}) as address:
        assert ask(address, "/", Host="shop.lan:8501").status == 200
        assert ask(address, "/", Host="other.lan:8501").status == 421


def test_no_frame_and_no_metrics(demo_server):
    answer = ask(demo_server, "/")
    assert answer.getheader("X-Frame-Options") == "DENY"
    assert "frame-ancestors 'none'" in answer.getheader("Content-Security-Policy")
    assert ask(demo_server, "/_stcore/metrics").status == 404


def test_the_network_is_let_in_only_with_a_password(tmp_path):
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.address", "0.0.0.0", "--server.port", "0"]
    for password, word in (("", "a password is needed: set MATCHER_PASSWORD"), ("short", "at least 8 are needed")):
        environment = os.environ | {"MATCHER_WORKSPACE": str(tmp_path), "MATCHER_PASSWORD": password}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode != 0
        assert word in done.stderr
        assert "Traceback" not in done.stderr


def test_a_password_opens_pages_photos_and_websocket(tmp_path, browser):
    with running_app(tmp_path / "workspace", listen="0.0.0.0", more={"MATCHER_PASSWORD": PASSWORD}) as address:
        assert ask(address, "/photos/demo/images/00000000.jpg").status == 403
        own = urlsplit(address).netloc
        assert ask(address, "/_stcore/stream", Origin=f"http://{own}", **WEBSOCKET).status == 403
        page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
        page.goto(f"{address}/browse")
        page.get_by_label("Password").fill("something else")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_contain_text("That is not the password")
        page.screenshot(path=SCREENSHOTS / "login-wrong.png")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        settled(page)
        expect(page.get_by_text("Open the demo catalog")).to_be_visible()
        page.reload()
        settled(page)
        expect(page.get_by_text("Open the demo catalog")).to_be_visible()
