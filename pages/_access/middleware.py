"""What every request passes before Streamlit sees it: pages, photos, uploads and the websocket alike."""

from collections.abc import Callable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages._access.addresses import is_allowed_host
from pages._access.login import COOKIE, Login, answer_login

# No other site may frame the app (a click meant for that site would land here) or learn an address with a title in it.
_HEADERS = {
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_CLOSED = ("/_stcore/metrics",)  # counts sessions and memory; nobody who looks after a catalog needs it
_BESIDE_PAGES = ("/photos", "/media", "/_stcore/upload_file")
_HEALTH = "/_stcore/health"
_MISDIRECTED = 421


class Access:
    """Refuses foreign host names, closed addresses, and whoever has not logged in where a login is needed."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: frozenset[str],
        login: Login | None = None,
        is_known: Callable[[Mapping[str, str]], bool] | None = None,
        base: str = "",
    ) -> None:
        """Stand in front of an app.

        Args:
            app: What answers requests that are let through.
            hosts: Names that the app answers to.
            login: None where everybody who reaches the app may use it.
            is_known: Whether cookies are those of somebody whom an identity provider knows; None where none is asked.
                Pages ask by themselves; photos, uploads and downloads are held against it.
            base: The server's base path, "" or "/shop".
        """
        self._app, self._hosts, self._login, self._is_known, self._base = app, hosts, login, is_known, base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        path = scope["path"].removeprefix(self._base)
        dialled = (scope.get("server") or (None, None))[0]
        if not is_allowed_host(headers.get("host", ""), self._hosts, dialled):
            await _refuse(scope, receive, send, _MISDIRECTED, _FOREIGN)
        elif path.startswith(_CLOSED):
            await _refuse(scope, receive, send, 404, "Not found.")
        elif self._is_known and path.startswith(_BESIDE_PAGES) and not self._is_known(_cookies(headers)):
            await _refuse(scope, receive, send, 403, "Log in first.")
        elif self._login is None or path == _HEALTH or self._login.is_valid(_cookies(headers).get(COOKIE, "")):
            await self._app(scope, receive, _framed(send))
        elif scope["type"] == "http" and path.rstrip("/") == "/login":
            await answer_login(self._login, self._base)(scope, receive, _framed(send))
        elif scope["type"] == "http" and scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
            await RedirectResponse(f"{self._base}/login", 303)(scope, receive, _framed(send))
        else:
            await _refuse(scope, receive, send, 403, "Log in first.")


_FOREIGN = (
    "This address is not known here. Open the app by the address it printed when it started, "
    "or name this host in MATCHER_ALLOWED_HOSTS and start it again.\n"
)


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, text: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})  # before it was accepted: the browser sees a 403
    else:
        await PlainTextResponse(text, status)(scope, receive, send)


def _framed(send: Send) -> Send:
    """Add the headers that every answer carries, where the answer has none of its own."""

    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return with_headers


def _cookies(headers: Headers) -> dict[str, str]:
    # As browsers write them: a stricter reader fails over one odd cookie that another program on this host has set.
    return cookie_parser(headers.get("cookie", "")[:65_536])
