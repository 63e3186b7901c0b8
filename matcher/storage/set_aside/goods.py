"""What an id stands for, and whether it stands for other goods than before.

Shops give ids anew, and tables without ids are numbered by row. A verdict on two ids is then about goods that nobody
was shown. Titles are edited and photos are replaced, though, and neither makes other goods: only where the title and
the photo both tell of something else are they others.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd
from rapidfuzz import fuzz

from matcher.errors import DataError
from matcher.images.picture_hash import differing_bits, phash_of
from matcher.text import fold

# Of six real catalogs, 95 in 100 titles of two listings drawn at random are below it, and 95 in 100 of listings that
# sellers wrote anew for the same goods above.
ALIKE_TITLES = 60  # of 100, of `token_set_ratio`: in any order, and what only one of them has counts little
ALIKE_PHOTOS = 10  # of the 64 bits of a pHash, that differ at most between two copies of one picture
LONGEST_TITLE = 400  # characters that are kept and compared


@dataclass(frozen=True)
class Goods:
    """What a listing showed.

    Attributes:
        title: As it is shown, "" if there is none.
        photo: The file name of its working copy, which tells its content; "" if there is none.
        phash: 16 hex digits; "" where there is no photo, or where it was not needed.
    """

    title: str
    photo: str
    phash: str = ""

    def to_json(self) -> str:
        """As it stands in the database."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> "Goods":
        """Read it again."""
        return Goods(**json.loads(text))


class Listed(Mapping[str, Goods]):
    """The goods of a catalog by item id."""

    def __init__(self, listings: pd.DataFrame, photos: Path) -> None:
        """Take the listings.

        Args:
            listings: A catalog's.
            photos: Folder of pictures of its photos; those that are not needed are not read.
        """
        rows = zip(listings["item_id"], listings["title"], listings["photo"], listings["phash"], strict=True)
        self._goods = {item_id: Goods(title[:LONGEST_TITLE], photo, phash) for item_id, title, photo, phash in rows}
        self._photos = photos

    def __getitem__(self, item_id: str) -> Goods:
        return self._goods[item_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._goods)

    def __len__(self) -> int:
        return len(self._goods)

    def hashed(self, item_id: str) -> Goods:
        """The goods with the hash of their photo, which is read for it."""
        goods = self._goods[item_id]
        if goods.phash or not goods.photo:
            return goods
        return Goods(goods.title, goods.photo, _hash_photo(self._photos / goods.photo))

    def has_other(self, item_id: str, shown: Goods) -> bool | None:
        """Whether an id now names other goods than were shown; None where it names none, or nothing can be compared."""
        if item_id not in self._goods:
            return None
        now = self._goods[item_id]
        if (now.title and now.title == shown.title) or (now.photo and now.photo == shown.photo):
            return False
        return are_others(shown, self.hashed(item_id))


def are_others(then: Goods, now: Goods) -> bool | None:
    """Whether two are other goods: all that can be compared, titles and photos, differs by more than an edit.

    Returns:
        None where nothing can be compared.
    """
    alike = []
    if then.title and now.title:
        alike.append(fuzz.token_set_ratio(fold(then.title), fold(now.title)) >= ALIKE_TITLES)
    if then.phash and now.phash:
        alike.append(differing_bits(then.phash, now.phash) <= ALIKE_PHOTOS)
    return not any(alike) if alike else None


@lru_cache(maxsize=100_000)
def _hash_photo(photo: Path) -> str:
    """The hash of a picture; "" where it cannot be read any more."""
    try:
        return phash_of(photo)
    except DataError:
        return ""
