"""The words that two titles share and those that each has alone, the rarest in the catalog first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matcher.catalog_words import CatalogWords, learn_words
from matcher.matching.title_facts.brands import brand_words


@dataclass(frozen=True)
class WordCounts:
    """How a catalog writes its words, and how many listings have each.

    Attributes:
        read: How titles become words.
        listings: Word, folded, to the number of listings whose title has it.
        brands: Words, folded, that are brands here.
    """

    read: CatalogWords
    listings: Mapping[str, int]
    brands: frozenset[str]


@dataclass(frozen=True)
class ComparedWords:
    """Words of two titles, folded, each once, the rarest first; stock phrases of sellers are left out.

    Attributes:
        common: Of both.
        left: Of the one title alone.
        right: Of the other alone.
    """

    common: tuple[str, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]


def count_words(titles: Sequence[str]) -> WordCounts:
    """Learn how a catalog writes its words, once, for any number of pairs.

    Args:
        titles: N titles as sellers wrote them.
    """
    read = learn_words(titles)
    listings: Counter[str] = Counter()
    for title, copies in Counter(titles).items():
        for word in set(read.words(title)):
            listings[word] += copies
    return WordCounts(read, dict(listings), brand_words(titles))


def compare_words(counts: WordCounts, title: str, other: str) -> ComparedWords:
    """Tell which words two titles share; equally rare ones stand in the order of the alphabet.

    Args:
        counts: Of the catalog.
        title: Of one listing, of the catalog or not.
        other: Of the other.
    """
    one, two = (set(counts.read.words(each)) for each in (title, other))
    return ComparedWords(*(_order(words, counts.listings) for words in (one & two, one - two, two - one)))


def _order(words: set[str], listings: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(sorted(words, key=lambda word: (listings.get(word, 0), word)))
