"""Embeddings: one unit vector per listing and modality, and how two modalities become one."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from matcher.errors import DataError

Vectors: TypeAlias = NDArray[np.float32] | csr_matrix
"""Shape (N, D), float32; dense, or sparse in compressed rows (TF-IDF)."""

NORM_TOLERANCE = 1e-3  # a row this far from length 1 was not normalised; float32 sums stay within 1e-5
ROWS_AT_ONCE = 8192  # bounds the memory that checking a memory-mapped array takes


@dataclass(frozen=True)
class Embeddings:
    """Unit vectors, row i = listing i; a row of zeros where the listing has nothing in this modality.

    The inner product of two listings is the **sum over `parts`** of the inner products of their rows, and for unit
    rows that is their cosine. Everything but a fusion of sparse with dense has one part, `vectors`. Code that
    searches or measures loops over `parts` and then serves both cases; it never needs a dense copy of TF-IDF.

    Only shapes are checked here, so that opening a memory-mapped array reads none of it; `embeddings_of` checks
    what an encoder or a file gives.

    Attributes:
        vectors: Shape (N, D), float32, dense or csr; unit rows, zero rows where absent.
        present: Shape (N,). Whether the listing has this modality at all.
        beside: Shape (N, E), float32, dense, or None. Further columns of the same rows: the dense part of a fusion
            whose `vectors` are sparse. Then the rows of the two together have length 1.

    Raises:
        DataError: The numbers of rows differ, or an array has not the form above.
    """

    vectors: Vectors
    present: NDArray[np.bool_]
    beside: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        for part in self.parts:
            if not isinstance(part, np.ndarray | csr_matrix) or part.ndim != 2 or part.dtype != np.float32:
                raise DataError(
                    f"Vectors came as {part.dtype} with shape {part.shape}; "
                    "expected float32 rows, dense or compressed sparse: encode the catalog again."
                )
            if self.present.shape != (part.shape[0],):
                raise DataError(
                    f"{part.shape[0]} vectors came with a presence mask of shape {self.present.shape}; "
                    "expected one entry per listing: encode the catalog again."
                )

    def __len__(self) -> int:
        return int(self.present.shape[0])

    @property
    def parts(self) -> tuple[Vectors, ...]:
        """Blocks of columns whose inner products add up: one, or the sparse and the dense one of a fusion."""
        return (self.vectors,) if self.beside is None else (self.vectors, self.beside)

    @property
    def width(self) -> int:
        """Columns of all parts together."""
        return sum(int(part.shape[1]) for part in self.parts)

    def without(self, which: NDArray[np.bool_]) -> "Embeddings":
        """The same embeddings, as if some listings had nothing; themselves where there are none.

        Args:
            which: Shape (N,). The listings that lose their vector.
        """
        if not (which & self.present).any():
            return self
        kept = np.where(which, np.float32(0), np.float32(1))
        beside = None if self.beside is None else np.asarray(self.beside * kept[:, None])
        return Embeddings(_scaled(self.vectors, kept), self.present & ~which, beside)

    def rows(self, which: NDArray[np.integer] | slice) -> "Embeddings":
        """The same embeddings for some listings only, in the order given."""
        beside = None if self.beside is None else self.beside[which]
        return Embeddings(self.vectors[which], self.present[which], beside)


def embeddings_of(vectors: Vectors) -> Embeddings:
    """Check what an encoder or a file gave and tell which listings have it.

    Args:
        vectors: Shape (N, D). Unit rows; a row of zeros means that the listing has nothing in this modality.

    Raises:
        DataError: A value is not finite, or a row is neither of length 1 nor all zeros.
    """
    norms = _norms(vectors)
    if not np.isfinite(norms).all():
        row = int(np.flatnonzero(~np.isfinite(norms))[0])
        raise DataError(
            f"The vector of row {row + 1} holds a value that is not a finite number; "
            "the encoder is damaged or its training diverged: choose another encoder."
        )
    present = norms > 0
    uneven = present & (np.abs(norms - 1) > NORM_TOLERANCE)
    if uneven.any():
        row = int(np.flatnonzero(uneven)[0])
        raise DataError(
            f"The vector of row {row + 1} has length {norms[row]:.4f}; expected 1, or 0 for a listing without this "
            "modality: normalise each row before using these vectors."
        )
    return Embeddings(vectors, present)


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale each row to length 1 and leave rows of zeros alone; shape (N, D)."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(norms > 0, norms, 1)).astype(np.float32, copy=False)


def fuse(text: Embeddings, image: Embeddings, text_weight: float) -> Embeddings:
    """Join two modalities so that the cosine is the weighted mean of the two cosines.

    A listing with both is `[sqrt(w) t, sqrt(1-w) i]`. A listing that lacks one modality uses the other alone, at full
    length: two such listings are as close as that modality says. Between a listing with both and one with, say,
    the title alone the cosine is sqrt(w) times that of the titles: half known is never taken for fully equal.

    Args:
        text: N embeddings, one part.
        image: N embeddings of the same listings, one part.
        text_weight: Weight of the text's cosine, 0..1.

    Returns:
        One part if both are dense or both sparse, else the sparse part with the dense one `beside` it.

    Raises:
        DataError: The numbers of listings differ, the weight is out of range, or one of the two is fused already.

    Source: normalising each modality before concatenating, as the first team of the Shopee "Price Match Guarantee"
        contest did (2021).
    """
    if len(text) != len(image):
        raise DataError(f"{len(text)} titles and {len(image)} photos cannot be fused: encode one catalog for both.")
    if not 0 <= text_weight <= 1:
        raise DataError(f"The weight of the title is {text_weight}; expected a number from 0 to 1.")
    if text.beside is not None or image.beside is not None:
        raise DataError("One of the two embeddings is fused already; fuse a text and an image encoder's own vectors.")
    left = _scaled(text.vectors, np.where(image.present, np.sqrt(text_weight), 1))
    right = _scaled(image.vectors, np.where(text.present, np.sqrt(1 - text_weight), 1))
    present = text.present | image.present
    if isinstance(left, np.ndarray):
        if isinstance(right, np.ndarray):
            return Embeddings(np.concatenate([left, right], axis=1), present)
        return Embeddings(right, present, left)
    if isinstance(right, np.ndarray):
        return Embeddings(left, present, right)
    return Embeddings(hstack([left, right], format="csr"), present)


def _scaled(vectors: Vectors, factor: NDArray[np.floating]) -> Vectors:
    """Each row times its factor; shapes (N, D) and (N,)."""
    scale = factor.astype(np.float32)
    if isinstance(vectors, np.ndarray):
        return np.asarray(vectors * scale[:, None])
    data = vectors.data * np.repeat(scale, np.diff(vectors.indptr))
    return csr_matrix((data, vectors.indices, vectors.indptr), shape=vectors.shape)


def _norms(vectors: Vectors) -> NDArray[np.float64]:
    """Length of each row, shape (N,); read in blocks, so a memory-mapped array is never held whole."""
    norms = np.zeros(vectors.shape[0])
    for start in range(0, len(norms), ROWS_AT_ONCE):
        block = vectors[start : start + ROWS_AT_ONCE]
        if isinstance(block, np.ndarray):
            squares = np.einsum("nd,nd->n", block, block)
        else:
            squares = block.multiply(block).sum(axis=1)
        norms[start : start + ROWS_AT_ONCE] = np.sqrt(np.asarray(squares, dtype=np.float64).ravel())
    return norms
