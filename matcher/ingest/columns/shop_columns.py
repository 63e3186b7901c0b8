"""Columns that say who sells a listing and what it costs, among those that a table has besides."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.text import fold

STANDARD = frozenset({"item_id", "title", "image", "photo", "phash", "label"})
SELLERS = frozenset(
    "seller vendor merchant shop store retailer supplier dealer penjual toko verkaufer handler haendler anbieter "
    "vendeur marchand boutique fournisseur vendedor tienda proveedor loja venditore negozio fornitore verkoper winkel "
    "sprzedawca sklep prodavac prodavec".split()
)
PRICES = frozenset("price preis prix precio preco prezzo prijs harga cena pris hinta fiyat".split())
NO_PRICES = frozenset("currency type range wahrung mata".split())  # "price_currency" holds no price
FEWEST_READ = 0.5  # share of the cells in use that have to be prices

_WORD = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_AMOUNT = re.compile(r"\d[\d.,'\u2019 \u00a0\u202f]*")
_BLANKS = re.compile(r"['\u2019 \u00a0\u202f]")


def find_sellers(listings: pd.DataFrame) -> str | None:
    """The column that says who sells each listing, None if there is none: by its name, and several have to sell."""
    found = [name for name in _named(listings, SELLERS, frozenset()) if listings[name].nunique() > 1]
    return found[0] if found else None


def find_prices(listings: pd.DataFrame) -> str | None:
    """The column that says what each listing costs, None if there is none: by its name and by what it holds."""
    for name in _named(listings, PRICES, NO_PRICES):
        used = listings[name][listings[name] != ""]
        if len(used) and np.isfinite(read_prices(used.head(1000).tolist())).mean() >= FEWEST_READ:
            return name
    return None


def read_prices(cells: Sequence[str]) -> NDArray[np.float64]:
    """What cells say that something costs, in whatever money; nan where they say nothing.

    Args:
        cells: "3.20", "3,20 EUR", "Rp 12.000", "1'299.-".

    Returns:
        Shape (N,). Of a cell with several amounts the first.
    """
    return np.array([_read_price(cell) for cell in cells], dtype=np.float64)


def _read_price(cell: str) -> float:
    found = _AMOUNT.search(cell[:100])
    if found is None:
        return float("nan")
    amount = _BLANKS.sub("", found.group()).rstrip(".,")
    point = max(amount.rfind("."), amount.rfind(","))
    if point < 0:
        return float(amount)
    sign, whole, part = amount[point], amount[:point], amount[point + 1 :]
    both = {".", ","} <= set(amount)
    # One sign before three digits parts thousands, as in 12.000, but for 0.500; so does a sign that is there twice.
    parts_thousands = not both and (sign in whole or (len(part) == 3 and whole.strip("0") != ""))
    digits = re.sub("[.,]", "", whole)
    return float(digits + part) if parts_thousands else float(f"{digits or 0}.{part}")


def _named(listings: pd.DataFrame, wanted: frozenset[str], unwanted: frozenset[str]) -> list[str]:
    """Columns with one of these words in their name and none of those, the shortest name first."""
    found = []
    for column in listings.columns:
        words = set(_WORD.findall(fold(_HUMP.sub(" ", str(column)).replace("_", " "))))
        words |= {word.removesuffix("s") for word in words} | {word.removesuffix("name") for word in words}
        if column not in STANDARD and words & wanted and not words & unwanted:
            found.append(str(column))
    return sorted(found, key=len)
