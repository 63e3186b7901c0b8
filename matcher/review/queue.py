"""What curators say about pairs: which pair to ask next, and what the answers tell about a recipe."""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.recipe import Recipe, decide
from matcher.matching.threshold_margin import distance_to_edge
from matcher.storage.records import Verdict
from matcher.vectors.candidate_pairs import CandidatePairs

MATCH, DIFFERENT, UNSURE = "match", "different", "unsure"
KINDS = (MATCH, DIFFERENT, UNSURE)
DOUBTFUL, RANDOM, CHOSEN = "doubtful", "random", "chosen"
"""How a pair came up: near the threshold, drawn from all matches, or picked by the curator."""

RANDOM_EVERY = 4  # every fourth question is drawn at random from the matches, so that their precision is known
SPREAD = 10  # a listing is not asked about again within so many questions, while there are others
Z95 = 1.959964  # standard deviations that hold 95 % of a normal distribution

Ids = tuple[str, str]
"""Two item ids, sorted."""


@dataclass(frozen=True)
class Question:
    """A pair to ask about: its position among the candidate pairs, and how it came up."""

    pair: int
    sampled: str


@dataclass(frozen=True)
class VerdictScores:
    """What verdicts tell about a recipe.

    Attributes:
        precision: Share of same products in a random sample of the matches; None without a sample.
        low: Lower end of its 95 % interval, or None.
        high: Upper end, or None.
        sample: Pairs in that sample, those a curator was unsure of left out.
        matches: Matches of the recipe in all.
        same_found: Pairs judged the same that the recipe matches.
        same: Pairs judged the same.
        different_matched: Pairs judged different that it matches all the same.
        different: Pairs judged different.
        unsure: Pairs that a curator could not tell.
    """

    precision: float | None
    low: float | None
    high: float | None
    sample: int
    matches: int
    same_found: int
    same: int
    different_matched: int
    different: int
    unsure: int


def judged_rows(item_ids: Sequence[str], verdicts: Collection[Verdict]) -> dict[str, list[tuple[int, int]]]:
    """Pairs of rows by kind of verdict; pairs whose listing has left the catalog are left out."""
    row = {item_id: number for number, item_id in enumerate(item_ids)}
    judged: dict[str, list[tuple[int, int]]] = {kind: [] for kind in KINDS}
    for verdict in verdicts:
        if verdict.left_id in row and verdict.right_id in row:
            judged[verdict.kind].append((row[verdict.left_id], row[verdict.right_id]))
    return judged


def verdict_rows(
    pairs: CandidatePairs, item_ids: Sequence[str], verdicts: Collection[Verdict]
) -> tuple[NDArray[np.intp], list[str]]:
    """Where pairs with a verdict stand among the candidate pairs, and the kind of each; others are left out.

    Returns:
        Shape (V,) and a list of V kinds.
    """
    found = {
        kind: _positions(pairs, item_ids, [(v.left_id, v.right_id) for v in verdicts if v.kind == kind])
        for kind in KINDS
    }
    return np.concatenate(list(found.values())), [kind for kind, rows in found.items() for _ in rows]


def review_queue(
    pairs: CandidatePairs,
    recipe: Recipe,
    item_ids: Sequence[str],
    verdicts: Sequence[Verdict],
    skipped: Collection[Ids] = (),
    count: int = 20,
) -> list[Question]:
    """Choose what to ask next: mostly pairs nearest to the edge of the recipe, some drawn at random from the matches.

    A pair with a verdict never comes again. A skipped one comes when nothing else is left. No listing comes up often.

    Args:
        pairs: P candidate pairs of N listings.
        recipe: The recipe in force.
        item_ids: Shape (N,). Ids of the listings.
        verdicts: Those in force, oldest first.
        skipped: Pairs put off, as sorted item ids.
        count: How many questions, at most.

    Raises:
        DataError: The ids are not those of the pairs' catalog, or a threshold is not set.
    """
    if len(item_ids) != pairs.n:
        raise DataError(f"{len(item_ids)} ids came with pairs of {pairs.n} listings; encode the catalog again.")
    judged = [(verdict.left_id, verdict.right_id) for verdict in verdicts]
    off = _positions(pairs, item_ids, [*judged, *skipped])
    recent = deque((set(_rows(item_ids, ids).tolist()) for ids in judged[-SPREAD:]), maxlen=SPREAD)
    streams = {
        DOUBTFUL: _spread(pairs, _by_doubt(pairs, recipe, off), recent),
        RANDOM: _at_random(pairs, decide(pairs, recipe), item_ids, off),
    }
    questions = list(islice(_interleaved(pairs, streams, recent, len(judged)), count))
    if not questions and skipped:
        return review_queue(pairs, recipe, item_ids, verdicts, (), count)
    return questions


