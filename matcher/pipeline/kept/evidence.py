"""What of a catalog is evidence: photos that say something, and titles that contradict each other."""

import numpy as np
from numpy.typing import NDArray

from matcher.catalog_words import learn_words
from matcher.images import is_one_colour
from matcher.ingest.catalog import Catalog
from matcher.matching.conflicts import with_conflicts
from matcher.matching.placeholders import placeholder_photos
from matcher.storage.workspace import Workspace
from matcher.vectors.candidate_pairs import CandidatePairs


def empty_photos(catalog: Catalog) -> NDArray[np.bool_]:
    """Listings whose photo is no evidence: a field of one colour, or a placeholder under many unlike titles.

    Args:
        catalog: N listings.

    Returns:
        Shape (N,).
    """
    listings = catalog.listings
    titles, photos = list(listings["title"]), list(listings["photo"])
    read = learn_words(titles)
    shown = listings["photo"].where(listings["photo"] != "", listings["phash"])
    placeholder = placeholder_photos(list(shown), [read.words(title) for title in titles])
    folder = catalog.photos
    plain = {photo for photo in set(photos) if folder and photo and is_one_colour(folder / photo)}
    return placeholder | np.array([photo in plain for photo in photos], dtype=np.bool_)


def load_pairs(workspace: Workspace, catalog_id: str, key: str, content: str) -> CandidatePairs:
    """Open candidate pairs of listings with this content, with what their titles contradict each other in.

    Raises:
        DataError: They are gone.
    """
    pairs = workspace.load_pairs(catalog_id, key)
    if pairs.conflicts is None:  # an earlier version of the program did not look for them
        info, catalog = workspace.open_catalog(catalog_id)
        if info.content == content:
            return with_conflicts(pairs, list(catalog.listings["title"]))
    return pairs
