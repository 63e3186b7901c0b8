"""Candidate pairs as a file, and beside it the config that made them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.atomic_file import atomic
from matcher.errors import DataError
from matcher.failures import reading
from matcher.storage.files import DAMAGED_ARRAYS
from matcher.vectors.candidate_pairs import MODALITIES, CandidatePairs


def write_pairs(folder: Path, name: str, pairs: CandidatePairs, config: Mapping[str, Any]) -> None:
    """Write the config and, last, the pairs: they say that both are there."""
    folder.mkdir(parents=True, exist_ok=True)
    with atomic(folder / f"{name}.json") as file:
        file.write(json.dumps({"n": pairs.n, **config}, indent=1).encode())
    frame = pd.DataFrame({"left": pairs.left, "right": pairs.right, "rank": pairs.rank, **pairs.distance})
    if pairs.conflicts is not None:
        frame["conflicts"] = pairs.conflicts
    with atomic(folder / f"{name}.parquet") as file:
        frame.to_parquet(file, index=False, compression=None)


def read_config(folder: Path, name: str) -> dict[str, Any]:
    """What was written beside candidate pairs; nothing where they are gone.

    Raises:
        StorageError: It is damaged.
    """
    file = folder / f"{name}.json"
    if not file.exists():
        return {}
    with reading(file, DAMAGED_ARRAYS):
        found: dict[str, Any] = json.loads(file.read_bytes())
        return found


def read_pairs(folder: Path, name: str) -> CandidatePairs:
    """Read what `write_pairs` wrote.

    Raises:
        DataError: It is not there.
        StorageError: It is damaged.
    """
    file = folder / f"{name}.parquet"
    try:
        with reading(file, DAMAGED_ARRAYS):
            frame = pd.read_parquet(file)
            n = int(json.loads(file.with_suffix(".json").read_bytes())["n"])
            left, right, rank = (frame[column].to_numpy() for column in ("left", "right", "rank"))
            if len(frame) and not (left.min() >= 0 and right.max() < n and (left < right).all()):
                raise ValueError("pairs of rows that are not there")
    except FileNotFoundError as error:
        raise DataError(f"The candidate pairs {name} are gone; encode the catalog again.") from error
    distance: dict[str, NDArray[np.float32]] = {kind: frame[kind].to_numpy() for kind in MODALITIES if kind in frame}
    conflicts = frame["conflicts"].to_numpy() if "conflicts" in frame else None
    return CandidatePairs(n, left, right, rank, distance, conflicts)
