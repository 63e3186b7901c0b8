"""Which pair a curator is asked about next."""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.recipe import Recipe
from matcher.matching.threshold_margin import distance_to_edge
from matcher.review.implied import NOTHING, Implied, implied_by
from matcher.review.sampling import DrawnMatches, draw_matches
from matcher.review.verdicts import DOUBTFUL as DOUBTFUL
from matcher.review.verdicts import RANDOM as RANDOM
from matcher.review.verdicts import Ids, positions_of, rows_of
from matcher.storage.records import Verdict
from matcher.vectors.candidate_pairs import CandidatePairs

RANDOM_EVERY = 4  # every fourth question is drawn at random from the matches, so that their precision is known
SPREAD = 10  # a listing is not asked about again within so many questions, while there are others


@dataclass(frozen=True)
class Question:
    """A pair to ask about: its position among the candidate pairs, and how it came up."""

    pair: int
    sampled: str


def review_queue(
    pairs: CandidatePairs,
    recipe: Recipe,
    item_ids: Sequence[str],
    verdicts: Sequence[Verdict],
    skipped: Collection[Ids] = (),
    count: int = 20,
    drawn: DrawnMatches | None = None,
    implied: Implied | None = None,
) -> list[Question]:
    """Choose what to ask next: mostly pairs nearest to the edge of the recipe, some drawn at random from the matches.

    A pair with a verdict never comes again, and one of which verdicts imply the answer never at all. A skipped one
    comes when nothing else is left. No listing comes up often.

    Args:
        pairs: P candidate pairs of N listings.
        recipe: The recipe in force.
        item_ids: Shape (N,). Ids of the listings.
        verdicts: Those in force, oldest first.
        skipped: Pairs put off, as sorted item ids, the one that was skipped longest ago first.
        count: How many questions, at most.
        drawn: What `draw_matches` gives for the first three, where it was kept.
        implied: What `implied_by` gives for ids and verdicts, where it is at hand.

    Raises:
        DataError: The ids are not those of the pairs' catalog, or a threshold is not set.
    """
    if len(item_ids) != pairs.n:
        raise DataError(f"{len(item_ids)} ids came with pairs of {pairs.n} listings; encode the catalog again.")
    judged = [(verdict.left_id, verdict.right_id) for verdict in verdicts]
    follows = (implied or implied_by(item_ids, verdicts)).kinds(pairs.left, pairs.right) != NOTHING
    off = np.concatenate([positions_of(pairs, item_ids, [*judged, *skipped]), np.flatnonzero(follows)])
    recent = deque((set(rows_of(item_ids, ids).tolist()) for ids in judged[-SPREAD:]), maxlen=SPREAD)
    streams = {
        DOUBTFUL: _spread(pairs, _by_doubt(pairs, recipe, off), recent),
        RANDOM: _at_random((drawn or draw_matches(pairs, recipe, item_ids)).order, off),
    }
    questions = list(islice(_interleaved(pairs, streams, recent, len(judged)), count))
    if not questions and skipped:
        again = positions_of(pairs, item_ids, [ids for ids in skipped if ids not in set(judged)])
        again = again[(pairs.rank[again] <= recipe.k) & ~follows[again]]
        return [Question(int(pair), DOUBTFUL) for pair in again[:count]]
    return questions


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


def _at_random(order: NDArray[np.intp], off: NDArray[np.intp]) -> Iterator[int]:
    """Positions of matches, in the order that `score_verdicts` samples."""
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
