"""Listings resolved completely: a curator looks for all that is the same product, also where no search has looked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.matching.clusters import connect
from matcher.matching.metrics import RowPair
from matcher.review.verdicts import rows_of
from matcher.vectors.candidate_pairs import CandidatePairs
from matcher.vectors.hashing import mix_bits

SALT = np.uint64(0xA0D17)  # so that listings do not come in the order in which others are drawn by their ids


@dataclass(frozen=True)
class Audits:
    """What listings that were drawn at random and resolved completely tell of the search, product by product.

    Attributes:
        listings: How many were resolved.
        same: Shape (U,). For each product, over its resolved listings, the other listings of the product.
        found: Shape (U,). How many of these the search brought together with them, as candidate pairs.
    """

    listings: int
    same: NDArray[np.int64]
    found: NDArray[np.int64]


def draw_listings(item_ids: Sequence[str]) -> NDArray[np.intp]:
    """All listings in an order that looks random and depends on their ids alone; the first are resolved first.

    Args:
        item_ids: Shape (N,). Ids of the listings.
    """
    hashed = pd.util.hash_array(np.array(item_ids, dtype=object))
    return np.argsort(mix_bits(hashed ^ SALT), kind="stable")


def leading_audits(order: NDArray[np.intp], resolved: Collection[int]) -> list[int]:
    """The resolved rows at the start of the order: those behind a gap were chosen, and speak for no others.

    Args:
        order: From `draw_listings`.
        resolved: Rows that a curator resolved or put off.
    """
    done = set(resolved)
    is_open = np.array([row not in done for row in order.tolist()], dtype=np.bool_)
    leading = order[: int(np.argmax(is_open)) if is_open.any() else len(order)]
    return [int(row) for row in leading]


def read_audits(pairs: CandidatePairs, same: Sequence[RowPair], resolved: Collection[int]) -> Audits:
    """Count what the search found of what curators found.

    Args:
        pairs: P candidate pairs of N listings.
        same: Pairs of rows judged to be one product; all that a chain of them connects is one.
        resolved: Rows that were drawn at random and resolved completely.
    """
    ends = np.array(same, dtype=np.int32).reshape(-1, 2)
    product = connect(pairs.n, ends[:, 0], ends[:, 1])
    rows = np.array(sorted(set(resolved)), dtype=np.int64)
    members: dict[int, list[int]] = {}
    for row in np.flatnonzero(np.isin(product, product[rows])).tolist():
        members.setdefault(int(product[row]), []).append(row)
    counts: dict[int, list[int]] = {}
    for row in rows.tolist():
        others = np.array([other for other in members[int(product[row])] if other != row], dtype=np.int64)
        low, high = np.minimum(others, row), np.maximum(others, row)
        found = int((pairs.find(low, high) >= 0).sum()) if len(others) else 0
        total = counts.setdefault(int(product[row]), [0, 0])
        total[0], total[1] = total[0] + len(others), total[1] + found
    figures = np.array(list(counts.values()), dtype=np.int64).reshape(-1, 2)
    return Audits(len(rows), figures[:, 0], figures[:, 1])


def rows_of_audits(item_ids: Sequence[str], resolved: Sequence[str]) -> list[int]:
    """Rows of the resolved listings that are in the catalog."""
    rows = rows_of(item_ids, resolved)
    return [int(row) for row in rows if row >= 0]
