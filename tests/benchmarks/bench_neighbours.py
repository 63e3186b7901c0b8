"""Exact neighbours of 34,250 x 384 against scikit-learn's brute force and faiss-cpu's flat index, in one run.

The queries go in parts, each part to every library in turn, so that what else the machine does meets all alike.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

sys.path.insert(0, str(Path(__file__).parents[2]))

from matcher.vectors.distance import pair_distance
from matcher.vectors.embeddings import embeddings_of, unit_rows
from matcher.vectors.neighbours import nearest, search

LISTINGS, WIDTH, K, PARTS = 34_250, 384, 51, 10
MOST_OF_SKLEARN = 1.0  # times its seconds
MOST_OF_FAISS = 1.5

Search = Callable[[NDArray[np.float32]], NDArray[np.integer]]


def clustered(seed: int = 0) -> NDArray[np.float32]:
    """Unit vectors in 11,000 clusters, as a catalog's products are, with some exact copies."""
    rng = np.random.default_rng(seed)
    centers = rng.normal(size=(11_000, WIDTH))
    rows = centers[rng.integers(0, len(centers), LISTINGS)] + 0.6 * rng.normal(size=(LISTINGS, WIDTH))
    rows[:500] = rows[500:1000]
    return unit_rows(rows.astype(np.float32))


def main() -> None:
    rows = clustered()
    embeddings = embeddings_of(rows)
    flat = faiss.IndexFlatIP(WIDTH)
    flat.add(rows)
    by_cosine = NearestNeighbors(n_neighbors=K, algorithm="brute", metric="cosine").fit(rows)
    by_euclid = NearestNeighbors(n_neighbors=K, algorithm="brute", metric="euclidean").fit(rows)
    engines: dict[str, Search] = {
        "ours": lambda queries: search(embeddings_of(queries), embeddings, K).index,
        "scikit-learn, cosine": lambda queries: by_cosine.kneighbors(queries, return_distance=False),
        "scikit-learn, euclidean": lambda queries: by_euclid.kneighbors(queries, return_distance=False),
        "faiss flat": lambda queries: flat.search(queries, K)[1],
    }
    seconds = dict.fromkeys(engines, 0.0)
    computing = dict.fromkeys(engines, 0.0)
    shared = dict.fromkeys(engines, 0.0)
    for part in np.array_split(np.arange(LISTINGS), PARTS):
        found: dict[str, NDArray[np.integer]] = {}
        for name, engine in engines.items():
            start, start_computing = time.perf_counter(), time.process_time()
            found[name] = engine(rows[part])
            seconds[name] += time.perf_counter() - start
            computing[name] += time.process_time() - start_computing
        for name, index in found.items():
            near = pair_distance(embeddings, np.repeat(part, K), index.ravel()).reshape(index.shape)
            last = pair_distance(embeddings, part, found["ours"][:, -1])
            shared[name] += float((near <= last[:, None] + 2e-6).mean()) / PARTS
    for name in engines:
        print(
            f"{name:24} {seconds[name]:6.1f} s, {seconds['ours'] / seconds[name]:5.2f} of it are ours; "
            f"{computing[name]:6.1f} s of computing; as near as ours {shared[name]:.5f}"
        )
    start = time.perf_counter()
    nearest(embeddings, k=K - 1)
    print(f"all against all, {K - 1} neighbours each: {time.perf_counter() - start:.1f} s")
    best = min(seconds["scikit-learn, cosine"], seconds["scikit-learn, euclidean"])
    if seconds["ours"] > MOST_OF_SKLEARN * best or seconds["ours"] > MOST_OF_FAISS * seconds["faiss flat"]:
        sys.exit(f"Too slow: at most {MOST_OF_SKLEARN} of scikit-learn's time and {MOST_OF_FAISS} of faiss's.")


if __name__ == "__main__":
    main()
