"""Brands: words that a catalog's titles begin with again and again, and which of two titles cannot be of one maker."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.matching.title_facts.attributes import NAMES, incidence
from matcher.text import fold

FEWEST_TITLES = 5  # distinct ones that begin with a brand
MOSTLY_FIRST = 0.7  # share of the titles with a brand in them that begin with it
MOST_OPTIONAL = 0.2  # share of its titles that stand in the catalog without it, too: a word that sellers add or not
SHORTEST = 3  # letters
# What sellers begin titles with beside brands, in English and Indonesian.
_SHOP_WORDS = frozenset(
    "the for and with new original ori asli official authentic genuine premium best hot sale promo ready stock stok"
    " free gratis ongkir murah termurah grosir ecer diskon discount limited cod bisa beli buy get import terlaris"
    " terbaru bonus paket set pack pcs preloved second bekas used refurbished exclusive special big mini".split()
)
_NO_BRANDS = _SHOP_WORDS | {
    word for table in NAMES.values() for words in table.values() for word in words.split()
}  # fmt: skip
_WORD = re.compile(r"[^\W_]+")


def brand_words(titles: Sequence[str]) -> frozenset[str]:
    """Learn a catalog's brands; the order of the titles plays no part.

    Makers stand first: "Velmora oat biscuits" beside "Tarindo oat biscuits". Where sellers shuffle words no
    word is mostly the first, and none is taken for a brand.

    Args:
        titles: N titles as sellers wrote them.

    Returns:
        Words, folded.
    """
    split = {tuple(_WORD.findall(fold(title))) for title in set(titles)}
    whole = {frozenset(words) for words in split}
    found = Counter(word for words in split for word in set(words))
    led: dict[str, list[frozenset[str]]] = defaultdict(list)
    for words in split:
        if words:
            led[words[0]].append(frozenset(words[1:]))
    return frozenset(
        word
        for word, rests in led.items()
        if len(rests) >= FEWEST_TITLES
        and len(rests) >= MOSTLY_FIRST * found[word]
        and len(word) >= SHORTEST
        and word.isalpha()
        and word not in _NO_BRANDS
        and sum(rest in whole for rest in rests) <= MOST_OPTIONAL * len(rests)
    )


def other_brands(titles: Sequence[str], left: NDArray[np.integer], right: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Find pairs whose titles name brands and share none.

    A brand that stands in the other title inside another word ("velmorapro") is shared.

    Args:
        titles: N titles as sellers wrote them.
        left: Shape (P,). Rows.
        right: Shape (P,). Rows.

    Returns:
        Shape (P,); the same for (left, right) as for (right, left).
    """
    brands = brand_words(titles)
    words = [_WORD.findall(fold(title)) for title in titles]
    named = [brands.intersection(each) for each in words]
    matrix, _ = incidence(named)
    has = np.array([bool(each) for each in named], dtype=np.bool_)
    other = has[left] & has[right]
    rows = np.flatnonzero(other)
    shared = np.asarray(matrix[left[rows]].multiply(matrix[right[rows]]).sum(axis=1)).ravel()
    other[rows[shared > 0]] = False
    glued = ["".join(each) for each in words]
    for row in np.flatnonzero(other).tolist():
        one, two = int(left[row]), int(right[row])
        found = [name in glued[there] for here, there in ((one, two), (two, one)) for name in named[here]]
        other[row] = not any(found)
    return np.asarray(other)
