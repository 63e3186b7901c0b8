"""The nearest listings of each listing: exact, or by an index when the catalog is very large."""

from dataclasses import dataclass
from os import cpu_count
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from matcher.errors import DataError
from matcher.progress import Progress, Report, silent
from matcher.vectors.distance import Metric, check_metric, closeness, from_closeness, pair_distance
from matcher.vectors.embeddings import Embeddings
from matcher.vectors.top_k import TIE, Found, by_closeness, closest, nothing_found, rounded

__all__ = ["Method", "Metric", "Neighbours", "nearest", "pair_distance", "search"]

Method = Literal["auto", "exact", "hnsw"]

HNSW_ABOVE = 150_000  # listings; below this exact search takes minutes and an index saves little
HNSW_LINKS = 16  # hnswlib's M
HNSW_BUILD = 200  # hnswlib's ef_construction
RECALL_SAMPLE = 500  # listings searched exactly to measure the index
FLOATS_AT_ONCE = 1 << 22  # 16 MB of distances per block: memory this small is used again, not asked for anew
STEP = "Finding neighbours"


@dataclass(frozen=True)
class Neighbours:
    """The K nearest other listings of each listing, nearest first.

    Attributes:
        index: Shape (N, K). Rows of the neighbours; -1 where there are no more.
        distance: Shape (N, K), ascending; infinite where there are no more.
        method: "exact" or "hnsw".
        recall: Share of the true neighbours that the index finds, measured on a sample; None when the search is exact.
    """

    index: NDArray[np.int32]
    distance: NDArray[np.float32]
    method: Literal["exact", "hnsw"]
    recall: float | None = None


def nearest(
    embeddings: Embeddings,
    *,
    k: int = 50,
    metric: Metric = "cosine",
    method: Method = "auto",
    report: Report = silent,
) -> Neighbours:
    """Find the k nearest other listings of every listing.

    A listing is never in its own row. Listings without a vector have an empty row and are in nobody's. Where distances
    are equal, earlier listings come first. Sparse vectors list only neighbours that share something with the listing.

    Args:
        embeddings: N listings.
        k: Neighbours for each, at least 1.
        metric: Which distance.
        method: "auto" takes the index for dense vectors of more than HNSW_ABOVE listings.
        report: Told how many listings are done; may raise Cancelled.

    Raises:
        DataError: k or the metric is out of range, or an index was asked for that cannot be built.
    """
    _check(k, metric)
    indexable = len(embeddings.parts) == 1 and isinstance(embeddings.vectors, np.ndarray) and metric != "manhattan"
    if method == "hnsw" and not indexable:
        raise DataError("An index needs dense vectors and cosine or euclidean distance; choose exact search.")
    rows, pool = _present(embeddings)
    recall = None
    if method == "hnsw" or (method == "auto" and indexable and len(rows) > HNSW_ABOVE):
        index, near, recall = _by_index(pool, k, report)
    else:
        index, near = _exact(pool, pool, k, metric, report, itself=np.arange(len(rows)))
    return _in_catalog(index, near, rows, rows, len(embeddings), k, metric, recall)


def search(queries: Embeddings, embeddings: Embeddings, k: int = 50, metric: Metric = "cosine") -> Neighbours:
    """Find the k listings nearest to each query, which need not be in the catalog; always exact.

    Args:
        queries: Q queries, from the same encoder.
        embeddings: N listings.
        k: Neighbours for each, at least 1.
        metric: Which distance.

    Returns:
        Q rows, with rows of `embeddings` as neighbours.

    Raises:
        DataError: k or the metric is out of range, or the two are not from one encoder.
    """
    _check(k, metric)
    if [part.shape[1] for part in queries.parts] != [part.shape[1] for part in embeddings.parts]:
        raise DataError(
            f"The query has {queries.width} numbers and the listings have {embeddings.width}; "
            "expected the same: encode both with one encoder."
        )
    asked, known = _present(queries)
    rows, pool = _present(embeddings)
    index, near = _exact(known, pool, k, metric, silent)
    return _in_catalog(index, near, asked, rows, len(queries), k, metric, None)


