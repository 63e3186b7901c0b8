"""The main listing of a group, the one to keep of those that sell one product: by a rule or by hand, and why."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.text import distinct_words, fold

By = Literal["title", "photo", "price", "seller", "oldest"]
RULES: tuple[By, ...] = get_args(By)
MOST_PREFERRED = 1000  # sellers
LONGEST = 200  # characters of a column's or a seller's name that are kept

_PIECES = re.compile(r"(\d+)")


@dataclass(frozen=True)
class MainRule:
    """How the main listing of a group is chosen; of several that are equally good the oldest.

    Attributes:
        by: "title": the most complete title. "photo": the largest sharp photo. "price": the cheapest. "seller": a
            preferred seller. "oldest": the oldest id.
        column: Of prices or of sellers; "" for the one that is recognised.
        preferred: Sellers, the most preferred first.

    Raises:
        DataError: A value is of the wrong type or out of range.
    """

    by: By = "title"
    column: str = ""
    preferred: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.by not in RULES:
            raise DataError(f"Main listings are chosen by {str(self.by)[:80]!r}; expected one of {', '.join(RULES)}.")
        listed = isinstance(self.preferred, list | tuple)
        texts = [self.column, *(self.preferred if listed else [None])]
        if not all(isinstance(text, str) and len(text) <= LONGEST for text in texts) or len(texts) > MOST_PREFERRED:
            raise DataError(
                f"A column or a preferred seller of the rule for main listings is no text of up to {LONGEST} "
                "characters; choose the rule again."
            )
        object.__setattr__(self, "preferred", tuple(self.preferred))


@dataclass(frozen=True)
class Standing:
    """How listings stand by a rule.

    Attributes:
        rank: Shape (N,). The smaller, the better; inf where nothing is known.
        say: Gives in words what a row has its rank for.
    """

    rank: NDArray[np.float64]
    say: Callable[[int], str]

    def among(self, rows: NDArray[np.intp], place: NDArray[np.int64]) -> "Standing":
        """The same among all N listings, of the others of which nothing is known.

        Args:
            rows: Shape (of these listings,). Their rows among all.
            place: Shape (N,). Which of these each row is.
        """
        rank = np.full(len(place), np.inf)
        rank[rows] = self.rank
        return Standing(rank, lambda row: self.say(int(place[row])))


@dataclass(frozen=True)
class MainListings:
    """The main listing of each group.

    Attributes:
        row: Shape (N,). Row of the main listing of each listing's group; its own where it is alone.
        by_hand: Shape (N,). Whether a curator chose that one.
        standing: By the rule.
        age: By the ids.
        shared: Shape (N,). Whether a listing's group has others.
    """

    row: NDArray[np.int64]
    by_hand: NDArray[np.bool_]
    standing: Standing
    age: Standing
    shared: NDArray[np.bool_]

    def say(self, row: int) -> str:
        """Why a listing is the main one of its group, in words; "" where it is not, or is alone."""
        if self.row[row] != row or not self.shared[row]:
            return ""
        if self.by_hand[row]:
            return "chosen by hand"
        return (self.standing if np.isfinite(self.standing.rank[row]) else self.age).say(row)

    def among(self, rows: NDArray[np.intp], n: int) -> "MainListings":
        """The same where these are some listings of N; the others stand for themselves.

        Args:
            rows: Shape (of these listings,). Their rows among all, ascending.
            n: All listings.
        """
        row, place = np.arange(n), np.zeros(n, dtype=np.int64)
        row[rows], place[rows] = rows[self.row], np.arange(len(rows))
        by_hand, shared = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
        by_hand[rows], shared[rows] = self.by_hand, self.shared
        standing, age = (each.among(rows, place) for each in (self.standing, self.age))
        return MainListings(row, by_hand, standing, age, shared)


def choose_main(
    group: NDArray[np.integer], standing: Standing, age: Standing, chosen: NDArray[np.float64] | None = None
) -> MainListings:
    """Choose the main listing of each group.

    Args:
        group: Shape (N,). Group of each listing.
        standing: By the rule.
        age: By the ids, no two equal: it decides between equals, and where the rule knows nothing.
        chosen: Shape (N,). When a curator chose the listing by hand, in seconds; 0 where nobody did. Of two in one
            group the later one holds.
    """
    chosen = np.zeros(len(group)) if chosen is None else chosen
    order = np.lexsort((age.rank, standing.rank, -chosen, group))
    first = np.append(True, group[order][1:] != group[order][:-1])[: len(group)]
    place = np.empty(len(group), dtype=np.int64)
    place[order] = np.cumsum(first) - 1
    row = order[first][place]
    shared = np.bincount(place, minlength=len(group))[place] > 1
    return MainListings(row, chosen[row] > 0, standing, age, shared)


def rank_titles(titles: Sequence[str]) -> Standing:
    """By how much titles say: the more distinct words the better, then the more characters."""
    words = np.array([len(distinct_words(title)) for title in titles], dtype=np.float64)
    characters = np.array([len(title) for title in titles], dtype=np.float64)
    rank = np.where(characters > 0, -(words + characters / 1e6), np.inf)
    return Standing(rank, lambda row: f"most complete title: {_count(int(words[row]), 'word')}")


def rank_photos(
    width: NDArray[np.integer], height: NDArray[np.integer], sharp: NDArray[np.bool_], sharpness: NDArray[np.float64]
) -> Standing:
    """By photos: sharp ones before others, then the larger, then the sharper.

    Args:
        width: Shape (N,). px; 0 where there is no photo.
        height: Shape (N,). px.
        sharp: Shape (N,). Whether the photo is sharp.
        sharpness: Shape (N,). Larger is sharper.
    """
    pixels = width.astype(np.int64) * height
    order = np.stack([~sharp, -pixels, -sharpness], axis=1).astype(np.float64)
    rank = np.unique(order, axis=0, return_inverse=True)[1].reshape(-1).astype(np.float64)

    def say(row: int) -> str:
        size = f"{width[row]} x {height[row]} pixels"
        return f"largest sharp photo: {size}" if sharp[row] else f"largest photo: {size}, and no photo is sharp"

    return Standing(np.where(pixels > 0, rank, np.inf), say)


def rank_prices(prices: NDArray[np.float64]) -> Standing:
    """By price, the cheapest first; nan where none is known."""
    return Standing(np.where(np.isfinite(prices), prices, np.inf), lambda row: f"cheapest: {say_price(prices[row])}")


def rank_sellers(sellers: Sequence[str], preferred: Sequence[str]) -> Standing:
    """By who sells, the preferred first, in their order, however they are written; of the others nothing is known."""
    place = {fold(seller).strip(): at for at, seller in reversed(list(enumerate(preferred)))}
    rank = np.array([place.get(fold(seller).strip(), np.inf) for seller in sellers], dtype=np.float64)
    return Standing(rank, lambda row: f"preferred seller: {sellers[row]}")


def rank_ids(ids: Sequence[str]) -> Standing:
    """By id, the oldest first: numbers within ids count as numbers, so that A-9 comes before A-10."""
    order = sorted(range(len(ids)), key=lambda row: (_natural(ids[row]), ids[row]))
    rank = np.empty(len(ids), dtype=np.float64)
    rank[order] = np.arange(len(ids))
    return Standing(rank, lambda row: f"oldest id: {ids[row]}")


def say_price(price: float) -> str:
    """ "3.20", and "12,000" without a fraction."""
    return f"{price:,.0f}" if float(price).is_integer() else f"{price:,.2f}"


def _natural(item_id: str) -> list[tuple[int, str]]:
    """Text as it is and runs of digits by their value, which their count of digits and then the digits tell."""
    pieces = _PIECES.split(item_id)
    digits = [piece.lstrip("0") for piece in pieces[1::2]]
    key: list[tuple[int, str]] = []
    for text, number in zip(pieces[::2], [*digits, None], strict=True):
        key.append((0, text))
        if number is not None:
            key.append((len(number), number))
    return key


def _count(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"
