"""Titles as sellers write them: two languages, any order, spam words, typos, units in every spelling."""

import re

import numpy as np

from assets.demo.make.goods.product import WORDS, Product
from assets.demo.make.goods.sellers import Seller

ABBREVIATED = {
    "original": "ori", "hitam": "htm", "putih": "pth", "untuk": "utk", "dengan": "dgn", "sepatu": "spt", "tahan": "thn",
    "white": "wht", "black": "blk", "wireless": "wirelss", "ransel": "rnsl", "wanita": "wnt", "chocolate": "choco",
    "cokelat": "coklat", "stroberi": "strawbery", "keripik": "krpk", "jasmine": "jasmin", "lavender": "lavendr",
}  # fmt: skip
EMOJI = ("\N{FIRE}", "\N{SPARKLES}", "\N{WHITE HEAVY CHECK MARK}")
GENERIC_SHARE = 0.07  # titles that only their photo can match
COPIED_SHARE = 0.86  # titles copied from the brand's own, then spoiled


def official_title(product: Product, rng: np.random.Generator) -> list[str]:
    """The title as the brand writes it, in parts: what most sellers copy."""
    return _named(product, bool(rng.random() < 0.6), rng, claims=2, code=True)


def write_title(product: Product, official: list[str], seller: Seller, rng: np.random.Generator) -> tuple[str, bool]:
    """One title for a product in the seller's own manner, and whether it copies the official one.

    Most are the official title, cut and reordered; others are the seller's own words; some name neither brand nor
    line, so that only the photo can find them.
    """
    copied = False
    if rng.random() < GENERIC_SHARE:
        indonesian = bool(rng.random() < seller.indonesian)
        parts = [_pick(product.kind.generic_indonesian if indonesian else product.kind.generic_english, rng)]
    elif copied := bool(rng.random() < COPIED_SHARE):
        parts = [part for part in official if rng.random() > 0.08 * seller.noise] or official
        if rng.random() < 0.3 + 0.3 * seller.noise:
            at = int(rng.integers(len(parts)))
            parts = parts[at:] + parts[:at]
    else:
        indonesian, sized = bool(rng.random() < seller.indonesian), bool(rng.random() > 0.15 * seller.noise)
        parts = _named(product, indonesian, rng, claims=int(rng.integers(3)), sized=sized)
    return _finish(parts + _spam(seller, rng), seller, rng), copied


def _named(
    product: Product, indonesian: bool, rng: np.random.Generator, *, claims: int, sized: bool = True, code: bool = False
) -> list[str]:
    """The parts of a title that names its product, in one of the usual orders."""
    kind, line = product.kind, product.line
    noun = _pick(kind.indonesian if indonesian else kind.english, rng)
    word = WORDS[product.word] if product.word else None
    variant = [word.indonesian if indonesian else word.english] if word else []
    variant += [product.model] if product.model else []
    variant += [write_size(product.size, indonesian, rng)] if product.size and sized else []
    variant += [product.code] if code else []
    known = kind.claims_indonesian if indonesian else kind.claims_english
    extras = [str(claim) for claim in rng.permutation(list(known))[:claims]]
    orders = (
        [noun, line.brand, line.name, *variant, *extras],
        [line.brand, line.name, noun, *variant, *extras],
        [line.brand, line.name, *variant, noun, *extras],
        [*extras[:1], noun, line.brand, line.name, *extras[1:], *variant],
        [*variant, noun, line.brand, line.name, *extras],
    )
    return orders[int(rng.choice(len(orders), p=(0.3, 0.3, 0.2, 0.1, 0.1)))]


def write_size(size: str, indonesian: bool, rng: np.random.Generator) -> str:
    """One of the ways to write a size: "250 ml" as "250ml", "250 ML" or "0.25L"."""
    label, number, unit = re.fullmatch(r"([A-Z]+ )?(\d+) (\w+)", size).groups(default="")  # type: ignore[union-attr]
    amount = int(number)
    spellings: dict[str, tuple[str, ...]] = {
        "ml": (f"{amount}ml", f"{amount} ML", f"{amount} ml", f"{amount / 1000:g}L"),
        "L": (f"{amount}L", f"{amount} Liter", f"{amount} Ltr", f"{amount}l"),
        "g": (f"{amount}gr", f"{amount} g", f"{amount}g", f"{amount} gram"),
        "mAh": (f"{amount}mAh", f"{amount} mAh", f"{amount // 1000}.000mAh", f"{amount // 1000}K"),
        "bags": (f"isi {amount}", f"{amount} kantong")
        if indonesian
        else (f"{amount} bags", f"{amount}s", f"{amount} tea bags"),
        "pcs": (f"{label}{amount}", f"{label.strip()}{amount}", f"{label}isi {amount}", f"Size {label}{amount} pcs"),
    }
    return _pick(spellings[unit], rng)


def _spam(seller: Seller, rng: np.random.Generator) -> list[str]:
    count = int(rng.choice(3, p=(0.45, 0.35, 0.2)))
    return [str(word) for word in rng.choice(seller.spam, size=min(count, len(seller.spam)), replace=False)]


def _finish(parts: list[str], seller: Seller, rng: np.random.Generator) -> str:
    """Move a spam word to the front at times, then spoil the words and set the seller's case."""
    if parts[-1] in seller.spam and rng.random() < 0.4:
        parts = [parts[-1], *parts[:-1]]
    words = [_spoil(word, seller.noise, rng) for word in " ".join(parts).split()]
    glued = [word + ("" if rng.random() < 0.05 * seller.noise else " ") for word in words[:-1]] + words[-1:]
    title = "".join(glued)
    if seller.case == "upper":
        title = title.upper()
    elif seller.case == "lower":
        title = title.lower()
    if rng.random() < 0.03:
        title += " " + _pick(EMOJI, rng)
    return title


def _spoil(word: str, noise: float, rng: np.random.Generator) -> str:
    """A word as a hurried seller types it: abbreviated, a letter lost, doubled or swapped."""
    if rng.random() < 0.5 * noise and word.lower() in ABBREVIATED:
        return ABBREVIATED[word.lower()]
    if rng.random() > 0.08 * noise or len(word) < 4 or not word.isalpha():
        return word
    at = int(rng.integers(1, len(word) - 1))
    return (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )[int(rng.integers(3))]


def _pick(choices: tuple[str, ...], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]


def is_generic(title: str, product: Product) -> bool:
    """Whether a title names neither the brand nor the line, so that only the photo tells the product."""
    words = title.lower()
    return not any(part.lower() in words for part in (product.line.brand, *product.line.name.split()))
