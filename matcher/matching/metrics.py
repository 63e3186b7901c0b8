"""Precision, recall and F1: per pair and per listing, at one threshold and at all of them.

What is known of the pairs is prepared once as a `Truth`; from then on a moved threshold costs a few passes over them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.vectors.candidate_pairs import NOT_FOUND, CandidatePairs

SAME, DIFFERENT, UNKNOWN = 1, 0, -1
"""What is known of a pair: one product, two products, or nothing."""

RowPair = tuple[int, int]
"""Rows of two listings, in either order."""


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
    """What labels and verdicts say about candidate pairs, prepared for quick scoring.

    Pairs of which nothing is known do not count, neither for nor against.

    Attributes:
        pairs: The P candidate pairs.
        codes: Shape (N,). Label code of each listing, -1 where unknown.
        is_same: Shape (P,). Whether the pair is known to be one product.
        counted: Shape (P,). Whether it is known what the pair is; None when it is of all.
        same_rows: Shape (T,). Positions of the true pairs, ascending.
        label_size: Shape (N,). Listings known to be one product with each labelled one, itself counted; 0 without a
            label.
        true_pairs: True pairs of the whole catalog, found by the search or not.
        judged: Pairs with a verdict same or different, found by the search or not.
    """

    pairs: CandidatePairs
    codes: NDArray[np.int32]
    is_same: NDArray[np.bool_]
    counted: NDArray[np.bool_] | None
    same_rows: NDArray[np.intp]
    label_size: NDArray[np.int64]
    true_pairs: int
    judged: int = 0

    @property
    def listings(self) -> int:
        """Listings with a label: what the figures are measured on."""
        return int(np.count_nonzero(self.label_size))

    @property
    def candidate_recall(self) -> float:
        """Share of the true pairs that the search reached at all; 1 when there are none."""
        found = np.count_nonzero(self.pairs.rank[self.same_rows] != NOT_FOUND)
        return int(found) / self.true_pairs if self.true_pairs else 1.0

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """Whether it is known what each pair is; shape (P,)."""
        return np.ones(len(self.pairs), np.bool_) if self.counted is None else self.counted

    def kind(self, rows: NDArray[np.integer] | NDArray[np.bool_] | slice) -> NDArray[np.int8]:
        """SAME, DIFFERENT or UNKNOWN for each of some pairs, by position, mask or slice; shape (R,)."""
        said = np.where(self.is_same[rows], SAME, DIFFERENT)
        return (said if self.counted is None else np.where(self.counted[rows], said, UNKNOWN)).astype(np.int8)


def kind_of(
    left: NDArray[np.integer],
    right: NDArray[np.integer],
    codes: NDArray[np.int32],
    same: Sequence[RowPair] = (),
    different: Sequence[RowPair] = (),
) -> NDArray[np.int8]:
    """What is known of pairs of listings: what a curator said of the pair, else what the labels say.

    The one place where that is decided. A verdict speaks of its own pair alone: what follows from several of them is
    the business of the groups.

    Args:
        left: Shape (P,). Row of one listing of each pair.
        right: Shape (P,). Row of the other.
        codes: Shape (N,). Label code of each listing, -1 where unknown.
        same: Pairs of rows judged to be one product.
        different: Pairs of rows judged not to be.

    Returns:
        Shape (P,). SAME, DIFFERENT or UNKNOWN.
    """
    one, other = codes[left], codes[right]
    kind = np.where((one < 0) | (other < 0), UNKNOWN, one == other).astype(np.int8)
    for judged, said in ((different, DIFFERENT), (same, SAME)):
        if len(judged):
            kind[_positions_among(left, right, ascending(judged), len(codes))] = said
    return kind


def known_truth(
    pairs: CandidatePairs,
    codes: NDArray[np.int32],
    same: Sequence[RowPair] = (),
    different: Sequence[RowPair] = (),
) -> Truth:
    """Prepare what is known of candidate pairs for scoring: the labels, and verdicts over them.

    Args:
        pairs: P candidate pairs of N listings.
        codes: Shape (N,). Label code of each listing, -1 where unknown.
        same: Pairs of rows judged to be one product.
        different: Pairs of rows judged not to be.

    Raises:
        DataError: The number of codes is not that of the listings.
    """
    if len(codes) != pairs.n:
        raise DataError(f"{len(codes)} labels came with {pairs.n} listings; expected one for each.")
    kind = kind_of(pairs.left, pairs.right, codes, same, different)
    is_same, counted, labelled = kind == SAME, kind != UNKNOWN, codes >= 0
    sizes = np.bincount(codes[labelled], minlength=1)
    label_size = np.where(labelled, sizes[codes], 0)
    judged = ascending([*same, *different])
    one, other = judged.T
    by_label, by_verdict = kind_of(one, other, codes), kind_of(one, other, codes, same, different)
    change = (by_verdict == SAME).astype(np.int64) - (by_label == SAME)
    for end in (one, other):
        np.add.at(label_size, end, np.where(labelled[end], change, 0))
    return Truth(
        pairs,
        codes,
        is_same,
        None if counted.all() else counted,
        np.flatnonzero(is_same),
        label_size,
        int((sizes * (sizes - 1) // 2).sum() + change.sum()),
        len(judged),
    )


def truth_of(
    pairs: CandidatePairs,
    codes: NDArray[np.int32],
    same: Sequence[RowPair] = (),
    different: Sequence[RowPair] = (),
) -> Truth:
    """`known_truth` where there are labels, without which neither a recipe's recall nor a listing's matches are known.

    Raises:
        DataError: The number of codes is not that of the listings, or no listing has a label.
    """
    truth = known_truth(pairs, codes, same, different)
    if not truth.listings:
        raise DataError("No listing has a label; give verdicts on the Review page, or import a table with labels.")
    return truth


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


def scores_of(right: float, matched: float, true: float) -> Scores:
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


def ascending(judged: Sequence[RowPair] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs of rows with the smaller first, each once; shape (V, 2)."""
    one, other = np.asarray(judged, dtype=np.int64).reshape(-1, 2).T
    rows = int(max(one.max(initial=0), other.max(initial=0))) + 1
    # Single numbers are sorted many times as fast as rows of a table.
    key = np.unique(np.minimum(one, other) * rows + np.maximum(one, other))
    return np.stack([key // rows, key % rows], axis=1)


def _positions_among(
    left: NDArray[np.integer], right: NDArray[np.integer], wanted: NDArray[np.int64], n: int
) -> NDArray[np.intp]:
    """Where pairs of rows stand in a list of pairs in any order.

    Only pairs whose two listings are both wanted are looked at closely: a few of millions.
    """
    marked = np.zeros(n, np.bool_)
    marked[wanted] = True
    near = np.flatnonzero(marked[left] & marked[right])
    one, other = left[near].astype(np.int64), right[near].astype(np.int64)
    key = np.minimum(one, other) * n + np.maximum(one, other)
    return near[np.isin(key, wanted[:, 0] * n + wanted[:, 1])]
