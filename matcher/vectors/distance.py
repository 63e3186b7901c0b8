"""How far two listings are apart: all against all in blocks, or chosen pairs exactly."""

from collections.abc import Iterator
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.progress import Progress, Report, silent
from matcher.vectors.embeddings import Embeddings, Vectors

Metric = Literal["cosine", "euclidean", "manhattan"]
"""cosine: 1 - cos, 0..2. euclidean: 0..2. manhattan: sum of absolute differences, 0..2 * sqrt(D)."""

FLOATS_AT_ONCE = 1 << 19  # 2 MB of differences per block stay in the cache
LEAST_OF_THREE_DECIMALS = 0.001
LEAST_SHOWN = 0.000001  # float32 knows a cosine no nearer
REPORT_EVERY = 1 << 16  # pairs


def distance_text(distance: float) -> str:
    """A distance for the eye: three decimals, and more for one so small that they would say 0.000."""
    if not 0 < distance < LEAST_OF_THREE_DECIMALS:
        return f"{distance:.3f}"
    return f"{distance:.6f}".rstrip("0") if distance >= LEAST_SHOWN else f"under {LEAST_SHOWN:.6f}"


def check_metric(metric: str) -> None:
    """Refuse a metric that is not one of the three.

    Raises:
        DataError: The metric is unknown.
    """
    if metric not in get_args(Metric):
        raise DataError(f"The metric is {metric!r}; expected one of {', '.join(get_args(Metric))}.")


def closeness(queries: Embeddings, pool: Embeddings, metric: Metric) -> NDArray[np.float32]:
    """All against all, larger is closer: the cosine, or minus the Manhattan distance.

    Euclidean distances of unit rows rank as cosines do, so the two share the cosine.

    Returns:
        Shape (Q, N).
    """
    block = _minus_manhattan if metric == "manhattan" else _inner_products
    total, *others = (block(one, other) for one, other in zip(queries.parts, pool.parts, strict=True))
    for part in others:
        total += part
    return total


def from_closeness(values: NDArray[np.float32], metric: Metric) -> NDArray[np.float32]:
    """Turn what `closeness` gives into distances, never negative; any shape."""
    if metric == "manhattan":
        return np.maximum(-values, 0)
    distance = np.maximum(1 - values, 0)
    return np.sqrt(2 * distance) if metric == "euclidean" else distance


def pair_distance(
    embeddings: Embeddings,
    left: NDArray[np.integer],
    right: NDArray[np.integer],
    metric: Metric = "cosine",
    report: Report = silent,
) -> NDArray[np.float32]:
    """Measure given pairs exactly from their vectors.

    The cosine distance of unit rows is half their squared difference. Computed so it cannot be negative, equal vectors
    are exactly 0 apart, and small distances keep the digits that 1 - cos loses.

    Args:
        embeddings: N listings.
        left: Shape (P,), rows of `embeddings`. Sorted pairs are quicker.
        right: Shape (P,), likewise.
        metric: Which distance.
        report: Told how many pairs are done.

    Returns:
        Shape (P,). Infinite where one of the two has no vector.

    Raises:
        DataError: The metric is unknown.
    """
    check_metric(metric)
    power: Literal[1, 2] = 1 if metric == "manhattan" else 2
    total = np.zeros(len(left), dtype=np.float32)
    for start in range(0, len(left), REPORT_EVERY):
        for part in embeddings.parts:
            for block in _blocks(part, start, min(start + REPORT_EVERY, len(left))):
                total[block] += _difference(part, left[block], right[block], power)
        report(Progress("Measuring pairs", min(start + REPORT_EVERY, len(left)), len(left)))
    total[~(embeddings.present[left] & embeddings.present[right])] = np.inf
    if metric == "cosine":
        total /= 2
    return np.sqrt(total, out=total) if metric == "euclidean" else total


def _blocks(vectors: Vectors, start: int, stop: int) -> Iterator[slice]:
    """Parts of the pairs from `start` to `stop` whose differences stay in the cache.

    Of sparse vectors it is the values that are there that take room. By their width, which grows with the catalog,
    seven pairs went at a time, and a pair took ten times as long as it does in blocks of thousands.
    """
    rows, width = vectors.shape
    held = width if isinstance(vectors, np.ndarray) else 2 * vectors.nnz / max(1, rows)
    step = max(1, int(FLOATS_AT_ONCE / max(1, held)))
    return (slice(at, min(at + step, stop)) for at in range(start, stop, step))


def _difference(
    vectors: Vectors, left: NDArray[np.integer], right: NDArray[np.integer], power: Literal[1, 2]
) -> NDArray[np.float32]:
    """Sum over the columns of |row - row| to the power; shape (B,)."""
    if isinstance(vectors, np.ndarray):
        difference = np.take(vectors, left, axis=0)
        difference -= np.take(vectors, right, axis=0)
        if power == 2:
            return np.asarray(np.einsum("pd,pd->p", difference, difference))
        return np.asarray(np.abs(difference, out=difference).sum(axis=1))
    sparse = vectors[left] - vectors[right]
    sparse.data = np.abs(sparse.data) if power == 1 else sparse.data**2
    return np.asarray(sparse.sum(axis=1), dtype=np.float32).ravel()


def _inner_products(one: Vectors, other: Vectors) -> NDArray[np.float32]:
    """Shape (Q, N)."""
    if isinstance(one, np.ndarray):
        return np.asarray(one @ other.T)
    return np.asarray((one @ other.T).toarray())


def _minus_manhattan(one: Vectors, other: Vectors) -> NDArray[np.float32]:
    """Shape (Q, N)."""
    from sklearn.metrics.pairwise import manhattan_distances  # a second to import, and rarely wanted

    return np.asarray(-manhattan_distances(one, other), dtype=np.float32)
