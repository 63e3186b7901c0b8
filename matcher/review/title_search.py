"""Listings by words, id or label."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.text import fold


def searcher(listings: pd.DataFrame) -> Callable[[str], NDArray[np.int64]]:
    """Prepare a search by words, id or label.

    Args:
        listings: The catalog's listings, with `item_id`, `title` and `label`.

    Returns:
        A function from what somebody typed to row numbers: listings whose id or label is just that come first, then
        those whose title, id or label holds every word of it, however accents and widths were typed, in catalog order.
    """
    exact = [listings[name].str.casefold() for name in ("item_id", "label")]
    folded = listings[["title", "item_id", "label"]].map(fold)
    text = folded["title"].str.cat(folded[["item_id", "label"]], sep="\n")

    def search(typed: str) -> NDArray[np.int64]:
        words = fold(typed).split()
        if not words:
            return np.arange(len(text))
        holds = np.ones(len(text), dtype=np.bool_)
        for word in words:
            rows = np.flatnonzero(holds)
            holds[rows] = text.iloc[rows].str.contains(word, regex=False).to_numpy(dtype=np.bool_)
        itself = (exact[0] == typed.strip().casefold()) | (exact[1] == typed.strip().casefold())
        first = itself.to_numpy(dtype=np.bool_)
        return np.concatenate([np.flatnonzero(first), np.flatnonzero(holds & ~first)])

    return search
