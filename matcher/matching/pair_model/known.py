"""What labels and verdicts say of candidate pairs, and folds of products, so that none is learned from and judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from matcher.matching.clusters import connect
from matcher.vectors.candidate_pairs import CandidatePairs
from matcher.vectors.hashing import GOLDEN_GAMMA, mix_bits

FOLDS = 3
BALANCE = -0.4  # power of a product's size that its listings' pairs weigh: large products have many pairs


@dataclass(frozen=True)
class Known:
    """What is known of P candidate pairs of N listings.

    Attributes:
        pairs: The pairs.
        is_same: Shape (P,). Whether a pair is one product, where that is known.
        is_known: Shape (P,).
        fold: Shape (N,). Fold of each listing, 0..FOLDS - 1; see `product_folds`.
        weight: Shape (P,). What each pair counts.
        key: Shape (N,). From `content_keys`.
    """

    pairs: CandidatePairs
    is_same: NDArray[np.bool_]
    is_known: NDArray[np.bool_]
    fold: NDArray[np.int64]
    weight: NDArray[np.float64]
    key: NDArray[np.uint64]

    @cached_property
    def lot(self) -> NDArray[np.float64]:
        """A number from 0 to 1 for each pair, as drawn by lot, but the same in whatever rows its listings stand."""
        ends = self.key[self.pairs.left], self.key[self.pairs.right]
        mixed = _mix(np.minimum(*ends) + _mix(np.maximum(*ends)))
        return np.asarray((mixed >> np.uint64(11)) / 2.0**53)


def content_keys(listings: int, *alike: Sequence[str], seed: int = 0) -> NDArray[np.uint64]:
    """A number for each listing that follows from what it shows and not from the row it stands in.

    Args:
        listings: N, how many there are.
        alike: Titles, photos, ... of all of them; of none the row is taken.
        seed: Another one gives other numbers.

    Returns:
        Shape (N,).
    """
    if not alike:
        return _mix(np.arange(listings, dtype=np.uint64) + np.uint64(seed))
    texts = ("\0".join(each).encode("utf-8", "surrogatepass") for each in zip(*alike, strict=True))
    salt = seed.to_bytes(8, "big")
    return np.array([int.from_bytes(blake2b(text, digest_size=8, salt=salt).digest()) for text in texts], np.uint64)


def _mix(number: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Numbers without a pattern, the same for the same."""
    return mix_bits(number + GOLDEN_GAMMA)


def product_folds(codes: NDArray[np.int32], *alike: Sequence[str], seed: int = 0) -> NDArray[np.int64]:
    """Deal listings out to folds so that no product is in two: neither by its label, nor by a title or photo of it.

    What is told of the listings decides, and not the order of the rows.

    Args:
        codes: Shape (N,). Label code of each listing, -1 where unknown.
        alike: For each further kind of sameness what tells it, for all N listings: titles, photos; "" is like nothing.
        seed: Of the dealing.

    Returns:
        Shape (N,), 0..FOLDS - 1.
    """
    n = len(codes)
    said = [np.where(codes >= 0, codes, -1)]
    for each in alike:
        _, number = np.unique(np.array(each, dtype=np.str_), return_inverse=True)
        said.append(np.where(np.array([value != "" for value in each]), number, -1))
    ends = []
    for number in said:
        order = np.argsort(number, kind="stable")
        order = order[number[order] >= 0]
        next_one = np.flatnonzero(number[order[1:]] == number[order[:-1]])
        ends.append(np.stack([order[next_one], order[next_one + 1]]))
    left, right = np.concatenate(ends, axis=1)
    part = connect(n, left, right)
    key = content_keys(n, *alike, seed=seed)
    first = np.full(int(part.max(initial=-1)) + 1, np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(first, part, key)
    dealt = np.empty(len(first), dtype=np.int64)
    dealt[np.argsort(first, kind="stable")] = np.arange(len(first))
    return np.asarray(dealt[part] % FOLDS)


def known_pairs(
    pairs: CandidatePairs,
    codes: NDArray[np.int32],
    fold: NDArray[np.int64],
    same: Sequence[tuple[int, int]] = (),
    different: Sequence[tuple[int, int]] = (),
    key: NDArray[np.uint64] | None = None,
) -> Known:
    """Put together what labels and verdicts say; a verdict stands over a label.

    Args:
        pairs: P candidate pairs of N listings.
        codes: Shape (N,). Label code of each listing, -1 where unknown.
        fold: Shape (N,). From `product_folds`.
        same: Pairs of rows judged to be one product.
        different: Pairs of rows judged not to be.
        key: Shape (N,). From `content_keys`; None to go by the rows.
    """
    left, right = codes[pairs.left], codes[pairs.right]
    is_known = (left >= 0) & (right >= 0)
    is_same = is_known & (left == right)
    for judged, truth in ((same, True), (different, False)):
        rows = pairs.positions(*np.array(judged, dtype=np.int64).reshape(-1, 2).T)
        is_known[rows], is_same[rows] = True, truth
    sizes = np.bincount(codes[codes >= 0], minlength=1)
    size = np.where(codes >= 0, sizes[codes], 1).astype(np.float64)
    balance = (size[pairs.left] ** BALANCE + size[pairs.right] ** BALANCE) / 2
    return Known(pairs, is_same, is_known, fold, balance, content_keys(pairs.n) if key is None else key)
