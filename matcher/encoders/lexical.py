"""Titles by their letters: TF-IDF over pieces of words, squeezed into few columns, with nothing left to be fitted.

A network reads what a title means and trips over model numbers and typos; the letters know nothing of meaning and find
exactly those. Beside a trained network's vectors they make one encoder that does both.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer

from matcher.embeddings import unit_rows

BUCKETS = 1 << 18  # that pieces of words are hashed into
SIGNS = 4  # columns that each bucket counts in, up or down
STREAMS = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F], dtype=np.uint64)  # odd, one for each of them


def piece_weights(titles: Sequence[str]) -> NDArray[np.float32]:
    """How telling each bucket is, shape (BUCKETS,): the rarer its pieces in these titles, the more. At least 1.

    Source: Sparck Jones, "A Statistical Interpretation of Term Specificity", Journal of Documentation 1972.
    """
    counts = _pieces(titles)
    found = np.bincount(counts.indices, minlength=BUCKETS)
    weights: NDArray[np.float32] = (np.log((1.0 + len(titles)) / (1.0 + found)) + 1.0).astype(np.float32)
    return weights


def letter_vectors(titles: Sequence[str], weights: NDArray[np.float32], columns: int) -> NDArray[np.float32]:
    """Vectors whose cosines are near those of TF-IDF over pieces of two to five letters.

    Args:
        titles: N titles as sellers wrote them.
        weights: Shape (BUCKETS,), from `piece_weights`.
        columns: D; a power of two. A cosine is off by about 1 / sqrt(D).

    Returns:
        Shape (N, D). Unit rows; a row of zeros for an empty title.

    Source: Kane & Nelson, "Sparser Johnson-Lindenstrauss Transforms", JACM 2014, block construction.
    """
    counts = _pieces(titles)
    counts.data = (1.0 + np.log(counts.data)) * weights[counts.indices]
    return unit_rows(np.asarray((counts @ _squeeze(columns)).todense(), dtype=np.float32))


def _pieces(titles: Sequence[str]) -> csr_matrix:
    """How often each bucket's pieces stand in each title, shape (N, BUCKETS)."""
    reader = HashingVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), n_features=BUCKETS, alternate_sign=False, norm=None, dtype=np.float32
    )
    return csr_matrix(reader.transform(titles))


def _squeeze(columns: int) -> csr_matrix:
    """Shape (BUCKETS, columns): each bucket counts in SIGNS columns, one in each block, up or down by its number."""
    bucket = np.arange(BUCKETS, dtype=np.uint64)[:, None]
    # Multiplying by an odd number and keeping high bits is a hash that is the same on every machine and version.
    mixed = ((bucket * 2 + 1) * STREAMS * STREAMS[::-1]) >> np.uint64(20)
    width = columns // SIGNS
    column = (mixed >> np.uint64(1)) % np.uint64(width) + np.arange(SIGNS, dtype=np.uint64) * np.uint64(width)
    sign = 1.0 - 2.0 * (mixed & np.uint64(1)).astype(np.float32)
    starts = np.arange(0, BUCKETS * SIGNS + 1, SIGNS)
    return csr_matrix((sign.ravel(), column.ravel().astype(np.int32), starts), shape=(BUCKETS, columns))
