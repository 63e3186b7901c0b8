"""Find out which files a cell names that should name one."""

import json
import re
from urllib.parse import unquote

MAX_NAMES = 50  # of one cell; galleries have a dozen
_ENDING = r"\.(?:jpe?g|jfif|jpe|png|webp|gif|bmp|avif)(?:[?#]\S*)?"
_ENDS = re.compile(rf"{_ENDING}$", re.IGNORECASE)
# Where one name ends and the next begins. A name may hold any of these, so a cell is cut only behind an ending.
_PARTING = re.compile(r"\s*(?:[|;,\r\n\t]|::)+\s*|\s+")
_BRACKETS = {"[": "]", "{": "}", "(": ")"}


def photo_names(cell: str) -> list[str]:
    """The names in a cell; the cell itself comes first where it can be one, since a name may hold commas and blanks.

    With a slash it cannot: what stands behind the last one would be taken for its name, and that is the last photo.

    Read are a JSON list, one as Python or PostgreSQL writes it, and names with a bar, semicolon, comma, colons, blanks
    or line breaks between them, where each part ends as picture files do; and any names with a bar or semicolon.
    """
    parts = (
        _listed(cell) or _cut(cell) or [part.strip() for part in re.split(r"[|;]", cell) if part.strip()][:MAX_NAMES]
    )
    if not parts or parts == [cell]:
        return [cell]
    return parts if "/" in cell else [cell, *parts]


def spellings_of(name: str) -> list[str]:
    """A name or the path of a link as it may stand on disk: as written, decoded, and without what follows a `?`."""
    if "://" in name[:12] or name.startswith("//"):
        name = re.sub(r"^(?:[A-Za-z][\w+.-]*:)?//[^/]*", "", name)
        name = name.partition("#")[0]
    bare = name.replace("\\", "/")
    short = bare.partition("?")[0]
    return list(dict.fromkeys((bare, unquote(bare), short, unquote(short))))


def _listed(cell: str) -> list[str]:
    bare = cell.strip()
    if len(bare) < 2 or _BRACKETS.get(bare[0]) != bare[-1]:
        return []
    try:
        found = json.loads(bare)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, list):
        return [name for name in map(_named, found[:MAX_NAMES]) if name]
    inner = [part.strip().strip("'\"").strip() for part in bare[1:-1].split(",")]
    return [part for part in inner if part][:MAX_NAMES] if all(map(_ends, inner)) else []


def _named(entry: object) -> str:
    if isinstance(entry, dict):
        entry = next((entry[key] for key in ("src", "url", "path", "name") if key in entry), "")
    return entry.strip() if isinstance(entry, str) else ""


def _cut(cell: str) -> list[str]:
    """Cut behind each ending that something parts from a next name."""
    parts: list[str] = []
    start = 0
    for match in _PARTING.finditer(cell):
        if match.start() >= start and _ends(cell[start : match.start()]):
            parts.append(cell[start : match.start()].strip())
            start = match.end()
    rest = cell[start:].strip()
    parts += [rest] if rest else []
    return parts[:MAX_NAMES] if all(map(_ends, parts)) else []


def _ends(name: str) -> bool:
    return _ENDS.search(name.strip()) is not None
