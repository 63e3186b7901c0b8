"""The main listings of a catalog's groups: by its rule, and by what curators chose."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.images.sharpness import PhotoQuality
from matcher.ingest.catalog import Catalog
from matcher.ingest.columns.shop_columns import find_prices, find_sellers, read_prices
from matcher.matching.groups.main_listing import (
    MainListings,
    MainRule,
    Standing,
    choose_main,
    rank_ids,
    rank_photos,
    rank_prices,
    rank_sellers,
    rank_titles,
)
from matcher.pipeline.groups import main_choices
from matcher.pipeline.groups.photo_quality import UNREADABLE, measure_photos
from matcher.progress import Report, silent
from matcher.storage.workspace import Workspace

SETTING = "main_listing"  # of a catalog: its MainRule


def read_rule(workspace: Workspace, catalog_id: str, catalog: Catalog) -> MainRule:
    """The rule of a catalog; the usual one where it has none, or its column has gone with a new upload."""
    kept = workspace.store.setting(catalog_id, SETTING)
    if kept is None:
        return MainRule()
    rule = MainRule(**kept)
    return rule if rule.by not in ("price", "seller") or _column(rule, catalog) else MainRule()


def set_rule(workspace: Workspace, catalog_id: str, rule: MainRule) -> None:
    """Choose the main listings of a catalog's groups by this rule from now on."""
    workspace.store.set_setting(catalog_id, SETTING, asdict(rule))


def main_listings(
    workspace: Workspace,
    catalog_id: str,
    catalog: Catalog,
    group: NDArray[np.integer],
    rule: MainRule | None = None,
    within: NDArray[np.bool_] | None = None,
    report: Report = silent,
) -> MainListings:
    """The main listing of each group, with its reason.

    Args:
        workspace: Where the catalog is.
        catalog_id: Which catalog.
        catalog: Its N listings.
        group: Shape (N,). Group of each listing.
        rule: None for the catalog's.
        within: Shape (N,). Listings of the groups that are asked for, if not all are: the others stand for themselves.
        report: Told how far measuring photos is; may raise Cancelled.

    Raises:
        DataError: The rule asks for a column that the catalog does not have.
    """
    rule = read_rule(workspace, catalog_id, catalog) if rule is None else rule
    asked = np.arange(len(group)) if within is None else np.flatnonzero(within)
    _, place, size = np.unique(group[asked], return_inverse=True, return_counts=True)
    rows = asked[size[place] > 1]  # nothing is to be chosen where a listing is alone
    ids = _cells(catalog, "item_id", rows)
    age = rank_ids(ids)
    if rule.by == "photo":
        photos = _cells(catalog, "photo", rows)
        standing = _rank_photos(measure_photos(workspace, catalog_id, photos, report), photos)
    else:
        standing = rank_listings(catalog, rule, age, rows)
    times = main_choices.read_chosen(workspace.store, catalog_id)
    chosen = np.array([times.get(item_id, 0.0) for item_id in ids])
    return choose_main(group[rows], standing, age, chosen).among(rows, len(group))


def rank_listings(catalog: Catalog, rule: MainRule, age: Standing, rows: NDArray[np.intp]) -> Standing:
    """How some listings stand by a rule that needs no photos.

    Args:
        catalog: All listings.
        rule: By anything but photos.
        age: By the ids, of the R listings.
        rows: Shape (R,). Rows of the listings.

    Raises:
        DataError: The rule asks for a column that the catalog does not have.
    """
    if rule.by == "oldest":
        return age
    if rule.by == "title":
        return rank_titles(_cells(catalog, "title", rows))
    column = _column(rule, catalog)
    if column is None:
        what = "prices" if rule.by == "price" else "sellers"
        named = f"column {rule.column[:80]!r}" if rule.column else f"column of {what}"
        raise DataError(
            f"The catalog has no {named} to choose main listings by; name one that is there, or choose another rule."
        )
    cells = _cells(catalog, column, rows)
    return rank_prices(read_prices(cells)) if rule.by == "price" else rank_sellers(cells, rule.preferred)


def _cells(catalog: Catalog, column: str, rows: NDArray[np.intp]) -> list[str]:
    return list(catalog.listings[column].iloc[rows].tolist())  # some of a column; all would be turned into texts first


def _column(rule: MainRule, catalog: Catalog) -> str | None:
    """The column that a rule reads, None where it is not there."""
    if rule.column:
        return rule.column if rule.column in catalog.listings.columns else None
    return find_prices(catalog.listings) if rule.by == "price" else find_sellers(catalog.listings)


def _rank_photos(quality: Mapping[str, PhotoQuality], photos: Sequence[str]) -> Standing:
    found = [quality.get(photo, UNREADABLE) for photo in photos]
    return rank_photos(
        np.array([one.width for one in found], dtype=np.int64),
        np.array([one.height for one in found], dtype=np.int64),
        np.array([one.is_sharp for one in found], dtype=np.bool_),
        np.array([one.sharpness for one in found], dtype=np.float64),
    )
