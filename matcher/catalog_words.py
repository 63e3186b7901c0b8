"""Words of titles as a whole catalog writes them: joined as others join them, and without a seller's stock phrases."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from matcher.text import fold

SHORTEST_JOINED = 4  # letters: "xl" is not "x l"
MOST_JOINED = 3  # words: "2 in 1"
GRAM = 4  # words in a row by which a phrase is found
FEWEST_TITLES = 8  # distinct ones that a stock phrase stands in
FEWEST_WORDS = 6  # that a title must have of stock phrases; fewer are a kind of goods, as "wireless optical mouse M185"
FEWEST_LEFT = 2  # words that it must have besides; a brand alone does not say what is sold
UNLIKE = 0.5  # share of pairs of such titles that have no other word in common
SAMPLE = 40  # titles of a phrase that are compared

_WORD = re.compile(r"[^\W_]+")
_IDEOGRAPH = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_BETWEEN_IDEOGRAPHS = re.compile(rf"(?<={_IDEOGRAPH})\s+(?={_IDEOGRAPH})")

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class CatalogWords:
    """What a catalog's titles say about how to read each of them.

    Attributes:
        known: Words that stand in some title.
        stock: Runs of GRAM words that stand in many titles which are otherwise unlike: "free shipping official store".
    """

    known: frozenset[str]
    stock: frozenset[Phrase]

    def words(self, title: str) -> list[str]:
        """The words of a title, folded: what another title writes as one word is one, and stock phrases are left out.

        Args:
            title: As a seller wrote it, of the catalog or not.
        """
        words = _joined(_split(title), self.known)
        covered = _covered(words, self.stock)
        rest = [word for place, word in enumerate(words) if place not in covered]
        return rest if len(covered) >= FEWEST_WORDS and len(rest) >= FEWEST_LEFT else words


def learn_words(titles: Sequence[str]) -> CatalogWords:
    """Learn which words a catalog joins and which phrases it repeats; the order of the titles plays no part.

    Args:
        titles: N titles as sellers wrote them.
    """
    split = [_split(title) for title in sorted(set(titles))]
    known = frozenset(word for words in split for word in words)
    distinct = sorted({tuple(_joined(words, known)) for words in split})
    return CatalogWords(known, _stock_phrases(distinct))


def _split(title: str) -> list[str]:
    return _WORD.findall(_BETWEEN_IDEOGRAPHS.sub("", fold(title)))


def _joined(words: list[str], known: frozenset[str]) -> list[str]:
    """Join neighbours that stand in some title as one word, the longest run first."""
    joined, place = [], 0
    while place < len(words):
        for count in range(min(MOST_JOINED, len(words) - place), 0, -1):
            whole = "".join(words[place : place + count])
            if count == 1 or (len(whole) >= SHORTEST_JOINED and whole in known):
                joined.append(whole)
                place += count
                break
    return joined


def _stock_phrases(titles: Sequence[Phrase]) -> frozenset[Phrase]:
    """Runs of words that say nothing of the goods: titles that share them share nothing else.

    Copies of one product repeat its name, too, but then its size, its colour or a word for its kind as well.
    """
    counts = Counter(gram for words in titles for gram in set(_grams(words)))
    frequent = frozenset(gram for gram, count in counts.items() if count >= FEWEST_TITLES)
    rests: dict[Phrase, list[frozenset[str]]] = defaultdict(list)
    for words in titles:
        covered = _covered(words, frequent)
        if len(covered) < FEWEST_WORDS:
            continue
        rest = frozenset(word for place, word in enumerate(words) if place not in covered)
        if len(rest) < FEWEST_LEFT:
            rest = frozenset()
        for gram in set(_grams(words)) & frequent:
            rests[gram].append(rest)
    return frozenset(gram for gram, found in rests.items() if len(found) >= FEWEST_TITLES and _unlike(found))


def _unlike(rests: list[frozenset[str]]) -> bool:
    """Whether nearly all pairs have words left and none in common."""
    step = max(1, len(rests) // SAMPLE)
    pairs = list(combinations(rests[::step], 2))
    return sum(bool(one and other and not one & other) for one, other in pairs) >= UNLIKE * len(pairs)


def _grams(words: Sequence[str]) -> list[Phrase]:
    return [tuple(words[start : start + GRAM]) for start in range(len(words) - GRAM + 1)]


def _covered(words: Sequence[str], phrases: frozenset[Phrase]) -> set[int]:
    """Places of words that are in one of the phrases."""
    return {start + offset for start, gram in enumerate(_grams(words)) if gram in phrases for offset in range(GRAM)}
