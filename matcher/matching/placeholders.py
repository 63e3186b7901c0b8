"""Photos that say nothing of what is sold: one picture under many unlike titles, as "no image available" is."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

FEWEST_TITLES = 4  # distinct ones under one photo
UNLIKE = 0.3
"""Share of pairs of a photo's titles that have no word in common. Of 45 photos under four titles and more of one
product in catalogs of real goods, one had a share above 0.05: 0.17. Of a placeholder the share is that of any two
titles: 0.47 where goods are named by three words of thirteen, and more where they are named by more."""
SAMPLE = 60  # titles of a photo that are compared


def placeholder_photos(photos: Sequence[str], words: Sequence[Sequence[str]]) -> NDArray[np.bool_]:
    """Find photos that stand under many unlike titles.

    Args:
        photos: What tells the photo of each of N listings from others: its content's name, or its hash; "" for none.
        words: The words of each listing's title.

    Returns:
        Shape (N,). Whether the listing's photo is one of those.
    """
    titles: dict[str, set[frozenset[str]]] = defaultdict(set)
    for photo, said in zip(photos, words, strict=True):
        if photo and said:
            titles[photo].add(frozenset(said))
    empty = {photo for photo, distinct in titles.items() if len(distinct) >= FEWEST_TITLES and _unlike(distinct)}
    return np.array([photo in empty for photo in photos], dtype=np.bool_)


def _unlike(titles: set[frozenset[str]]) -> bool:
    ordered = sorted(titles, key=sorted)
    pairs = list(combinations(ordered[:: max(1, len(ordered) // SAMPLE)], 2))
    return sum(not one & other for one, other in pairs) >= UNLIKE * len(pairs)
