"""Which rows a trained encoder was trained on: thresholds chosen on them do not hold for others, and
figures measured on them say nothing of others, with labels or without: whitening alone lies close about what it saw."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from matcher.encoders.model_card import WEIGHTS
from matcher.errors import EncoderError

TRAINING_KEYS = "learned"  # the array's name in a run's weights file; runs of every version have it


def hash_listings(item_ids: Sequence[str], titles: Sequence[str]) -> NDArray[np.int64]:
    """Numbers that stand for listings in any catalog and any order, shape (N,); ids and titles are both of length N."""
    names = (f"{item_id}\0{title}".encode() for item_id, title in zip(item_ids, titles, strict=True))
    digests = b"".join(hashlib.blake2b(name, digest_size=8).digest() for name in names)
    return np.frombuffer(digests, dtype="<i8").astype(np.int64)


def read_training_keys(folder: Path) -> NDArray[np.int64]:
    """Keys of the listings that a run was trained on; empty where the run does not say.

    Raises:
        EncoderError: The run's weights are damaged.
    """
    try:
        with safe_open(folder / WEIGHTS, framework="numpy") as file:
            keys: NDArray[np.int64] = (
                file.get_tensor(TRAINING_KEYS) if TRAINING_KEYS in file.keys() else np.zeros(0, np.int64)
            )
    except (SafetensorError, OSError) as error:
        raise EncoderError(
            f"{folder / WEIGHTS} is damaged ({error}). Import the run again, or train it again."
        ) from error
    if keys.dtype != np.int64 or keys.ndim != 1:
        raise EncoderError(
            f"{folder / WEIGHTS} names what it was trained on by {keys.dtype} of shape {keys.shape}; expected a list "
            "of int64. Import the run again, or train it again."
        )
    return keys


def find_training_rows(
    folders: Iterable[Path], item_ids: Sequence[str], titles: Sequence[str], codes: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Listings of a catalog whose product some of the runs were trained on, shape (N,).

    Args:
        folders: Of the runs.
        item_ids: Length N.
        titles: Length N.
        codes: Shape (N,). Label code of each listing, -1 where unknown: a product of its own.
    """
    parts = [read_training_keys(folder) for folder in folders]
    if not any(map(len, parts)):
        return np.zeros(len(codes), dtype=bool)
    seen = np.isin(hash_listings(item_ids, titles), np.concatenate([*parts, np.zeros(0, np.int64)]))
    of_products = np.bincount(codes[codes >= 0], weights=seen[codes >= 0]) > 0
    return np.where(codes >= 0, np.append(of_products, False)[codes], seen)
