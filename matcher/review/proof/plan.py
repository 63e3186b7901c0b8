"""Where the next verdicts tell most, and how many more are likely to be needed."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matcher.review.proof.bound import ERROR, bound_precision
from matcher.review.proof.counts import Counts, Floats
from matcher.review.proof.estimate import prior_weights

Goal = Literal["precision", "recall", "f1"]

UNIFORM = 0.05  # share of the questions that goes to all strata alike, so that none stays unseen
WEIGHTS = {"precision": 1.0, "f1": 0.5, "recall": 0.0}  # of precision in the figure
HOPED = 1.0  # verdicts "same" that a stratum of matches is supposed to have before the first: nothing is wrong so far
MOST = 3_000  # verdicts worth planning for
SECONDS = 8.0  # that a verdict takes, until it is known
FEWEST = 10  # times between verdicts that tell how long one takes
PAUSE = 60.0  # seconds; whoever takes longer was elsewhere


@dataclass(frozen=True)
class Plan:
    """What is missing for a proof.

    Attributes:
        more: Shape (H,). Verdicts still to give in each stratum, if they go on as they did so far.
        total: All of them; 0 where it is proved, None where it is not within reach.
    """

    more: NDArray[np.int64]
    total: int | None


def allocate(counts: Counts, goal: Goal) -> Floats:
    """Share of the questions that each stratum should have, shape (H,), summing to 1; all 0 where none is left.

    The share that makes an estimate of this figure vary least, given what is known so far, and a little for all.

    Source: Marchant & Rubinstein, "In Search of an Entity Resolution OASIS", PVLDB 10(11), 2017, equation 8.
    """
    weight, accepted = WEIGHTS[goal], counts.is_accepted
    same, different = prior_weights(counts)
    rate = (counts.same + same) / (counts.drawn + same + different)
    right = counts.size * rate
    f = right[accepted].sum() / max(weight * counts.size[accepted].sum() + (1 - weight) * right.sum(), 1e-9)
    inside = weight**2 * f**2 * (1 - rate) + (1 - f) ** 2 * rate
    outside = (1 - weight) ** 2 * f**2 * rate
    if goal == "precision":  # the number of matches is known, so only the right ones vary
        inside = rate * (1 - rate)
    left = counts.drawn < counts.size
    useful = np.where(left, counts.size * np.sqrt(np.where(accepted, inside, outside)), 0.0)
    if not useful.any():
        return useful
    even = useful > 0
    return np.asarray((1 - UNIFORM) * useful / useful.sum() + UNIFORM * even / even.sum())


def next_stratum(counts: Counts, shares: Floats) -> int | None:
    """The stratum that lacks most of its share; None where all are judged."""
    is_open = (shares > 0) & (counts.drawn < counts.size)
    lack = np.where(is_open, shares * (counts.drawn.sum() + 1) - counts.drawn, -np.inf)
    return int(np.argmax(lack)) if np.isfinite(lack).any() else None


def plan_precision(counts: Counts, target: float, error: float = ERROR) -> Plan:
    """How many more verdicts, and where, are likely to prove a precision.

    Supposes that each stratum goes on as it did so far; one that has not begun, that it goes well.

    Args:
        counts: What was drawn so far.
        target: The precision to prove, 0..1.
        error: How often the proof may be wrong.
    """
    none = np.zeros(len(counts.size), np.int64)
    if bound_precision(counts, error).low >= target:
        return Plan(none, 0)
    left = int((counts.size - counts.drawn)[counts.is_accepted].sum())
    low, high = 0, 1
    while bound_precision(spend(counts, high), error).low < target:
        low, high = high, 2 * high
        if low >= min(MOST, left):
            return Plan(none, None)
    while high - low > 1:
        middle = (low + high) // 2
        enough = bound_precision(spend(counts, middle), error).low >= target
        low, high = (low, middle) if enough else (middle, high)
    more = np.ceil(spend(counts, high).drawn - counts.drawn - 1e-9).astype(np.int64)
    return Plan(more, int(more.sum()))


def spend(counts: Counts, verdicts: float) -> Counts:
    """What is likely to be known after so many more verdicts of a proof of precision."""
    rate = (counts.same + HOPED) / (counts.drawn + HOPED)
    shares = allocate(counts, "precision")
    low, high = 0.0, float(counts.size.sum() / max(shares[shares > 0].min(initial=1.0), 1e-9))
    room = np.where(shares > 0, counts.size, counts.drawn)
    for _ in range(50):  # fill all up to the same multiple of their shares
        level = (low + high) / 2
        more = np.clip(shares * level, counts.drawn, np.maximum(room, counts.drawn)) - counts.drawn
        low, high = (level, high) if more.sum() < verdicts else (low, level)
    return counts.with_more(more, more * rate)


def seconds_per_verdict(made: Collection[float]) -> float:
    """How long a verdict takes here: the median of the times between one and the next, pauses left out.

    Args:
        made: When each was given, seconds since 1970, in any order.
    """
    gaps = np.diff(np.sort(np.array(list(made))))
    gaps = gaps[(gaps > 0) & (gaps <= PAUSE)]  # one action on a group gives many at the same moment
    return float(np.median(gaps)) if len(gaps) >= FEWEST else SECONDS
