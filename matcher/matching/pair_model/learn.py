"""Learning a pair model from known pairs, judged only on products that it did not learn from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.clusters import connect, group_f1
from matcher.matching.linkage import average_linkage
from matcher.matching.pair_model.features import PairFeatures
from matcher.matching.pair_model.model import Linear, PairModel, Rung
from matcher.matching.pair_model.trees import Trees, trees_of
from matcher.progress import Progress, Report, silent
from matcher.vectors.candidate_pairs import CandidatePairs

FOLDS = 3
NEAR = 10  # candidates of this rank or better are all learned from; of the others a share, each counting for many
SHARE_OF_FAR = 0.15
BALANCE = -0.4  # power of a product's size that its listings' pairs weigh: large products have many pairs
FEW, SOME = 100, 1_000  # known pairs, up to which a logistic model and small trees are learned
SIMPLE = frozenset(
    "distance.text distance.image distance.fused words.jaccard words.containment words.rarest_alone_high"
    " letters.sorted_words conflict.amounts_against conflict.model conflict.count".split()
)  # each speaks one way only, the more of it there is
CUTS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7)
BOUNDS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4)
USUAL_CUT, USUAL_BOUND = 0.35, 0.05  # where no labels say better
STEP = "Learning from known pairs"


@dataclass(frozen=True)
class Known:
    """What is known of P candidate pairs of N listings.

    Attributes:
        pairs: The pairs.
        is_same: Shape (P,). Whether a pair is one product, where that is known.
        is_known: Shape (P,).
        fold: Shape (N,). Fold of each listing, 0..FOLDS - 1; see `product_folds`.
        weight: Shape (P,). What each pair counts.
    """

    pairs: CandidatePairs
    is_same: NDArray[np.bool_]
    is_known: NDArray[np.bool_]
    fold: NDArray[np.int64]
    weight: NDArray[np.float64]


def product_folds(codes: NDArray[np.int32], *alike: Sequence[str], seed: int = 0) -> NDArray[np.int64]:
    """Deal listings out to folds so that no product is in two: neither by its label, nor by a title or photo of it.

    Args:
        codes: Shape (N,). Label code of each listing, -1 where unknown.
        alike: For each further kind of sameness what tells it, for all N listings: titles, photos; "" is like nothing.
        seed: Of the dealing.

    Returns:
        Shape (N,), 0..FOLDS - 1.
    """
    n = len(codes)
    said = [np.where(codes >= 0, codes, -1)]
    for each in alike:
        _, number = np.unique(np.array(each, dtype=np.str_), return_inverse=True)
        said.append(np.where(np.array([value != "" for value in each]), number, -1))
    ends = []
    for number in said:
        order = np.argsort(number, kind="stable")
        order = order[number[order] >= 0]
        next_one = np.flatnonzero(number[order[1:]] == number[order[:-1]])
        ends.append(np.stack([order[next_one], order[next_one + 1]]))
    left, right = np.concatenate(ends, axis=1)
    part = connect(n, left, right)
    dealt = np.random.default_rng(seed).permutation(int(part.max(initial=-1)) + 1)
    return np.asarray(dealt[part] % FOLDS)


def known_pairs(
    pairs: CandidatePairs,
    codes: NDArray[np.int32],
    fold: NDArray[np.int64],
    same: Sequence[tuple[int, int]] = (),
    different: Sequence[tuple[int, int]] = (),
) -> Known:
    """Put together what labels and verdicts say; a verdict stands over a label.

    Args:
        pairs: P candidate pairs of N listings.
        codes: Shape (N,). Label code of each listing, -1 where unknown.
        fold: Shape (N,). From `product_folds`.
        same: Pairs of rows judged to be one product.
        different: Pairs of rows judged not to be.
    """
    left, right = codes[pairs.left], codes[pairs.right]
    is_known = (left >= 0) & (right >= 0)
    is_same = is_known & (left == right)
    for judged, truth in ((same, True), (different, False)):
        rows = pairs.positions(*np.array(judged, dtype=np.int64).reshape(-1, 2).T)
        is_known[rows], is_same[rows] = True, truth
    sizes = np.bincount(codes[codes >= 0], minlength=1)
    size = np.where(codes >= 0, sizes[codes], 1).astype(np.float64)
    balance = (size[pairs.left] ** BALANCE + size[pairs.right] ** BALANCE) / 2
    return Known(pairs, is_same, is_known, fold, balance)


def learn_pair_model(
    features: PairFeatures, known: Known, codes: NDArray[np.int32] | None = None, report: Report = silent
) -> PairModel:
    """Learn from known pairs: the richest model that does better than a plainer one on products it has not seen.

    Args:
        features: Of P candidate pairs.
        known: What is known of them.
        codes: Shape (N,). Label codes to choose the cut by; None where only verdicts are known.
        report: Told how many models are learned; may raise Cancelled.

    Raises:
        DataError: Too little is known: no pair that is one product, or none that is not, in some fold's products.
    """
    count = int(known.is_known.sum())
    rungs: list[Rung] = ["logistic"]
    if count > FEW:
        rungs.append("small trees")
    if count > SOME:
        rungs = ["small trees", "trees"]
    rows, weight = _sample(known)
    best: tuple[float, PairModel, NDArray[np.float64]] | None = None
    for done, rung in enumerate(rungs):
        report(Progress(STEP, done, len(rungs)))
        parts = [_fit(rung, features, known, rows, weight, fold) for fold in range(FOLDS)]
        model = PairModel(rung, _names(rung, features), tuple(parts), np.zeros(1), np.zeros(1), USUAL_CUT, USUAL_BOUND,
                          known.pairs.n)  # fmt: skip
        unseen = _unseen_log_odds(model, features, known)
        scores, probabilities = _calibrate(unseen[rows], known.is_same[rows], weight, rung)
        loss = _log_loss(np.interp(unseen[rows], scores, probabilities), known.is_same[rows], weight)
        if best is None or loss < best[0]:
            best = loss, replace(model, scores=scores, probabilities=probabilities), unseen
    assert best is not None  # there is always a rung
    _, model, unseen = best
    report(Progress(STEP, len(rungs), len(rungs)))
    if codes is None:
        return model
    return choose_cut(model, known.pairs, np.interp(unseen, model.scores, model.probabilities), codes)


def choose_cut(
    model: PairModel, pairs: CandidatePairs, probability: NDArray[np.float64], codes: NDArray[np.int32]
) -> PairModel:
    """Choose where groups are joined: the best F1 of a listing's group.

    Args:
        model: All but its cut and bound.
        pairs: P candidate pairs of N listings.
        probability: Shape (P,). By models that did not learn from a pair's products.
        codes: Shape (N,). Label codes.
    """

    def f1(cut: float, bound: float) -> float:
        near = np.flatnonzero(probability >= bound)
        group = average_linkage(pairs.n, pairs.left[near], pairs.right[near], probability[near], cut)
        return group_f1(group, codes)

    cut = max(CUTS, key=lambda tried: f1(tried, USUAL_BOUND))
    bound = max(BOUNDS, key=lambda tried: f1(cut, tried))
    return replace(model, cut=cut, bound=bound)


def group_pairs(
    model: PairModel,
    pairs: CandidatePairs,
    probability: NDArray[np.float64],
    same: Sequence[tuple[int, int]] = (),
    different: Sequence[tuple[int, int]] = (),
) -> NDArray[np.int32]:
    """Join listings into products by a model's probabilities; shape (N,). Verdicts are obeyed."""
    near = np.flatnonzero(probability >= model.bound)
    return average_linkage(pairs.n, pairs.left[near], pairs.right[near], probability[near], model.cut, same, different)


