"""Why a pair model thinks what it thinks of a pair: what each family of features adds to the log-odds, and in words.

The share of a family is its Shapley value: what it adds, on average over all orders in which the families could become
known. While a family is unknown, a tree goes both ways, each weighed by the share of learning pairs that went there.
With six families there are 64 sets of known ones, so the values are exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from matcher.errors import DataError
from matcher.matching.pair_model.features import PairFeatures
from matcher.matching.pair_model.model import Linear, PairModel
from matcher.matching.pair_model.trees import Trees

PAIRS_AT_ONCE = 16
MOST_FAMILIES = 8


@dataclass(frozen=True)
class Contributions:
    """What families of features add to the log-odds of P pairs.

    Attributes:
        base: Log-odds of a pair of which nothing is known.
        families: Names of the families.
        values: Shape (P, families). Above 0 for one product, below for two; with `base` they sum to the log-odds.
    """

    base: float
    families: tuple[str, ...]
    values: NDArray[np.float64]


class Explainer:
    """Explains what one model says; made once for a model, it explains a page of pairs in milliseconds.

    Raises:
        DataError: The model reads more families of features than there are.
    """

    def __init__(self, model: PairModel) -> None:
        self._model = model
        of_feature = [name.split(".")[0] for name in model.names]
        self.families = tuple(dict.fromkeys(of_feature))
        if len(self.families) > MOST_FAMILIES:
            raise DataError(
                f"The pair model reads {len(self.families)} families of features; reasons can be told for at most "
                f"{MOST_FAMILIES}: learn it with this version."
            )
        self._family = np.array([self.families.index(family) for family in of_feature])
        self._parts = [
            _Leaves(part, self._family, len(self.families)) if isinstance(part, Trees) else part for part in model.parts
        ]

    def contributions(self, features: PairFeatures, parts: Sequence[int] | None = None) -> Contributions:
        """What each family adds for each pair.

        Args:
            features: Of P pairs.
            parts: Of the model that are asked, by number; None for all.

        Raises:
            DataError: A feature that the model reads is not there.
        """
        values = self._model.values(features)
        asked = self._parts if parts is None else [self._parts[part] for part in parts]
        base, total = 0.0, np.zeros((len(values), len(self.families)))
        for part in asked:
            start, added = part.contributions(values) if isinstance(part, _Leaves) else self._linear(part, values)
            base += start / len(asked)
            total += added / len(asked)
        return Contributions(base, self.families, total)

    def _linear(self, part: Linear, values: NDArray[np.float32]) -> tuple[float, NDArray[np.float64]]:
        member = np.eye(len(self.families))[self._family]
        return part.start, part.terms(values) @ member


class _Leaves:
    """The leaves of a part's trees, with what lies on the way to each.

    A leaf's word counts for a set S of known families in full where the pair meets all that the families of S ask on
    the way, times the shares of learning pairs that went the same way at the nodes of all other families.
    """

    def __init__(self, trees: Trees, family: NDArray[np.int64], families: int) -> None:
        self._trees, self._families = trees, families
        self._inner = np.flatnonzero(trees.feature >= 0)
        leaf, node, went_left = _ways(trees)
        leaves = np.flatnonzero(trees.feature < 0)
        place = np.zeros(len(trees.feature), dtype=np.int64)
        place[leaves] = np.arange(len(leaves))
        group = place[leaf] * families + family[trees.feature[node]]
        order = np.argsort(group, kind="stable")
        self._group, self._starts = np.unique(group[order], return_index=True)
        self._node, self._went_left = node[order], went_left[order]
        share = np.where(self._went_left, trees.left_share[self._node], 1 - trees.left_share[self._node])
        on_way = np.ones(len(leaves) * families)
        if len(self._node):
            on_way[self._group] = np.multiply.reduceat(share, self._starts)
        unknown = on_way.reshape(-1, families)
        word = trees.value[leaves][:, None]  # (leaves, sets of families); bit f of a set says that family f is known
        for number in range(families):
            word = np.concatenate([word * unknown[:, [number]], word], axis=1)
        self._word = word

    def contributions(self, values: NDArray[np.float32]) -> tuple[float, NDArray[np.float64]]:
        """The base, and what each family adds to it; shape (P, families)."""
        blocks = [
            self._worth(values[first : first + PAIRS_AT_ONCE]) for first in range(0, max(1, len(values)), PAIRS_AT_ONCE)
        ]
        worth = np.concatenate(blocks)
        base = self._trees.start + float(self._word[:, 0].sum())
        return base, worth @ _shapley_weights(self._families)

    def _worth(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """What the trees say when only some families are known; shape (P, sets of families)."""
        sets, leaves = 1 << self._families, len(self._word)
        met = np.ones((len(values), leaves * self._families), dtype=np.bool_)
        if len(self._node):
            goes_left = np.zeros((len(values), len(self._trees.feature)), dtype=np.bool_)
            asked = values[:, self._trees.feature[self._inner]]
            goes_left[:, self._inner] = np.where(
                np.isnan(asked), self._trees.missing_left[self._inner], asked <= self._trees.threshold[self._inner]
            )
            agrees = goes_left[:, self._node] == self._went_left
            met[:, self._group] = np.logical_and.reduceat(agrees, self._starts, axis=1)
        which = met.reshape(len(values), leaves, self._families) @ (1 << np.arange(self._families))
        row = which + sets * np.arange(len(values))[:, None]
        column = np.broadcast_to(np.arange(leaves), row.shape)
        ones = np.ones(row.size)
        by_met = csr_matrix((ones, (row.ravel(), column.ravel())), shape=(len(values) * sets, leaves)) @ self._word
        # A set counts the leaves at which at least its families are met.
        met_set, known_set = np.arange(sets)[:, None], np.arange(sets)
        counts = (met_set & known_set) == known_set
        return np.asarray((by_met.reshape(len(values), sets, sets) * counts).sum(axis=1))


def _ways(trees: Trees) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Every node on the way to every leaf: the leaf, the node, and whether the way goes left there."""
    inner = np.flatnonzero(trees.feature >= 0)
    parent = np.full(len(trees.feature), -1, dtype=np.int64)
    is_left = np.zeros(len(trees.feature), dtype=np.bool_)
    parent[trees.left[inner]] = parent[trees.right[inner]] = inner
    is_left[trees.left[inner]] = True
    leaf = at = np.flatnonzero(trees.feature < 0)
    found = []
    while len(at := at[(inside := parent[at] >= 0)]):
        leaf = leaf[inside]
        found.append((leaf, parent[at], is_left[at]))
        at = parent[at]
    if not found:
        return leaf[:0], leaf[:0], is_left[:0]
    leaves, nodes, lefts = (np.concatenate(each) for each in zip(*found, strict=True))
    return leaves, nodes, lefts


def _shapley_weights(families: int) -> NDArray[np.float64]:
    """What each set's worth counts for each family; shape (sets, families).

    Source: Shapley, "A value for n-person games", 1953; for trees, Lundberg et al., "From local explanations to global
        understanding with explainable AI for trees", Nature Machine Intelligence 2, 2020.
    """
    weights = np.zeros((1 << families, families))
    for known in range(1 << families):
        size = known.bit_count()
        for family in range(families):
            if known >> family & 1:
                weights[known, family] = factorial(size - 1) * factorial(families - size) / factorial(families)
            else:
                weights[known, family] = -factorial(size) * factorial(families - size - 1) / factorial(families)
    return weights
