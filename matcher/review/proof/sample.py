"""Which verdicts a proof may count, and which pairs it asks about next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.review.implied import NOTHING, Implied
from matcher.review.proof.counts import Counts
from matcher.review.proof.plan import Goal, allocate, next_stratum
from matcher.review.proof.strata import Strata
from matcher.review.queue import Question
from matcher.review.sampling import shuffled
from matcher.review.verdicts import DIFFERENT, KINDS, MATCH, PROOF, RANDOM, VARIANT, Ids, ids_of, positions_of
from matcher.storage.records import Verdict
from matcher.vectors.candidate_pairs import CandidatePairs


@dataclass(frozen=True)
class Sample:
    """What verdicts tell of the strata of a rule.

    Every stratum has an order that looks random, and a proof asks about its pairs in that order. So those from its
    start up to the last one asked for are drawn at random, whatever the strata were when it was asked; verdicts
    behind it were chosen by doubt or by hand, and speak for their own pair alone.

    Attributes:
        counts: Of what was drawn in them; pairs that a curator could not tell are left out.
        order: Of each stratum, the positions of its pairs in the order in which they are asked.
        answered: Shape (P,). Pairs with a verdict, given or implied, or put off.
    """

    counts: Counts
    order: Sequence[NDArray[np.intp]]
    answered: NDArray[np.bool_]


def order_strata(
    pairs: CandidatePairs, strata: Strata, item_ids: Sequence[str], salt: str = ""
) -> list[NDArray[np.intp]]:
    """The positions of each stratum's pairs, in the order in which they are asked.

    Args:
        pairs: P candidate pairs.
        strata: Of these pairs.
        item_ids: Shape (N,). Ids of the listings.
        salt: What tells a rule that was fitted to verdicts from others: what it has not seen is drawn anew.

    Raises:
        DataError: The strata are not those of the pairs.
    """
    if len(strata.of) != len(pairs):
        raise DataError(f"Strata of {len(strata.of)} pairs came with {len(pairs)} pairs; cut them anew.")
    everything = shuffled(pairs, np.arange(len(pairs)), item_ids, salt)
    by_stratum = everything[np.argsort(strata.of[everything], kind="stable")]
    return np.split(by_stratum, np.cumsum(strata.size)[:-1])


def read_sample(
    pairs: CandidatePairs,
    strata: Strata,
    order: Sequence[NDArray[np.intp]],
    item_ids: Sequence[str],
    verdicts: Collection[Verdict],
    skipped: Collection[Ids] = (),
    taught: Collection[Ids] = (),
    implied: Implied | None = None,
) -> Sample:
    """Find what verdicts a proof may count.

    Args:
        pairs: P candidate pairs.
        strata: Of these pairs.
        order: From `order_strata`.
        item_ids: Shape (N,). Ids of the listings.
        verdicts: Those in force.
        skipped: Pairs put off, as sorted item ids; they count as those that a curator was unsure of.
        taught: Pairs whose verdicts the rule was fitted to. It is right about them more often than about others, so
            their verdicts speak for their own pair alone.
        implied: What verdicts imply: nobody is asked about these pairs, so that they count with that answer; None to
            count what was said alone.
    """

    def mark(wanted: Sequence[Ids]) -> NDArray[np.bool_]:
        marked = np.zeros(len(pairs), np.bool_)
        marked[positions_of(pairs, item_ids, wanted)] = True
        return marked

    products = ((MATCH,), (DIFFERENT, VARIANT))  # a variant is another product
    same, different = (mark([ids_of(v) for v in verdicts if v.kind in kinds]) for kinds in products)
    answered = mark([*map(ids_of, verdicts), *skipped])
    if implied is not None:
        follows = np.where(answered, NOTHING, implied.kinds(pairs.left, pairs.right))
        same, different = same | (follows == KINDS.index(MATCH)), different | (follows > KINDS.index(MATCH))
        answered = answered | (follows != NOTHING)
    drawn = mark([ids_of(v) for v in verdicts if v.sampled in (PROOF, RANDOM)])
    known = mark(list(taught)) & (same | different)
    figures = []
    for stratum in order:
        seen, rest = stratum[known[stratum]], stratum[~known[stratum]]
        leading = _leading(rest, answered, drawn)
        right, wrong = same[leading].sum(), different[leading].sum()
        untold = len(leading) - right - wrong
        figures.append((len(rest) - untold, right + wrong, right, same[seen].sum(), different[seen].sum()))
    size, count, right, sure_same, sure_different = np.array(figures, dtype=np.float64).T
    return Sample(Counts(size, count, right, strata.is_accepted, sure_same, sure_different), order, answered)


def proof_questions(sample: Sample, goal: Goal, count: int) -> list[Question]:
    """The next pairs to ask about, in the strata that a figure needs most.

    Args:
        sample: What is known.
        goal: The figure.
        count: How many, at most.
    """
    shares = allocate(sample.counts, goal)
    waiting = [iter(order[~sample.answered[order]]) for order in sample.order]
    counts, questions = sample.counts, list[Question]()
    while len(questions) < count and (stratum := next_stratum(counts, shares)) is not None:
        pair = next(waiting[stratum], None)
        if pair is None:  # put off or unsure up to its end
            shares[stratum] = 0.0
            continue
        questions.append(Question(int(pair), PROOF))  # what is said to it plays no part until all are asked
        counts = counts.with_more(np.eye(len(shares))[stratum], np.zeros(len(shares)))
    return questions


def _leading(order: NDArray[np.intp], answered: NDArray[np.bool_], drawn: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The pairs from the start of their order up to the last that was drawn, as long as all have an answer."""
    known = answered[order]
    leading = order if known.all() else order[: int(np.argmin(known))]
    if len(leading) == len(order):
        return leading
    last = np.flatnonzero(drawn[leading])
    return leading[: last[-1] + 1 if len(last) else 0]