def _sample(known: Known) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Pairs to learn from, and what each counts: all that are one product or near, and a share of the far ones."""
    near = known.is_same | (known.pairs.rank <= NEAR)
    # Drawn by the pair itself, so that the order of the listings' table and a new run change nothing.
    drawn = np.random.default_rng(0).random(len(known.pairs)) < SHARE_OF_FAR
    rows = np.flatnonzero(known.is_known & (near | drawn))
    return rows, known.weight[rows] * np.where(near[rows], 1.0, 1 / SHARE_OF_FAR)


def _names(rung: Rung, features: PairFeatures) -> tuple[str, ...]:
    return tuple(name for name in features.names if name in SIMPLE) if rung == "logistic" else features.names


def _fit(
    rung: Rung,
    features: PairFeatures,
    known: Known,
    rows: NDArray[np.intp],
    weight: NDArray[np.float64],
    fold: int,
) -> Trees | Linear:
    """Learn from the pairs that have no listing in a fold."""
    outside = (known.fold[known.pairs.left[rows]] != fold) & (known.fold[known.pairs.right[rows]] != fold)
    rows, weight = rows[outside], weight[outside]
    is_same = known.is_same[rows]
    if is_same.all() or not is_same.any():
        raise DataError(
            f"{int(is_same.sum())} of {len(is_same)} known pairs are one product; expected some that are and some that "
            "are not: give more verdicts, or more labels."
        )
    kept = [features.names.index(name) for name in _names(rung, features)]
    values = features.values[rows][:, kept]
    if rung == "logistic":
        return _linear(values, is_same, weight)
    from sklearn.ensemble import HistGradientBoostingClassifier  # a second of import, wanted only here

    small: dict[str, Any] = {"max_iter": 60, "max_leaf_nodes": 7, "min_samples_leaf": 10}
    large: dict[str, Any] = {"max_iter": 150, "max_leaf_nodes": 31, "min_samples_leaf": 40}
    trees = HistGradientBoostingClassifier(
        learning_rate=0.1, l2_regularization=5.0, max_features=0.5, early_stopping=False, random_state=fold,
        **(large if rung == "trees" else small),
    )  # fmt: skip
    return trees_of(trees.fit(values, is_same, weight / weight.mean()))


def _linear(values: NDArray[np.float32], is_same: NDArray[np.bool_], weight: NDArray[np.float64]) -> Linear:
    from sklearn.linear_model import LogisticRegression

    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, values, 0.0).astype(np.float64)
    middle = filled.sum(axis=0) / count
    spread = np.sqrt((np.where(known, filled - middle, 0.0) ** 2).sum(axis=0) / count)
    spread = np.where(spread > 1e-6, spread, 1.0)
    scaled = np.clip(np.where(known, (filled - middle) / spread, 0.0), -10, 10)
    fitted = LogisticRegression(C=0.3).fit(scaled, is_same, weight / weight.mean())
    return Linear(float(fitted.intercept_[0]), fitted.coef_[0].astype(np.float64), middle, spread)


def _unseen_log_odds(model: PairModel, features: PairFeatures, known: Known) -> NDArray[np.float64]:
    """Log-odds by the models that learned from neither of a pair's products, or not from one of the two; shape (P,)."""
    kept = [features.names.index(name) for name in model.names]
    one, other = known.fold[known.pairs.left], known.fold[known.pairs.right]
    total, count = np.zeros(len(known.pairs)), np.zeros(len(known.pairs))
    for fold, part in enumerate(model.parts):
        rows = np.flatnonzero((one == fold) | (other == fold))
        total[rows] += part.log_odds(features.values[rows][:, kept])
        count[rows] += 1
    return total / count


def _calibrate(
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


def _log_loss(probability: NDArray[np.float64], is_same: NDArray[np.bool_], weight: NDArray[np.float64]) -> float:
    right = np.clip(np.where(is_same, probability, 1 - probability), 1e-6, 1)
    return float(-(np.log(right) * weight).sum() / weight.sum())
