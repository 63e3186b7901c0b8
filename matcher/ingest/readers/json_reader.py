"""Read JSON as a table: a list of objects, one object a line, or such a list within an object."""

import json
from collections.abc import Iterator
from pathlib import Path

from matcher.errors import DataError
from matcher.ingest.issues import shortened

MAX_JSON_BYTES = 200_000_000  # a list is read whole, and takes several times its size
_WHAT = 'Expected a list of listings, or one listing a line, each like {"id": 1, "title": "Blue kettle"}.'


def is_json(start: bytes) -> bool:
    """Whether a file begins as JSON of objects does; a title may begin with a bracket too, but not with both."""
    bare = start.lstrip(b"\xef\xbb\xbf \r\n\t")
    return bare.startswith((b'{"', b"{}")) or (
        bare[:1] in (b"[", b"{") and bare[1:].lstrip()[:1] in (b"{", b'"', b"}", b"")
    )


def read_json(path: Path) -> tuple[list[list[object]], str]:
    """Read the objects as rows below their keys.

    Returns:
        The rows, the keys first; and how they were read.

    Raises:
        DataError: Too large, not JSON, or no list of objects.
    """
    if path.stat().st_size > MAX_JSON_BYTES:
        raise DataError(f"{path.name} has more than {MAX_JSON_BYTES // 1_000_000} MB. Save it as CSV or Parquet.")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name} is JSON that is not UTF-8. Save it as UTF-8.") from error
    try:
        objects, note = _objects(text, path.name)
        keys = list(dict.fromkeys(key for each in objects for key in each))
        rows = [[_cell(each.get(key)) for key in keys] for each in objects]
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path.name} is damaged as JSON ({shortened(str(error))}). {_WHAT}") from error
    if not keys:
        raise DataError(f"{path.name} is JSON without listings. {_WHAT}")
    return [list(keys), *rows], note


def _objects(text: str, name: str) -> tuple[list[dict[str, object]], str]:
    lines = text.lstrip().split("\n", 1)
    if lines[0].lstrip().startswith("{"):
        try:
            first = _load(lines[0])
        except ValueError:
            first = None  # an object over several lines
        if isinstance(first, dict) and ((len(lines) > 1 and lines[1].strip()) or not _list_in(first)):
            return list(_each_line(text, name)), "JSON lines"
    found = _load(text)
    if isinstance(found, dict):
        found = _list_in(found) or [found]
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise DataError(f"{name} is JSON, but no list of objects. {_WHAT}")
    return found, "JSON"


def _each_line(text: str, name: str) -> Iterator[dict[str, object]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                found = _load(line)
            except ValueError as error:
                raise DataError(f"Line {number:,} of {name} is damaged as JSON ({shortened(str(error))}).") from error
            if not isinstance(found, dict):
                raise DataError(f"Line {number:,} of {name} is no object. {_WHAT}")
            yield found


def _load(text: str) -> object:
    """Numbers stay as they are written: no id of 19 digits loses one."""
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=lambda _: None)


def _list_in(found: dict[str, object]) -> list[object] | None:
    """The longest list of objects that an object holds, as {"products": [...]}."""
    lists = [value for value in found.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    return max(lists, key=len, default=None)


def _cell(value: object) -> object:
    """Nested values as JSON again; a list of photo names stays a list that can be read."""
    if isinstance(value, dict):
        inner = next(
            (value[key] for key in ("src", "url", "value", "name", "en") if isinstance(value.get(key), str)), None
        )
        return inner if inner is not None else json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return json.dumps([_cell(each) for each in value], ensure_ascii=False)
    return value
