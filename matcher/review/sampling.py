"""What verdicts tell about a recipe, from matches drawn in an order that is random and always the same."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.matching.recipe import Recipe, decide
from matcher.review.implied import NOTHING, Implied, implied_by
from matcher.review.verdicts import (
    DIFFERENT,
    KINDS,
    MATCH,
    UNSURE,
    VARIANT,
    FoundVerdicts,
    Ids,
    find_verdicts,
    positions_of,
)
from matcher.storage.records import Verdict
from matcher.vectors.candidate_pairs import CandidatePairs
from matcher.vectors.hashing import GOLDEN_GAMMA, mix_bits

Z95 = 1.959964  # standard deviations that hold 95 % of a normal distribution


@dataclass(frozen=True)
class VerdictScores:
    """What verdicts tell about a recipe.

    Attributes:
        precision: Share of same products in a fair sample of the matches, or in all of them; None without a sample.
        low: Lower end of its 95 % interval, or None.
        high: Upper end, or None.
        sample: Pairs in that sample, those left out aside.
        implied: Pairs of it that nobody was asked about, because other verdicts imply the answer.
        left_out: Pairs of it that a curator was unsure of or has skipped so far.
        is_complete: Whether the answer to every match is known, so that it is no sample but all of them.
        matches: Matches of the recipe in all.
        same_found: Pairs judged the same that the recipe matches.
        same: Pairs judged the same.
        different_matched: Pairs judged different or a variant that it matches all the same.
        different: Pairs judged different or a variant: two products either way.
        unsure: Pairs that a curator could not tell.
    """

    precision: float | None
    low: float | None
    high: float | None
    sample: int
    implied: int
    left_out: int
    is_complete: bool
    matches: int
    same_found: int
    same: int
    different_matched: int
    different: int
    unsure: int


@dataclass(frozen=True)
class DrawnMatches:
    """The matches of a recipe, in the order that the audit draws them. An answer changes neither.

    Attributes:
        is_match: Shape (P,).
        order: Shape (M,). Positions of the matches.
    """

    is_match: NDArray[np.bool_]
    order: NDArray[np.intp]


def draw_matches(pairs: CandidatePairs, recipe: Recipe, item_ids: Sequence[str]) -> DrawnMatches:
    """Put the matches of a recipe into the order of the audit. Whoever asks after each answer keeps it.

    Raises:
        DataError: A threshold is not set.
    """
    is_match = decide(pairs, recipe)
    return DrawnMatches(is_match, shuffled(pairs, np.flatnonzero(is_match), item_ids))


def score_verdicts(
    pairs: CandidatePairs,
    recipe: Recipe,
    item_ids: Sequence[str],
    verdicts: Collection[Verdict],
    skipped: Collection[Ids] = (),
    drawn: DrawnMatches | None = None,
    implied: Implied | None = None,
    said: FoundVerdicts | None = None,
) -> VerdictScores:
    """Tell from verdicts how right a recipe is.

    The matches are put into an order that is random but always the same, and the audit asks for them in that order. So
    those from its start up to the last audit pair, when all of them were answered, are a fair sample of the matches,
    whatever threshold was in force then. What was judged behind that pair was chosen by doubt or by hand: taken along,
    it would make the sample one of doubtful pairs. A skipped pair counts as unsure until it comes again. A pair that is
    passed over, because other verdicts imply the answer, is in the sample with that answer, and in no other count.

    Args:
        pairs: P candidate pairs of N listings.
        recipe: The recipe to judge.
        item_ids: Shape (N,). Ids of the listings.
        verdicts: Those in force.
        skipped: Pairs put off, as sorted item ids.
        drawn: What `draw_matches` gives for the same three, where it was kept.
        implied: What `implied_by` gives for ids and verdicts, where it is at hand.
        said: What `find_verdicts` gives for pairs, ids and verdicts, where it is at hand.

    Raises:
        DataError: A threshold is not set.

    Source: the interval is Wilson's, "Probable Inference, the Law of Succession, and Statistical Inference",
        JASA 22, 1927.
    """
    drawn = drawn or draw_matches(pairs, recipe, item_ids)
    is_match, order = drawn.is_match, drawn.order
    said = find_verdicts(pairs, item_ids, verdicts) if said is None else said
    at = {kind: said.positions[said.kind == number] for number, kind in enumerate(KINDS)}
    apart = np.concatenate([at[DIFFERENT], at[VARIANT]])
    follows = (implied or implied_by(item_ids, verdicts)).kinds(pairs.left[order], pairs.right[order])
    unasked = (follows != NOTHING) & ~_among(pairs, said.positions)[order]
    is_right = _among(pairs, at[MATCH], order[unasked & (follows == KINDS.index(MATCH))])
    is_told = _among(pairs, at[MATCH], apart, order[unasked])
    known = _among(pairs, said.positions, order[unasked])
    skips = _among(pairs, positions_of(pairs, item_ids, list(skipped)))
    leading, is_complete = _fair_sample(order, known, skips, _among(pairs, said.positions[said.is_drawn]))
    right, sample = int(is_right[leading].sum()), int(is_told[leading].sum())
    low, high = _wilson(right, sample) if sample else (None, None)
    counts = Counter(verdict.kind for verdict in verdicts)
    return VerdictScores(
        precision=right / sample if sample else None,
        low=low,
        high=high,
        sample=sample,
        implied=int(_among(pairs, order[unasked])[leading].sum()),
        left_out=len(leading) - sample,
        is_complete=is_complete,
        matches=int(np.count_nonzero(is_match)),
        same_found=int(is_match[at[MATCH]].sum()),
        same=counts[MATCH],
        different_matched=int(is_match[apart].sum()),
        different=counts[DIFFERENT] + counts[VARIANT],
        unsure=counts[UNSURE],
    )


def _among(pairs: CandidatePairs, *positions: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which candidate pairs are at some positions; shape (P,)."""
    found = np.zeros(len(pairs), np.bool_)
    for some in positions:
        found[some] = True
    return found


