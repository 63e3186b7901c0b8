"""Sets of arrays that are there only when all of them are, and names made from content."""

import glob
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.atomic_file import atomic
from matcher.errors import DataError
from matcher.failures import reading

DAMAGED_ARRAYS = "Remove the folder it is in, and encode the catalog again."


def fingerprint(content: object) -> str:
    """32 hex digits that stand for a value that JSON can hold."""
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).hexdigest()


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
        StorageError: It is damaged.
    """
    try:
        with reading(path, DAMAGED_ARRAYS):
            config = json.loads(path.with_name(f"{path.name}.json").read_bytes())
            names = {part: path.with_name(f"{path.name}.{part}.npy") for part in config["parts"]}
            parts = {part: np.load(name, mmap_mode="r") for part, name in names.items()}
    except FileNotFoundError as error:
        raise DataError(f"{path.name} is not in the workspace; encode the catalog again.") from error
    return parts, config


def remove_arrays(path: Path) -> None:
    """Remove what `save_arrays` wrote, first the file that says it is there; readers keep what they have open."""
    for file in (path.with_name(f"{path.name}.json"), *path.parent.glob(f"{glob.escape(path.name)}.*.npy")):
        file.unlink(missing_ok=True)
