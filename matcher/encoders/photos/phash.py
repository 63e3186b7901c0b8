"""The perceptual hash of a photo as a vector: finds the same picture again, not another picture of the same thing."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.images.picture_hash import BITS, phash_of
from matcher.progress import Progress, Report, silent

REPORT_EVERY = 50  # photos hashed
HASH = re.compile(r"[0-9a-fA-F]{16}")


def open_phash(spec: str, folder: Path | None) -> "PHashEncoder":
    """Make the encoder; it has no other models and keeps nothing in the folder."""
    return PHashEncoder()


class PHashEncoder:
    """pHashes as vectors of +-1/8, so that the cosine distance is 2 * (differing bits) / 64."""

    id = "phash"
    modality: Literal["image"] = "image"
    fitted = False
    version = "phash-1"

    def encode(self, inputs: Sequence[str | Path | None], report: Report = silent) -> NDArray[np.float32]:
        """Turn hashes, and photos by their hashes, into vectors.

        Args:
            inputs: N hashes of 16 hex digits, or files of photos; "" or None where a listing has neither.
            report: Told how many photos are hashed, and when all are done; may raise Cancelled.

        Returns:
            Shape (N, 64); a row of zeros for "" and None.

        Raises:
            DataError: Something else than a hash, or a photo that cannot be read.
        """
        vectors = np.zeros((len(inputs), BITS), np.float32)
        hashes = [_hash_of(row, given, len(inputs), report) for row, given in enumerate(inputs)]
        known = [row for row, text in enumerate(hashes) if text]
        if known:
            raw = np.frombuffer(bytes.fromhex("".join(hashes[row] for row in known)), np.uint8)
            bits = np.unpackbits(raw.reshape(-1, BITS // 8), axis=1)
            vectors[known] = (bits * 2.0 - 1.0) / np.sqrt(BITS)
        report(Progress("Reading picture hashes", len(inputs), len(inputs)))
        return vectors

    def encode_queries(
        self, queries: Sequence[str | Path | None], inputs: Sequence[str | Path | None], report: Report = silent
    ) -> NDArray[np.float32]:
        """Turn photos that are not in the catalog, or their hashes, into vectors; shape (Q, 64)."""
        return self.encode(queries, report)


def _hash_of(row: int, given: str | Path | None, rows: int, report: Report) -> str:
    """The hash of one input; "" for nothing."""
    if isinstance(given, Path):
        if row % REPORT_EVERY == 0:
            report(Progress("Hashing photos", row, rows))
        return phash_of(given)
    if given and not HASH.fullmatch(given):
        raise DataError(f"Row {row + 1} has the hash {given[:40]!r}; expected 16 hex digits, or nothing.")
    return given or ""
