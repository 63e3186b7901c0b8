"""Where verdicts stand in a catalog: by row, and among its candidate pairs."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.storage.records import DIFFERENT as DIFFERENT
from matcher.storage.records import KINDS as KINDS
from matcher.storage.records import MATCH as MATCH
from matcher.storage.records import UNSURE as UNSURE
from matcher.storage.records import VARIANT as VARIANT
from matcher.storage.records import Verdict
from matcher.vectors.candidate_pairs import CandidatePairs

DOUBTFUL, RANDOM, CHOSEN, PROOF = "doubtful", "random", "chosen", "proof"
"""How a pair came up: near the threshold, drawn from all matches, picked by the curator, or drawn for a proof."""

Ids = tuple[str, str]
"""Two item ids, sorted."""


def ids_of(verdict: Verdict) -> Ids:
    """The pair that a verdict or a skip is about."""
    return verdict.left_id, verdict.right_id


def name_verdicts(verdicts: Iterable[Verdict]) -> str:
    """Stands for verdicts and skips: with one more, another or one less it is another name.

    A short text, for a cache looks at every number of a long key, and takes longer for it than what it saves.
    """
    ids = np.fromiter((verdict.id for verdict in verdicts), dtype=np.int64)
    return hashlib.blake2b(ids.tobytes(), digest_size=16).hexdigest()


def judged_rows(
    item_ids: Sequence[str] | Mapping[str, int], verdicts: Collection[Verdict]
) -> dict[str, list[tuple[int, int]]]:
    """Pairs of rows by kind of verdict; pairs whose listing has left the catalog are left out.

    Variants are not one product: they stand under DIFFERENT as well, so whoever asks for "same" and "different" has all
    that verdicts say of what is one product and what is not.

    Args:
        item_ids: Shape (N,). Ids of the listings; or the row of each, where that is at hand.
        verdicts: Those in force.
    """
    row = item_ids if isinstance(item_ids, Mapping) else {item_id: row for row, item_id in enumerate(item_ids)}
    judged: dict[str, list[tuple[int, int]]] = {kind: [] for kind in KINDS}
    for verdict in verdicts:
        if verdict.left_id in row and verdict.right_id in row:
            pair = row[verdict.left_id], row[verdict.right_id]
            judged[verdict.kind].append(pair)
            if verdict.kind == VARIANT:
                judged[DIFFERENT].append(pair)
    return judged


class FoundVerdicts(NamedTuple):
    """Where verdicts stand among the candidate pairs; those on other pairs are left out.

    Attributes:
        positions: Shape (V,). Of their pairs.
        kind: Shape (V,). The place of each kind in KINDS.
        is_drawn: Shape (V,). Whether the pair was drawn at random from all matches.
    """

    positions: NDArray[np.intp]
    kind: NDArray[np.int64]
    is_drawn: NDArray[np.bool_]


def find_verdicts(pairs: CandidatePairs, item_ids: Sequence[str], verdicts: Collection[Verdict]) -> FoundVerdicts:
    """Find verdicts among candidate pairs, in their order."""
    one, other = (rows_of(item_ids, ids) for ids in ([v.left_id for v in verdicts], [v.right_id for v in verdicts]))
    there = np.flatnonzero((one >= 0) & (other >= 0))
    found = np.full(len(one), -1, np.intp)
    found[there] = pairs.find(one[there], other[there])
    number = {kind: place for place, kind in enumerate(KINDS)}
    kind = np.array([number[verdict.kind] for verdict in verdicts], dtype=np.int64)
    is_drawn = np.array([verdict.sampled == RANDOM for verdict in verdicts], dtype=np.bool_)
    seen = found >= 0
    return FoundVerdicts(found[seen], kind[seen], is_drawn[seen])


def rows_of(item_ids: Sequence[str], wanted: Sequence[str]) -> NDArray[np.int64]:
    """Row of each wanted id, -1 where it is not in the catalog; shape of `wanted`."""
    # An index that is given keeps its look-up table from call to call; one made here does not.
    known = item_ids if isinstance(item_ids, pd.Index) else pd.Index(np.array(item_ids, dtype=object))
    return np.asarray(known.get_indexer(pd.Index(np.array(wanted, dtype=object))), dtype=np.int64)


def positions_of(pairs: CandidatePairs, item_ids: Sequence[str], wanted: Sequence[Ids]) -> NDArray[np.intp]:
    """Where those of the wanted pairs that were found by the search stand among the candidate pairs."""
    one, other = (rows_of(item_ids, [ids[side] for ids in wanted]) for side in (0, 1))
    there = (one >= 0) & (other >= 0)
    return pairs.positions(one[there], other[there])
