"""Names that people give to catalogs and presets, bounded and legible; and ids that programs write otherwise."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection

from matcher.errors import DataError
from matcher.storage.files import fingerprint

MOST_CHARACTERS = 200  # PostgreSQL finds rows by names of up to 2,700 bytes

_NUMBER = re.compile(r"0*(\d+?)(?:\.0+)?", re.ASCII)  # `00001`, `1` and `1.0`: programs write one number so


def check_name(name: str, what: str, example: str) -> str:
    """The name without blanks around it.

    Args:
        name: As it was given.
        what: Which thing it names, for the message.
        example: A name that would do.

    Raises:
        DataError: It is empty, too long, or holds a character that cannot be kept: a control character, or half of one
            as in an argument that is not UTF-8.
    """
    name = name.strip()
    if not name:
        raise DataError(f"The {what} has no name; type one, for example: {example}.")
    if len(name) > MOST_CHARACTERS:
        raise DataError(f"The name of the {what} has {len(name):,} characters; at most {MOST_CHARACTERS} are kept.")
    if any(ord(sign) < 32 or "\ud800" <= sign <= "\udfff" for sign in name):
        shown = legible(name)
        raise DataError(f"The name of the {what}, {shown[:80]!r}, holds a character that is not text; type another.")
    return name


def legible(name: str) -> str:
    """The name of a file as text, with a question mark for each byte that is none."""
    return name.encode("utf-8", "replace").decode()


def catalog_id_of(name: str) -> str:
    """The folder name of a catalog: "My Shop" and "my shop" are one catalog.

    Raises:
        DataError: The name is empty.
    """
    plain = unicodedata.normalize("NFKD", name.strip()).casefold()
    readable = re.sub(r"[^a-z0-9]+", "-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-")
    if not plain:
        raise DataError("The catalog has no name; type one, for example: autumn.")
    if len(readable) <= 60 and all(c.isascii() or unicodedata.combining(c) for c in plain) and readable:
        return readable
    # Letters were lost: the hash keeps two such names apart.
    return "-".join(part for part in (readable[:50].strip("-"), fingerprint(plain)[:8]) if part)


def number_of(item_id: str) -> str | None:
    """The whole number that an id writes, without leading noughts and without ".0"; None where it is another text."""
    found = _NUMBER.fullmatch(item_id)
    return found[1] if found else None


def find_renamed(known: Collection[str], present: Collection[str]) -> dict[str, str]:
    """Find the present ids of listings that were known under ids which are gone.

    An id is only followed where no doubt is: the number stands for one listing before and for one now.

    Args:
        known: Ids of listings as they were.
        present: Ids of the listings as they are now.

    Returns:
        New id by old id.
    """
    gone = set(known).difference(present)
    if not any(map(number_of, gone)):
        return {}
    before, now = (_by_number(ids) for ids in (known, present))
    return {
        old: now[number][0]
        for old in sorted(gone)
        if (number := number_of(old)) is not None and len(before[number]) == len(now.get(number, ())) == 1
    }


def _by_number(ids: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for item_id in set(ids):
        if (number := number_of(item_id)) is not None:
            found[number].append(item_id)
    return found
