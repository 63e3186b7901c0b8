"""Brands: words that a catalog's titles begin with again and again, and which of two titles cannot be of one maker."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from matcher.matching.title_facts.attributes import NAMES
from matcher.text import fold

FEWEST_TITLES = 5  # distinct ones that begin with a brand
MOSTLY_FIRST = 0.7  # share of the titles with a brand in them that begin with it
MOST_OPTIONAL = 0.2  # share of its titles that stand in the catalog without it, too: a word that sellers add or not
SHORTEST = 3  # letters
LONGEST = 40  # letters of a word that a brand is looked for in; words of thousands are no words
PAIRS_AT_ONCE = 1 << 17
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


def name_brands(title: str, brands: frozenset[str]) -> tuple[str, ...]:
    """The brands that a title names, each once, as it writes them.

    Args:
        title: As a seller wrote it.
        brands: From `brand_words`.
    """
    named = {folded: word for word in _WORD.findall(title) if (folded := fold(word)) in brands}
    return tuple(named.values())


def other_brands(
    titles: Sequence[str],
    left: NDArray[np.integer],
    right: NDArray[np.integer],
    brands: frozenset[str] | None = None,
) -> NDArray[np.bool_]:
    """Find pairs whose titles name brands and share none.

    A brand that stands in the other title as a part of a word, or as two words, is shared.

    Args:
        titles: N titles as sellers wrote them.
        left: Shape (P,). Rows.
        right: Shape (P,). Rows.
        brands: From `brand_words`; None learns them from these titles.

    Returns:
        Shape (P,); the same for (left, right) as for (right, left).
    """
    brands = brand_words(titles) if brands is None else brands
    words = [_WORD.findall(fold(title)) for title in titles]
    parts = {word: brands.intersection(_parts(word)) for word in {word for each in words for word in each}}
    named = _incidence([brands.intersection(each) for each in words], brands)
    held = [
        {brand for word in each for brand in parts[word]}
        | brands.intersection(one + other for one, other in pairwise(each))
        for each in words
    ]
    holding = _incidence(held, brands)
    has = np.diff(named.indptr) > 0
    other = has[left] & has[right]
    rows = np.flatnonzero(other)
    for start in range(0, len(rows), PAIRS_AT_ONCE):
        block = rows[start : start + PAIRS_AT_ONCE]
        one, two = left[block], right[block]
        shared = named[one].multiply(holding[two]).sum(axis=1) + named[two].multiply(holding[one]).sum(axis=1)
        other[block] = np.asarray(shared).ravel() == 0
    return np.asarray(other)


def _parts(word: str) -> Iterator[str]:
    """All runs of letters of a word that are long enough for a brand."""
    word = word[:LONGEST]
    for start in range(len(word) - SHORTEST + 1):
        for end in range(start + SHORTEST, len(word) + 1):
            yield word[start:end]


def _incidence(values: Sequence[Iterable[str]], names: Iterable[str]) -> csr_matrix:
    """A matrix of 0 and 1, shape (N, names): which of N listings has which of the names, in alphabetical order."""
    column = {name: number for number, name in enumerate(sorted(names))}
    found = [sorted(column[value] for value in each) for each in values]
    starts = np.concatenate([[0], np.cumsum([len(each) for each in found])])
    indices = np.array([number for each in found for number in each], dtype=np.int32)
    ones = np.ones(len(indices), dtype=np.float32)
    return csr_matrix((ones, indices, starts), shape=(len(found), max(1, len(column))))
