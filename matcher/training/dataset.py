"""What is trained on: a catalog's listings, split by product, made into classes and balanced."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import TrainingError
from matcher.training.config import TrainConfig
from matcher.training.data.class_targets import Classes, Pairs, classes_of, join_labels
from matcher.training.data.rebalance import balance
from matcher.training.data.split import TRAIN, TUNE, split_by_product


@dataclass(frozen=True)
class Listings:
    """What a training sees of a catalog; N listings.

    Attributes:
        catalog: The catalog's name.
        item_ids: Length N.
        labels: Length N, "" where unknown.
        titles: Length N, "" where there is none.
        photos: Length N, files; None where there is none.
        same: Rows that a curator called one product.
        different: Rows that a curator called different products.
        sides: Shape (N,). Side of the split, where it was decided before; None to split now.
        shown: Length N. Titles as the catalog has them, where something was left out of those to learn from; a run
            keeps by them what it learned from. None where they are the same.
    """

    catalog: str
    item_ids: Sequence[str]
    labels: Sequence[str]
    titles: Sequence[str]
    photos: Sequence[Path | None]
    same: Pairs = ()
    different: Pairs = ()
    sides: NDArray[np.int8] | None = None
    shown: Sequence[str] | None = None

    def having(self, modality: str) -> "Listings":
        """Only the listings that have a title, or a photo; rows of verdicts are moved along."""
        has = [bool(title.strip()) for title in self.titles] if modality == "text" else [bool(p) for p in self.photos]
        rows = np.flatnonzero(has)
        place = np.full(len(has), -1)
        place[rows] = np.arange(len(rows))
        same, different = (
            [(int(place[a]), int(place[b])) for a, b in given if min(place[a], place[b]) >= 0]
            for given in (self.same, self.different)
        )
        kept = rows.tolist()
        return Listings(
            self.catalog,
            [self.item_ids[row] for row in kept],
            [self.labels[row] for row in kept],
            [self.titles[row] for row in kept],
            [self.photos[row] for row in kept],
            same,
            different,
            None if self.sides is None else self.sides[rows],
            None if self.shown is None else [self.shown[row] for row in kept],
        )


@dataclass(frozen=True)
class Dataset:
    """Listings prepared for one training.

    Attributes:
        sides: Shape (N,). Side of the split.
        codes: Shape (N,). Label codes, -1 where unknown.
        classes: Of the listings on the train side; -1 for the others.
        rows: Training rows, some of them several times if balanced.
    """

    sides: NDArray[np.int8]
    codes: NDArray[np.int32]
    classes: Classes
    rows: NDArray[np.intp]


def prepare(listings: Listings, config: TrainConfig) -> Dataset:
    """Split listings by product, make classes of those on the train side, and balance them if the settings say so.

    Raises:
        TrainingError: Nothing can be learned from them.
    """
    if len(listings.item_ids) < 2:
        raise TrainingError(
            f"{len(listings.item_ids)} listings have {'a title' if config.modality == 'text' else 'a photo'}; expected "
            "at least two to learn from."
        )
    labels = list(listings.labels) if config.use_labels else [""] * len(listings.labels)
    contents = listings.titles if config.modality == "text" else _photo_names(listings.photos)
    sides = sides_of(listings, config)
    rows = np.flatnonzero(sides == TRAIN)
    if not len(rows) or not (sides == TUNE).any():
        raise TrainingError(
            f"Of {len(sides)} listings {len(rows)} fell to the train side and {(sides == TUNE).sum()} to the tune "
            "side; expected some on both. Add listings of more products."
        )
    codes = np.where([bool(label) for label in labels], pd.factorize(np.array(labels, dtype=object))[0], -1).astype(
        np.int32
    )
    classes = _make_classes(codes, rows, [str(content) for content in contents], listings, config)
    if config.balanced:
        photos = [str(photo or "") for photo in listings.photos]
        plan = balance(np.where(sides == TRAIN, codes, -1), listings.titles, photos, sides=sides, seed=config.seed)
        balanced_rows = (plan.title_row if config.modality == "text" else plan.photo_row).astype(np.intp)
        rows = balanced_rows[sides[balanced_rows] == TRAIN]
    return Dataset(sides, codes, classes, rows)


def sides_of(listings: Listings, config: TrainConfig) -> NDArray[np.int8]:
    """Side of each listing, (N,); by product, photo and title, so that encoders of both keep out the same ones."""
    if listings.sides is not None:
        return listings.sides
    # Labels that are not learned from still say what a threshold may be chosen on afterwards.
    products = join_labels(listings.item_ids, listings.labels, listings.same)
    shares = (1.0 - config.tune_share - config.test_share, config.tune_share, config.test_share)
    return split_by_product(
        listings.item_ids, products, _photo_names(listings.photos), list(listings.titles), shares=shares
    )


def _photo_names(photos: Sequence[Path | None]) -> list[str]:
    return [photo.name if photo else "" for photo in photos]


def _make_classes(
    codes: NDArray[np.int32], rows: NDArray[np.intp], contents: Sequence[str], listings: Listings, config: TrainConfig
) -> Classes:
    """Classes of the listings in `rows`, with an entry of -1 for the others."""
    place = np.full(len(codes), -1)
    place[rows] = np.arange(len(rows))
    same, different = (
        [(int(place[a]), int(place[b])) for a, b in pairs if min(place[a], place[b]) >= 0]
        for pairs in (listings.same, listings.different)
    )
    of_rows = [contents[row] for row in rows]
    some = classes_of(codes[rows], contents=of_rows, same=same, different=different, from_labels=config.use_labels)
    of = np.full((len(codes), some.of.shape[1]), -1, dtype=np.int64)
    of[rows] = some.of
    return replace(some, of=of)
