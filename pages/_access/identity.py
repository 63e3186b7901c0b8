"""Who somebody is, where an identity provider says it: `st.login`, set up in the section [auth] of secrets.toml.

Without that section, or without Authlib, which `st.login` needs, nobody is asked. Streamlit keeps the answer in a
signed cookie; pages read it as `st.user`, and what is served beside the pages is held against the cookie here.
"""

import json
from collections.abc import Mapping

import streamlit as st
from streamlit.auth_util import get_cookie_with_chunks, get_secrets_auth_section, is_authlib_installed
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

NEEDS_AUTHLIB = (
    "The section [auth] of secrets.toml asks for a login by an identity provider, which needs Authlib. "
    "Install it (.venv/bin/python -m pip install Authlib) and start again."
)
LONGEST_NAME = 40


def is_wanted() -> bool:
    """Whether secrets.toml has a section [auth]."""
    return bool(get_secrets_auth_section())


def is_asked() -> bool:
    """Whether everybody has to log in with an identity provider."""
    return is_wanted() and is_authlib_installed()


def let_in() -> bool:
    """Whether the page may be drawn; where somebody has to log in first, the way to do so is drawn instead."""
    if not is_asked() or st.user.is_logged_in:
        return True
    st.title("Twinshelf")
    st.caption("Your name from there stands beside the verdicts you give.")
    provider = next((name for name, value in get_secrets_auth_section().items() if isinstance(value, Mapping)), None)
    alone = "client_id" in get_secrets_auth_section()
    st.button("Log in", type="primary", icon=":material/login:", on_click=st.login, args=[] if alone else [provider])
    return False


def name_of_user() -> str | None:
    """The name, or else the address, of who has logged in; None where nobody is asked to."""
    if not is_asked():
        return None
    said = st.user.get("name") or st.user.get("email") or st.user.get("sub") or ""
    return " ".join(str(said).split())[:LONGEST_NAME]


def is_logged_in(cookies: Mapping[str, str]) -> bool:
    """Whether the cookies of a request are those of somebody who has logged in."""

    def read(name: str) -> bytes | None:
        value = cookies.get(name)
        return decode_signed_value(get_cookie_secret(), name, value) if value else None

    try:
        said = json.loads(get_cookie_with_chunks(read, USER_COOKIE_NAME) or b"{}")
    except (ValueError, UnicodeDecodeError):
        return False
    return isinstance(said, dict) and said.get("is_logged_in") is True
