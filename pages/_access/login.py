"""A password for whoever comes over the network: one form, one signed cookie."""

import hashlib
import hmac
import os
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

from itsdangerous import BadSignature, TimestampSigner
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE = "twinshelf_login"
KEPT_SECONDS = 30 * 86_400
FEWEST_LETTERS = 8
FAILURES_A_MINUTE = 20  # from one address; more are answered without a look at the password
MOST_BYTES = 4096  # of a form with one password
_FORM = (Path(__file__).parents[2] / "assets" / "login.html").read_text("utf-8")


class Login:
    """Knows the password and who has given it."""

    def __init__(self, password: str, key: bytes, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the password.

        Args:
            password: What everybody who may come in knows.
            key: Secret of this workspace; cookies are worth nothing without it. They also end with the password.
            clock: Seconds.
        """
        self._password = password.encode()
        self._signer = TimestampSigner(hmac.digest(key, self._password, hashlib.sha256))
        self._clock = clock
        self._failures: defaultdict[str, deque[float]] = defaultdict(deque)

    def try_password(self, typed: str, client: str) -> str | None:
        """Compare a password in constant time.

        Returns:
            A cookie for the right one; None for a wrong one, and for any from a client that failed too often lately.
        """
        now, failures = self._clock(), self._failures[client]
        while failures and now - failures[0] > 60:
            failures.popleft()
        if len(failures) >= FAILURES_A_MINUTE:
            return None
        if hmac.compare_digest(typed.encode(), self._password):
            del self._failures[client]
            return self._signer.sign(secrets.token_hex(8)).decode()
        failures.append(now)
        return None

    def is_valid(self, cookie: str) -> bool:
        """Whether a cookie was given here, for this password, in the last thirty days."""
        try:
            self._signer.unsign(cookie, max_age=KEPT_SECONDS)
        except BadSignature:
            return False
        return True


def workspace_key(root: Path) -> bytes:
    """The secret that signs cookies: made once for a workspace, readable by its owner alone."""
    file = root / "login.key"
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_bytes()
    with os.fdopen(handle, "wb") as new:
        new.write(secrets.token_bytes(32))
    return file.read_bytes()


def answer_login(login: Login, base: str) -> ASGIApp:
    """The form, and what becomes of what is typed into it."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = HTMLResponse(_page("")) if request.method == "GET" else await _posted(request, login, base)
        await response(scope, receive, send)

    return answer


async def _posted(request: Request, login: Login, base: str) -> Response:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return HTMLResponse(_page("That is too long for a password."), 413)
    typed = parse_qs(body.decode("utf-8", "replace")).get("password", [""])[0]
    cookie = login.try_password(typed, request.client.host if request.client else "")
    if cookie is None:
        return HTMLResponse(_page("That is not the password. Ask whoever started the app."), 403)
    response = RedirectResponse(f"{base}/", 303)
    response.set_cookie(
        COOKIE, cookie, KEPT_SECONDS, path=f"{base}/", httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return response


def _page(message: str) -> str:
    """The form with a message above it; the messages are all written here, so nothing needs escaping."""
    return _FORM.replace("{message}", f'<p role="alert">{message}</p>' if message else "")
