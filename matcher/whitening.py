"""Whitening: what many listings share stops counting, and what is rare in vectors counts as much as what is common.

Vectors of a pretrained encoder differ mostly in what kind of thing they show, which says little of which one it is: a
few directions hold nearly all the variance. Made equally wide in every direction, the vectors of two listings are near
only if they share what is unusual. It takes no labels, only listings.

Source: Jegou & Chum, "Negative Evidences and Co-occurrences in Image Retrieval: The Benefit of PCA and Whitening",
ECCV 2012, section 3.2; for sentences, Su et al., "Whitening Sentence Representations", 2021.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.covariance import ledoit_wolf_shrinkage

from matcher.embeddings import unit_rows

ROWS_AT_ONCE = 20_000  # more listings than this say nothing new of the directions
LEAST_SHARE = 1e-4  # of the ball, so that a direction which never came up is not blown up without bound


@dataclass(frozen=True)
class Whitening:
    """A change of coordinates.

    Attributes:
        weight: Shape (D, D); column i is a direction, the widest first, scaled to the width that all get.
        bias: Shape (D,).
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def __call__(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Whiten rows, shape (N, D), to unit rows; a row of zeros stays one."""
        whitened = vectors @ self.weight + self.bias
        whitened[~vectors.any(axis=1)] = 0.0
        return unit_rows(whitened)


def fit_whitening(vectors: NDArray[np.float32]) -> Whitening:
    """Learn the directions from vectors, shape (N, D), of which at least one is not zero.

    Few vectors do not show all directions. The covariance is drawn towards a ball by as much as they ask for, and at
    least by one in their number, so that with hardly any vectors little changes.

    Source: Ledoit & Wolf, "A Well-Conditioned Estimator for Large-Dimensional Covariance Matrices", 2004.
    """
    seen = vectors[vectors.any(axis=1)][:ROWS_AT_ONCE].astype(np.float64)
    mean = seen.mean(axis=0)
    covariance = (seen - mean).T @ (seen - mean) / len(seen)
    variance, directions = np.linalg.eigh(covariance)
    variance, directions = np.maximum(variance[::-1], 0.0), directions[:, ::-1]
    share = max(float(ledoit_wolf_shrinkage(seen)) if len(seen) > 1 else 1.0, 1.0 / len(seen), LEAST_SHARE)
    width = np.sqrt(np.maximum((1.0 - share) * variance + share * variance.mean(), np.finfo(np.float32).tiny))
    weight = directions / width * width.min()  # no direction is made longer, so that float32 is enough
    return Whitening(weight.astype(np.float32), (-mean @ weight).astype(np.float32))
