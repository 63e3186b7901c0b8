"""Which photos of a catalog say nothing of what is sold."""

import numpy as np
from numpy.typing import NDArray

from matcher.catalog_words import learn_words
from matcher.images import is_one_colour
from matcher.ingest.catalog import Catalog
from matcher.matching.placeholders import placeholder_photos


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
