"""Groups: matched listings joined into products, with every verdict obeyed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix

from matcher.errors import DataError
from matcher.matching.linkage import average_linkage
from matcher.vectors.copies import MOST_COPIES

LITTLE = 1e-6  # what a link's strength moves its weight by, so that shares stay what they are
RowPairs = Sequence[tuple[int, int]]
"""Pairs of rows, each in any order."""
Ends = tuple[NDArray[np.integer], NDArray[np.integer]]
"""The same as two arrays, shape (P,) each: one row of each pair, and the other."""


def group_listings(
    n: int,
    left: NDArray[np.integer],
    right: NDArray[np.integer],
    distance: NDArray[np.float32],
    same: RowPairs = (),
    different: RowPairs = (),
    least_linked: float = 0.0,
    values: NDArray[np.int32] | None = None,
    against: Ends | None = None,
) -> NDArray[np.int32]:
    """Join matched listings into groups: all that a chain of matches connects, or all that enough matches do.

    "Same" always joins, and "different" never does. Where two listings judged different would still end in one group
    through others, the weakest link on the way between them is left out, again and again until they part. A link that
    somebody judged "same" is never left out, so contradicting verdicts (see `contradictions`) stay in one group.

    Args:
        n: Listings in the catalog.
        left: Shape (M,). One listing of each matched pair.
        right: Shape (M,). The other.
        distance: Shape (M,). How far the two are apart; the larger, the weaker the link.
        same: Pairs judged to be one product.
        different: Pairs judged not to be.
        least_linked: Two groups are joined only where at least this share of the pairs between their listings is
            matched, 0..1; with 0 one match does. Verdicts "same" join whatever the share is, and so do copies of which
            there are more than are all paired (`MOST_COPIES`).
        values: Shape (n,). With a share: no group holds one value from 0 on twice, unless verdicts "same" say so.
        against: With a share: pairs that speak against one product, each once. Between two groups each takes one of
            their matches away.

    Returns:
        Shape (N,). Number of each listing's group, 0.., in the order in which groups first appear in the catalog.
    """
    judged = np.array(same, dtype=np.int64).reshape(-1, 2)
    left, right = np.concatenate([judged[:, 0], left]), np.concatenate([judged[:, 1], right])
    strength = np.concatenate([np.full(len(judged), -np.inf, dtype=np.float32), distance])
    group = connect(n, left, right)
    broken = {int(group[one]) for one, other in different if group[one] == group[other]}
    if broken:
        inside = np.isin(group[left], list(broken))
        kept = ~inside
        kept[inside] = _links_that_part(left[inside], right[inside], strength[inside], different)
        left, right, strength = left[kept], right[kept], strength[kept]
        group = connect(n, left, right)
    if not least_linked:
        return group
    links = _distinct(n, left, right, strength)
    together = [(one, other) for one, other in same if group[one] == group[other]]
    copies = _many_copies(n, left, right, strength)
    if against:  # those that no chain of matches connects part nothing
        within = group[against[0]] == group[against[1]]
        against = against[0][within], against[1][within]
    cut = least_linked - 2 * LITTLE
    return average_linkage(n, *links, cut, together, values=values, copies=copies, against=against)


def contradictions(n: int, same: RowPairs, different: RowPairs) -> list[tuple[int, int]]:
    """Pairs judged different that verdicts "same" connect, directly or through others."""
    judged = np.array(same, dtype=np.int64).reshape(-1, 2)
    group = connect(n, judged[:, 0], judged[:, 1])
    return [(one, other) for one, other in different if group[one] == group[other]]


def group_f1(group: NDArray[np.int32], codes: NDArray[np.int32]) -> float:
    """Mean over labelled listings of `listing_f1`."""
    return float(np.mean(listing_f1(group, codes)))


def listing_f1(group: NDArray[np.int32], codes: NDArray[np.int32]) -> NDArray[np.float64]:
    """F1 of each labelled listing's group against its product, itself counted.

    Args:
        group: Shape (N,). Group of each listing.
        codes: Shape (N,). Label code of each, -1 where unknown; those without one are left out altogether.

    Returns:
        Shape (L,), the labelled listings in catalog order.

    Raises:
        DataError: No listing has a label.
    """
    group, codes = group[codes >= 0], codes[codes >= 0]
    if not len(codes):
        raise DataError("No listing has a label; give verdicts on the Review page, or import a table with labels.")
    key = group.astype(np.int64) * (int(codes.max()) + 1) + codes
    _, number, both = np.unique(key, return_inverse=True, return_counts=True)
    return np.asarray(2 * both[number] / (np.bincount(group)[group] + np.bincount(codes)[codes]))


def connect(n: int, left: NDArray[np.integer], right: NDArray[np.integer]) -> NDArray[np.int32]:
    """Number the connected components of a graph.

    Args:
        n: Nodes.
        left: Shape (M,). One end of each link.
        right: Shape (M,). The other.

    Returns:
        Shape (n,). Number of each node's component, 0.., in the order in which components first appear.
    """
    from scipy.sparse.csgraph import connected_components  # brings all of scipy's linear algebra along

    links = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(n, n)).tocsr()
    _, group = connected_components(links, directed=False)
    return in_order_of_appearance(group)


def in_order_of_appearance(group: NDArray[np.integer]) -> NDArray[np.int32]:
    """Number groups anew in the order in which they first appear.

    Args:
        group: Shape (N,). Numbers from 0, the highest of them not far above N: there is a place for each.

    Returns:
        Shape (N,). The same groups with numbers 0...
    """
    places = np.arange(len(group))
    first = np.full(int(group.max(initial=-1)) + 1, len(group))
    np.minimum.at(first, group, places)
    at = first[group]
    return np.asarray((np.cumsum(at == places) - 1)[at], dtype=np.int32)


def _many_copies(
    n: int, left: NDArray[np.integer], right: NDArray[np.integer], distance: NDArray[np.float32]
) -> list[tuple[int, int]]:
    """The first and each other of more listings than are all paired, where links as strong as any connect them."""
    finite = distance[np.isfinite(distance)]
    if len(finite) <= MOST_COPIES:
        return []
    closest = distance == finite.min()
    part = connect(n, left[closest], right[closest])
    first = np.unique(part, return_index=True)[1]
    rows = np.flatnonzero((np.bincount(part) > MOST_COPIES)[part])
    return list(zip(first[part[rows]].tolist(), rows.tolist(), strict=True))


def _distinct(
    n: int, left: NDArray[np.integer], right: NDArray[np.integer], distance: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Each link once, with a weight of nearly 1: the stronger it is, the more, so that strong links join first.

    What a link weighs depends on it alone, so that groups which have no link in common leave each other be.
    """
    key = np.minimum(left, right).astype(np.int64) * n + np.maximum(left, right)
    order = np.lexsort((distance, key))
    key, distance = key[order], distance[order]
    first = np.append(True, key[1:] != key[:-1])[: len(key)] & (key // n != key % n)
    key, distance = key[first], distance[first]
    return key // n, key % n, 1 - LITTLE * (np.arctan(distance.astype(np.float64)) / np.pi + 0.5)


def _links_that_part(
    left: NDArray[np.integer], right: NDArray[np.integer], distance: NDArray[np.float32], different: RowPairs
) -> NDArray[np.bool_]:
    """Which links stay when no two listings judged different may be connected; shape (M,).

    Links are taken strongest first, and one that would bring two such listings together is refused: all others on the
    way between them are stronger, so it is the weakest. Verdicts "same" come as -inf and are never refused.

    Source: Kruskal's algorithm for spanning trees, with cannot-link constraints.
    """
    parent: dict[int, int] = {}
    apart: dict[int, set[int]] = {}
    for one, other in different:
        apart.setdefault(one, set()).add(other)
        apart.setdefault(other, set()).add(one)

    def root(row: int) -> int:
        while parent.setdefault(row, row) != row:
            parent[row] = row = parent[parent[row]]
        return row

    def parted(one: int, other: int) -> bool:
        return any(root(row) == other for row in apart.get(one, ()))

    kept = np.zeros(len(left), dtype=bool)
    for link in np.lexsort((np.maximum(left, right), np.minimum(left, right), distance)):
        one, other = sorted((root(int(left[link])), root(int(right[link]))))
        kept[link] = one == other or np.isneginf(distance[link]) or not parted(one, other)
        if kept[link] and one != other:
            parent[other] = one
            apart.setdefault(one, set()).update(apart.pop(other, ()))
    return kept
