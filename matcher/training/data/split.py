"""Train, tune and test sides of a catalog, by product: no product stands on two sides."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.clusters import connect

TRAIN, TUNE, TEST = 0, 1, 2
SIDES = ("train", "tune", "test")
# A photo under more labels than this is a placeholder ("no photo yet"), not a sign that the products are one.
MOST_LABELS_OF_A_CONTENT = 5


def split_by_product(
    item_ids: Sequence[str],
    labels: Sequence[str],
    photos: Sequence[str] | None = None,
    titles: Sequence[str] | None = None,
    *,
    shares: tuple[float, float, float] = (0.70, 0.15, 0.15),
    salt: str = "",
) -> NDArray[np.int8]:
    """Say on which side each listing stands.

    The side is read off a hash of the label alone, so the same product gets the same side in every upload, in any order
    and whatever else is uploaded with it. A listing without a label is a product of its own, known by its id. Labels
    that share a photo are kept together, or the photo learned on one side would be met again on the other; titles
    likewise. Encoders of titles and of photos that are judged together need one split by both.

    Args:
        item_ids: Length N.
        labels: Length N, "" where unknown.
        photos: Length N, a name made from the photo's content, "" where there is none; or None to ignore photos.
        titles: Length N, "" where there is none; or None to ignore titles.
        shares: Of products on the train, tune and test sides; at least 0, sum 1.
        salt: Another salt gives another split.

    Returns:
        Shape (N,), 0 train, 1 tune, 2 test.

    Raises:
        DataError: Unequal lengths, or shares that are negative or do not sum to 1.
    """
    contents = [content for content in (photos, titles) if content is not None]
    if {len(item_ids), *map(len, contents)} - {len(labels)}:
        raise DataError(f"Got {len(item_ids)} ids and {len(labels)} labels; each listing needs one of each.")
    if min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
        raise DataError(f"Got shares {shares} for train, tune and test; they must be at least 0 and sum to 1.")
    # A prefix keeps the label "7" and the unlabelled listing "7" apart.
    products = [
        f"label {label}" if label else f"item {item_id}" for item_id, label in zip(item_ids, labels, strict=True)
    ]
    names, product = np.unique(np.array(products, dtype=object), return_inverse=True)
    component = _join_by_content(product, len(names), contents)
    position = _positions(names, component, salt)
    bounds = np.cumsum(shares)[:2] - 1e-12
    side: NDArray[np.int8] = np.searchsorted(bounds, position, side="right").astype(np.int8)[component][product]
    return side


def _join_by_content(
    product: NDArray[np.intp], n_products: int, contents: Sequence[Sequence[str]]
) -> NDArray[np.int32]:
    """Component of each product, shape (n_products,); products with a common photo or title are in one."""
    uses, size = np.zeros((0, 2), dtype=np.intp), n_products
    for names in contents:
        rows = np.flatnonzero(np.array([bool(name) for name in names]))
        _, content = np.unique(np.array(names, dtype=object)[rows], return_inverse=True)
        used = np.unique(np.stack([content, product[rows]], axis=1), axis=0)
        labels_of_content = np.bincount(used[:, 0])
        used = used[labels_of_content[used[:, 0]] <= MOST_LABELS_OF_A_CONTENT]
        uses = np.concatenate([uses, used + np.array([size, 0])])
        size += len(labels_of_content)
    return connect(size, uses[:, 1], uses[:, 0])[:n_products]  # numbered without gaps: products come first


def _positions(names: NDArray[np.object_], component: NDArray[np.int32], salt: str) -> NDArray[np.float64]:
    """Where each component lies in 0..1: a second hash of the member whose first hash is smallest.

    So a new label that joins a component seldom moves it, and large components lean to no side.
    """
    first = np.array([_hash_to_unit(f"first {salt} {name}") for name in names])
    order = np.lexsort((first, component))
    leads = order[np.unique(component[order], return_index=True)[1]]
    return np.array([_hash_to_unit(f"side {salt} {names[lead]}") for lead in leads])


def _hash_to_unit(text: str) -> float:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
