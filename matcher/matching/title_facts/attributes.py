"""What titles state of a product: amounts, counts, model numbers, colours, clothes sizes, for whom, of what."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix

from matcher.matching.title_facts.quantities import AMOUNTS, COUNT, quantities
from matcher.text import fold

MODEL, COLOUR, SIZE, GENDER, MATERIAL = "model", "colour", "size", "gender", "material"
KINDS = (*AMOUNTS, COUNT, MODEL, COLOUR, SIZE, GENDER, MATERIAL)
SERIES = "series"
"""What model numbers of one maker have in common: the letters they begin with, and where digits and letters stand."""

NAMES = {
    COLOUR: {
        "black": "black hitam noir schwarz onyx", "white": "white putih ivory blanc weiss", "red": "red merah crimson",
        "blue": "blue biru navy", "green": "green hijau", "yellow": "yellow kuning", "pink": "pink",
        "purple": "purple ungu violet lilac lavender", "orange": "orange oranye jingga",
        "brown": "brown coklat cokelat", "grey": "grey gray abu charcoal graphite", "silver": "silver perak",
        "gold": "gold emas golden", "beige": "beige krem cream khaki", "maroon": "maroon marun burgundy",
        "turquoise": "turquoise teal tosca tosqa cyan",
    },
    SIZE: {
        "xxs": "xxs xxsmall", "xs": "xs xsmall", "s": "s small", "m": "m medium", "l": "l large",
        "xl": "xl xlarge", "2xl": "xxl 2xl xxlarge 2xlarge", "3xl": "xxxl 3xl xxxlarge 3xlarge",
        "4xl": "xxxxl 4xl xxxxlarge 4xlarge", "5xl": "5xl xxxxxl 5xlarge", "6xl": "6xl 6xlarge",
    },
    GENDER: {
        "men": "men mens man male pria cowok laki", "women": "women womens woman female ladies lady wanita cewek",
        "boys": "boy boys", "girls": "girl girls", "children": "kids kid children child anak",
        "babies": "baby babies infant bayi newborn",
    },
    # Not "kulit", which is leather and skin, nor "kaca", glass and eyewear, nor gold and silver, as often a colour.
    MATERIAL: {
        "leather": "leather", "suede": "suede", "wool": "wool woolen woollen wol", "cotton": "cotton katun",
        "linen": "linen", "silk": "silk", "polyester": "polyester", "nylon": "nylon", "canvas": "canvas kanvas",
        "silicone": "silicone silikon", "rubber": "rubber karet", "plastic": "plastic plastik",
        "wood": "wood wooden oak kayu", "bamboo": "bamboo bambu", "glass": "glass",
        "ceramic": "ceramic keramik porcelain", "steel": "steel stainless", "aluminium": "aluminium aluminum",
        "copper": "copper tembaga", "brass": "brass",
    },
}  # fmt: skip
"""Kind to what is meant and the words, folded, that say so in English and Indonesian."""

SHORTEST_MODEL, LONGEST_MODEL = 3, 24  # characters; "a5" is as often a size of paper
_MEANT = {
    kind: {word: name for name, words in table.items() for word in words.split()} for kind, table in NAMES.items()
}
# Words that are no model numbers though letters and digits stand in them: 2nd, 100th, 3d, 4k, 30s, x2, 10x20, mp3, v2.
_NO_MODEL = re.compile(
    r"\d+(?:st|nd|rd|th|d|k|s|x|g|in1|way|ply|pin|port|core|bit|p|hr|hrs|h|y|yr|yrs|tahun|bulan|jam|usb|star|s?ock)"
    r"|x\d+|\d+x\d+|[a-z]+\d?"
    r"|(?:mp|usb|type|bt|wifi|ip|v|ddr|hd|h|covid|vol|no|part|bag|size|ukuran|isi|top|l)\d{1,2}"
)
_CUP_SIZE = re.compile(r"\d{2}(?:aa|dd|ddd|ee|ff|gg|[a-g])")
_SIZE_IN_WORDS = re.compile(r"\b([2-6]?x{1,4})-(large|small|l|s)\b")
_SIZE_IN_NUMBERS = re.compile(
    r"\b(?:size|ukuran|uk|eu|us|sz)[ .:]?(\d{1,3}(?:\.5)?)(?:\s?-\s?(\d{1,3}))?\b(?! ?(?:cm|mm|ml|g|gb|inch)\b)"
)
_PIECE = re.compile(r"[^\W_]+")
_RUN = re.compile(r"[^\W_]+(?:[-_][^\W_]+){0,9}")
_LETTER, _DIGIT = re.compile(r"[^\W\d_]"), re.compile(r"\d")
_LETTERS_FIRST, _LETTERS_LAST = re.compile(r"[^\W\d_]+"), re.compile(r"[^\W\d_]+$")
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")

Stated = dict[str, dict[str, str]]
"""Kind (one of KINDS) to the values a title states, each with how it is written there."""


@dataclass(frozen=True)
class Attributes:
    """What N titles state.

    Attributes:
        stated: Kind (one of KINDS, or SERIES) to a matrix of 0 and 1, shape (N, values of the kind): which listing
            states which value.
    """

    stated: Mapping[str, csr_matrix]


def attributes_of(titles: Sequence[str]) -> Attributes:
    """Read what titles state.

    Args:
        titles: N titles as sellers wrote them.
    """
    known = read_titles(titles)
    stated = {kind: incidence([known[title][kind] for title in titles])[0] for kind in KINDS}
    series = {title: {name for model in known[title][MODEL] for name in _series(model)} for title in known}
    return Attributes(stated | {SERIES: incidence([series[title] for title in titles])[0]})


def read_titles(titles: Iterable[str]) -> dict[str, Stated]:
    """What each distinct title states. Whether "ax 3000" is a model number depends on whether another has "AX3000"."""
    known = {title: _read(title) for title in dict.fromkeys(titles)}
    models = {model for stated in known.values() for model in stated[MODEL]}
    for title, stated in known.items():
        for one, other in pairwise(_PIECE.findall(fold(title))):
            if one + other in models:
                stated[MODEL].setdefault(one + other, f"{one} {other}")
    return known


def _read(title: str) -> Stated:
    text = _SIZE_IN_WORDS.sub(r"\1\2", fold(title))
    words = _PIECE.findall(text.replace("'", ""))
    stated: Stated = {kind: {} for kind in KINDS}
    amounts = quantities(title)
    for amount in amounts:
        stated[amount.kind].setdefault(f"{amount.value:g}", amount.text)
    units = Counter(piece for amount in amounts for piece in _PIECE.findall(fold(amount.text)))
    # The l of "0.5 l" is no clothes size.
    spare = {word for word, count in Counter(words).items() if count > units[word]}
    for kind, meant in _MEANT.items():
        for word in words:
            if word in meant and word in spare:
                stated[kind].setdefault(meant[word], word)
    stated[SIZE] |= {word: word for word in words if _CUP_SIZE.fullmatch(word)}
    for match in _SIZE_IN_NUMBERS.finditer(text):
        stated[SIZE] |= {number: match.group() for number in match.groups() if number}
    taken = {"".join(_PIECE.findall(part)) for amount in amounts for part in (amount.text, *amount.text.split())}
    stated[MODEL] = {model: written for model, written in _models(text).items() if model not in taken}
    return stated


def _models(text: str) -> dict[str, str]:
    """Model numbers: words of letters and digits, with hyphens whole and in parts; each with how it is written."""
    found: dict[str, str] = {}
    for run in _RUN.findall(text):
        pieces = _PIECE.findall(run)
        for word in ["".join(pieces), *pieces] if len(pieces) > 1 else pieces:
            if _is_model(word):
                found |= {spelling: found.get(spelling, run) for spelling in _spellings(word)}
    return found


def _is_model(word: str) -> bool:
    if not (SHORTEST_MODEL <= len(word) <= LONGEST_MODEL and _LETTER.search(word) and _DIGIT.search(word)):
        return False
    return not (_NO_MODEL.fullmatch(word) or _CUP_SIZE.fullmatch(word) or word in _MEANT[SIZE] or quantities(word))


def _spellings(word: str) -> tuple[str, str]:
    """A model number without zeros before its digits, and that without its last letters: they name a colour or country.

    Two model numbers that share either are not told apart.
    """
    whole = _ZEROS.sub("", word)
    stem = _LETTERS_LAST.sub("", whole)
    return whole, stem if _LETTER.search(stem) else whole


def _series(model: str) -> tuple[str, ...]:
    """M185 and M220 share "m"; 7052ym and 6310ab share "####aa"; ue55 and 49nu share nothing."""
    shape = _LETTER.sub("a", _DIGIT.sub("#", model))
    first = _LETTERS_FIRST.match(model)
    return (shape, first.group()) if first else (shape,)


def incidence(values: Sequence[Iterable[str]]) -> tuple[csr_matrix, list[str]]:
    """Who has which value.

    Args:
        values: For each of N listings, its values, each once.

    Returns:
        A matrix of 0 and 1, shape (N, values), at least one column; and the values in the order of its columns.
    """
    sets = [sorted(each) for each in values]
    names = sorted({value for each in sets for value in each}) or [""]
    column = {value: number for number, value in enumerate(names)}
    starts = np.concatenate([[0], np.cumsum([len(each) for each in sets])])
    indices = np.array([column[value] for each in sets for value in each], dtype=np.int32)
    ones = np.ones(len(indices), dtype=np.float32)
    return csr_matrix((ones, indices, starts), shape=(len(sets), len(names))), names
