"""Names that people give to catalogs and presets: bounded, and of characters that every database keeps."""

from matcher.errors import DataError

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
