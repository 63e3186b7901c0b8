"""Figures of groups as wholes, beside those of pairs: B-cubed, the share that is exactly right, the largest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.matching.metrics import Scores, Truth, per_listing_scores


@dataclass(frozen=True)
class GroupFigures:
    """How right groups are.

    Attributes:
        bcubed: Precision and recall are means over labelled listings, each counted among its own group: the share of
            its group that is of its product, and of its product that is in its group. F1 is the harmonic mean of the
            two, and so not the mean of each listing's F1.
        exact: Share of the measured groups that hold a whole product and nothing else, 0..1; 1 where none is measured.
        measured: Groups with two labelled listings or more.
        largest: Listings in the largest group, labelled or not.
    """

    bcubed: Scores
    exact: float
    measured: int
    largest: int


def group_figures(group: NDArray[np.integer], truth: Truth) -> GroupFigures:
    """Measure groups.

    Args:
        group: Shape (N,). Group of each listing, 0...
        truth: Of these groups, as `truth_within` has it, with at least one labelled listing.

    Source: Bagga & Baldwin, "Entity-based cross-document coreferencing using the vector space model", ACL 1998.
    """
    every = np.ones(len(truth.pairs), np.bool_)
    precision, recall, _ = per_listing_scores(every, truth)
    p, r = float(precision.mean()), float(recall.mean())
    known = group[truth.label_size > 0]
    labelled = np.bincount(known, minlength=int(group.max()) + 1)
    wrong = np.bincount(known, (precision < 1) | (recall < 1), minlength=len(labelled))
    measured = labelled > 1
    exact = float((wrong[measured] == 0).mean()) if measured.any() else 1.0
    return GroupFigures(
        Scores(p, r, 2 * p * r / (p + r)), exact, int(np.count_nonzero(measured)), int(np.bincount(group).max())
    )
