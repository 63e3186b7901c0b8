"""Boosted trees as plain numbers: learned by scikit-learn, kept as JSON, applied by numpy. No code is ever loaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError

MOST_TREES, MOST_NODES = 2_000, 400_000
ROWS_AT_ONCE = 1 << 15
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
    """

    start: float
    roots: NDArray[np.int32]
    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    missing_left: NDArray[np.bool_]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]

    def log_odds(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Sum over the trees.

        Args:
            values: Shape (P, F); not a number where a feature is missing.

        Returns:
            Shape (P,).
        """
        total = np.full(len(values), self.start)
        for first in range(0, len(values), ROWS_AT_ONCE):
            block = np.ascontiguousarray(values[first : first + ROWS_AT_ONCE])
            for root in self.roots.tolist():
                total[first : first + ROWS_AT_ONCE] += self.value[self._leaves(block, root)]
        return total

    def _leaves(self, values: NDArray[np.float32], root: int) -> NDArray[np.int32]:
        """The leaf at which each row ends; shape (B,)."""
        node = np.full(len(values), root, dtype=np.int32)
        moving = np.arange(len(values))
        while len(moving):
            at = node[moving]
            inner = self.feature[at] >= 0
            moving, at = moving[inner], at[inner]
            compared = values[moving, self.feature[at]]
            goes_left = np.where(np.isnan(compared), self.missing_left[at], compared <= self.threshold[at])
            node[moving] = np.where(goes_left, self.left[at], self.right[at])
        return node

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
        }


def trees_of(classifier: Any) -> Trees:
    """Take the numbers out of a fitted HistGradientBoostingClassifier of two classes."""
    nodes = [predictor.nodes for (predictor,) in classifier._predictors]
    starts = np.concatenate([[0], np.cumsum([len(each) for each in nodes])]).astype(np.int64)
    every = np.concatenate(nodes)
    offset = np.repeat(starts[:-1], np.diff(starts))
    is_leaf = every["is_leaf"].astype(bool)
    return Trees(
        float(np.ravel(classifier._baseline_prediction)[0]),
        starts[:-1].astype(np.int32),
        np.where(is_leaf, -1, every["feature_idx"]).astype(np.int16),
        np.where(is_leaf, np.float32(0), _lower(np.clip(every["num_threshold"], -LARGEST, LARGEST))),
        every["missing_go_to_left"].astype(bool),
        np.where(is_leaf, 0, every["left"] + offset).astype(np.int32),
        np.where(is_leaf, 0, every["right"] + offset).astype(np.int32),
        np.array([float(f"{value:.9g}") for value in np.where(is_leaf, every["value"], 0.0)]),
    )


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
    if {len(left), len(right), len(missing), len(threshold), len(value)} != {count}:
        raise DataError("The trees of a pair model have columns of different lengths; learn the model again.")
    inner = feature >= 0
    here = np.arange(count)[inner]
    onward = (left[inner] > here) & (right[inner] > here) & (left[inner] < count) & (right[inner] < count)
    if not onward.all() or (roots >= max(count, 1)).any():
        raise DataError("A tree of a pair model leads back or out of itself; learn the model again.")
    return Trees(
        float(start[0]),
        roots.astype(np.int32),
        feature.astype(np.int16),
        threshold.astype(np.float32),
        missing.astype(bool),
        left.astype(np.int32),
        right.astype(np.int32),
        value,
    )


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
