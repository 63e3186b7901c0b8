"""Pairs of contents that more listings share than a row of neighbours has room for.

A hundred listings of one title fill each other's rows, and those of all that is near to them: some copies never meet,
and the near variant is found by none of them. So such a content is searched for once, among contents of which no more
than a few copies are left, and what it finds is paired with every copy.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.vectors.distance import Metric
from matcher.vectors.embeddings import Embeddings
from matcher.vectors.hashing import GOLDEN_GAMMA, mix_bits
from matcher.vectors.neighbours import Neighbours, search

MOST_COPIES = 300
"""Listings of one content that are all paired with each other. Of more, each is paired with as many of them, half
before and half after it in the catalog, the last followed by the first: 5,000 copies give 750,000 pairs, not 12.5
million."""

TIE = 1e-6  # distance up to which a neighbour may be a copy
ROWS_AT_ONCE = 4096

Found = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16]]
"""Rows of listings, of others, and the place where the one's search found the other; shape (P,) each."""


def pairs_of_copies(embeddings: Embeddings, found: Neighbours, metric: Metric = "cosine") -> Found:
    """Pairs that rows of neighbours miss because copies of one content fill them.

    Args:
        embeddings: N listings.
        found: What was searched among them, with K places.
        metric: With which it was.

    Returns:
        Pairs in any order, some more than once. Copies of one content have place 1. Nothing where no content has more
        than K / 2 copies.
    """
    places = found.index.shape[1]
    crowds = _crowds(embeddings, found, max(1, places // 2))
    nothing = np.empty(0, np.int64)
    if not crowds:
        return nothing, nothing, np.empty(0, np.uint16)
    crowd_of = np.full(len(embeddings), -1)
    surplus = np.zeros(len(embeddings), np.bool_)
    for number, members in enumerate(crowds):
        crowd_of[members] = number
        surplus[members[max(1, places // 2) :]] = True
    pool = np.flatnonzero(embeddings.present & ~surplus)
    hidden = np.append(surplus, False)[found.index].any(axis=1) & (crowd_of < 0)  # a place -1 is the one appended
    asked = np.concatenate([[members[0] for members in crowds], np.flatnonzero(hidden)]).astype(np.int64)
    near = search(embeddings.rows(asked), embeddings.rows(pool), places + 1 + places // 2, metric).index
    parts = [_each_other(members) for members in crowds]
    for row, at in zip(asked.tolist(), near, strict=True):
        others = pool[at[at >= 0]]
        others = others[(others != row) & ((crowd_of[others] < 0) | (crowd_of[others] != crowd_of[row]))][:places]
        finders = crowds[crowd_of[row]] if crowd_of[row] >= 0 else np.array([row])
        rank = np.tile(np.arange(1, len(others) + 1), len(finders)).astype(np.uint16)
        parts.append((np.repeat(finders, len(others)), np.tile(others, len(finders)), rank))
    left, right, rank = (np.concatenate(side) for side in zip(*parts, strict=True))
    return left, right, rank


def _crowds(embeddings: Embeddings, found: Neighbours, most: int) -> Sequence[NDArray[np.int64]]:
    """Rows of each content that has more than `most` copies."""
    if found.index.shape[1] < most:
        return []
    may_be = np.flatnonzero(found.distance[:, most - 1] <= TIE)
    if not len(may_be):
        return []
    _, number, counts = np.unique(_hash_rows(embeddings, may_be), return_inverse=True, return_counts=True)
    order = np.argsort(number, kind="stable")
    groups = np.split(may_be[order], np.cumsum(counts)[:-1])
    return sorted((group for group in groups if len(group) > most), key=lambda group: int(group[0]))


def _hash_rows(embeddings: Embeddings, rows: NDArray[np.intp]) -> NDArray[np.uint64]:
    """A number for each row that is the same for equal vectors, and hardly for others; shape of `rows`."""
    total = np.zeros(len(rows), np.uint64)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        block = slice(start, start + ROWS_AT_ONCE)
        for part in embeddings.rows(rows[block]).parts:
            total[block] *= GOLDEN_GAMMA
            if isinstance(part, np.ndarray):
                columns = mix_bits(np.arange(1, part.shape[1] + 1, dtype=np.uint64) * GOLDEN_GAMMA)
                bits = np.ascontiguousarray(part + np.float32(0)).view(np.uint32)  # -0 and 0 are one number
                total[block] += (bits * columns).sum(axis=1, dtype=np.uint64)
                continue
            columns = mix_bits((part.indices.astype(np.uint64) + np.uint64(1)) * GOLDEN_GAMMA)
            running = np.append(np.uint64(0), np.cumsum(columns * part.data.view(np.uint32), dtype=np.uint64))
            total[block] += running[part.indptr[1:]] - running[part.indptr[:-1]]
    return total


def _each_other(members: NDArray[np.int64]) -> Found:
    """All pairs of copies, or of more than MOST_COPIES those that stand nearest in the circle."""
    count = len(members)
    if count <= MOST_COPIES:
        one, other = np.triu_indices(count, 1)
    else:
        steps = np.arange(1, MOST_COPIES // 2 + 1)
        one = np.repeat(np.arange(count), len(steps))
        other = (one + np.tile(steps, count)) % count
    return members[one], members[other], np.ones(len(one), np.uint16)
