"""Titles misspelt, cut, glued and split, letter by letter: what the distilled network has to stand."""

import numpy as np

from matcher.training.data.title_augmentation import SLIPS, misspell, neighbouring_keys

KINDS = ("misspelt", "cut", "glued")


def spoil(title: str, rng: np.random.Generator, share: float) -> str:
    """Spoil about this share (0..1) of a title's words, each in one of the ways below."""
    words = title.split()
    chances, ways = rng.random(len(words)), rng.random(len(words))
    spoiled: list[str] = []
    glue = False
    for word, chance, way in zip(words, chances.tolist(), ways.tolist(), strict=True):
        after = glue
        glue = False
        if chance < share:
            if way < 0.6:
                word = mistype(word, rng)
            elif way < 0.75:
                word = shorten(word, rng)
            elif way < 0.93:
                glue = True
            else:
                word = part(word, rng)
        spoiled.append(spoiled.pop() + word if after and spoiled else word)
    return " ".join(spoiled)


def spoil_one_way(title: str, kind: str, rng: np.random.Generator, share: float) -> str:
    """Spoil about this share (0..1) of a title's words in one way of KINDS; at least one word."""
    words = title.split()
    chosen = rng.random(len(words)) < share
    chosen[int(rng.integers(len(words)))] = True
    if kind == "glued":
        gaps = ["" if glue else " " for glue in chosen[:-1]] + [""]
        return "".join(word + gap for word, gap in zip(words, gaps, strict=True))
    change = mistype if kind == "misspelt" else shorten
    return " ".join(change(word, rng) if hit else word for word, hit in zip(words, chosen, strict=True))


def mistype(word: str, rng: np.random.Generator) -> str:
    """One slip of the fingers, two in some longer words; words under three letters, and all with digits, stay."""
    if len(word) < 3 or any(letter.isdigit() for letter in word):
        return word
    word = _slip(word, rng)
    return _slip(word, rng) if len(word) > 6 and rng.random() < 0.25 else word


def shorten(word: str, rng: np.random.Generator) -> str:
    """A word without its end, or without its vowels; words under five letters stay."""
    if len(word) < 5 or not word.isalpha():
        return word
    if rng.random() < 0.35:
        return word[0] + "".join(letter for letter in word[1:] if letter.lower() not in "aeiou")
    return word[: max(3, len(word) - int(rng.integers(1, 4)))]


def part(word: str, rng: np.random.Generator) -> str:
    """A blank inside a word of at least six letters."""
    if len(word) < 6:
        return word
    place = int(rng.integers(2, len(word) - 2))
    return f"{word[:place]} {word[place:]}"


def _slip(word: str, rng: np.random.Generator) -> str:
    """A letter lost, doubled, swapped with the next, or another key hit instead or as well."""
    place = int(rng.integers(len(word) - 1))
    keys = neighbouring_keys(word[place])
    key = keys[int(rng.integers(len(keys)))]
    return misspell(word, place, SLIPS[int(rng.choice(5, p=(0.25, 0.2, 0.25, 0.2, 0.1)))], key)
