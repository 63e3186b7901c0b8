"""Photos are served as files: a page of fifty paints at once, and the browser keeps them.

A photo's name is the hash of its content, so it never changes and may be cached for good.
"""

import os
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from streamlit import config

_CATALOG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_PHOTO = re.compile(r"[0-9a-f]{8,64}\.jpg")
_SIZES = ("thumbnails", "images")
_FOR_GOOD = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
}


def workspace_root() -> Path:
    """The folder of the workspace: MATCHER_WORKSPACE, else ./workspace."""
    return Path(os.environ.get("MATCHER_WORKSPACE") or "workspace").resolve()


def photo_url(catalog_id: str, photo: str, size: str = "thumbnails") -> str:
    """Address of a photo, relative to the page, so it holds under any base path; "" when there is no photo."""
    return f"photos/{catalog_id}/{size}/{photo}" if photo else ""


def photo_route() -> Route:
    """The route that answers `photo_url`, under the server's base path."""
    base = str(config.get_option("server.baseUrlPath")).strip("/")
    return Route(f"{'/' + base if base else ''}/photos/{{catalog}}/{{size}}/{{photo}}", _photo)


async def _photo(request: Request) -> Response:
    """Serve one photo; any name that is not exactly a photo's is answered as unknown."""
    catalog, size, photo = (request.path_params[name] for name in ("catalog", "size", "photo"))
    if not (_CATALOG.fullmatch(catalog) and size in _SIZES and _PHOTO.fullmatch(photo)):
        return Response(status_code=404)
    path = workspace_root() / "catalogs" / catalog / size / photo
    if path.is_symlink() or not path.is_file():
        return Response(status_code=404)
    return FileResponse(path, media_type="image/jpeg", headers=_FOR_GOOD)
