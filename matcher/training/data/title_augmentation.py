"""Titles rewritten as sellers write them: the same product in other words, another order, with spam and typos.

What the rewriting leaves alone is what an encoder trained on the copies learns to read: mostly brand, model and size.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

SPAM = (
    "promo", "murah", "termurah", "original", "100% ori", "ready stock", "best seller", "cod", "gratis ongkir",
    "terbaru", "free ongkir", "diskon", "sale", "new", "garansi", "bisa cod", "asli", "terlaris", "hot", "grosir",
    "limited", "bonus", "flash sale", "free shipping", "import", "premium", "big sale", "genuine",
    "official", "restock",
)  # fmt: skip
NEIGHBOURING_KEYS = {
    "a": "qsz", "b": "vgn", "c": "xvd", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy", "i": "uok",
    "j": "hku", "k": "jli", "l": "kop", "m": "nj", "n": "bmh", "o": "ipl", "p": "ol", "q": "wa", "r": "etf",
    "s": "adw", "t": "ryg", "u": "yij", "v": "cbf", "w": "qes", "x": "zcs", "y": "tuh", "z": "xas",
}  # fmt: skip
Slip = Literal["lost", "doubled", "swapped", "other key", "further key"]
SLIPS: tuple[Slip, ...] = get_args(Slip)


@dataclass(frozen=True)
class TitleEdits:
    """How often each edit is made, 0..1: of titles, or of words where it says so."""

    cut: float = 0.20  # only the first or last words are kept
    drop: float = 0.12  # of words
    shuffle: float = 0.35
    move: float = 0.25  # one word to another place
    typo: float = 0.06  # of words
    abbreviate: float = 0.04  # of words
    glue: float = 0.04  # of gaps between words
    spam: float = 0.45


def edit_title(title: str, rng: np.random.Generator, edits: TitleEdits | None = None) -> str:
    """Return a rewritten copy of a title; never empty unless the title is.

    Args:
        title: As the seller wrote it, or cleaned.
        rng: Decides which edits are made and how.
        edits: How often each edit is made.
    """
    edits = edits or TitleEdits()
    words = title.split()
    if not words:
        return title
    words = _reorder(_shorten(words, rng, edits), rng, edits)
    written = [_respell(word, rng, edits) for word in words]
    if rng.random() < edits.spam:
        written = _add_spam(written, rng)
    gaps = [" " if rng.random() >= edits.glue else "" for _ in written]
    return "".join(gap + word for gap, word in zip(gaps, written, strict=True)).strip()


def _shorten(words: list[str], rng: np.random.Generator, edits: TitleEdits) -> list[str]:
    if rng.random() < edits.cut and len(words) > 3:
        kept = int(rng.integers(max(2, len(words) // 2), len(words)))
        words = words[:kept] if rng.random() < 0.7 else words[-kept:]
    left = [word for word in words if rng.random() >= edits.drop]
    return left or words[:1]


def _reorder(words: list[str], rng: np.random.Generator, edits: TitleEdits) -> list[str]:
    if rng.random() < edits.shuffle:
        return [words[place] for place in rng.permutation(len(words))]
    if rng.random() < edits.move:
        words = list(words)
        word = words.pop(int(rng.integers(len(words))))
        words.insert(int(rng.integers(len(words) + 1)), word)
    return words


def _respell(word: str, rng: np.random.Generator, edits: TitleEdits) -> str:
    # Numbers tell a 250 ml from a 500 ml: sellers mistype them seldom, and a copy that does is another product.
    if len(word) < 4 or any(letter.isdigit() for letter in word):
        return word
    chance = rng.random()
    if chance < edits.abbreviate:
        return word[: int(rng.integers(3, len(word)))] if rng.random() < 0.5 else _without_vowels(word)
    if chance < edits.abbreviate + edits.typo:
        return _mistype(word, rng)
    return word


def _without_vowels(word: str) -> str:
    return word[0] + "".join(letter for letter in word[1:] if letter.lower() not in "aeiou")


def _mistype(word: str, rng: np.random.Generator) -> str:
    place = int(rng.integers(len(word) - 1))
    slip, keys = SLIPS[int(rng.integers(4))], neighbouring_keys(word[place])
    return misspell(word, place, slip, keys[int(rng.integers(len(keys)))] if slip == "other key" else "")


def neighbouring_keys(letter: str) -> str:
    """Keys beside a letter's; the letter itself where none is known."""
    return NEIGHBOURING_KEYS.get(letter.lower(), letter)


def misspell(word: str, place: int, slip: Slip, key: str = "") -> str:
    """Misspell a word in one way.

    Args:
        word: At least two letters.
        place: Which letter the finger slips at, 0..len(word) - 2.
        slip: Whether the letter is lost, doubled, swapped with the next, or another key is hit instead or as well.
        key: The other key.
    """
    before, letter, after = word[:place], word[place], word[place + 1 :]
    match slip:
        case "lost":
            return before + after
        case "doubled":
            return before + letter + letter + after
        case "swapped":
            return before + after[0] + letter + after[1:]
        case "other key":
            return before + key + after
        case "further key":
            return before + letter + key + after


def _add_spam(words: list[str], rng: np.random.Generator) -> list[str]:
    words = list(words)
    for _ in range(int(rng.integers(1, 4))):
        spam = str(rng.choice(SPAM))
        spam = spam.upper() if rng.random() < 0.5 else spam
        words.insert(int(rng.choice((0, len(words)))), spam)
    return words
