"""What a training tells apart: classes made from labels and verdicts, or from nothing but the listings themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import TrainingError
from matcher.matching.clusters import connect

Pairs = Sequence[tuple[int, int]]
"""Rows of two listings each."""

MOST_CLASSES_OF_A_LISTING = 5  # content under more labels than this is a placeholder and says nothing


@dataclass(frozen=True)
class Classes:
    """Classes to train on.

    Attributes:
        of: Shape (N, L), int64. Classes of each listing, its own first, padded with -1; several where its photo or
            title stands under several labels.
        count: C.
        sizes: Shape (C,). Listings of each class.
        rivals: Shape (C, R), int64, padded with -1. Classes that a curator called different; R is 0 without any.
        single: Classes with one listing: edited copies of it are all that they can teach.
    """

    of: NDArray[np.int64]
    count: int
    sizes: NDArray[np.int64]
    rivals: NDArray[np.int64]
    single: int


def classes_of(
    labels: NDArray[np.int32],
    *,
    contents: Sequence[str] = (),
    same: Pairs = (),
    different: Pairs = (),
    from_labels: bool = True,
) -> Classes:
    """Make classes from labels and verdicts.

    A listing without a label is a class of its own, whose members are its edited copies; exact repeats of its title or
    photo share it, since nothing could tell them apart. Verdicts "same" join classes;
    verdicts "different" make two classes rivals, unless they were joined.

    Args:
        labels: Shape (N,). Label code of each listing, -1 where unknown.
        contents: Length N or none, a name of each title or photo by its content: listings with the same content under
            several labels count for all of them.
        same: Rows of listings a curator called one product.
        different: Rows of listings a curator called different products.
        from_labels: False leaves the labels aside: every listing is its own class.

    Raises:
        TrainingError: Fewer than two classes, or labels of which none has two listings.
    """
    own = labels.astype(np.int64) if from_labels else np.full(len(labels), -1, dtype=np.int64)
    unlabelled = np.flatnonzero(own < 0)
    own[unlabelled] = own.max(initial=-1) + 1 + _number_contents(unlabelled, contents)
    code = _join(np.unique(own, return_inverse=True)[1], same)
    count = int(code.max(initial=-1)) + 1
    sizes = np.bincount(code, minlength=count)
    if count < 2:
        raise TrainingError(f"Found {count} product to learn from; expected at least two. Add listings.")
    if from_labels and (labels >= 0).any() and sizes.max() == 1:
        raise TrainingError(
            f"Each of the {count} labels stands on one listing, so they say of no two listings that they are the same "
            "product. Train without labels, or give verdicts on the Review page."
        )
    of = _add_other_classes(code, contents) if from_labels and len(contents) else code[:, None]
    return Classes(of, count, sizes, _find_rivals(code, different, count), int((sizes == 1).sum()))


def _number_contents(rows: NDArray[np.intp], contents: Sequence[str]) -> NDArray[np.int64]:
    """A number for each row, the same where the content is the same."""
    if not len(contents):
        return np.arange(len(rows))
    names = [contents[row] or f"\0{row}" for row in rows.tolist()]
    return np.unique(np.array(names, dtype=object), return_inverse=True)[1].astype(np.int64)


def join_labels(item_ids: Sequence[str], labels: Sequence[str], same: Pairs) -> list[str]:
    """Label of each listing after verdicts "same" have joined products; "" where there is still none.

    Joined products go by the smallest of their labels, or of their ids where none has a label, so that a split by
    these names keeps them on one side.
    """
    # The last of all characters lets every label come before every id.
    names = [label or f"\U0010ffff{item_id}" for item_id, label in zip(item_ids, labels, strict=True)]
    groups = pd.Series(names).groupby(_join(np.unique(np.array(names, dtype=object), return_inverse=True)[1], same))
    return [
        lead if label or members > 1 else ""
        for label, lead, members in zip(labels, groups.transform("min"), groups.transform("size"), strict=True)
    ]


def _join(code: NDArray[np.int64], same: Pairs) -> NDArray[np.int64]:
    """Class codes after joining those of the listings in `same`."""
    if not len(same):
        return code
    left, right = code[np.array(same)].T
    size = int(code.max()) + 1
    return connect(size, left, right).astype(np.int64)[code]


def _find_rivals(code: NDArray[np.int64], different: Pairs, count: int) -> NDArray[np.int64]:
    if not len(different):
        return np.zeros((count, 0), dtype=np.int64)
    pairs = code[np.array(different)]
    pairs = np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    return _pad(pairs[:, 0], pairs[:, 1], count)


def _add_other_classes(code: NDArray[np.int64], contents: Sequence[str]) -> NDArray[np.int64]:
    """Own class first, then the others of listings with the same content."""
    _, content = np.unique(np.array(contents, dtype=object), return_inverse=True)
    known = np.array([bool(name) for name in contents])
    held = np.unique(np.stack([content[known], code[known]], axis=1), axis=0)
    labels_of_content = np.bincount(held[:, 0], minlength=len(content))
    held = held[(labels_of_content[held[:, 0]] > 1) & (labels_of_content[held[:, 0]] <= MOST_CLASSES_OF_A_LISTING)]
    of_content = _pad(held[:, 0], held[:, 1], int(content.max(initial=-1)) + 1)
    others = np.where(known[:, None], of_content[content], -1)
    others[others == code[:, None]] = -1
    others = -np.sort(-others, axis=1)
    return np.concatenate([code[:, None], others[:, (others >= 0).any(axis=0)]], axis=1)


def _pad(row: NDArray[np.int64], value: NDArray[np.int64], rows: int) -> NDArray[np.int64]:
    """Values listed by row, shape (rows, most values of a row), padded with -1; `row` must ascend."""
    sizes = np.bincount(row, minlength=rows)
    table = np.full((rows, int(sizes.max(initial=0))), -1, dtype=np.int64)
    table[row, np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)] = value
    return table
