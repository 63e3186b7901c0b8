"""The groups of a catalog that are handed out, with the numbers by which people know them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.matching.clusters import RowPairs
from matcher.matching.groups.numbers import find_families, number_groups
from matcher.storage.records import GroupNumbers
from matcher.storage.workspace import Workspace


@dataclass(frozen=True)
class NumberedGroups:
    """Groups by their numbers.

    Attributes:
        number: Shape (N,). Number of each listing's group, from 1; a listing that is alone has one too.
        family: Shape (N,). Number of each listing's family: of groups that are variants of each other.
        revision: Of the numbers that are kept, see `GroupNumbers`.
    """

    number: NDArray[np.int64]
    family: NDArray[np.int64]
    revision: int


def keep_numbers(
    workspace: Workspace,
    catalog_id: str,
    item_ids: Sequence[str],
    group: NDArray[np.int32],
    variants: RowPairs | NDArray[np.int64] = (),
    before: NumberedGroups | None = None,
) -> NumberedGroups:
    """Give groups the numbers that most of their listings had, and keep them for the next time.

    Args:
        workspace: Where the catalog is.
        catalog_id: Which catalog.
        item_ids: Shape (N,). Ids of its listings.
        group: Shape (N,). Group of each listing.
        variants: Pairs of rows judged to be variants of each other.
        before: What this gave last for the same listings, which is used where nobody has kept other numbers since.
    """
    store = workspace.store
    while True:
        kept = store.counted_groups(catalog_id)
        if before is not None and before.revision == kept.revision:
            had = before.number
        else:
            kept = store.group_numbers(catalog_id)
            had = np.array([kept.numbers.get(item_id, 0) for item_id in item_ids], dtype=np.int64)
        number = number_groups(group, had, kept.last)
        given = {item_ids[row]: int(number[row]) for row in np.flatnonzero(number != had).tolist()}
        last = max(kept.last, int(number.max(initial=0)))
        # Else somebody kept other numbers meanwhile, and these are chosen again from those.
        if not given or store.keep_group_numbers(catalog_id, GroupNumbers(given, last, kept.revision)):
            return NumberedGroups(number, find_families(number, variants), kept.revision + bool(given))
