"""The figures of a comparison: pure functions of vectors, labels and which listings are queries."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.bootstrap import Figure, mean_figures
from matcher.matching.metrics import per_listing_scores, truth_of
from matcher.matching.recipe import Recipe, decide
from matcher.training.data.split import TEST, TRAIN, TUNE, split_by_product
from matcher.vectors.candidate_pairs import CandidatePairs, candidate_pairs
from matcher.vectors.embeddings import Embeddings
from matcher.vectors.neighbours import Neighbours


@dataclass(frozen=True)
class Measurement:
    """One model under one protocol.

    Attributes:
        precision: Mean over the listings measured of the precision of their matches, each itself counted.
        recall: Likewise.
        f1: Likewise; not that of the two means.
        pool: Listings searched.
        listings: Listings measured.
        products: Products that they sell.
        text_threshold: Distance of titles at which a pair still matches; None for a model that does not read them.
        image_threshold: Likewise of photos.
    """

    precision: Figure
    recall: Figure
    f1: Figure
    pool: int
    listings: int
    products: int
    text_threshold: float | None
    image_threshold: float | None


@dataclass(frozen=True)
class OneSided:
    """Pairs of one product that one side alone finds.

    Attributes:
        photo: Positions of pairs whose photos are near enough and whose titles are not, farthest titles first, products
            in turn.
        title: The reverse.
        both: How many pairs both find.
        neither: How many pairs of one product neither finds, whether the search reached them or not.
    """

    photo: NDArray[np.intp]
    title: NDArray[np.intp]
    both: int
    neither: int


def common_split(
    item_ids: Sequence[str],
    labels: Sequence[str],
    photos: Sequence[str],
    titles: Sequence[str],
    shares: tuple[float, float, float],
) -> NDArray[np.int8]:
    """One split for encoders of titles and of photos; shape (N,).

    Raises:
        DataError: The tune or the test side has fewer than two products with two listings, or nothing is left to train
            on.
    """
    sides = split_by_product(item_ids, labels, photos, titles, shares=shares)
    for side, what in ((TRAIN, "to train on"), (TUNE, "to choose thresholds on"), (TEST, "to measure on")):
        sizes = Counter(label for label, on in zip(labels, sides, strict=True) if label and on == side)
        repeated = sum(size > 1 for size in sizes.values())
        if repeated < 2:
            raise DataError(
                f"The labels give {repeated} products with two listings {what}; a comparison needs at least two there. "
                "Import a table with more known products."
            )
    return sides


def select_query_pairs(
    vectors: Mapping[str, Embeddings], neighbours: Mapping[str, Neighbours], is_query: NDArray[np.bool_]
) -> CandidatePairs:
    """Candidate pairs that hold a query, measured in every modality.

    Args:
        vectors: "text", "image" or both to N embeddings.
        neighbours: The same modalities to what was found among all N.
        is_query: Shape (N,). Listings to measure on.
    """
    pairs = candidate_pairs(vectors, neighbours)
    return pairs.chosen(is_query[pairs.left] | is_query[pairs.right])


def measure(
    pairs: CandidatePairs, codes: NDArray[np.int32], recipe: Recipe, is_query: NDArray[np.bool_]
) -> Measurement:
    """Measure a recipe on some of the listings.

    Args:
        pairs: Of N listings, at least those that hold a query.
        codes: Shape (N,). Label codes, -1 where unknown: such a listing counts neither for nor against.
        recipe: With its thresholds.
        is_query: Shape (N,). Listings to measure on, whole products.
    """
    truth = truth_of(pairs, codes)
    chosen = is_query[truth.label_size > 0]
    scores = np.stack(per_listing_scores(decide(pairs, recipe), truth), axis=1)[chosen]
    product = codes[is_query & (codes >= 0)]
    precision, recall, f1 = mean_figures(scores, product)
    return Measurement(
        precision,
        recall,
        f1,
        pool=pairs.n,
        listings=len(product),
        products=len(np.unique(product)),
        text_threshold=recipe.text_threshold,
        image_threshold=recipe.image_threshold,
    )


def find_one_sided(
    pairs: CandidatePairs, codes: NDArray[np.int32], recipe: Recipe, is_query: NDArray[np.bool_]
) -> OneSided:
    """Tell pairs of one product that the photo alone finds from those that the title alone finds.

    Args:
        pairs: As for `measure`, with distances of both.
        codes: Shape (N,). Label codes, -1 where unknown.
        recipe: "either", with both thresholds.
        is_query: Shape (N,). Listings to measure on, whole products.

    Source: Figures 5 and 6 of the paper.
    """
    truth = truth_of(pairs, codes)
    same = truth.is_same & is_query[pairs.left] & is_query[pairs.right] & (pairs.rank <= recipe.k)
    near = {
        side: pairs.distance[side] <= np.float32(threshold if threshold is not None else -1)
        for side, threshold in (("text", recipe.text_threshold), ("image", recipe.image_threshold))
    }
    photo = np.flatnonzero(same & near["image"] & ~near["text"])
    title = np.flatnonzero(same & near["text"] & ~near["image"])
    both = int((same & near["text"] & near["image"]).sum())
    sizes = np.bincount(codes[is_query & (codes >= 0)])
    true = int((sizes * (sizes - 1) // 2).sum())
    return OneSided(
        _take_in_turn(photo, pairs.distance["text"], codes[pairs.left]),
        _take_in_turn(title, pairs.distance["image"], codes[pairs.left]),
        both,
        true - both - len(photo) - len(title),
    )


def _take_in_turn(
    which: NDArray[np.intp], distance: NDArray[np.float32], product: NDArray[np.int32]
) -> NDArray[np.intp]:
    """The farthest pair of each product first, then the second of each; equal ones by position."""
    far = which[np.argsort(-distance[which], kind="stable")]
    by_product = np.argsort(product[far], kind="stable")
    ordered = product[far][by_product]
    first = np.searchsorted(ordered, ordered, side="left")
    turn = np.empty(len(far), dtype=np.intp)
    turn[by_product] = np.arange(len(far)) - first
    return far[np.argsort(turn, kind="stable")]
