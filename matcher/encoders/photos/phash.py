"""The perceptual hash of a photo as a vector: finds the same picture again, not another picture of the same thing."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import imagehash
import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.images import open_image
from matcher.progress import Progress, Report, silent

BITS = 64
HASH = re.compile(r"[0-9a-fA-F]{16}")


def phash_of(photo: Path) -> str:
    """The 64-bit pHash of a photo as 16 hex digits, as in the column `image_phash` of Shopee's table.

    Raises:
        DataError: The photo cannot be read.

    Source: ImageHash's `phash`: the 8 x 8 lowest frequencies of the 32 x 32 grey picture, above or below their median.
    """
    return str(imagehash.phash(open_image(photo, side=2 * BITS)))


class PHashEncoder:
    """pHashes as vectors of +-1/8, so that the cosine distance is 2 * (differing bits) / 64."""

    id = "phash"
    modality: Literal["image"] = "image"
    fitted = False
    version = "phash-1"

    def encode(self, inputs: Sequence[str], report: Report = silent) -> NDArray[np.float32]:
        """Turn hashes into vectors.

        Args:
            inputs: N hashes of 16 hex digits; "" where a listing has none.
            report: Told once, when all are done.

        Returns:
            Shape (N, 64); a row of zeros for "".

        Raises:
            DataError: Something else than a hash.
        """
        vectors = np.zeros((len(inputs), BITS), np.float32)
        for row, text in enumerate(inputs):
            if text and not HASH.fullmatch(text):
                raise DataError(f"Row {row + 1} has the hash {text[:40]!r}; expected 16 hex digits, or nothing.")
        known = [row for row, text in enumerate(inputs) if text]
        if known:
            raw = np.frombuffer(bytes.fromhex("".join(inputs[row] for row in known)), np.uint8)
            bits = np.unpackbits(raw.reshape(-1, BITS // 8), axis=1)
            vectors[known] = (bits * 2.0 - 1.0) / np.sqrt(BITS)
        report(Progress("Reading picture hashes", len(inputs), len(inputs)))
        return vectors

    def encode_queries(
        self, queries: Sequence[str], inputs: Sequence[str], report: Report = silent
    ) -> NDArray[np.float32]:
        """Turn the hashes of photos that are not in the catalog into vectors; shape (Q, 64)."""
        return self.encode(queries, report)
