"""Where verdicts stand in a catalog: by row, and among its candidate pairs."""

from collections.abc import Collection, Mapping, Sequence

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


def verdict_rows(
    pairs: CandidatePairs, item_ids: Sequence[str], verdicts: Collection[Verdict]
) -> tuple[NDArray[np.intp], list[str]]:
    """Where pairs with a verdict stand among the candidate pairs, and the kind of each; others are left out.

    Returns:
        Shape (V,) and a list of V kinds.
    """
    found = {
        kind: positions_of(pairs, item_ids, [(v.left_id, v.right_id) for v in verdicts if v.kind == kind])
        for kind in KINDS
    }
    return np.concatenate(list(found.values())), [kind for kind, rows in found.items() for _ in rows]


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
