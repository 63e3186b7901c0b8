"""F1 of some listings among all of them: how a training is judged after each epoch.

A threshold chosen among few listings is too loose for many, since each distractor is one more chance of a false match.
So the queries may be few, but the pool they are searched in is the whole catalog.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.vectors.embeddings import Embeddings
from matcher.vectors.neighbours import search
from matcher.vectors.top_k import TIE


@dataclass(frozen=True)
class RetrievalScore:
    """The best threshold and what it gives.

    Attributes:
        f1: Mean over the queries of the F1 of their matches, each listing itself counted; 0..1.
        threshold: Distance, 0..2: a neighbour at or under it is a match.
        queries: Listings whose matches were scored.
        pool: Listings they were searched among.
    """

    f1: float
    threshold: float
    queries: int
    pool: int


def score_retrieval(
    embeddings: Embeddings, codes: NDArray[np.int32], is_query: NDArray[np.bool_], *, k: int = 50
) -> RetrievalScore:
    """Find the distance at which the matches of the queries are best.

    Args:
        embeddings: N listings.
        codes: Shape (N,). Label code of each listing; -1 where unknown: a product of its own.
        is_query: Shape (N,). Listings whose matches are scored, if they have a label; the others are the pool only.
        k: Neighbours of each that are looked at; a true match beyond them is missed.

    Raises:
        DataError: No query has a vector and a label.

    Source: the evaluation of the Shopee "Price Match Guarantee" contest, 2021.
    """
    queries = np.flatnonzero(is_query & embeddings.present & (codes >= 0))
    if not len(queries):
        raise DataError("No listing to measure on: none has a label and something to encode; add labels or verdicts.")
    found = search(embeddings.rows(queries), embeddings, k + 1)
    others = (found.index >= 0) & (found.index != queries[:, None])
    is_same = (codes[found.index] == codes[queries][:, None]) & others
    sizes = np.bincount(codes[codes >= 0])[codes[queries]]
    # Rounded, so that equal vectors are equally far and no threshold comes to lie in between.
    distance = np.rint(found.distance / TIE) * TIE
    threshold, f1 = _choose_threshold(distance.astype(np.float32), is_same, others, sizes)
    return RetrievalScore(f1, threshold, len(queries), int(embeddings.present.sum()))


def _choose_threshold(
    distance: NDArray[np.float32], is_same: NDArray[np.bool_], others: NDArray[np.bool_], sizes: NDArray[np.int64]
) -> tuple[float, float]:
    """Best threshold and its mean F1; all arrays have shape (Q, K), ascending along a row, but sizes (Q,)."""
    right, matched = 1 + np.cumsum(is_same, axis=1), 1 + np.cumsum(others, axis=1)
    f1 = 2 * right / (matched + sizes[:, None])
    alone = 2 / (1 + sizes)
    # Each neighbour that a looser threshold lets in changes its listing's F1 by a step: add the steps up by distance.
    steps = np.diff(f1, axis=1, prepend=alone[:, None])[others]
    at = distance[others]
    order = np.argsort(at, kind="stable")
    ranked = at[order]
    total = np.append(alone.sum(), alone.sum() + np.cumsum(steps[order]))
    last_of_tie = np.append(ranked[1:] != ranked[:-1], True) if len(ranked) else np.zeros(0, dtype=bool)
    allowed = np.append(True, last_of_tie)
    best = int(np.argmax(np.where(allowed, total, -np.inf)))
    return (float(ranked[best - 1]) + TIE if best else 0.0), float(total[best] / len(sizes))