def _fair_sample(
    order: NDArray[np.intp], judged: NDArray[np.bool_], skipped: NDArray[np.bool_], audited: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], bool]:
    """The matches from the start of their order that are a fair sample, and whether they are all there are."""
    if judged[order].all():
        return order, True
    answered = (judged | skipped)[order]
    leading = order if answered.all() else order[: int(np.argmin(answered))]
    drawn = np.flatnonzero(audited[leading])
    return leading[: drawn[-1] + 1 if len(drawn) else 0], False


def shuffled(
    pairs: CandidatePairs, which: NDArray[np.intp], item_ids: Sequence[str], salt: str = ""
) -> NDArray[np.intp]:
    """Put pairs in an order that looks random and depends on their two ids alone, whatever the catalog.

    Args:
        pairs: The candidate pairs.
        which: Shape (S,). Positions of those to put in order.
        item_ids: Shape (N,). Ids of the listings.
        salt: Another one gives another order, which tells nothing of the first.
    """
    hashed = pd.util.hash_array(np.array(item_ids, dtype=object))
    one, other = hashed[pairs.left[which]], hashed[pairs.right[which]]
    mixed = mix_bits(np.minimum(one, other) * GOLDEN_GAMMA ^ np.maximum(one, other))
    if salt:
        mixed = mix_bits(mixed ^ pd.util.hash_array(np.array([salt], dtype=object)))
    return which[np.argsort(mixed, kind="stable")]


def _wilson(right: int, sample: int) -> tuple[float, float]:
    """95 % interval of a share."""
    share, spread = right / sample, Z95**2 / sample
    middle = (share + spread / 2) / (1 + spread)
    half = Z95 * sqrt(share * (1 - share) / sample + spread / sample / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)
