"""Numbers of groups that stay: a verdict, a new upload or another recipe renumbers only what it changes."""

import numpy as np
from numpy.typing import NDArray

from matcher.matching.clusters import RowPairs, connect, in_order_of_appearance


def number_groups(group: NDArray[np.integer], before: NDArray[np.int64], last: int) -> NDArray[np.int64]:
    """Number groups so that each keeps the number which most of its listings had.

    Where two groups hold listings of one number, the one with more of them has it; of two with as many, the larger
    group, then the first in the catalog; and a group takes the smaller of two numbers that as many of its listings had.
    Whoever then has none gets a new one, the largest group first. A number that was given once means no other group.

    Args:
        group: Shape (N,). Group of each listing; any whole numbers.
        before: Shape (N,). Number of the group that each listing was in, 0 where it was in none.
        last: The highest number ever given, 0 for none.

    Returns:
        Shape (N,). Number of each listing's group, from 1; one for each group.
    """
    if not len(group):
        return np.zeros(0, dtype=np.int64)
    place = in_order_of_appearance(group)
    size = np.bincount(place)
    number = _keep_numbers(place, size, before)
    new = np.flatnonzero(number == 0)
    new = new[np.argsort(-size[new], kind="stable")]
    number[new] = max(last, int(before.max())) + 1 + np.arange(len(new))
    return np.asarray(number[place])


def find_families(number: NDArray[np.int64], variants: RowPairs | NDArray[np.int64]) -> NDArray[np.int64]:
    """Families: groups that verdicts "variant" connect, each called by the smallest number among its groups.

    Args:
        number: Shape (N,). Number of each listing's group, from 1.
        variants: Pairs of rows judged to be the same line in another size, colour or model.

    Returns:
        Shape (N,). Number of each listing's family; that of its group where no variant is known.
    """
    numbers, place = np.unique(number, return_inverse=True)
    ends = np.asarray(variants, dtype=np.int64).reshape(-1, 2)
    family = connect(len(numbers), place[ends[:, 0]], place[ends[:, 1]])  # counted from the smallest number on
    smallest = np.zeros(len(numbers), dtype=np.int64)
    smallest[family[::-1]] = numbers[::-1]
    return np.asarray(smallest[family][place])


def _keep_numbers(place: NDArray[np.int32], size: NDArray[np.intp], before: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number that each group keeps, 0 for none; shape (G,)."""
    held = before > 0
    span = int(before.max()) + 1
    claims, votes = np.unique(place[held] * np.int64(span) + before[held], return_counts=True)
    claimant, wanted = claims // span, claims % span
    number = np.zeros(len(size), dtype=np.int64)
    # Most groups ask for one number that no other group asks for; the rest are looked at one by one.
    alone = (np.bincount(claimant, minlength=len(size))[claimant] == 1) & (
        np.bincount(wanted, minlength=span)[wanted] == 1
    )
    number[claimant[alone]] = wanted[alone]
    claimant, wanted, votes = claimant[~alone], wanted[~alone], votes[~alone]
    order = np.lexsort((claimant, wanted, -size[claimant], -votes))
    taken: set[int] = set()
    for one, asked in zip(claimant[order].tolist(), wanted[order].tolist(), strict=True):
        if number[one] == 0 and asked not in taken:
            number[one] = asked
            taken.add(asked)
    return number
