"""What holds groups together: the surest links between their listings, and the weakest of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix

from matcher.matching.clusters import connect
from matcher.matching.recipe import Recipe
from matcher.matching.resolve import Outcome

NONE = -1
"""What stands for the weakest link of a listing that is alone."""


@dataclass(frozen=True)
class Spanned:
    """The surest links that hold each group together, one fewer than it has listings.

    Attributes:
        match: Shape (T,). Their places among the matches of the outcome, the surest first.
        weakest: Shape (G,). The place of the weakest link of each group; `NONE` where it is one listing.
    """

    match: NDArray[np.int64]
    weakest: NDArray[np.int64]


@dataclass(frozen=True)
class Link:
    """Two listings of a group.

    Attributes:
        one: Place of the one listing in the group, 0...
        other: Place of the other, larger.
        sure: How sure the link is, 0..1; 1 where a curator gave it, 0 where nothing but the group speaks for it.
        is_given: Whether a curator said so.
    """

    one: int
    other: int
    sure: float
    is_given: bool


@dataclass(frozen=True)
class GroupLinks:
    """What holds one group together.

    Attributes:
        rows: Shape (S,). Its listings, ascending.
        links: Those that match by themselves, and those without which the group would fall apart; the surest first.
        weakest: Which of the links is the weakest that the group hangs by.
        strongest: For each listing the place of its surest link.
        side: For each listing 0 or 1: the part it would be in without the weakest link. The smaller part is 1; of two
            that are as large, the one without the first listing.
    """

    rows: NDArray[np.int64]
    links: Sequence[Link]
    weakest: int
    strongest: Sequence[int]
    side: Sequence[int]


def span_groups(outcome: Outcome) -> Spanned:
    """Find the surest links that hold each group together.

    Source: Kruskal's algorithm for spanning trees; equally sure links in the order of their rows.
    """
    from scipy.sparse.csgraph import minimum_spanning_tree  # brings all of scipy's linear algebra along

    n, matches = len(outcome.group), len(outcome.left)
    weakest = np.full(int(outcome.group.max(initial=-1)) + 1, NONE, dtype=np.int64)
    order = np.argsort(outcome.strength, kind="stable")  # matches stand in the order of their rows
    rank = np.empty(matches, dtype=np.float64)
    rank[order] = np.arange(1, matches + 1)  # not 0, which a sparse graph takes for no link
    graph = coo_matrix((rank, (outcome.left, outcome.right)), shape=(n, n)).tocsr()
    chosen = order[np.sort(minimum_spanning_tree(graph).data).astype(np.int64) - 1]
    weakest[outcome.group[outcome.left[chosen]]] = chosen  # the last one that is written stays
    return Spanned(chosen, weakest)


def measure_sureness(outcome: Outcome, recipe: Recipe) -> NDArray[np.float32]:
    """How sure each match is, 0..1; shape (M,).

    The probability of a pair model; for a plain rule how far within its threshold the pair lies, 0 at the threshold and
    1 for two that are alike. 1 for what a curator gave, 0 where nothing but the group speaks for it.
    """
    if recipe.fusion == "learned":
        return np.asarray(np.clip(1 - outcome.strength, 0, 1), dtype=np.float32)
    return np.asarray(np.clip(-outcome.strength, 0, 1), dtype=np.float32)


def link_group(outcome: Outcome, spanned: Spanned, sureness: NDArray[np.float32], group: int) -> GroupLinks:
    """Look at what holds one group together.

    Args:
        outcome: The groups.
        spanned: Of `span_groups`.
        sureness: Of `measure_sureness`.
        group: Number of a group of two listings or more, as in `outcome.group`.
    """
    rows = np.flatnonzero(outcome.group == group)
    inside = np.flatnonzero(outcome.group[outcome.left] == group)
    tree = inside[np.isin(inside, spanned.match)]
    shown = inside[outcome.direct[inside] | np.isin(inside, tree)]
    shown = shown[np.argsort(outcome.strength[shown], kind="stable")]
    one, other = np.searchsorted(rows, outcome.left[shown]), np.searchsorted(rows, outcome.right[shown])
    sure, given = sureness[shown], np.isneginf(outcome.strength[shown])
    links = [
        Link(int(left), int(right), float(value), bool(is_given))
        for left, right, value, is_given in zip(one, other, sure, given, strict=True)
    ]
    weakest = int(np.flatnonzero(shown == spanned.weakest[group])[0])
    strongest: list[int] = [NONE] * len(rows)
    for place, link in reversed(list(enumerate(links))):
        strongest[link.one] = strongest[link.other] = place
    rest = np.isin(shown, tree)
    rest[weakest] = False
    side = connect(len(rows), one[rest], other[rest])
    side = 1 - side if 2 * int(side.sum()) > len(rows) else side
    return GroupLinks(rows, links, weakest, strongest, side.tolist())


def find_nearest_group(
    left: NDArray[np.integer],
    right: NDArray[np.integer],
    far: NDArray[np.float32],
    group: NDArray[np.integer],
    own: int,
) -> int | None:
    """The other group that lies nearest to one, by the nearest pair between the two; None where there is none.

    Args:
        left: Shape (P,). One listing of each pair around the group.
        right: Shape (P,). The other.
        far: Shape (P,). How far apart they are, smaller is nearer; inf where that is not known.
        group: Shape (N,). Group of each listing.
        own: The group.
    """
    ends = group[left], group[right]
    crossing = np.flatnonzero(((ends[0] == own) ^ (ends[1] == own)) & np.isfinite(far))
    if not len(crossing):
        return None
    best = crossing[np.argmin(far[crossing])]
    return int(ends[0][best] + ends[1][best] - own)
