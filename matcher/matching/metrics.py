"""Precision, recall and F1: per pair and per listing, at one threshold and at all of them.

Labels are prepared once as a `Truth`; from then on a moved threshold costs a few passes over the pairs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.vectors.candidate_pairs import CandidatePairs


@dataclass(frozen=True)
class Scores:
    """Precision, recall and F1, 0..1 each. Where nothing is matched, nothing is wrong: precision is 1."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class PrecisionRecallCurve:
    """One point for each distinct distance, ascending; shape (T,) each."""

    thresholds: NDArray[np.float32]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """What the labels say about candidate pairs, prepared for quick scoring.

    Listings without a label are left out: their pairs do not count, neither for nor against.

    Attributes:
        pairs: The P candidate pairs.
        codes: Shape (N,). Label code of each listing, -1 where unknown.
        is_same: Shape (P,). Whether both listings have one label.
        counted: Shape (P,). Whether both listings have a label; None when all have.
        same_rows: Shape (T,). Positions of the true pairs, ascending.
        label_size: Shape (N,). Listings with the label of each, itself counted; 0 without a label.
        true_pairs: True pairs of the whole catalog, found by the search or not.
    """

    pairs: CandidatePairs
    codes: NDArray[np.int32]
    is_same: NDArray[np.bool_]
    counted: NDArray[np.bool_] | None
    same_rows: NDArray[np.intp]
    label_size: NDArray[np.int64]
    true_pairs: int

    @property
    def listings(self) -> int:
        """Listings with a label: what the figures are measured on."""
        return int(np.count_nonzero(self.label_size))

    @property
    def candidate_recall(self) -> float:
        """Share of the true pairs that the search reached at all; 1 when there are none."""
        return len(self.same_rows) / self.true_pairs if self.true_pairs else 1.0


def truth_of(pairs: CandidatePairs, codes: NDArray[np.int32]) -> Truth:
    """Prepare labels for scoring.

    Args:
        pairs: Candidate pairs of N listings.
        codes: Shape (N,). Label code of each listing, -1 where unknown.

    Raises:
        DataError: The number of codes is not that of the listings, or no listing has a label.
    """
    if len(codes) != pairs.n:
        raise DataError(f"{len(codes)} labels came with {pairs.n} listings; expected one for each.")
    known = codes >= 0
    if not known.any():
        raise DataError("No listing has a label; give verdicts on the Review page, or import a table with labels.")
    counted = None if known.all() else known[pairs.left] & known[pairs.right]
    is_same = codes[pairs.left] == codes[pairs.right]
    if counted is not None:
        is_same &= counted
    sizes = np.bincount(codes[known])
    return Truth(
        pairs,
        codes,
        is_same,
        counted,
        np.flatnonzero(is_same),
        np.where(known, sizes[codes], 0),
        int((sizes * (sizes - 1) // 2).sum()),
    )


def pair_scores(is_match: NDArray[np.bool_], truth: Truth) -> Scores:
    """Score all matches together; a large product weighs by its many pairs.

    Args:
        is_match: Shape (P,).
        truth: Labels of the same pairs.

    Returns:
        Recall is of all true pairs of the catalog: at most `truth.candidate_recall`.
    """
    matched = is_match if truth.counted is None else is_match & truth.counted
    right = int(np.count_nonzero(is_match[truth.same_rows]))
    return scores_of(right, int(np.count_nonzero(matched)), truth.true_pairs)


def scores_of(right: int, matched: int, true: int) -> Scores:
    """Scores from three counts: right matches, matches, true pairs."""
    precision = right / matched if matched else 1.0
    recall = right / true if true else 1.0
    return Scores(precision, recall, 2 * right / (matched + true) if matched + true else 1.0)


def listing_scores(is_match: NDArray[np.bool_], truth: Truth) -> Scores:
    """Score each listing's set of matches, itself counted, and average over listings.

    Precision, recall and F1 are each the mean of their own; the F1 is not that of the two means.

    Source: the evaluation of the Shopee "Price Match Guarantee" contest, 2021.
    """
    precision, recall, f1 = per_listing_scores(is_match, truth)
    return Scores(float(precision.mean()), float(recall.mean()), float(f1.mean()))


def per_listing_scores(
    is_match: NDArray[np.bool_], truth: Truth
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Precision, recall and F1 of each labelled listing's matches, itself counted.

    Returns:
        Three arrays of shape (L,), the labelled listings in catalog order.
    """
    known = truth.label_size > 0
    size = truth.label_size[known]
    counted = is_match if truth.counted is None else is_match & truth.counted
    matched = 1 + matches_per_listing(counted, truth.pairs)[known]
    right = 1 + truth.pairs.ends(truth.same_rows[is_match[truth.same_rows]])[known]
    return right / matched, right / size, 2 * right / (matched + size)


def matches_per_listing(is_match: NDArray[np.bool_], pairs: CandidatePairs) -> NDArray[np.int64]:
    """How many matches each listing has, labelled or not; shape (N,).

    Counting costs by the pair, so the rarer of matches and others are counted.
    """
    if 2 * np.count_nonzero(is_match) <= len(is_match):
        return pairs.ends(np.flatnonzero(is_match))
    return pairs.degree - pairs.ends(np.flatnonzero(~is_match))


def precision_recall_curve(
    distance: NDArray[np.float32], is_same: NDArray[np.bool_], *, not_retrieved: int = 0
) -> PrecisionRecallCurve:
    """Score the rule "match when distance <= threshold" at all thresholds at once.

    One sort and one cumulative sum replace a loop over thresholds, so the curve can follow a slider.
    Equal distances are accepted together: no threshold parts them.

    Args:
        distance: Shape (P,). Distance of each pair, smaller is closer; infinite distances are accepted by no threshold.
        is_same: Shape (P,). Whether the two listings are one product.
        not_retrieved: True pairs that no search returned. No threshold wins them back, so they lower recall everywhere.

    Raises:
        DataError: No pairs, unequal shapes, a NaN distance, or no true pair at all (recall would be 0/0).

    Source: Davis & Goadrich, "The Relationship Between Precision-Recall and ROC Curves", ICML 2006, section 2.
    """
    if not len(distance) or distance.shape != is_same.shape:
        raise DataError(
            f"Distances of shape {distance.shape} came with truths of shape {is_same.shape}; expected (P,)."
        )
    if np.isnan(distance).any():
        raise DataError("A distance is not a number; encode the catalog again.")
    true_pairs = int(np.count_nonzero(is_same)) + not_retrieved
    if not true_pairs:
        raise DataError("None of the pairs is the same product, so recall means nothing; label some pairs as same.")
    order = np.argsort(distance, kind="stable")[: np.count_nonzero(np.isfinite(distance))]
    ranked = distance[order]
    last_of_tie = np.append(ranked[1:] != ranked[:-1], True)[: len(ranked)]
    true_positives = np.cumsum(is_same[order])[last_of_tie]
    accepted = np.flatnonzero(last_of_tie) + 1
    return PrecisionRecallCurve(ranked[last_of_tie], true_positives / accepted, true_positives / true_pairs)
