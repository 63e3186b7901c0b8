"""What the page shows of a group: its listings and links, the other group beside it, and in what listings differ."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.matching.recipe import LEARNED, distance_of
from matcher.matching.threshold_margin import distance_to_edge
from matcher.review.groups.differences import Difference, compare_cells, compare_titles
from matcher.review.groups.intents import MOST_AT_A_GLANCE, ShownGroup
from matcher.review.groups.links import GroupLinks, find_nearest_group, link_group
from pages._groups.ranked import Ranked
from pages._shared.opened_catalog import Matched

MOST_ON_WALL = MOST_AT_A_GLANCE


@dataclass(frozen=True)
class Sight:
    """A group and what is shown with it.

    Attributes:
        place: In the order of risk.
        shown: The group and the other one, as an answer is held against it.
        links: What holds it together.
        other_rows: Shape (T,). Listings of the other group; empty where there is none.
        differences: In what its listings differ, facts of titles first.
        center: Place of the listing that is most sure of the others, with which titles are compared.
    """

    place: int
    shown: ShownGroup
    links: GroupLinks
    other_rows: NDArray[np.int64]
    differences: Sequence[Difference]
    center: int


def see(matched: Matched, ranked: Ranked, place: int, other: int | None) -> Sight:
    """Look at a group.

    Args:
        matched: The open catalog.
        ranked: Its groups.
        place: Of the group in the order of risk.
        other: The group beside it, as numbered in the outcome; the nearest one for None.
    """
    outcome, risks = ranked.handed_out.outcome, ranked.risks
    group = int(risks.group[place])
    links = link_group(outcome, ranked.spanned, ranked.sureness, group)
    around, far = _look_around(matched, links.rows)
    pairs = matched.encoded.pairs
    if other is None:
        other = find_nearest_group(pairs.left[around], pairs.right[around], far, outcome.group, group)
    other_rows = np.flatnonzero(outcome.group == other) if other is not None else np.zeros(0, np.int64)
    crossing = np.isin(pairs.left[around], other_rows) | np.isin(pairs.right[around], other_rows)
    near = around[crossing][np.argsort(far[crossing], kind="stable")]
    ids, other_ids = name_listings(matched, links.rows), name_listings(matched, other_rows)
    own = [(ids[link.one], ids[link.other]) for link in links.links]
    ends = (name_listings(matched, side[near]) for side in (pairs.left, pairs.right))
    across = list(zip(*ends, strict=True))
    number = ranked.handed_out.numbered.number
    locked = {int(outcome.group[row]) for row in outcome.judged.locked[:, 1]}
    shown = ShownGroup(
        int(number[links.rows[0]]), ids, tuple(links.side), [*own, *across],
        group in locked, int(number[other_rows[0]]) if len(other_rows) else None, other_ids,
        other in locked,
    )  # fmt: skip
    return Sight(place, shown, links, other_rows, compare(matched, links.rows), find_center(links))


def name_listings(matched: Matched, rows: NDArray[np.integer]) -> tuple[str, ...]:
    """Item ids of some rows."""
    return tuple(map(str, matched.catalog.listings["item_id"].iloc[rows]))


def compare(matched: Matched, rows: NDArray[np.int64]) -> list[Difference]:
    """In what listings differ: what their titles state, then their other columns."""
    listings = matched.catalog.listings.iloc[rows[:MOST_ON_WALL]]
    cells = {str(name): listings[name].astype(str).tolist() for name in listings.columns}
    return [*compare_titles(cells["title"]), *compare_cells(cells)]


def find_center(links: GroupLinks) -> int:
    """The listing whose links are the surest together."""
    sure = np.zeros(len(links.rows))
    for link in links.links:
        sure[[link.one, link.other]] += link.sure
    return int(np.argmax(sure))


def _look_around(matched: Matched, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Candidate pairs that hold one of the listings, and how far apart each is by the rule; smaller is nearer."""
    numbers = np.unique(np.concatenate([matched.index.of(int(row)) for row in rows[:MOST_ON_WALL]]))
    near = matched.encoded.pairs.chosen(numbers)
    if matched.recipe.fusion == "learned":
        return numbers, distance_of(near, LEARNED)
    return numbers, distance_to_edge(near, matched.recipe)
