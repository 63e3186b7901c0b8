"""Titles made by rule, from MiniLM's own vocabulary and from the demo shop: nothing here was written by anyone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from assets.demo.make.catalog import demo_products
from assets.demo.make.listings.plan import plan_listings
from matcher.training.data.title_augmentation import SPAM, TitleEdits, edit_title

UNITS = (
    "ml", "l", "liter", "g", "gr", "gram", "kg", "oz", "mm", "cm", "m", "inch", "w", "watt", "v", "mah", "gb", "tb",
    "mb", "mp", "hz", "pcs", "pack", "bags", "pairs", "k", "x", "yard", "lbs", "kw", "btu", "spf", "fps", "mbps",
)  # fmt: skip
SIZES = (
    "s",
    "m",
    "l",
    "xl",
    "xxl",
    "3xl",
    "one size",
    "size 38",
    "size 42",
    "no 7",
    "free size",
    "jumbo",
    "mini",
    "uk 8",
)
ORDER_ONLY = TitleEdits(typo=0.0, abbreviate=0.0, glue=0.0)  # what sellers do to a title with every word still whole
DEMO_SHARE, PLAIN_SHARE, SHORT_SHARE = 0.22, 0.2, 0.06  # of all titles; the others are put together like a product's
DEMO_SEEDS = 60


@dataclass(frozen=True)
class Words:
    """What titles are made of.

    Attributes:
        whole: Whole words of the vocabulary, the commonest first.
        chances: Shape (len(whole),). How often each is drawn; they sum to 1.
        pieces: Word pieces that go on inside a word, without their signs.
        shop: Words of the demo shop, each as often as it stands there.
        shop_titles: Titles of the demo shop.
    """

    whole: tuple[str, ...]
    chances: tuple[float, ...]
    pieces: tuple[str, ...]
    shop: tuple[str, ...]
    shop_titles: tuple[str, ...]


def words_from(vocabulary: Sequence[str], bundled: Sequence[str], seeds: Sequence[int]) -> Words:
    """Collect what titles are made of.

    Args:
        vocabulary: Word pieces in their order, "##" before those that go on inside a word.
        bundled: Titles of the bundled demo catalog.
        seeds: Of further demo catalogs.
    """
    plain = [word for word in vocabulary if word.isascii() and word.isalnum()]
    whole = tuple(word for word in plain if len(word) > 1)
    pieces = tuple(
        word[2:] for word in vocabulary if word.startswith("##") and word[2:].isascii() and word[2:].isalpha()
    )
    chances = (200.0 + np.arange(len(whole))) ** -0.5
    products = demo_products()
    titles = [*bundled]
    for seed in seeds:
        titles += [listing.title for listing in plan_listings(products, seed) if listing.title]
    kept = tuple(dict.fromkeys(titles))
    shop = tuple(word.lower() for title in kept[:2000] for word in title.split() if word.isalpha())
    return Words(whole, tuple((chances / chances.sum()).tolist()), pieces, shop, kept)


def make_titles(words: Words, count: int, rng: np.random.Generator) -> list[str]:
    """Make this many titles."""
    drawn = iter(rng.choice(len(words.whole), size=count * 12, p=words.chances).tolist())
    return [_title(words, drawn, rng) for _ in range(count)]


def _title(words: Words, drawn: Iterator[int], rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < DEMO_SHARE:
        title = words.shop_titles[int(rng.integers(len(words.shop_titles)))]
        return edit_title(title, rng, ORDER_ONLY) if rng.random() < 0.5 else title
    if kind < DEMO_SHARE + SHORT_SHARE:
        return " ".join(words.whole[next(drawn)] for _ in range(int(rng.integers(1, 4))))
    if kind < DEMO_SHARE + SHORT_SHARE + PLAIN_SHARE:
        return " ".join(words.whole[next(drawn)] for _ in range(int(rng.integers(3, 10))))
    return _product(words, drawn, rng)


def _product(words: Words, drawn: Iterator[int], rng: np.random.Generator) -> str:
    """Name, kind, model, size and claims, in any order."""
    parts = [" ".join(_word(words, drawn, rng) for _ in range(int(rng.integers(1, 5))))]
    chances = rng.random(6)
    if chances[0] < 0.7:
        parts.insert(0, name(words, rng))
    if chances[1] < 0.45:
        parts.append(code(rng))
    if chances[2] < 0.5:
        parts.append(size(rng))
    if chances[3] < 0.4:
        parts.append(" ".join(_word(words, drawn, rng) for _ in range(int(rng.integers(1, 3)))))
    if chances[4] < 0.25:
        parts.append(str(rng.choice(SPAM)))
    if chances[5] < 0.4:
        at = int(rng.integers(len(parts)))
        parts = parts[at:] + parts[:at]
    return " ".join(parts)


def _word(words: Words, drawn: Iterator[int], rng: np.random.Generator) -> str:
    if rng.random() < 0.2:
        return words.shop[int(rng.integers(len(words.shop)))]
    return words.whole[next(drawn)]


def name(words: Words, rng: np.random.Generator) -> str:
    """An invented name of two or three word pieces."""
    count = 1 + int(rng.random() < 0.4)
    start = words.whole[int(rng.integers(len(words.whole)))][:6]
    return start + "".join(words.pieces[int(rng.integers(len(words.pieces)))] for _ in range(count))


def code(rng: np.random.Generator) -> str:
    """A model number such as kr207, lx-300 or 15s."""
    letters = "".join("abcdefghijklmnopqrstuvwxyz"[int(i)] for i in rng.integers(26, size=int(rng.integers(1, 4))))
    digits = str(int(rng.integers(1, 10 ** int(rng.integers(1, 5)))))
    return (letters + digits, f"{letters}-{digits}", digits + letters, digits, f"{letters} {digits}")[
        int(rng.integers(5))
    ]


def size(rng: np.random.Generator) -> str:
    """An amount such as 250 ml, 1.5l or 2 x 30 g, or the size of a garment."""
    if rng.random() < 0.2:
        return str(rng.choice(SIZES))
    amount = (
        int(rng.integers(1, 100)), int(rng.integers(1, 20)) * 50, float(rng.integers(1, 99)) / 10,
        int(2 ** rng.integers(0, 11)), int(rng.integers(1, 13)) * 1000,
    )[int(rng.integers(5))]  # fmt: skip
    unit = str(rng.choice(UNITS))
    return f"{amount}{'' if rng.random() < 0.5 else ' '}{unit}"
