"""Size and sharpness of photos, measured once and kept beside the catalog."""

import json
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from os import cpu_count
from pathlib import Path

from matcher.atomic_file import atomic
from matcher.errors import DataError
from matcher.images.sharpness import PhotoQuality, measure_photo
from matcher.progress import Progress, Report, silent
from matcher.storage.workspace import Workspace

KEPT_AS = "photo_quality.json"
AT_ONCE = 256  # photos between two reports
UNREADABLE = PhotoQuality(0, 0, 0.0)


def measure_photos(
    workspace: Workspace, catalog_id: str, photos: Collection[str], report: Report = silent
) -> dict[str, PhotoQuality]:
    """Measure working copies; those that were measured before are only looked up.

    Args:
        workspace: Where the catalog is.
        catalog_id: Which catalog.
        photos: Names of working copies, which tell their content.
        report: Told how far it is; may raise Cancelled, and what was measured until then is kept.

    Returns:
        The quality of each; a size of 0 for one that cannot be read now, which is tried again the next time.
    """
    folder, file = workspace.images(catalog_id), workspace.folder(catalog_id) / KEPT_AS
    known = _read(file)
    missing = iter(sorted({photo for photo in photos if photo and photo not in known}))
    total = len({photo for photo in photos if photo and photo not in known})
    measured: dict[str, PhotoQuality] = {}
    try:
        with ThreadPoolExecutor(max(1, cpu_count() or 1)) as pool:  # decoding lets other threads run
            while some := list(islice(missing, AT_ONCE)):
                report(Progress("Measuring photos", len(measured), total))
                measured |= zip(some, pool.map(lambda name: _measure(folder / name), some), strict=True)
    finally:
        if measured:  # over what another process has kept meanwhile
            _write(file, _read(file) | measured)
    known |= measured
    return {photo: known[photo] for photo in photos if photo}


def _measure(photo: Path) -> PhotoQuality:
    try:
        return measure_photo(photo)
    except DataError:
        return UNREADABLE


def _read(file: Path) -> dict[str, PhotoQuality]:
    """What was measured; a file that is damaged or not there is measured anew."""
    with suppress(OSError, ValueError, TypeError):
        return dict(_qualities(json.loads(file.read_bytes())))
    return {}


def _qualities(kept: dict[str, list[float]]) -> Iterator[tuple[str, PhotoQuality]]:
    for photo, (width, height, sharpness) in kept.items():
        if width:
            yield photo, PhotoQuality(int(width), int(height), float(sharpness))


def _write(file: Path, measured: dict[str, PhotoQuality]) -> None:
    read = {photo: found for photo, found in measured.items() if found != UNREADABLE}
    kept = {photo: [found.width, found.height, round(found.sharpness, 2)] for photo, found in read.items()}
    with atomic(file) as target:
        target.write(json.dumps(kept).encode())
