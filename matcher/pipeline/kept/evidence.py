"""What of a catalog is evidence: photos that say something, and titles that contradict each other."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.catalog_words import learn_words
from matcher.images import is_one_colour
from matcher.ingest.catalog import Catalog
from matcher.matching.conflicts import BITS, with_conflicts
from matcher.matching.placeholders import placeholder_photos
from matcher.pipeline.kept.says_nothing import Marks, leave_out, read_marks
from matcher.storage.pair_files import read_config
from matcher.storage.records import CatalogInfo
from matcher.storage.workspace import Workspace
from matcher.vectors.candidate_pairs import CandidatePairs

MOST_RECORDED = 1000  # photos


@dataclass(frozen=True)
class Evidence:
    """A catalog as it is to be encoded, compared and learned from.

    Attributes:
        info: Of this version of the listings.
        shown: The catalog as a curator sees it.
        catalog: The same listings without what is marked as saying nothing.
        marks: What is marked.
    """

    info: CatalogInfo
    shown: Catalog
    catalog: Catalog
    marks: Marks


def open_evidence(workspace: Workspace, catalog_id: str) -> Evidence:
    """Open a catalog for whoever encodes it or learns from it: here what is marked is taken out, and nowhere else.

    Raises:
        DataError: There is no such catalog.
    """
    marks = read_marks(workspace, catalog_id)  # once: a curator may mark more meanwhile
    info, catalog = workspace.open_catalog(catalog_id)
    return Evidence(info, catalog, leave_out(catalog, marks), marks)


def empty_photos(catalog: Catalog) -> NDArray[np.bool_]:
    """Listings whose photo is no evidence: a field of one colour, or a placeholder under many unlike titles.

    Args:
        catalog: N listings.

    Returns:
        Shape (N,).
    """
    listings = catalog.listings
    titles, photos = list(listings["title"]), list(listings["photo"])
    read = learn_words(titles)
    shown = listings["photo"].where(listings["photo"] != "", listings["phash"])
    placeholder = placeholder_photos(list(shown), [read.words(title) for title in titles])
    folder = catalog.photos
    plain = {photo for photo in set(photos) if folder and photo and is_one_colour(folder / photo)}
    return placeholder | np.array([photo in plain for photo in photos], dtype=np.bool_)


def count_left_out(catalog: Catalog, empty: NDArray[np.bool_]) -> dict[str, int]:
    """Photos that are no evidence with how many listings show each, the most frequent first, of many the first.

    Args:
        catalog: N listings.
        empty: Shape (N,). Of `empty_photos`.
    """
    listings = catalog.listings[empty]
    shown = listings["photo"].where(listings["photo"] != "", listings["phash"])
    counts = Counter(shown[shown != ""])
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:MOST_RECORDED])


def marks_of(workspace: Workspace, catalog_id: str, key: str) -> Marks:
    """What was marked when candidate pairs were looked for."""
    marked = read_config(workspace.folder(catalog_id) / "pairs", key).get("marks", {})
    return Marks(tuple(marked.get("photos", ())), tuple(marked.get("phrases", ())))


def find_changed_marks(workspace: Workspace, catalog_id: str, key: str) -> bool:
    """Whether marks have changed since candidate pairs were looked for, so that a new search would find others."""
    then, now = marks_of(workspace, catalog_id, key), read_marks(workspace, catalog_id)
    return (set(then.photos), set(then.phrases)) != (set(now.photos), set(now.phrases))


def read_left_out(workspace: Workspace, catalog_id: str, key: str) -> dict[str, int] | None:
    """As `count_left_out` had it when candidate pairs were looked for; None where photos were not looked at."""
    found: dict[str, int] | None = read_config(workspace.folder(catalog_id) / "pairs", key).get("left_out")
    return found


def load_pairs(workspace: Workspace, catalog_id: str, key: str, content: str) -> CandidatePairs:
    """Open candidate pairs of listings with this content, with what their titles contradict each other in.

    Raises:
        DataError: They are gone.
    """
    pairs = workspace.load_pairs(catalog_id, key)
    if pairs.conflicts is None or pairs.conflicts.dtype != BITS:  # an earlier version knew none, or fewer kinds
        info, catalog = workspace.open_catalog(catalog_id)
        if info.content == content:
            catalog = leave_out(catalog, marks_of(workspace, catalog_id, key))
            return with_conflicts(pairs, list(catalog.listings["title"]))
    return pairs
