"""Fitting one part of a pair model, and saying what its scores mean."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.matching.pair_model.boosting.binning import bin_values
from matcher.matching.pair_model.model import Linear, Rung
from matcher.matching.pair_model.trees import Trees, mean_of_trees, trees_of

SMALL_TREES: dict[str, Any] = {"max_iter": 60, "max_leaf_nodes": 7, "min_samples_leaf": 10}
LARGE_TREES: dict[str, Any] = {"max_iter": 150, "max_leaf_nodes": 31, "min_samples_leaf": 40}


def fit_part(
    rung: Rung,
    values: NDArray[np.float32],
    is_same: NDArray[np.bool_],
    weight: NDArray[np.float64],
    seed: int,
    doubted: NDArray[np.bool_] | None = None,
) -> Trees | Linear:
    """Learn from some pairs.

    Args:
        rung: What to learn.
        values: Shape (P, F).
        is_same: Shape (P,).
        weight: Shape (P,). What each pair counts.
        seed: Of the features that each split of a tree may ask.
        doubted: Shape (F,). Features that half of the trees never see; None for none.
    """
    weight = weight / weight.mean()
    if rung == "logistic":
        return _fit_linear(values, is_same, weight)
    trees = _fit_trees(rung, values, is_same, weight, seed)
    if doubted is None or not doubted.any():
        return trees
    return mean_of_trees(trees, _fit_trees(rung, np.where(doubted, np.float32(np.nan), values), is_same, weight, seed))


def _fit_trees(
    rung: Rung, values: NDArray[np.float32], is_same: NDArray[np.bool_], weight: NDArray[np.float64], seed: int
) -> Trees:
    from sklearn.ensemble import HistGradientBoostingClassifier  # a second of import, wanted only here

    trees = HistGradientBoostingClassifier(
        learning_rate=0.1, l2_regularization=5.0, max_features=0.5, early_stopping=False, random_state=seed,
        **(LARGE_TREES if rung == "trees" else SMALL_TREES),
    )  # fmt: skip
    # Of a feature that none of these pairs has nothing is learned, and scikit-learn looks for its bins in vain.
    known = np.isfinite(values).any(axis=0)
    bins = bin_values(np.where(known, values, np.float32(0)), weight)
    return trees_of(trees.fit(bins.numbers, is_same, weight), bins)


def _fit_linear(values: NDArray[np.float32], is_same: NDArray[np.bool_], weight: NDArray[np.float64]) -> Linear:
    from sklearn.linear_model import LogisticRegression

    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, values, 0.0).astype(np.float64)
    middle = filled.sum(axis=0) / count
    spread = np.sqrt((np.where(known, filled - middle, 0.0) ** 2).sum(axis=0) / count)
    spread = np.where(spread > 1e-6, spread, 1.0)
    scaled = np.clip(np.where(known, (filled - middle) / spread, 0.0), -10, 10)
    fitted = LogisticRegression(C=0.3).fit(scaled, is_same, weight)
    return Linear(float(fitted.intercept_[0]), fitted.coef_[0].astype(np.float64), middle, spread)


def calibrate(
    scores: NDArray[np.float64], is_same: NDArray[np.bool_], weight: NDArray[np.float64], rung: Rung
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What log-odds mean, as a rising line: isotonic where there is enough to learn it from, else a sigmoid."""
    if rung == "trees":
        from sklearn.isotonic import IsotonicRegression

        fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(scores, is_same, weight)
        found, first = np.unique(fitted.X_thresholds_, return_index=True)
        return found, np.maximum.accumulate(np.asarray(fitted.y_thresholds_, dtype=np.float64)[first])
    from sklearn.linear_model import LogisticRegression

    sigmoid = LogisticRegression(C=1.0).fit(scores[:, None], is_same, weight / weight.mean())
    slope, start = max(float(sigmoid.coef_[0, 0]), 1e-3), float(sigmoid.intercept_[0])
    at = np.linspace(-12, 12, 241)
    return (at - start) / slope, 1 / (1 + np.exp(-at))
