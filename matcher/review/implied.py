"""What verdicts and locks imply of pairs that nobody was asked about: one product is one all along a chain."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.matching.clusters import connect
from matcher.matching.groups.locks import FREE, NO_LOCKS, number_locks
from matcher.review.placed_verdicts import PlacedVerdicts, place_verdicts
from matcher.review.verdicts import DIFFERENT, KINDS, MATCH, UNSURE, VARIANT
from matcher.storage.records import Verdict

NOTHING = -1
"""What is said of a pair of which verdicts imply nothing."""


@dataclass(frozen=True)
class Implied:
    """What follows from verdicts: A = B and B = C make A = C; A = B and B different from C make A different from C.

    Attributes:
        product: Shape (N,). Number of the product that verdicts make of a listing; -1 where they are silent or
            contradict each other.
        apart: Shape (K,). Pairs of products that are not one, ascending: the smaller number times `products`, plus the
            larger.
        kind: Shape (K,). How each is not one: the place of DIFFERENT or VARIANT in KINDS.
        products: How many products there are.
        lock: Shape (N,). The lock of each listing, `FREE` where it is in none: two of one lock are one product, and a
            locked listing is none with any other.
    """

    product: NDArray[np.int64]
    apart: NDArray[np.int64]
    kind: NDArray[np.int64]
    products: int
    lock: NDArray[np.int64]

    def kinds(self, left: NDArray[np.integer], right: NDArray[np.integer]) -> NDArray[np.int64]:
        """What verdicts say or imply of pairs of rows.

        Args:
            left: Shape (P,). Rows.
            right: Shape (P,). Rows.

        Returns:
            Shape (P,). The place in KINDS of what is implied, `NOTHING` elsewhere.
        """
        found = np.full(len(left), NOTHING, dtype=np.int64)
        there = np.flatnonzero((self.product >= 0)[left] & (self.product >= 0)[right])
        one, other = self.product[left[there]], self.product[right[there]]
        found[there[one == other]] = KINDS.index(MATCH)
        if len(self.apart):
            key = np.minimum(one, other) * self.products + np.maximum(one, other)
            at = np.minimum(np.searchsorted(self.apart, key), len(self.apart) - 1)
            known = self.apart[at] == key
            found[there[known]] = self.kind[at[known]]
        one, other = self.lock[left], self.lock[right]
        held = (one != FREE) | (other != FREE)
        found[held] = np.where(one == other, KINDS.index(MATCH), KINDS.index(DIFFERENT))[held]
        return found

    def kind_of(self, left: int, right: int) -> str | None:
        """What verdicts say or imply of one pair of rows, or None."""
        kind = int(self.kinds(np.array([left]), np.array([right]))[0])
        return None if kind == NOTHING else KINDS[kind]


def implied_by(item_ids: Sequence[str], verdicts: Collection[Verdict], locked: NDArray[np.int64] = NO_LOCKS) -> Implied:
    """Find what verdicts and locks imply; also through listings that have left the catalog.

    Args:
        item_ids: Shape (N,). Ids of the listings.
        verdicts: Those in force.
        locked: Rows of locked listings, see `find_locked`; a lock stands above verdicts.
    """
    return find_implied(place_verdicts({item_id: row for row, item_id in enumerate(item_ids)}, list(verdicts)), locked)


def find_implied(placed: PlacedVerdicts, locked: NDArray[np.int64] = NO_LOCKS) -> Implied:
    """What `implied_by` finds, of verdicts whose rows are known.

    Where "same" joins two listings that somebody judged different or variants, nothing is implied of what it joins: to
    be asked is the way to settle it.
    """
    sure = placed.kind != KINDS.index(UNSURE)
    number, place = np.unique(placed.ends[sure], return_inverse=True)
    ends, kind, products = place.reshape(-1, 2), placed.kind[sure], len(number)
    is_same = kind == KINDS.index(MATCH)
    product = connect(products, *ends[is_same].T).astype(np.int64)
    one, other = np.sort(product[ends[~is_same]].reshape(-1, 2), axis=1).T
    contradicted = np.isin(product, one[one == other])
    clear = ~(np.isin(one, product[contradicted]) | np.isin(other, product[contradicted]))
    apart, kind = _first_of_each((one * products + other)[clear], kind[~is_same][clear])
    of_listing = np.full(placed.n, NOTHING, dtype=np.int64)
    kept = (number < placed.n) & ~contradicted
    of_listing[number[kept]] = product[kept]
    return Implied(of_listing, apart, kind, products, number_locks(placed.n, locked))


def _first_of_each(key: NDArray[np.int64], kind: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each key once, ascending; "different" before "variant", where both were said of two products."""
    order = np.lexsort((kind == KINDS.index(VARIANT), key))
    unique, first = np.unique(key[order], return_index=True)
    return unique, kind[order][first]
