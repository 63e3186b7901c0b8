"""Balanced training rows: no label dominates, and small labels are filled with new pairs of their own title and photo.

Source: the data preparation of the product-matching paper that this project follows: at most ten rows a label; labels
with fewer are filled by pairing the titles and the photos of one product anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import DataError


@dataclass(frozen=True)
class BalancedRows:
    """A plan: which title stands beside which photo in each row to train on. Nothing is changed by making one.

    Attributes:
        title_row: Shape (M,). Listing that the title is taken from.
        photo_row: Shape (M,). Listing that the photo is taken from, of the same label and side.
        codes: Shape (M,). Label code of the row, -1 where unknown.
        sizes_before: Shape (C,). Rows of each label in the catalog.
        sizes_after: Shape (C,). Rows of each label in the plan.
    """

    title_row: NDArray[np.int32]
    photo_row: NDArray[np.int32]
    codes: NDArray[np.int32]
    sizes_before: NDArray[np.int64]
    sizes_after: NDArray[np.int64]

    @property
    def is_new_pair(self) -> NDArray[np.bool_]:
        """Shape (M,). Whether the row pairs a title with the photo of another listing."""
        is_new: NDArray[np.bool_] = self.title_row != self.photo_row
        return is_new

    def summary(self) -> pd.DataFrame:
        """What balancing does, to be shown before it is applied: one row per label size, smallest first.

        Columns: `rows` of a label before, `labels` of that size, `rows_before`, `rows_after`, `new_pairs`, `left_out`.
        """
        before, after = self.sizes_before, self.sizes_after
        listed = before > 0
        new = np.bincount(self.codes[self.is_new_pair & (self.codes >= 0)], minlength=len(before))
        frame = pd.DataFrame(
            {"rows": before, "labels": 1, "rows_before": before, "rows_after": after, "new_pairs": new}
        )[listed]
        frame["left_out"] = frame["rows_before"] - (frame["rows_after"] - frame["new_pairs"])
        return frame.groupby("rows", as_index=False).sum()


def balance(
    codes: NDArray[np.int32],
    titles: Sequence[str],
    photos: Sequence[str],
    *,
    sides: NDArray[np.int8] | None = None,
    most: int = 10,
    fill_to: int = 10,
    seed: int = 7,
) -> BalancedRows:
    """Plan rows with between `fill_to` (where a label has enough of its own to pair) and `most` rows a label.

    Args:
        codes: Shape (N,). Label code of each listing, -1 where unknown; those rows stay as they are.
        titles: Length N, "" where there is none.
        photos: Length N, a name made from the content, "" where there is none.
        sides: Shape (N,). Side of the split; titles and photos are never paired across sides.
        most: Rows of a label at most, at least 1.
        fill_to: Rows that small labels are filled up to, 0 to leave them as they are; at most `most`.
        seed: Which rows are left out and which pairs are made.

    Raises:
        DataError: Unequal lengths, or `most` under 1, or `fill_to` above `most`.
    """
    if not len(codes) == len(titles) == len(photos) or (sides is not None and len(sides) != len(codes)):
        raise DataError(
            f"Got {len(codes)} labels, {len(titles)} titles and {len(photos)} photos; expected one of each."
        )
    if most < 1 or fill_to > most:
        raise DataError(f"Got at most {most} rows a label, filled to {fill_to}; expected 1 <= rows and fill <= rows.")
    group = codes.astype(np.int64) * 3 + (0 if sides is None else sides)
    group[codes < 0] = -1 - np.arange(int((codes < 0).sum()))
    order = np.argsort(group, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(group[order])) + 1) if len(order) else []
    rng = np.random.default_rng(seed)
    pairs = [_pairs_of_label(rows, titles, photos, most, fill_to, rng) for rows in members]
    title_row, photo_row = (
        np.concatenate([pair[side] for pair in pairs] or [order]).astype(np.int32) for side in (0, 1)
    )
    n_labels = int(codes.max(initial=-1)) + 1
    return BalancedRows(
        title_row,
        photo_row,
        codes[title_row],
        np.bincount(codes[codes >= 0], minlength=n_labels),
        np.bincount(codes[title_row][codes[title_row] >= 0], minlength=n_labels),
    )


def _pairs_of_label(
    rows: NDArray[np.intp],
    titles: Sequence[str],
    photos: Sequence[str],
    most: int,
    fill_to: int,
    rng: np.random.Generator,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Title rows and photo rows of one label on one side: its own rows first, then pairs not seen yet."""
    kept = rows if len(rows) <= most else np.sort(rng.choice(rows, most, replace=False))
    seen = {(titles[row], photos[row]) for row in kept}
    chosen = [(row, row) for row in kept]
    missing = fill_to - len(kept)
    # Only a few pairs of a large label are needed, and small labels have few: at most fill_to ** 2 are drawn up.
    for left, right in rng.permutation([(left, right) for left in kept for right in kept]) if missing > 0 else ():
        pair = (titles[left], photos[right])
        if missing > 0 and all(pair) and pair not in seen:
            seen.add(pair)
            chosen.append((left, right))
            missing -= 1
    title_row, photo_row = zip(*chosen, strict=True)
    return np.array(title_row, dtype=np.intp), np.array(photo_row, dtype=np.intp)
