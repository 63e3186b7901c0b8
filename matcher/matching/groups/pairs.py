"""Groups as the pairs they stand for: two listings match exactly where they are in one group."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.matching.metrics import RowPair, Scores, Truth, known_truth, listing_scores, pair_scores
from matcher.vectors.candidate_pairs import CandidatePairs


def pairs_within(group: NDArray[np.integer]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """All pairs of listings that are in one group.

    Args:
        group: Shape (N,). Group of each listing.

    Returns:
        Rows of the smaller and of the larger end, shape (M,) each, in the order of the one, then of the other.
    """
    order = np.argsort(group, kind="stable")  # rows ascend within a group
    sizes = np.unique(group, return_counts=True)[1]
    behind = np.repeat(np.cumsum(sizes), sizes) - 1 - np.arange(len(order))  # listings of the group that come later
    left = np.repeat(np.arange(len(order)), behind)
    step = np.arange(len(left)) - np.repeat(np.cumsum(behind) - behind, behind) + 1
    one, other = order[left], order[left + step]
    ranked = np.lexsort((other, one))
    return one[ranked].astype(np.int32), other[ranked].astype(np.int32)


def truth_within(
    group: NDArray[np.integer],
    codes: NDArray[np.int32],
    same: Sequence[RowPair] = (),
    different: Sequence[RowPair] = (),
) -> Truth:
    """What is known of the pairs that groups stand for, whether the search found them or not.

    Args:
        group: Shape (N,). Group of each listing.
        codes: Shape (N,). Label code of each, -1 where unknown.
        same: Pairs of rows judged to be one product.
        different: Pairs of rows judged not to be.
    """
    left, right = pairs_within(group)
    pairs = CandidatePairs(len(group), left, right, np.ones(len(left), np.uint16), {})
    return known_truth(pairs, codes, same, different)


def score_groups(truth: Truth) -> tuple[Scores, Scores]:
    """Score groups, as the mean over listings and over all pairs together.

    Args:
        truth: Of `truth_within`.
    """
    every = np.ones(len(truth.pairs), np.bool_)
    return listing_scores(every, truth), pair_scores(every, truth)
