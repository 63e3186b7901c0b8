"""Find the photos that a table names, in a folder or a zip, and keep a working copy and a thumbnail of each."""

import hashlib
import os
import threading
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from matcher.atomic_file import atomic
from matcher.errors import DataError
from matcher.images import MAX_PHOTO_BYTES, read_bounded
from matcher.images.guarded import PhotoReader
from matcher.ingest.archive import files, open_archive, read_member, spellings
from matcher.ingest.photo_names import photo_names, spellings_of
from matcher.progress import Progress, Report

MAX_FILES = 1_000_000  # looked at in a folder; a wrong folder such as / ends here
_ENDINGS = (".jpg", ".jpeg", ".jfif", ".jpe", ".png", ".webp", ".gif", ".bmp", ".avif")
_MADE_BY = b"512-256-jpeg90-2"  # part of the name, so that a change of the copies makes new files (at most 16 bytes)
_FLAWED = b"512-256-flawed-2"  # never found beforehand, so that a photo with a flaw is looked at, and told, each time
_WORKERS = 8  # at most; each may unpack a photo of 200 MB
_PHOTOS_EACH = 8  # for which a worker is worth its start, which takes as long as some of them
_AT_ONCE = 32  # photos under way, so that a cancelled import ends soon


class PhotoSource:
    """The photos of a folder or a zip, by name. Only what it lists is ever opened, so no name leads out of it."""

    def __init__(self, root: Path, archive: zipfile.ZipFile | None = None) -> None:
        """List the files once; links are left out, so that no name leads elsewhere.

        Raises:
            DataError: The folder is missing or has more than MAX_FILES files.
        """
        self._archive = archive
        self._root = root
        self._named: defaultdict[str, list[str]] = defaultdict(list)
        self._keys: dict[str, frozenset[str]] = {}
        members = files(archive) if archive else dict.fromkeys(_walk(root))
        self._members = members
        for path, member in members.items():
            written = spellings(member) if member else [path]
            written = [*written, *(unquote(spelling) for spelling in written if "%" in spelling)]
            self._keys[path] = frozenset(map(_key, written))
            names = {PurePosixPath(key).name for key in self._keys[path]}
            if path.lower().endswith(_ENDINGS):
                names |= {PurePosixPath(name).stem for name in names}
            for name in names:
                self._named[name].append(path)

    def find(self, name: str) -> str | None:
        """Find the one file that a name means: by path, by name, by name without ending, or by the end of a link.

        Returns:
            Its path for `read`; None if there is none.

        Raises:
            DataError: Several, or a name that leads out of the folder.
        """
        for wanted in spellings_of(name):
            if ".." in wanted.split("/"):
                raise DataError("The name leads out of the photo folder. Name a file inside it.")
            parts = [part for part in wanted.split("/") if part not in ("", ".")]
            if "/".join(parts) in self._members:
                return "/".join(parts)
            candidates = self._named.get(_key(parts[-1]), []) if parts else []
            if len(candidates) > 1:
                candidates = self._nearest(candidates, _key("/".join(parts)))
            if len(candidates) > 1:
                raise DataError(f"{len(candidates)} files have this name. Write the folder before it.")
            if candidates:
                return candidates[0]
        return None

    def _nearest(self, candidates: list[str], tail: str) -> list[str]:
        """Those at this very path, else those whose path ends so, else all."""
        exact = [path for path in candidates if tail in self._keys[path]]
        return exact or [p for p in candidates if any(key.endswith(f"/{tail}") for key in self._keys[p])] or candidates

    def has(self, name: str) -> bool:
        """Tell whether exactly one file has this name."""
        return len(self._named.get(_key(name), [])) == 1

    def read(self, path: str) -> bytes:
        """Read a file that `find` returned.

        Raises:
            DataError: Too large, unreadable, or damaged.
        """
        if self._archive:
            return read_member(self._archive, self._archive.getinfo(path), MAX_PHOTO_BYTES)
        return read_bounded(self._root / path)


@contextmanager
def photo_source(path: Path) -> Iterator[PhotoSource]:
    """Open a folder or a zip of photos.

    Raises:
        DataError: It is neither.
    """
    if path.is_dir():
        yield PhotoSource(path.resolve())
    elif path.is_file() and zipfile.is_zipfile(path):
        with open_archive(path) as archive:
            yield PhotoSource(path, archive)
    else:
        raise DataError(f"{path} is not a folder or a zip of photos. Check the path.")


