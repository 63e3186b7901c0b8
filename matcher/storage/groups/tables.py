"""Groups as tables: one row for each, and one row for each id with the id that it becomes."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.ingest.columns.shop_columns import find_prices, find_sellers, read_prices
from matcher.matching.groups.main_listing import MainListings
from matcher.storage.exports import separator_of

BETWEEN = " | "  # titles and sellers of a group; ids have `separator_of`
MOST_NAMED = 20  # different titles or sellers of a group that are written out
LONGEST_NAMED = 400  # characters of each; a cell of a spreadsheet holds 32,767


def list_groups(
    listings: pd.DataFrame, number: NDArray[np.integer], family: NDArray[np.integer], mains: MainListings
) -> pd.DataFrame:
    """Lay out groups, one a row, the largest first; a listing that is alone is a group of one.

    Args:
        listings: Shape (N, ...). A catalog's.
        number: Shape (N,). Number of each listing's group.
        family: Shape (N,). Number of each listing's family: of the groups that are variants of each other.
        mains: The main listings.

    Returns:
        group (its number), family, size, main_id, main_title, main_because, ids (of all its listings, the main one
        first, with `separator_of` the ids between them), titles (different ones), and where the catalog says who sells
        and for how much: sellers (different ones), lowest_price and highest_price.
    """
    order = np.lexsort((np.arange(len(number)), mains.row != np.arange(len(number)), number))
    starts = np.flatnonzero(np.append(True, number[order][1:] != number[order][:-1])[: len(order)])
    members = np.split(order, starts[1:]) if len(order) else []
    first = order[starts]
    ids, titles = listings["item_id"].to_numpy(), listings["title"].to_numpy()
    separator = separator_of(listings["item_id"])
    columns: dict[str, object] = {
        "group": number[first],
        "family": family[first],
        "size": [len(rows) for rows in members],
        "main_id": ids[first],
        "main_title": titles[first],
        "main_because": [mains.say(row) for row in first.tolist()],
        "ids": [separator.join(ids[rows]) for rows in members],
        "titles": [_name(titles[rows]) for rows in members],
    }
    if (seller := find_sellers(listings)) is not None:
        sold_by = listings[seller].to_numpy()
        columns["sellers"] = [_name(sold_by[rows]) for rows in members]
    if (price := find_prices(listings)) is not None:
        costs = read_prices(listings[price].tolist())[order]
        for name, most, missing in (("lowest_price", np.fmin, np.inf), ("highest_price", np.fmax, -np.inf)):
            found = most.reduceat(np.where(np.isnan(costs), missing, costs), starts) if len(costs) else costs
            columns[name] = np.where(np.isfinite(found), found, np.nan)
    frame = pd.DataFrame(columns)
    return frame.iloc[np.lexsort((frame["group"], -frame["size"]))].reset_index(drop=True)


def list_main_ids(
    listings: pd.DataFrame, number: NDArray[np.integer], family: NDArray[np.integer], mains: MainListings
) -> pd.DataFrame:
    """Lay out what each id becomes where every group keeps its main listing alone, in the order of the catalog.

    Args:
        listings: Shape (N, ...). A catalog's.
        number: Shape (N,). Number of each listing's group.
        family: Shape (N,). Number of each listing's family.
        mains: The main listings.

    Returns:
        old_id, main_id (the same where a listing is the main one, or alone), group and family.
    """
    ids = listings["item_id"].to_numpy()
    return pd.DataFrame({"old_id": ids, "main_id": ids[mains.row], "group": number, "family": family})


def _name(cells: Iterable[str]) -> str:
    """Different cells, in their order, and how many more there are."""
    different = [cell for cell in dict.fromkeys(cell[:LONGEST_NAMED] for cell in cells) if cell]
    more = f"{BETWEEN}and {len(different) - MOST_NAMED:,} more" if len(different) > MOST_NAMED else ""
    return BETWEEN.join(different[:MOST_NAMED]) + more
