"""Groups with their main listings, laid out as the tables that are handed on."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.ingest.catalog import Catalog
from matcher.matching.groups.main_listing import MainRule
from matcher.pipeline.groups.main_listings import main_listings
from matcher.progress import Report, silent
from matcher.review.group_numbers import NumberedGroups
from matcher.storage.exports import group_table
from matcher.storage.groups.tables import list_groups, list_main_ids
from matcher.storage.workspace import Workspace


@dataclass(frozen=True)
class GroupTables:
    """One partition of a catalog, three times.

    Attributes:
        listings: Every listing by group, as `group_table` lays them out.
        groups: One row for each group, as `list_groups` does.
        main_ids: One row for each id with its group's main id, as `list_main_ids` does.
    """

    listings: pd.DataFrame
    groups: pd.DataFrame
    main_ids: pd.DataFrame


def lay_out_groups(
    workspace: Workspace,
    catalog_id: str,
    catalog: Catalog,
    group: NDArray[np.integer],
    numbered: NumberedGroups,
    rule: MainRule | None = None,
    report: Report = silent,
) -> GroupTables:
    """Lay out groups with their main listings.

    Args:
        workspace: Where the catalog is.
        catalog_id: Which catalog.
        catalog: Its N listings.
        group: Shape (N,). Group of each listing.
        numbered: The numbers of these groups and of their families.
        rule: By which main listings are chosen; None for the catalog's.
        report: Told how far measuring photos is, where the rule asks for that; may raise Cancelled.

    Raises:
        DataError: The rule asks for a column that the catalog does not have.
    """
    mains = main_listings(workspace, catalog_id, catalog, group, rule, report=report)
    listings, number, family = catalog.listings, numbered.number, numbered.family
    return GroupTables(
        group_table(listings, number, family, mains.row),
        list_groups(listings, number, family, mains),
        list_main_ids(listings, number, family, mains),
    )
