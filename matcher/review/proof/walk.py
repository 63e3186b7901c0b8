"""Thresholds from strict to the one in force, up to the first for which a precision cannot be shown."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.review.proof.bound import ERROR, bound_precision
from matcher.review.proof.counts import Counts

FIRST = 0.5  # of the matches: where the walk begins; stricter thresholds would have to be proved on a handful of pairs


@dataclass(frozen=True)
class Proven:
    """How far a precision holds.

    Attributes:
        strata: How many strata, the nearest first, may match together; 0 for none.
        low: The precision that is proved for them, 0..1; of the first try where none may.
    """

    strata: int
    low: float


def walk_thresholds(counts: Counts, target: float, error: float = ERROR) -> Proven:
    """Find the loosest edge of a stratum of matches up to which they are right often enough.

    Each edge is tried with the whole error, and the first that cannot be shown ends the walk. For a false proof, the
    first edge that is truly too loose has to be shown, and that happens with a chance of at most `error`, whenever
    one looks. Where the walk begins depends on the rule alone, not on verdicts.

    Args:
        counts: Of strata in order, the nearest first; those that match come before the others.
        target: The precision, 0..1.
        error: How often it may be wrong.

    Source: Zeighami et al., "BARGAIN", 2025, arXiv 2509.02896, section 4: thresholds tried in a fixed order.
    """
    ends = counts.total.cumsum()
    matched = counts.total[counts.is_accepted].sum()
    proven = Proven(0, 0.0)
    for last in range(int(np.searchsorted(ends, FIRST * matched)), int(counts.is_accepted.sum())):
        low = bound_precision(_accepting(counts, last + 1), error).low
        if low < target:
            return proven if proven.strata else Proven(0, low)
        proven = Proven(last + 1, low)
    return proven


def _accepting(counts: Counts, strata: int) -> Counts:
    """The same counts, if the nearest strata matched and no others."""
    accepted: NDArray[np.bool_] = np.arange(len(counts.size)) < strata
    return Counts(counts.size, counts.drawn, counts.same, accepted, counts.sure_same, counts.sure_different)
