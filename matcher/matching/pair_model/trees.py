"""Boosted trees as plain numbers: learned by scikit-learn, kept as JSON, applied by numpy. No code is ever loaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.pair_model.boosting.binning import Bins
from matcher.matching.pair_model.tree_program import MOST_LEAVES, TreeProgram, compile_tree, segments, sum_trees

MOST_TREES, MOST_NODES = 2_000, 400_000
LARGEST = 1e30  # of any number in a file


@dataclass(frozen=True)
class Trees:
    """Boosted trees: the start, and all nodes of all trees one after another.

    Attributes:
        start: Log-odds before the first tree.
        roots: Shape (T,). Where each tree begins.
        feature: Shape (M,). The column that a node asks; -1 at a leaf.
        threshold: Shape (M,). At or under it a value goes left.
        missing_left: Shape (M,). Whether what is not a number goes left.
        left: Shape (M,). Always after the node itself, as `right` is; so every way ends.
        right: Shape (M,).
        value: Shape (M,). What a leaf adds to the log-odds.
        left_share: Shape (M,). Share of a node's learning pairs that went left, 0..1; of no meaning at a leaf.
    """

    start: float
    roots: NDArray[np.int32]
    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    missing_left: NDArray[np.bool_]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    left_share: NDArray[np.float64]

    def log_odds(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Sum over the trees.

        Args:
            values: Shape (P, F); not a number where a feature is missing.

        Returns:
            Shape (P,).
        """
        return sum_trees(self._programs, values, self.start)

    @cached_property
    def _programs(self) -> tuple[TreeProgram, ...]:
        return tuple(
            compile_tree(
                self.feature[nodes],
                self.threshold[nodes],
                self.missing_left[nodes],
                self.left[nodes] - nodes.start,
                self.right[nodes] - nodes.start,
                self.value[nodes],
            )
            for nodes in segments(self.roots, len(self.feature))
        )

    def to_json(self) -> dict[str, Any]:
        """Lists of numbers that `trees_from_json` reads."""
        return {
            "start": self.start,
            "roots": self.roots.tolist(),
            "feature": self.feature.tolist(),
            "threshold": [float(f"{value:.9g}") for value in self.threshold.tolist()],  # a float32's digits
            "missing_left": self.missing_left.astype(int).tolist(),
            "left": self.left.tolist(),
            "right": self.right.tolist(),
            "value": [float(f"{value:.9g}") for value in self.value.tolist()],
            "left_share": [round(value, 6) for value in self.left_share.tolist()],
        }


def trees_of(classifier: Any, bins: Bins | None = None) -> Trees:
    """Take the numbers out of a fitted HistGradientBoostingClassifier of two classes.

    Args:
        classifier: Fitted.
        bins: What it was fitted to, where that was numbers of bins; the trees ask for the values themselves.
    """
    nodes = [predictor.nodes for (predictor,) in classifier._predictors]
    starts = np.concatenate([[0], np.cumsum([len(each) for each in nodes])]).astype(np.int64)
    every = np.concatenate(nodes)
    offset = np.repeat(starts[:-1], np.diff(starts))
    is_leaf = every["is_leaf"].astype(bool)
    threshold = every["num_threshold"]
    if bins is not None:
        threshold = bins.thresholds(every["feature_idx"], threshold)
    return Trees(
        float(np.ravel(classifier._baseline_prediction)[0]),
        starts[:-1].astype(np.int32),
        np.where(is_leaf, -1, every["feature_idx"]).astype(np.int16),
        np.where(is_leaf, np.float32(0), _lower(np.clip(threshold, -LARGEST, LARGEST))),
        every["missing_go_to_left"].astype(bool),
        np.where(is_leaf, 0, every["left"] + offset).astype(np.int32),
        np.where(is_leaf, 0, every["right"] + offset).astype(np.int32),
        np.array([float(f"{value:.9g}") for value in np.where(is_leaf, every["value"], 0.0)]),
        np.where(is_leaf, 0.5, _count(every, "left", offset) / np.maximum(1, every["count"])),
    )


def mean_of_trees(one: Trees, other: Trees) -> Trees:
    """Trees that say the mean of what two say."""
    offset = np.int32(len(one.feature))
    further = np.where(other.feature < 0, np.int32(0), offset)  # at a leaf there is nowhere to go
    return Trees(
        (one.start + other.start) / 2,
        np.concatenate([one.roots, other.roots + offset]),
        np.concatenate([one.feature, other.feature]),
        np.concatenate([one.threshold, other.threshold]),
        np.concatenate([one.missing_left, other.missing_left]),
        np.concatenate([one.left, other.left + further]),
        np.concatenate([one.right, other.right + further]),
        np.concatenate([one.value, other.value]) / 2,
        np.concatenate([one.left_share, other.left_share]),
    )


def _count(nodes: NDArray[Any], side: str, offset: NDArray[np.int64]) -> NDArray[np.float64]:
    """Learning pairs at one of the two children of each node; at a leaf of no meaning."""
    return np.asarray(nodes["count"][np.minimum(nodes[side] + offset, len(nodes) - 1)], dtype=np.float64)


