"""Photos and phrases that a curator marked as saying nothing of what is sold: a setting of the catalog.

What is marked is taken out of the listings before anything is encoded or compared; what is shown stays as it is.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.ingest.catalog import Catalog
from matcher.storage.settings import rows as setting_rows
from matcher.storage.workspace import Workspace
from matcher.text import fold, plain

SETTING = "says_nothing"
MOST_PHOTOS, MOST_PHRASES = 10_000, 500
LONGEST_PHRASE = 200  # characters

_SPLIT = re.compile(r"(\s+)")


@dataclass(frozen=True)
class Marks:
    """What says nothing.

    Attributes:
        photos: What tells a photo from others: the name of its working copy, else its hash. In the order of marking.
        phrases: Words in a row, as they were typed.
    """

    photos: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


def read_marks(workspace: Workspace, catalog_id: str) -> Marks:
    """What a curator marked in a catalog."""
    return _marks_from(workspace.store.setting(catalog_id, SETTING))


def mark_photo(workspace: Workspace, catalog_id: str, photo: str) -> None:
    """Leave a photo out from the next search on.

    Raises:
        DataError: There is no photo, or too many are marked.
    """
    if not photo:
        raise DataError("This listing has no photo to leave out.")

    def add(marks: Marks) -> Marks:
        if photo in marks.photos:
            return marks
        if len(marks.photos) >= MOST_PHOTOS:
            raise DataError(f"{MOST_PHOTOS:,} photos are marked already; leave the photos out when you encode instead.")
        return replace(marks, photos=(*marks.photos, photo))

    _change(workspace, catalog_id, add)


def mark_phrase(workspace: Workspace, catalog_id: str, phrase: str) -> None:
    """Leave a phrase out of all titles from the next search on.

    Raises:
        DataError: Nothing of it is a word, it is too long, or too many are marked.
    """
    phrase = plain(phrase)
    if not _words(phrase) or len(phrase) > LONGEST_PHRASE:
        raise DataError(f"A phrase is a word or several in a row, of up to {LONGEST_PHRASE} characters; type it again.")

    def add(marks: Marks) -> Marks:
        if _words(phrase) in [_words(known) for known in marks.phrases]:
            return marks
        if len(marks.phrases) >= MOST_PHRASES:
            raise DataError(f"{MOST_PHRASES} phrases are marked already; take one back first.")
        return replace(marks, phrases=(*marks.phrases, phrase))

    _change(workspace, catalog_id, add)


def unmark(workspace: Workspace, catalog_id: str, mark: str) -> None:
    """Count a photo or a phrase again from the next search on; nothing happens if it is not marked."""

    def take(marks: Marks) -> Marks:
        return Marks(*(tuple(each for each in some if each != mark) for some in (marks.photos, marks.phrases)))

    _change(workspace, catalog_id, take)


def find_phrase(marks: Marks, phrase: str) -> str | None:
    """The marked phrase of the same words, as it was typed when it was marked; None if there is none."""
    return next((known for known in marks.phrases if _words(known) == _words(phrase)), None)


def _change(workspace: Workspace, catalog_id: str, change: Callable[[Marks], Marks]) -> None:
    """Change what is marked, in one transaction: what two curators mark at once is marked both."""
    with workspace.store.writing() as connection:
        setting_rows.change(connection, catalog_id, SETTING, lambda kept: _to_json(change(_marks_from(kept))))


def _marks_from(kept: Any) -> Marks:
    return Marks(tuple((kept or {}).get("photos", ())), tuple((kept or {}).get("phrases", ())))


def _to_json(marks: Marks) -> dict[str, list[str]]:
    return {name: list(values) for name, values in asdict(marks).items()}


def leave_out(catalog: Catalog, marks: Marks) -> Catalog:
    """The catalog as it is to be encoded and compared: without marked photos, and without marked phrases in titles.

    A title of which nothing would be left stays as it is: it is all that is known of its listing.
    """
    if not (marks.photos or marks.phrases):
        return catalog
    listings = catalog.listings
    off = find_marked(catalog, marks.photos)
    phrases = [_words(phrase) for phrase in marks.phrases]
    titles = {title: _without(title, phrases) for title in dict.fromkeys(listings["title"])}
    changed = listings.assign(
        photo=listings["photo"].where(~off, ""),
        phash=listings["phash"].where(~off, ""),
        title=listings["title"].map(titles).astype(listings["title"].dtype),
    )
    return Catalog(changed, catalog.photos)


def photo_of(catalog: Catalog, row: int) -> str:
    """What tells the photo of a listing from others: the name of its working copy, else its hash; "" for none."""
    return str(catalog.listings["photo"].iat[row] or catalog.listings["phash"].iat[row])


def find_marked(catalog: Catalog, photos: Collection[str]) -> NDArray[np.bool_]:
    """Listings whose photo is one of these; shape (N,)."""
    listings = catalog.listings
    shown = listings["photo"].where(listings["photo"] != "", listings["phash"])
    return np.asarray(shown.isin(list(photos)) & (shown != ""), dtype=np.bool_)


def find_phrased(catalog: Catalog, phrase: str) -> NDArray[np.bool_]:
    """Listings whose title has a phrase; shape (N,)."""
    words = [_words(phrase)]
    has = {title: _without(title, words, keep_all=False) != title for title in dict.fromkeys(catalog.listings["title"])}
    return np.array([has[title] for title in catalog.listings["title"]], dtype=np.bool_)


def _words(text: str) -> tuple[str, ...]:
    """Words as they are compared: folded, without the signs around them."""
    return tuple(word for word in (_core(piece) for piece in text.split()) if word)


def _core(piece: str) -> str:
    return fold(piece).strip("\"'`.,;:!?()[]{}<>|/\\*~_-+=#")


def _without(title: str, phrases: Collection[tuple[str, ...]], *, keep_all: bool = True) -> str:
    """The title without the words of these phrases, the longest first; as it is where nothing would be left."""
    folded = fold(title)
    phrases = [phrase for phrase in phrases if all(word in folded for word in phrase)]  # most titles end here
    if not phrases:
        return title
    pieces = [piece for piece in _SPLIT.split(title) if piece and not piece.isspace()]
    cores = [_core(piece) for piece in pieces]
    for phrase in sorted(phrases, key=len, reverse=True):
        place = 0
        while place <= len(cores) - len(phrase):
            if tuple(cores[place : place + len(phrase)]) == phrase:
                del pieces[place : place + len(phrase)], cores[place : place + len(phrase)]
            else:
                place += 1
    if len(pieces) == len([piece for piece in title.split() if piece]):
        return title
    return " ".join(pieces) if any(cores) or not keep_all else title
