"""Files that are whole as soon as they have their name."""

import glob
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError


def fingerprint(content: object) -> str:
    """32 hex digits that stand for a value that JSON can hold."""
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).hexdigest()


@contextmanager
def atomic(path: Path) -> Iterator[IO[bytes]]:
    """Write a file that takes its name only when it is complete.

    Raises:
        DataError: It cannot be written, as on a full disk.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as file:
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())  # else a power cut could leave the name with nothing behind it
                os.replace(file.name, path)
            except BaseException:
                os.unlink(file.name)
                raise
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}. Make room or check the rights.") from error


def save_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], config: Mapping[str, Any]) -> None:
    """Write `<path>.<part>.npy` for each array and, last, `<path>.json`: it says that all are there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for part, array in arrays.items():
        with atomic(path.with_name(f"{path.name}.{part}.npy")) as file:
            np.save(file, array, allow_pickle=False)
    with atomic(path.with_name(f"{path.name}.json")) as file:
        file.write(json.dumps({"parts": list(arrays), **config}, indent=1).encode())


def load_arrays(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Open what `save_arrays` wrote, memory-mapped, with its config.

    Raises:
        DataError: It is not there.
    """
    try:
        config = json.loads(path.with_name(f"{path.name}.json").read_bytes())
        parts = {part: np.load(path.with_name(f"{path.name}.{part}.npy"), mmap_mode="r") for part in config["parts"]}
    except FileNotFoundError as error:
        raise DataError(f"{path.name} is not in the workspace; encode the catalog again.") from error
    return parts, config


def remove_arrays(path: Path) -> None:
    """Remove what `save_arrays` wrote, first the file that says it is there; readers keep what they have open."""
    for file in (path.with_name(f"{path.name}.json"), *path.parent.glob(f"{glob.escape(path.name)}.*.npy")):
        file.unlink(missing_ok=True)
