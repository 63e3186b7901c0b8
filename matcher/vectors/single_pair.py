"""One pair of listings measured on demand, whether a search found it or not."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from matcher.errors import DataError
from matcher.vectors.candidate_pairs import NOT_FOUND, CandidatePairs
from matcher.vectors.distance import Metric, closeness, pair_distance
from matcher.vectors.embeddings import Embeddings, fuse


@dataclass(frozen=True)
class SinglePair:
    """A pair, and how far down the lists it stands.

    Attributes:
        pair: The one pair, with its distance in every modality; its rank is the best of its places.
        places: Modality ("text", "image") to the place of the pair among the neighbours of either listing, the better
            of the two; 1 is nearest. Modalities that one of the two lacks are left out, and so are sparse vectors that
            have nothing in common: no list is long enough for them.
    """

    pair: CandidatePairs
    places: Mapping[str, int]


def single_pair(
    embeddings: Mapping[str, Embeddings],
    searched: Mapping[str, NDArray[np.bool_]],
    one: int,
    other: int,
    metric: Metric = "cosine",
    text_weight: float = 0.5,
) -> SinglePair:
    """Measure one pair of listings and count what lies nearer.

    Args:
        embeddings: "text", "image" or both, of N listings.
        searched: Modality to shape (N,). Listings that were searched in it; a photo that says nothing was not.
        one: Row of a listing.
        other: Row of another.
        metric: The distance.
        text_weight: Share of the titles in the distance of both, 0..1.

    Raises:
        DataError: The two are one listing, or a row is not in the catalog.
    """
    n = len(next(iter(embeddings.values())))
    ends = np.array(sorted((one, other)), dtype=np.int32)
    if one == other or not 0 <= ends[0] < ends[1] < n:
        raise DataError(f"Rows {one} and {other} of {n} listings came as a pair; expected two different listings.")
    held = {name: each.rows(ends).without(~searched[name][ends]) for name, each in embeddings.items()}
    measured = dict(held)
    if {"text", "image"} <= held.keys():
        measured["fused"] = fuse(held["text"], held["image"], text_weight)
    first, second = np.zeros(1, np.int32), np.ones(1, np.int32)
    distance = {name: pair_distance(each, first, second, metric) for name, each in measured.items()}
    places = {
        name: _find_place(each, embeddings[name], searched[name], ends, metric)
        for name, each in held.items()
        if each.present.all() and not (isinstance(each.vectors, csr_matrix) and _have_nothing_in_common(each.vectors))
    }
    rank = min([*places.values(), int(NOT_FOUND)])
    pair = CandidatePairs(n, ends[:1], ends[1:], np.array([rank], dtype=np.uint16), distance)
    return SinglePair(pair, places)


def _have_nothing_in_common(two: csr_matrix) -> bool:
    return bool((two[0] @ two[1].T).sum() <= 0)


def _find_place(
    pair: Embeddings, pool: Embeddings, searched: NDArray[np.bool_], ends: NDArray[np.int32], metric: Metric
) -> int:
    """One more than the listings that are nearer to an end than the other end is; the better of both ends."""
    places = []
    for end, row, other in ((0, ends[0], ends[1]), (1, ends[1], ends[0])):
        near = closeness(pair.rows(slice(end, end + 1)), pool, metric)[0]  # one by one: two at once take twice as long
        nearer = (near > near[other]) & searched
        nearer[row] = False
        places.append(1 + int(nearer.sum()))
    return min(places)