def score_verdicts(
    pairs: CandidatePairs, recipe: Recipe, item_ids: Sequence[str], verdicts: Collection[Verdict]
) -> VerdictScores:
    """Tell from verdicts how right a recipe is.

    The matches are put into an order that is random but always the same. Those from the start of it that all have a
    verdict are a fair sample of the matches, however each pair came up and whatever threshold was in force then.

    Args:
        pairs: P candidate pairs of N listings.
        recipe: The recipe to judge.
        item_ids: Shape (N,). Ids of the listings.
        verdicts: Those in force.

    Raises:
        DataError: A threshold is not set.

    Source: the interval is Wilson's, "Probable Inference, the Law of Succession, and Statistical Inference",
        JASA 22, 1927.
    """
    is_match = decide(pairs, recipe)
    positions, kinds = verdict_rows(pairs, item_ids, verdicts)
    at = {kind: positions[np.array(kinds) == kind] for kind in KINDS}
    order = _shuffled(pairs, np.flatnonzero(is_match), item_ids)
    reviewed = np.isin(order, positions)
    leading = order[: len(order) if reviewed.all() else int(np.argmin(reviewed))]
    right = int(np.isin(leading, at[MATCH]).sum())
    sample = right + int(np.isin(leading, at[DIFFERENT]).sum())
    low, high = _wilson(right, sample) if sample else (None, None)
    counts = {kind: sum(verdict.kind == kind for verdict in verdicts) for kind in KINDS}
    return VerdictScores(
        precision=right / sample if sample else None,
        low=low,
        high=high,
        sample=sample,
        matches=int(np.count_nonzero(is_match)),
        same_found=int(is_match[at[MATCH]].sum()),
        same=counts[MATCH],
        different_matched=int(is_match[at[DIFFERENT]].sum()),
        different=counts[DIFFERENT],
        unsure=counts[UNSURE],
    )


def _by_doubt(pairs: CandidatePairs, recipe: Recipe, off: NDArray[np.intp]) -> Iterator[int]:
    """Positions of pairs, the nearest to the edge of the recipe first."""
    doubt = np.abs(distance_to_edge(pairs, recipe))
    doubt[pairs.rank > recipe.k] = np.inf  # no threshold would match them
    doubt[off] = np.inf
    rest = np.flatnonzero(np.isfinite(doubt))
    size = 1000
    while len(rest):  # a full sort of millions of pairs would be felt at every key press
        bound = np.partition(doubt[rest], min(size, len(rest)) - 1)[min(size, len(rest)) - 1]
        nearest = rest[doubt[rest] <= bound]
        yield from nearest[np.argsort(doubt[nearest], kind="stable")].tolist()
        rest, size = rest[doubt[rest] > bound], size * 10


def _at_random(
    pairs: CandidatePairs, is_match: NDArray[np.bool_], item_ids: Sequence[str], off: NDArray[np.intp]
) -> Iterator[int]:
    """Positions of matches, in the order that `score_verdicts` samples."""
    order = _shuffled(pairs, np.flatnonzero(is_match), item_ids)
    return iter(order[~np.isin(order, off)].tolist())


def _spread(pairs: CandidatePairs, stream: Iterator[int], recent: deque[set[int]]) -> Iterator[int]:
    """The same pairs, those about listings that have just come up put off for as long as there are others."""
    waiting: list[int] = []
    while True:
        busy = set().union(*recent)
        free = (place for place, pair in enumerate(waiting) if not _ends(pairs, pair) & busy)
        if (place := next(free, None)) is not None:
            yield waiting.pop(place)
            continue
        for pair in stream:
            if not _ends(pairs, pair) & busy:
                yield pair
                break
            waiting.append(pair)
        else:
            if not waiting:
                return
            yield waiting.pop(0)


def _interleaved(
    pairs: CandidatePairs, streams: dict[str, Iterator[int]], recent: deque[set[int]], asked: int
) -> Iterator[Question]:
    """Take questions from the two streams in turn; each pair once, though both may have it."""
    given: set[int] = set()
    while streams:
        kind = RANDOM if (asked + len(given)) % RANDOM_EVERY == RANDOM_EVERY - 1 else DOUBTFUL
        kind = kind if kind in streams else next(iter(streams))
        pair = next((pair for pair in streams[kind] if pair not in given), None)
        if pair is None:
            del streams[kind]
            continue
        given.add(pair)
        recent.append(_ends(pairs, pair))
        yield Question(pair, kind)


def _ends(pairs: CandidatePairs, pair: int) -> set[int]:
    return {int(pairs.left[pair]), int(pairs.right[pair])}


def _shuffled(pairs: CandidatePairs, which: NDArray[np.intp], item_ids: Sequence[str]) -> NDArray[np.intp]:
    """Put pairs in an order that looks random and depends on their two ids alone, whatever the catalog."""
    hashed = pd.util.hash_array(np.array(item_ids, dtype=object))
    one, other = hashed[pairs.left[which]], hashed[pairs.right[which]]
    mixed = np.minimum(one, other) * np.uint64(0x9E3779B97F4A7C15) ^ np.maximum(one, other)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return which[np.argsort(mixed ^ (mixed >> np.uint64(31)), kind="stable")]


def _rows(item_ids: Sequence[str], wanted: Sequence[str]) -> NDArray[np.int64]:
    """Row of each wanted id, -1 where it is not in the catalog; shape of `wanted`."""
    # An index that is given keeps its look-up table from call to call; one made here does not.
    known = item_ids if isinstance(item_ids, pd.Index) else pd.Index(np.array(item_ids, dtype=object))
    return np.asarray(known.get_indexer(pd.Index(np.array(wanted, dtype=object))), dtype=np.int64)


def _positions(pairs: CandidatePairs, item_ids: Sequence[str], wanted: Sequence[Ids]) -> NDArray[np.intp]:
    """Where those of the wanted pairs that were found by the search stand among the candidate pairs."""
    one, other = (_rows(item_ids, [ids[side] for ids in wanted]) for side in (0, 1))
    there = (one >= 0) & (other >= 0)
    return pairs.positions(one[there], other[there])


def _wilson(right: int, sample: int) -> tuple[float, float]:
    """95 % interval of a share."""
    share, spread = right / sample, Z95**2 / sample
    middle = (share + spread / 2) / (1 + spread)
    half = Z95 * sqrt(share * (1 - share) / sample + spread / sample / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)