def _check(k: int, metric: str) -> None:
    check_metric(metric)
    if k < 1:
        raise DataError(f"{k} neighbours were asked for; expected at least 1.")


def _present(embeddings: Embeddings) -> tuple[NDArray[np.intp], Embeddings]:
    """The rows that have a vector, and their embeddings; nothing is copied when all have."""
    rows = np.flatnonzero(embeddings.present)
    return rows, embeddings if len(rows) == len(embeddings) else embeddings.rows(rows)


def _in_catalog(
    index: NDArray[np.int32],
    near: NDArray[np.float32],
    asked: NDArray[np.intp],
    rows: NDArray[np.intp],
    n: int,
    k: int,
    metric: Metric,
    recall: float | None,
) -> Neighbours:
    """Put rows of the present listings where they stand in the catalog, and pad to k."""
    found = Neighbours(
        np.full((n, k), -1, dtype=np.int32),
        np.full((n, k), np.inf, dtype=np.float32),
        "exact" if recall is None else "hnsw",
        recall,
    )
    width = index.shape[1]
    if len(rows) and width:
        found.index[asked, :width] = np.where(index < 0, -1, rows[index])
        found.distance[asked, :width] = np.where(index < 0, np.inf, from_closeness(near, metric))
    return found


def _exact(
    queries: Embeddings,
    pool: Embeddings,
    k: int,
    metric: Metric,
    report: Report,
    itself: NDArray[np.intp] | None = None,
) -> Found:
    """Search all of the pool, in blocks of queries; `itself` is the row of each query in the pool, to be left out."""
    k = min(k, len(pool) - (itself is not None))
    if k < 1 or not len(queries):
        return nothing_found(len(queries), 0)
    sparse = len(pool.parts) == 1 and not isinstance(pool.vectors, np.ndarray) and metric != "manhattan"
    index, near = nothing_found(len(queries), k)
    transposed = csr_matrix(pool.vectors.T) if sparse else None
    step = 8192 if sparse else max(16, FLOATS_AT_ONCE // len(pool))
    for block in _blocks(len(queries), step):
        own = None if itself is None else itself[block]
        if transposed is None:
            index[block], near[block] = _dense_block(queries.rows(block), pool, k, metric, own)
        else:
            index[block], near[block] = _sparse_block(queries.rows(block), pool, transposed, k, own)
        report(Progress(STEP, block.stop, len(queries)))
    return index, near


def _dense_block(
    queries: Embeddings, pool: Embeddings, k: int, metric: Metric, itself: NDArray[np.intp] | None
) -> Found:
    """Measure all against all, then keep the k closest of each."""
    near = closeness(queries, pool, metric)
    if itself is not None:
        near[np.arange(len(near)), itself] = -np.inf
    return closest(near, k)


def _sparse_block(
    queries: Embeddings, pool: Embeddings, transposed: csr_matrix, k: int, itself: NDArray[np.intp] | None
) -> Found:
    """Multiply sparse rows and keep the closest as they come; rows cut within a tie are done again in full."""
    from sparse_dot_topn import sp_matmul_topn

    wanted = k + 2  # the listing itself, and one that shows whether the k-th place is tied
    product = sp_matmul_topn(queries.vectors, transposed, wanted, sort=True, n_threads=cpu_count())
    index, near = nothing_found(len(queries), wanted)
    filled = np.arange(wanted) < np.diff(product.indptr)[:, None]
    index[filled], near[filled] = product.indices[: product.nnz], product.data[: product.nnz]
    if itself is not None:
        own = index == itself[:, None]
        index[own], near[own] = -1, -np.inf
    index, near = by_closeness(index, near)
    last, next_one = rounded(near[:, k - 1]), rounded(near[:, k])
    again = np.flatnonzero((last == next_one) & np.isfinite(next_one))
    index, near = index[:, :k], near[:, :k]
    for block in _blocks(len(again), max(16, FLOATS_AT_ONCE // len(pool))):
        rows = again[block]
        own = None if itself is None else itself[rows]
        index[rows], near[rows] = _dense_block(queries.rows(rows), pool, k, "cosine", own)
    return index, near


def _by_index(pool: Embeddings, k: int, report: Report) -> tuple[NDArray[np.int32], NDArray[np.float32], float]:
    """Search with hnswlib; also give the recall that was measured.

    Only distinct vectors go in: copies of one photo link to each other and to nothing else, and the rest of the graph
    is lost from there. Each neighbour found then stands for all its copies.

    Source: Malkov & Yashunin, "Efficient and Robust Approximate Nearest Neighbor Search Using Hierarchical Navigable
        Small World Graphs", IEEE TPAMI 42(4), 2020.
    """
    k = min(k, len(pool) - 1)
    if k < 1:
        return *nothing_found(len(pool), 0), 1.0
    first, copy_of = _distinct(np.asarray(pool.vectors))
    label, near = _ask_index(np.asarray(pool.vectors)[first], min(k + 1, len(first)), report)
    index, near = _with_copies(label, near, copy_of, k)
    sample = np.random.default_rng(0).permutation(len(pool))[:RECALL_SAMPLE]
    _, true_near = _exact(pool.rows(sample), pool, k, "cosine", silent, itself=sample)
    return index, near, float(np.mean(near[sample] >= true_near[:, -1:] - TIE))


def _distinct(vectors: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row of the first copy of each distinct vector, shape (U,), and the number 0..U-1 of each row's, shape (N,)."""
    as_bytes = np.ascontiguousarray(vectors).view(np.dtype((np.void, vectors.dtype.itemsize * vectors.shape[1])))
    _, first, copy_of = np.unique(as_bytes.ravel(), return_index=True, return_inverse=True)
    return first, copy_of


def _ask_index(vectors: NDArray[np.float32], k: int, report: Report) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Build an index and ask it for the k closest to each of its own vectors, itself included; shapes (U, k)."""
    import hnswlib

    n = len(vectors)
    index = hnswlib.Index(space="ip", dim=vectors.shape[1])
    index.init_index(max_elements=n, M=HNSW_LINKS, ef_construction=HNSW_BUILD, random_seed=0)
    index.set_ef(max(2 * k, 128))
    label, near = np.zeros((n, k), dtype=np.intp), np.zeros((n, k), dtype=np.float32)
    for block in _blocks(n, 8192):
        index.add_items(vectors[block], np.arange(block.start, block.stop))
        report(Progress("Building the index", block.stop, n))
    for block in _blocks(n, 8192):
        label[block], distance = index.knn_query(vectors[block], k=k)
        near[block] = 1 - distance
        report(Progress(STEP, block.stop, n))
    return label, near


def _with_copies(label: NDArray[np.intp], near: NDArray[np.float32], copy_of: NDArray[np.intp], k: int) -> Found:
    """Turn distinct vectors found (U, k) into rows of the catalog (N, k), each with all its copies but itself."""
    members = np.argsort(copy_of, kind="stable")
    counts = np.bincount(copy_of)
    starts = np.cumsum(counts) - counts
    spread, near_copies = nothing_found(len(label), k + 1)
    for block in _blocks(len(label), 8192):
        found = label[block]
        before = np.cumsum(counts[found], axis=1) - counts[found]
        copies = np.clip(k + 1 - before, 0, counts[found]).ravel()
        nth = np.arange(copies.sum()) - np.repeat(np.cumsum(copies) - copies, copies)
        place = (
            np.repeat(np.arange(found.size) // found.shape[1], copies) + block.start,
            np.repeat(before, copies) + nth,
        )
        spread[place] = members[np.repeat(starts[found], copies) + nth]
        near_copies[place] = np.repeat(near[block], copies)
    index, near = spread[copy_of], near_copies[copy_of]
    near[index == np.arange(len(index))[:, None]] = -np.inf
    index, near = by_closeness(index, near)
    return index[:, :k], near[:, :k]


def _blocks(n: int, step: int) -> list[slice]:
    return [slice(start, min(start + step, n)) for start in range(0, n, step)]
