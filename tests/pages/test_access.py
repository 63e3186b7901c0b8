"""Who is let in: names in a Host header, and the password."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from pages._access.addresses import allowed_hosts, host_of, is_allowed_host, is_loopback
from pages._access.login import COOKIE, FAILURES_A_MINUTE, Login, workspace_key
from pages._access.middleware import Access


@pytest.mark.parametrize(
    ("header", "host"),
    [("localhost:8501", "localhost"), ("LOCALHOST", "localhost"), ("[::1]:8501", "::1"), ("[::1]", "::1"),
     ("shop.example.:80", "shop.example"), ("127.0.0.1:1", "127.0.0.1"), ("", "")],
)  # fmt: skip
def test_the_host_stands_before_the_port(header, host):
    assert host_of(header) == host


@pytest.mark.parametrize("header", ["localhost", "localhost:8501", "127.0.0.1:8501", "[::1]:8501", "shop.lan:8501"])
def test_own_names_are_answered(header, monkeypatch):
    monkeypatch.setenv("MATCHER_ALLOWED_HOSTS", "other.lan, Shop.LAN")
    assert is_allowed_host(header, allowed_hosts("0.0.0.0"))


@pytest.mark.parametrize("header", ["", "evil.example", "localhost.evil.example", "evil.example:8501", "0.0.0.0:8501"])
def test_other_names_are_not(header, monkeypatch):
    monkeypatch.delenv("MATCHER_ALLOWED_HOSTS", raising=False)
    assert not is_allowed_host(header, allowed_hosts("0.0.0.0"))


def test_the_address_that_was_dialled_is_answered_and_no_name_that_points_to_it():
    assert is_allowed_host("192.0.2.7:8501", allowed_hosts("0.0.0.0"), dialled="192.0.2.7")
    assert not is_allowed_host("192.0.2.8:8501", allowed_hosts("0.0.0.0"), dialled="192.0.2.7")
    assert not is_allowed_host("evil.example:8501", allowed_hosts("0.0.0.0"), dialled="192.0.2.7")


@given(st.text(max_size=80))
def test_no_header_is_too_odd_to_be_judged(header):
    assert is_allowed_host(header, allowed_hosts("localhost"), "127.0.0.1") in (True, False)


@pytest.mark.parametrize("address", ["localhost", "127.0.0.3", "::1"])
def test_loopback_is_reached_from_this_machine_alone(address):
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["0.0.0.0", None, "192.0.2.7", "shop.lan"])
def test_other_addresses_are_the_networks(address):
    assert not is_loopback(address)


def test_a_cookie_is_good_for_its_password_and_its_workspace_alone():
    cookie = Login("a long password", b"key").try_password("a long password", "client")
    assert Login("a long password", b"key").is_valid(cookie)  # as after a restart
    assert not Login("another password", b"key").is_valid(cookie)
    assert not Login("a long password", b"other").is_valid(cookie)


@pytest.mark.parametrize("cookie", ["", "x", "a.b.c", "é.b.c", "0" * 9000])
def test_made_up_cookies_are_worth_nothing(cookie):
    assert not Login("a long password", b"key").is_valid(cookie)


@pytest.mark.parametrize("odd", ["a,b=1", "a/b=1", 'theme={"a":1}', "a[b]=1", "bare", "=nothing"])
def test_an_odd_cookie_of_another_program_on_this_host_locks_nobody_out(odd):
    login = Login("a long password", b"key")
    cookie = login.try_password("a long password", "client")
    control = Middleware(Access, hosts=frozenset({"localhost"}), login=login)
    reached = Starlette(routes=[Route("/", lambda request: PlainTextResponse("here"))], middleware=[control])
    answer = TestClient(reached, base_url="http://localhost").get("/", headers={"cookie": f"{odd}; {COOKIE}={cookie}"})
    assert (answer.status_code, answer.text) == (200, "here")


def test_guessing_is_slowed_down_for_the_one_who_guesses():
    now = [0.0]
    login = Login("a long password", b"key", lambda: now[0])
    for number in range(FAILURES_A_MINUTE):
        assert login.try_password(f"guess {number}", "guesser") is None
    assert login.try_password("a long password", "guesser") is None
    assert login.try_password("a long password", "colleague") is not None
    now[0] = 61.0
    assert login.try_password("a long password", "guesser") is not None


def test_the_key_is_made_once_and_is_the_owners_alone(tmp_path):
    key = workspace_key(tmp_path)
    assert len(key) == 32
    assert workspace_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "login.key").stat().st_mode) == 0o600
