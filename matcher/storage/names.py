"""Names that people give to catalogs and presets: bounded, and of characters that every database keeps."""

import re
import unicodedata

from matcher.errors import DataError
from matcher.storage.files import fingerprint

MOST_CHARACTERS = 200  # PostgreSQL finds rows by names of up to 2,700 bytes


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
