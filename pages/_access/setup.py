"""Who may come in, by where the server listens and what the environment says."""

import os
import sys
from pathlib import Path

from starlette.middleware import Middleware
from streamlit import config

from pages._access import identity
from pages._access.addresses import allowed_hosts, is_loopback
from pages._access.login import FEWEST_LETTERS, Login, workspace_key
from pages._access.middleware import Access

PASSWORD = "MATCHER_PASSWORD"


def access_control(workspace: Path) -> Middleware:
    """The middleware that stands in front of the app.

    On the loopback address no password is needed, and one that is set is asked for all the same.

    Args:
        workspace: Its folder; where a password is set, the key that signs cookies is kept there.

    Raises:
        SystemExit: The server listens on the network without a password or an identity provider, or with a password
            that is quickly guessed.
    """
    address = config.get_option("server.address")
    password = os.environ.get(PASSWORD, "")
    asked = identity.is_asked()
    if identity.is_wanted() and not asked:
        print(identity.NEEDS_AUTHLIB, file=sys.stderr)  # noqa: T201  (for whoever started the server)
    if not password and not asked and not is_loopback(address):
        sys.exit(
            f"Listening on {address or 'every address'} lets in everybody who reaches this machine, so a password is "
            f"needed: set {PASSWORD} and start again, or leave HOST out to be reached from this machine alone. "
            "A login by an identity provider, the section [auth] of .streamlit/secrets.toml, does as well."
        )
    if password and len(password) < FEWEST_LETTERS:
        sys.exit(f"{PASSWORD} has {len(password)} letters; at least {FEWEST_LETTERS} are needed.")
    if not is_loopback(address):
        print(  # noqa: T201  (for whoever started the server)
            f"Listening on {address or 'every address'}: whoever reaches this machine and can log in can use the "
            "app. What is sent is not encrypted; put a server with HTTPS in front on networks you do not trust.",
            file=sys.stderr,
        )
    base = str(config.get_option("server.baseUrlPath")).strip("/")
    return Middleware(
        Access,
        hosts=allowed_hosts(address),
        login=Login(password, _key(workspace)) if password else None,
        is_known=identity.is_logged_in if asked else None,
        base=f"/{base}" if base else "",
    )


def _key(workspace: Path) -> bytes:
    try:
        workspace.mkdir(parents=True, exist_ok=True)
        return workspace_key(workspace)
    except OSError as error:
        sys.exit(f"The workspace {workspace} cannot be written: {error.strerror}. Choose another folder.")
