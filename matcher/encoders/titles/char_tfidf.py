"""Titles by their letters: TF-IDF over pieces of words, squeezed into few columns, with nothing left to be fitted.

A network reads what a title means and trips over model numbers and typos; the letters know nothing of meaning and find
exactly those. Beside a trained network's vectors they make one encoder that does both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer

from matcher.errors import EncoderError
from matcher.text import fold
from matcher.vectors.embeddings import unit_rows
from matcher.vectors.hashing import hash_numbers
from matcher.vectors.whitening import LETTER_DIRECTIONS, Whitening, fit_whitening

BUCKETS = 1 << 18  # that pieces of words are hashed into
SIGNS = 4  # columns that each bucket counts in, up or down


@dataclass(frozen=True)
class Letters:
    """What titles' letters say, learned from the titles of a catalog; no labels are needed.

    Attributes:
        pieces: Shape (BUCKETS,). How telling each bucket of pieces is.
        whitening: Of the letter vectors.
    """

    pieces: NDArray[np.float32]
    whitening: Whitening

    def vectors(self, titles: Sequence[str]) -> NDArray[np.float32]:
        """Shape (N, D), unit rows; a row of zeros for an empty title."""
        return self.whitening(letter_vectors(titles, self.pieces, len(self.whitening.weight)))

    def arrays(self) -> dict[str, NDArray[np.float16]]:
        """For a safetensors file; read back by `open_letters`."""
        parts = {"pieces": self.pieces, "weight": self.whitening.weight, "bias": self.whitening.bias}
        return {f"letters.{name}": part.astype(np.float16) for name, part in parts.items()}


def fit_letters(titles: Sequence[str], columns: int) -> Letters:
    """Learn from titles, at least one, how telling pieces are and how the vectors spread."""
    pieces = piece_weights(titles)
    learned = fit_whitening(letter_vectors(titles, pieces, columns), LETTER_DIRECTIONS)
    return Letters(pieces, Whitening(_round_to_half(learned.weight), _round_to_half(learned.bias)))


def open_letters(weights: Path) -> Letters:
    """Read what `Letters.arrays` gave.

    Raises:
        EncoderError: The file is damaged or holds none.
    """
    try:
        arrays = load_file(weights)
        pieces, weight, bias = (arrays[f"letters.{name}"].astype(np.float32) for name in ("pieces", "weight", "bias"))
    except (SafetensorError, OSError, KeyError) as error:
        raise EncoderError(f"{weights} is damaged ({error}). Import the run again, or train it again.") from error
    columns = len(weight)
    if columns % SIGNS or (pieces.shape, weight.shape, bias.shape) != ((BUCKETS,), (columns, columns), (columns,)):
        raise EncoderError(
            f"{weights} holds letters of shapes {pieces.shape}, {weight.shape} and {bias.shape}, which do not fit "
            "together. Import the run again, or train it again."
        )
    return Letters(pieces, Whitening(weight, bias))


def _round_to_half(array: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rounded to what is kept on disk, so that an encoder gives the same vectors before and after."""
    return array.astype(np.float16).astype(np.float32)


def piece_weights(titles: Sequence[str]) -> NDArray[np.float32]:
    """How telling each bucket is, shape (BUCKETS,): the rarer its pieces in these titles, the more. At least 1.

    Source: Sparck Jones, "A Statistical Interpretation of Term Specificity", Journal of Documentation 1972.
    """
    counts = _pieces(titles)
    found = np.bincount(counts.indices, minlength=BUCKETS)
    weights: NDArray[np.float32] = _round_to_half(np.log((1.0 + len(titles)) / (1.0 + found)) + 1.0)
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
    return csr_matrix(reader.transform([fold(title) for title in titles]))


def _squeeze(columns: int) -> csr_matrix:
    """Shape (BUCKETS, columns): each bucket counts in SIGNS columns, one in each block, up or down by its number."""
    mixed = hash_numbers(np.arange(BUCKETS * SIGNS, dtype=np.uint64)).reshape(BUCKETS, SIGNS)
    width = columns // SIGNS
    column = (mixed >> np.uint64(1)) % np.uint64(width) + np.arange(SIGNS, dtype=np.uint64) * np.uint64(width)
    sign = 1.0 - 2.0 * (mixed & np.uint64(1)).astype(np.float32)
    starts = np.arange(0, BUCKETS * SIGNS + 1, SIGNS)
    return csr_matrix((sign.ravel(), column.ravel().astype(np.int32), starts), shape=(BUCKETS, columns))
