"""Which listings of a catalog the encoders in use have learned from, and which ones show what they do with new ones."""

import numpy as np
from numpy.typing import NDArray

from matcher.encoders.model_card import is_run
from matcher.pipeline.encoding import EncodeConfig
from matcher.storage.workspace import Workspace
from matcher.training.provenance import find_training_rows

FEWEST_QUERY_PRODUCTS = 20  # products with two listings; thresholds chosen on fewer are a matter of luck


def kept_out(workspace: Workspace, config: EncodeConfig) -> NDArray[np.bool_] | None:
    """Listings of products that no encoder in use was trained on, shape (N,).

    None if that is all of them, or if too few are left to choose thresholds on.
    """
    learned = read_training_rows(workspace, config)
    codes = workspace.load_catalog(config.catalog_id).codes
    sizes = np.bincount(codes[~learned & (codes >= 0)])
    return ~learned if learned.any() and (sizes > 1).sum() >= FEWEST_QUERY_PRODUCTS else None


def read_training_rows(workspace: Workspace, config: EncodeConfig) -> NDArray[np.bool_]:
    """Listings of products that an encoder in use was trained on, shape (N,)."""
    catalog = workspace.load_catalog(config.catalog_id)
    folders = [workspace.encoders / spec for spec in (config.text, config.image) if spec and ":" not in spec]
    listings = catalog.listings
    return find_training_rows(
        filter(is_run, folders), list(listings["item_id"]), list(listings["title"]), catalog.codes
    )