def _lower(threshold: NDArray[np.float64]) -> NDArray[np.float32]:
    """The largest float32 that is not above: it parts features, which are float32, alike, and a file keeps it whole."""
    rounded = threshold.astype(np.float32)
    return np.where(rounded > threshold, np.nextafter(rounded, np.float32(-np.inf)), rounded)


def trees_from_json(given: Any, features: int) -> Trees:
    """Read trees that a stranger may have written.

    Args:
        given: What `Trees.to_json` gave, or anything else.
        features: Columns that the trees may ask.

    Raises:
        DataError: Not lists of numbers of one length, too many, out of range, or a tree without an end.
    """
    if not isinstance(given, Mapping):
        raise DataError("The trees of a pair model are not there; learn the model again.")
    roots = whole_numbers(given.get("roots"), "roots", 0, MOST_NODES, MOST_TREES)
    feature = whole_numbers(given.get("feature"), "feature", -1, features - 1, MOST_NODES)
    count = len(feature)
    left = whole_numbers(given.get("left"), "left", 0, MOST_NODES, MOST_NODES)
    right = whole_numbers(given.get("right"), "right", 0, MOST_NODES, MOST_NODES)
    missing = whole_numbers(given.get("missing_left"), "missing_left", 0, 1, MOST_NODES)
    threshold = numbers(given.get("threshold"), "threshold", LARGEST, MOST_NODES)
    value = numbers(given.get("value"), "value", LARGEST, MOST_NODES)
    start = numbers([given.get("start")], "start", LARGEST, 1)
    share = numbers(given.get("left_share", [0.5] * count), "left_share", 1.0, MOST_NODES)
    if {len(left), len(right), len(missing), len(threshold), len(value), len(share)} != {count}:
        raise DataError("The trees of a pair model have columns of different lengths; learn the model again.")
    if (share < 0).any():
        raise DataError("A share in a tree of a pair model is below 0; learn the model again.")
    _check_shape(roots, feature, left, right)
    return Trees(
        float(start[0]),
        roots.astype(np.int32),
        feature.astype(np.int16),
        threshold.astype(np.float32),
        missing.astype(bool),
        left.astype(np.int32),
        right.astype(np.int32),
        value,
        share,
    )


def _check_shape(
    roots: NDArray[np.int64], feature: NDArray[np.int64], left: NDArray[np.int64], right: NDArray[np.int64]
) -> None:
    """See that all nodes are trees: each tree's stand together, root first, and every other node has one parent.

    Raises:
        DataError: They are not, or a tree has too many leaves.
    """
    count = len(feature)
    if (len(roots) == 0) != (count == 0) or (count and (roots[0] != 0 or (np.diff(roots) <= 0).any())):
        raise DataError("The trees of a pair model do not stand one after another; learn the model again.")
    if (roots >= max(count, 1)).any():
        raise DataError("A tree of a pair model has no nodes; learn the model again.")
    tree = np.repeat(np.arange(len(roots)), np.diff(np.append(roots, count)))
    inner = np.flatnonzero(feature >= 0)
    children = np.concatenate([left[inner], right[inner]])
    parents = np.concatenate([inner, inner])
    if (children <= parents).any() or (children >= count).any() or (tree[children] != tree[parents]).any():
        raise DataError("A tree of a pair model leads back or out of itself; learn the model again.")
    wanted = np.ones(count, dtype=np.int64)
    wanted[roots] = 0
    if (np.bincount(children, minlength=count) != wanted).any():
        raise DataError("A node of a pair model hangs under two others or under none; learn the model again.")
    if (np.bincount(tree[feature < 0], minlength=1) > MOST_LEAVES).any():
        raise DataError(f"A tree of a pair model has more than {MOST_LEAVES} leaves; learn the model again.")


def numbers(given: Any, name: str, largest: float, most: int) -> NDArray[np.float64]:
    """A list of finite numbers from a file.

    Raises:
        DataError: Something else.
    """
    listed = _listed(given, name, most)
    if not all(type(value) in (int, float) and abs(value) <= largest for value in listed):
        raise DataError(f"The {name} of a pair model holds what is no number up to {largest:g}; learn the model again.")
    return np.array(listed, dtype=np.float64)


def whole_numbers(given: Any, name: str, least: int, largest: int, most: int) -> NDArray[np.int64]:
    """A list of whole numbers within bounds from a file.

    Raises:
        DataError: Something else.
    """
    listed = _listed(given, name, most)
    if not all(type(value) is int and least <= value <= largest for value in listed):
        raise DataError(
            f"The {name} of a pair model holds what is no whole number from {least} to {largest}; learn it again."
        )
    return np.array(listed, dtype=np.int64)


def _listed(given: Any, name: str, most: int) -> Sequence[Any]:
    if not isinstance(given, list) or len(given) > most:
        raise DataError(f"The {name} of a pair model is no list of at most {most} numbers; learn the model again.")
    return given