@dataclass(frozen=True)
class Photo:
    """What became of one named photo.

    Attributes:
        name: Its file name in the catalog, "" if there is none.
        error: What is wrong with it, and what to do.
        missing: Whether there is no such file, rather than an unusable one.
        flaw: What is wrong with it though it can be shown, "" if nothing is.
        several: How many photos the cell names.
    """

    name: str
    error: str = ""
    missing: bool = False
    flaw: str = ""
    several: int = 1


class _Readers:
    """A reader of photos for each thread that asks for one."""

    def __init__(self) -> None:
        self._own = threading.local()
        self._all: list[PhotoReader] = []

    def own(self) -> PhotoReader:
        """The reader of this thread."""
        if not hasattr(self._own, "reader"):
            self._own.reader = PhotoReader()
            self._all.append(self._own.reader)
        reader: PhotoReader = self._own.reader
        return reader

    def close(self) -> None:
        """End them all."""
        for reader in self._all:
            reader.close()


def keep_photos(names: Iterable[str], source: PhotoSource, into: Path, report: Report) -> dict[str, Photo]:
    """Write a working copy (images/) and a thumbnail (thumbnails/) of each photo, unless they are there already.

    Copies are named by the content of the photo, so the same photo under two names is one file.

    Args:
        names: As the table has them.
        source: Where to look.
        into: The catalog's folder.
        report: Told of every few photos.

    Raises:
        DataError: The copies cannot be written, as on a full disk.
    """
    for folder in ("images", "thumbnails"):
        (into / folder).mkdir(parents=True, exist_ok=True)
    waiting = list(dict.fromkeys(names))
    kept: dict[str, Photo] = {}
    workers = min(_WORKERS, os.cpu_count() or 1, 1 + len(waiting) // _PHOTOS_EACH)
    with closing(_Readers()) as readers, ThreadPoolExecutor(workers) as pool:
        running: dict[str, Future[Photo]] = {}
        try:
            for name in waiting:
                running[name] = pool.submit(_keep, name, source, into, readers)
                if len(running) == _AT_ONCE:
                    first = next(iter(running))
                    kept[first] = running.pop(first).result()
                    if len(kept) % 50 == 0:
                        report(Progress("Reading photos", len(kept), len(waiting)))
            kept |= {name: future.result() for name, future in running.items()}
        except OSError as error:
            raise DataError(
                f"Photos cannot be kept in {into} ({error.strerror}). Make room or check its rights."
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)
    report(Progress("Reading photos", len(waiting), len(waiting)))
    return kept


def _keep(cell: str, source: PhotoSource, into: Path, readers: _Readers) -> Photo:
    """Keep the first photo of a cell that is there and can be read; if there is none, tell why the first cannot."""
    names = photo_names(cell)
    first: Photo | None = None
    for name in names:
        try:
            path = source.find(name)
            if path is None:
                continue
            photo = _keep_one(source.read(path), into, readers)
        except DataError as error:
            first = first or Photo("", str(error))
            continue
        return replace(photo, several=len(names) - (len(names) > 1 and names[0] == cell))
    if first is None:
        what_to_do = "Photos are not fetched from links: add the file" if "//" in cell else "Add it"
        first = Photo("", f"No such file among the photos. {what_to_do}, or correct the name.", missing=True)
    return first


def _keep_one(data: bytes, into: Path, readers: _Readers) -> Photo:
    def places(made_by: bytes) -> tuple[str, Path, Path]:
        kept = f"{hashlib.blake2b(data, digest_size=16, person=made_by).hexdigest()}.jpg"
        return kept, into / "images" / kept, into / "thumbnails" / kept

    kept, copy, small = places(_MADE_BY)
    if copy.exists() and small.exists():
        return Photo(kept)
    copies = readers.own().read(data)
    if copies.flaw:
        kept, copy, small = places(_FLAWED)
    for file, content in ((small, copies.small), (copy, copies.working)):
        with atomic(file, durable=False) as opened:
            opened.write(content)
    return Photo(kept, flaw=copies.flaw)


def _walk(root: Path) -> Iterator[str]:
    """List the regular files below a folder, following no link."""
    folders = [""]
    seen = 0
    while folders:
        folder = folders.pop()
        try:
            entries = list(os.scandir(root / folder))
        except OSError as error:
            raise DataError(f"{root / folder} cannot be read ({error.strerror}). Check its rights.") from error
        seen += len(entries)
        if seen > MAX_FILES:
            raise DataError(f"{root} has more than {MAX_FILES:,} files. Give the folder of this catalog's photos.")
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(f"{folder}{entry.name}/")
            elif entry.is_file(follow_symlinks=False):
                yield folder + entry.name


def _key(name: str) -> str:
    """Make names comparable: macOS and Windows write the same letters differently."""
    return unicodedata.normalize("NFC", name).casefold()
