"""The listings of a catalog and the problems of their rows, in files that carry their version in their name.

A new version stands beside the one before, and the row in the database says which one counts. So a process that is
killed at any moment leaves one version or the other, and who has begun on the version before can end on it.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from matcher.atomic_file import atomic
from matcher.errors import DataError, StorageError
from matcher.failures import reading
from matcher.ingest.catalog import Catalog
from matcher.ingest.issues import Problem, problems_frame
from matcher.storage.files import fingerprint
from matcher.storage.records import CatalogInfo
from matcher.storage.set_aside.goods import Listed

LISTINGS, PROBLEMS = "listings", "problems"
SEEN_BY_ENCODERS = ["item_id", "title", "photo", "phash"]  # columns of the listings; a new label moves no vector


def version_of(listings: pd.DataFrame) -> str:
    """Changes whenever anything in the listings does."""
    return fingerprint(listings.to_dict("list"))


def content_of(listings: pd.DataFrame) -> str:
    """Changes whenever what encoders see does."""
    return fingerprint(listings[SEEN_BY_ENCODERS].to_dict("list"))


def version_file(folder: Path, kind: str, version: str) -> Path:
    """The file of a version, whether it is there or not.

    Args:
        folder: The catalog's.
        kind: LISTINGS or PROBLEMS.
        version: Its version; workspaces of 0.1.0 had only one file of a kind, without a version in its name.
    """
    file = folder / f"{kind}-{version}.parquet"
    return file if file.exists() else folder / f"{kind}.parquet"


def write_listings(folder: Path, listings: pd.DataFrame) -> str:
    """Write a version of the listings; what it is called."""
    version = version_of(listings)
    _write(folder / f"{LISTINGS}-{version}.parquet", listings)
    return version


def write_problems(folder: Path, problems: Sequence[Problem]) -> str:
    """Write a version of the problems; what it is called."""
    frame = problems_frame(problems)
    version = fingerprint(frame.to_dict("list"))
    _write(folder / f"{PROBLEMS}-{version}.parquet", frame)
    return version


def read_listings(folder: Path, version: str) -> Catalog:
    """Read one version of the listings, and no other.

    Raises:
        FileNotFoundError: It is not there (any more).
        DataError: An import with version 0.1.0 of the program was killed in between, and left another one.
        StorageError: It is damaged.
    """
    file = version_file(folder, LISTINGS, version)
    with reading(file, "Import the catalog's file again; verdicts are kept elsewhere, and stay."):
        listings = pd.read_parquet(file)
        has_photos = bool((listings["photo"] != "").any())
    if not file.stem.endswith(version) and version_of(listings) != version:
        raise DataError(
            f"The listings of the catalog {folder.name} were being replaced when the program was stopped. "
            "Import its file again."
        )
    return Catalog(listings, folder / "images" if has_photos else None)


def read_goods(folder: Path, info: CatalogInfo | None) -> Listed | None:
    """What the ids of a version name; None where there is none, or it cannot be read any more."""
    if info is None:
        return None
    try:
        return Listed(read_listings(folder, info.version).listings, folder / "thumbnails")
    except (FileNotFoundError, DataError, StorageError):
        return None


def read_problems(folder: Path, version: str) -> pd.DataFrame:
    """Read one version of the problems, as `problems_frame` lays them out.

    Raises:
        FileNotFoundError: It is not there (any more).
        StorageError: It is damaged.
    """
    file = version_file(folder, PROBLEMS, version)
    with reading(file, "Import the catalog's file again; verdicts are kept elsewhere, and stay."):
        return pd.read_parquet(file)


def remove_other_versions(folder: Path, kept: Sequence[CatalogInfo]) -> None:
    """Remove all versions but these, and photos that none of them names; readers keep what they have open."""
    listings = [version_file(folder, LISTINGS, info.version) for info in kept]
    problems = [version_file(folder, PROBLEMS, info.problems_version) for info in kept]
    for kind in (LISTINGS, PROBLEMS):
        for file in {*folder.glob(f"{kind}-*.parquet"), folder / f"{kind}.parquet"}.difference(listings, problems):
            file.unlink(missing_ok=True)
    named = {photo for file in listings for photo in _photos(file)}
    for size in ("images", "thumbnails"):
        for file in (folder / size).glob("*.jpg"):
            if file.name not in named:
                file.unlink()


def _photos(file: Path) -> list[str]:
    """Photos that the listings of a version name; none where the version before cannot be read any more."""
    try:
        return list(pd.read_parquet(file, columns=["photo"])["photo"])
    except (OSError, ValueError):
        return []


def _write(path: Path, frame: pd.DataFrame) -> None:
    with atomic(path) as file:
        frame.to_parquet(file, index=False)
