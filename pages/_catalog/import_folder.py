"""Files that are on the server already: off unless MATCHER_IMPORT_FOLDER names a folder, and then only those in it.

Whoever reaches the app could otherwise read any file of the machine that looks like a table, the passwords' list first.
"""

import os
from pathlib import Path

from matcher.errors import DataError

FOLDER = "MATCHER_IMPORT_FOLDER"


def import_folder() -> Path | None:
    """The folder that imports from the server are confined to, links resolved; None if there is none."""
    named = os.environ.get(FOLDER, "").strip()
    folder = Path(named).expanduser().resolve() if named else None
    return folder if folder is not None and folder.is_dir() else None


def resolve_inside(folder: Path, typed: str) -> Path:
    """What somebody typed as a place in the folder, with every link followed.

    Args:
        folder: From `import_folder`.
        typed: A path below the folder, or the whole path of something in it.

    Raises:
        DataError: It is nowhere in the folder, or leads out of it.
    """
    try:
        place = (folder / typed.strip()).resolve(strict=True)
    except (OSError, RuntimeError, ValueError):  # missing, a ring of links, or a name that no file can have
        place = None
    if place is None or not place.is_relative_to(folder):
        raise DataError(
            f"There is no {typed.strip()[:200]} in the import folder. Type a path below it: spring/shop.csv."
        )
    return place
