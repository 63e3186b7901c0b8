"""A login by an identity provider: asked for where [auth] is set up, and its name stands beside verdicts."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton
from streamlit.testing.v1 import AppTest
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from pages._access import identity, setup

ROOT = Path(__file__).parents[2]
SECRET = "a secret for these tests alone, long enough"
AUTH = {"redirect_uri": "http://localhost/oauth2callback", "cookie_secret": SECRET, "client_id": "twinshelf"}
USER = "_streamlit_user"


@pytest.fixture
def authlib(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if Authlib were installed; nothing here goes to a provider."""
    monkeypatch.setattr(identity, "is_authlib_installed", lambda: True)


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A secrets.toml with a section [auth]."""
    file = tmp_path / "secrets.toml"
    file.write_text("[auth]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in AUTH.items()))
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(file)])
    secrets_singleton._reset()
    yield
    config.set_option("secrets.files", before)
    secrets_singleton._reset()


def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: dict[str, object] | None = None) -> AppTest:
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    if user:
        app.user = user
    app.run()
    assert not app.exception, app.exception[0].stack_trace
    return app


def test_nothing_is_drawn_before_somebody_has_logged_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secrets: None, authlib: None
) -> None:
    app = opened(tmp_path, monkeypatch)
    assert [button.label for button in app.button] == ["Log in"]
    assert not app.sidebar.children
    assert "Open the demo catalog" in [b.label for b in opened(tmp_path, monkeypatch, {"is_logged_in": True}).button]


def test_without_authlib_or_without_the_section_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secrets: None
) -> None:
    monkeypatch.setattr(identity, "is_authlib_installed", lambda: False)
    assert "Open the demo catalog" in [button.label for button in opened(tmp_path, monkeypatch).button]


def test_cookies_are_held_against_the_secret(secrets: None) -> None:
    def cookies(secret: str, said: object) -> dict[str, str]:
        return {USER: create_signed_value(secret, USER, json.dumps(said)).decode()}

    assert identity.is_logged_in(cookies(SECRET, {"is_logged_in": True, "name": "Ana"}))
    assert not identity.is_logged_in(cookies(SECRET, {"is_logged_in": False}))
    assert not identity.is_logged_in(cookies(SECRET, ["is_logged_in"]))
    assert not identity.is_logged_in(cookies("another secret that is long enough too", {"is_logged_in": True}))
    for made_up in ("", "x", "a.b.c", '{"is_logged_in": true}'):
        assert not identity.is_logged_in({USER: made_up})
    assert not identity.is_logged_in({})


@pytest.mark.parametrize("address", ["0.0.0.0", None])
def test_the_network_is_let_in_with_an_identity_provider_instead_of_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secrets: None, address: str | None
) -> None:
    monkeypatch.delenv("MATCHER_PASSWORD", raising=False)
    given = {"server.address": address, "server.baseUrlPath": ""}
    get_option = config.get_option
    monkeypatch.setattr(setup.config, "get_option", lambda name: given[name] if name in given else get_option(name))
    monkeypatch.setattr(identity, "is_authlib_installed", lambda: False)
    with pytest.raises(SystemExit, match="a password is needed"):
        setup.access_control(tmp_path)
    monkeypatch.setattr(identity, "is_authlib_installed", lambda: True)
    setup.access_control(tmp_path)


def test_photos_uploads_and_downloads_need_the_cookie_and_pages_ask_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secrets: None, authlib: None
) -> None:
    monkeypatch.delenv("MATCHER_PASSWORD", raising=False)
    control: Middleware = setup.access_control(tmp_path)
    reached = Starlette(routes=[Route("/{path:path}", lambda request: PlainTextResponse("here"))], middleware=[control])
    visitor = TestClient(reached, base_url="http://localhost")
    known = {USER: create_signed_value(identity.get_cookie_secret(), USER, '{"is_logged_in": true}').decode()}
    friend = TestClient(reached, base_url="http://localhost", cookies=known)
    for path in ("/photos/demo/images/0.jpg", "/media/a.csv", "/_stcore/upload_file/a/b"):
        assert visitor.get(path).status_code == 403
        assert friend.get(path).status_code == 200
    for path in ("/", "/browse", "/oauth2callback", "/auth/login", "/_stcore/health"):
        assert visitor.get(path).status_code == 200


def test_verdicts_carry_the_name_from_there(secrets: None, authlib: None) -> None:
    def script() -> None:
        import streamlit as st

        from pages._shared.answers import current_curator, draw_name

        draw_name()
        st.text(current_curator())

    for user, name in (({"name": " Ana  B. "}, "Ana B."), ({"email": "ana@shop.example"}, "ana@shop.example")):
        app = AppTest.from_function(script)
        app.user = {"is_logged_in": True, **user}
        app.run()
        assert not app.exception
        assert app.text[0].value == name
        assert not app.text_input
