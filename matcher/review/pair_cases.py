"""Which pairs are worth a look for a question, and which listings are in them."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.metrics import DIFFERENT, SAME, Truth
from matcher.vectors.candidate_pairs import CandidatePairs

BySide = Literal["photo", "title", "disagree"]
"""Questions of what one side finds and the other does not."""
Wrong = Literal["missed", "false"]
"""Questions of where groups and what is known disagree."""
Case = BySide | Wrong
SIDES: tuple[BySide, ...] = get_args(BySide)
WRONG: tuple[Wrong, ...] = get_args(Wrong)


@dataclass(frozen=True)
class PairIndex:
    """Which candidate pairs a listing is in.

    Attributes:
        start: Shape (N + 1,). Listing i has pair[start[i]:start[i + 1]].
        pair: Shape (2P,). Numbers of pairs, grouped by listing.
    """

    start: NDArray[np.int64]
    pair: NDArray[np.int64]

    def of(self, row: int) -> NDArray[np.int64]:
        """Numbers of the pairs that hold this listing."""
        return self.pair[self.start[row] : self.start[row + 1]]


def index_pairs(pairs: CandidatePairs) -> PairIndex:
    """Group the candidate pairs by listing, each under both of its ends."""
    ends = np.concatenate([pairs.left, pairs.right])
    order = np.argsort(ends, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=pairs.n))])
    return PairIndex(start.astype(np.int64), order % len(pairs.left) if len(pairs.left) else order)


def within(
    pairs: CandidatePairs, is_match: NDArray[np.bool_], modality: str, threshold: float | None
) -> NDArray[np.bool_]:
    """Which pairs this modality finds by itself.

    A rule on the fused distance has no threshold for the title or the photo alone; then the modality gets as many pairs
    as the rule matches, so that the two are compared at the same strictness.

    Args:
        pairs: P candidate pairs.
        is_match: Shape (P,). What the present rule decides.
        modality: "text", "image" or "fused".
        threshold: The modality's distance, or None when the rule has none.

    Returns:
        Shape (P,). All False where the modality was not computed.
    """
    distance = pairs.distance.get(modality)
    if distance is None or not len(distance):
        return np.zeros(len(pairs.left), dtype=np.bool_)
    if threshold is None:
        matches = int(is_match.sum())
        if not matches:
            return np.zeros(len(distance), dtype=np.bool_)
        threshold = float(np.partition(distance, matches - 1)[matches - 1])
    return (distance <= threshold) & np.isfinite(distance)


def pairs_of_case(
    case: BySide,
    pairs: CandidatePairs,
    is_match: NDArray[np.bool_],
    truth: NDArray[np.int8],
    thresholds: dict[str, float | None],
) -> NDArray[np.int64]:
    """The pairs worth a look for one question, the clearest first.

    "photo" and "title" are pairs that this side alone finds and that are not known to be wrong, true ones first;
    "disagree" are pairs that one side finds alone, whatever the truth.

    Args:
        case: The question.
        pairs: P candidate pairs.
        is_match: Shape (P,). What the present rule decides.
        truth: Shape (P,). SAME, DIFFERENT or UNKNOWN.
        thresholds: The distance of "text" and of "image" at or under which that side finds a pair.

    Returns:
        Numbers of pairs.

    Raises:
        DataError: There is no such case.
    """
    if case not in SIDES:
        raise DataError(f"There is no case {case!r}; choose one of {', '.join(SIDES)}.")
    by_text, by_image = (within(pairs, is_match, side, thresholds.get(side)) for side in ("text", "image"))
    chosen = {"photo": by_image & ~by_text, "title": by_text & ~by_image, "disagree": by_text ^ by_image}[case]
    if case != "disagree":
        chosen &= truth != DIFFERENT
    found = np.flatnonzero(chosen)
    text, image = (_finite(pairs, modality, found) for modality in ("text", "image"))
    order = {"photo": image - text, "title": text - image, "disagree": -np.abs(text - image)}[case]
    if case != "disagree":
        order = order - 10.0 * (truth[found] == SAME)
    return found[np.argsort(order, kind="stable")]


def wrong_pairs(case: Wrong, truth: Truth, group: NDArray[np.integer]) -> NDArray[np.int64]:
    """The candidate pairs that groups have wrong, the nearest first.

    Only the pairs in question are looked at closely: a few of millions.

    Args:
        case: "missed": true pairs of two groups. "false": pairs of one group that are two products.
        truth: What is known of the P pairs.
        group: Shape (N,). Group of each listing.

    Returns:
        Numbers of pairs.

    Raises:
        DataError: There is no such case.
    """
    if case not in WRONG:
        raise DataError(f"There is no case {case!r}; choose one of {', '.join(WRONG)}.")
    pairs = truth.pairs
    if case == "missed":
        same = truth.same_rows
        found = same[group[pairs.left[same]] != group[pairs.right[same]]]
    else:
        inside = np.flatnonzero(group[pairs.left] == group[pairs.right])
        found = inside[truth.kind(inside) == DIFFERENT]
    order = np.minimum(*(_finite(pairs, modality, found) for modality in ("text", "image")))
    return np.asarray(found[np.argsort(order, kind="stable")], dtype=np.int64)


def listings_of(pairs: CandidatePairs, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """The listings of these pairs, each once, in the order in which the pairs bring them."""
    both = np.stack([pairs.left[chosen], pairs.right[chosen]], axis=1).ravel()
    return np.asarray(pd.unique(both), dtype=np.int64)


def _finite(pairs: CandidatePairs, modality: str, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Distances of some pairs with 2, the largest cosine distance, where there is none."""
    if modality not in pairs.distance:
        return np.full(len(rows), 2.0, dtype=np.float32)
    distance = pairs.distance[modality][rows]
    return np.where(np.isfinite(distance), distance, np.float32(2.0)).astype(np.float32)
