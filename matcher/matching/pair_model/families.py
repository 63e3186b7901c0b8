"""Which families of features a catalog's model reads: those that help on products that it has not seen."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from matcher.matching.pair_model.features import PairFeatures

PLAIN = ("distance", "words", "letters")
"""Always read: what is near, and what is said."""
FURTHER = ("conflict", "photo", "list")
"""Read where they help. Learned on half of the products and measured on the others, leaving it to unseen products won
.011 of the F1 of groups on apparel against reading all (.962, .951), where places in lists only let trees learn by
heart, and .005 on re-listed goods, where lists are read, against leaving those out (.966, .961)."""

Losses = Callable[[PairFeatures], NDArray[np.float64]]
"""Features to what each known pair loses, weighed, when judged by what did not learn from its products; shape (S,)."""


def choose_families(features: PairFeatures, losses: Losses, product: NDArray[np.integer]) -> tuple[str, ...]:
    """Take a further family only where it is better on unseen products than without it.

    Args:
        features: Of P pairs, all that there are.
        losses: What S known pairs lose, for some of the features.
        product: Shape (S,). A number for the product of each known pair: pairs of one product err together.

    Returns:
        Families.
    """
    there = {name.split(".")[0] for name in features.names}
    chosen = tuple(family for family in PLAIN if family in there)
    if not chosen:
        return tuple(sorted(there))
    best = losses(features.of(chosen))
    for family in FURTHER:
        if family in there:
            tried = losses(features.of((*chosen, family)))
            if is_better(tried, best, product):
                chosen, best = (*chosen, family), tried
    return chosen


def is_better(losses: NDArray[np.float64], others: NDArray[np.float64], product: NDArray[np.integer]) -> bool:
    """Whether losses are smaller than others by more than a standard error over products.

    Source: Breiman, Friedman, Olshen & Stone, "Classification and Regression Trees", 1984, for the rule of one
        standard error.
    """
    _, number = np.unique(product, return_inverse=True)
    gain = np.bincount(number, others - losses)
    return bool(gain.sum() > np.sqrt((gain**2).sum()))
