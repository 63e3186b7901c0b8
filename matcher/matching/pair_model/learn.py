"""Learning a pair model from known pairs, judged only on products that it did not learn from."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.pair_model.families import FURTHER, choose_families, is_better
from matcher.matching.pair_model.features import PairFeatures
from matcher.matching.pair_model.fit import calibrate, fit_part
from matcher.matching.pair_model.groups import USUAL_BOUND, USUAL_CUT, choose_cut
from matcher.matching.pair_model.groups import group_pairs as group_pairs
from matcher.matching.pair_model.known import FOLDS as FOLDS
from matcher.matching.pair_model.known import Known as Known
from matcher.matching.pair_model.known import content_keys as content_keys
from matcher.matching.pair_model.known import known_pairs as known_pairs
from matcher.matching.pair_model.known import product_folds as product_folds
from matcher.matching.pair_model.model import PairModel, Rung
from matcher.matching.pair_model.sample import Sample, guess_margin, sample_known, suppose
from matcher.progress import Progress, Report, silent

FEW, SOME = 100, 1_000  # known pairs, up to which a logistic model and small trees are learned
SIMPLE = frozenset(
    "distance.text distance.image distance.fused words.jaccard words.containment words.rarest_alone_high"
    " distance.rule letters.sorted_words conflict.amounts_against conflict.model conflict.count".split()
)  # each speaks one way only, the more of it there is
STEP = "Learning from known pairs"


def learn_pair_model(
    features: PairFeatures,
    known: Known,
    codes: NDArray[np.int32] | None = None,
    report: Report = silent,
    margin: NDArray[np.float32] | None = None,
    doubted: Sequence[str] = (),
) -> PairModel:
    """Learn from known pairs: the richest model that does better than a plainer one on products it has not seen.

    Args:
        features: Of P candidate pairs.
        known: What is known of them.
        codes: Shape (N,). Label codes to choose the cut by; None where only verdicts are known.
        report: Told how many models are learned; may raise Cancelled.
        margin: Shape (P,). Where only verdicts are known, how far each pair lies beyond the threshold of a rule, in
            shares of it (`distance_to_edge`). Curators are asked about doubtful pairs, so nobody says what lies far
            from the threshold: there the rule's word is taken, for as much as some answers. None
            to put the threshold on one distance where the verdicts put it.
        doubted: Features of which new pairs may have others than these have, as of encoders that were trained on some
            of these: half of the trees never see them.

    Raises:
        DataError: Too little is known: no pair that is one product, or none that is not, in some fold's products.
    """
    count = int(known.is_known.sum())
    sample = sample_known(known)
    if margin is None and codes is None:
        margin = guess_margin(features, known)
    if margin is not None and count <= SOME:
        sample = suppose(sample, known, margin)
    product = _products(known, codes, sample.rows[sample.is_told])
    learned: dict[tuple[Rung, tuple[str, ...]], tuple[PairModel, NDArray[np.float64]]] = {}

    def judge(rung: Rung, some: PairFeatures) -> tuple[PairModel, NDArray[np.float64]]:
        if (rung, some.names) not in learned:
            report(Progress(STEP, len(learned), 2 + len(FURTHER)))
            learned[rung, some.names] = _judge(rung, some, known, sample, doubted)
        return learned[rung, some.names]

    rungs: list[Rung] = ["logistic"] if count <= FEW else ["logistic", "small trees"]
    if count > SOME:
        rungs = ["small trees", "trees"]
        features = features.of(choose_families(features, lambda some: judge("small trees", some)[1], product))
    best = judge(rungs[0], features)
    for rung in rungs[1:]:
        tried = judge(rung, features)
        best = tried if is_better(tried[1], best[1], product) else best
    model = best[0]
    report(Progress(STEP, 2 + len(FURTHER), 2 + len(FURTHER)))
    if codes is None:
        return model
    unseen = np.interp(_unseen_log_odds(model, features, known), model.scores, model.probabilities)
    return choose_cut(model, known.pairs, unseen, codes, known.key)


def _products(known: Known, codes: NDArray[np.int32] | None, rows: NDArray[np.intp]) -> NDArray[np.int64]:
    """The product of one listing of each pair, by its label or, where there is none, by itself."""
    left, right = known.pairs.left[rows].astype(np.int64), known.pairs.right[rows].astype(np.int64)
    one = np.where(known.key[left] <= known.key[right], left, right)
    return one if codes is None else np.where(codes[one] >= 0, codes[one], -1 - one)


def _judge(
    rung: Rung, features: PairFeatures, known: Known, sample: Sample, doubted: Sequence[str]
) -> tuple[PairModel, NDArray[np.float64]]:
    """Learn a model, all but its cut, and see what each told pair loses on it, judged by what has not seen it."""
    names = tuple(name for name in features.names if name in SIMPLE) if rung == "logistic" else features.names
    columns = [features.names.index(name) for name in names]
    parts = []
    for fold in range(FOLDS):
        outside = np.flatnonzero(
            (known.fold[known.pairs.left[sample.rows]] != fold) & (known.fold[known.pairs.right[sample.rows]] != fold)
        )
        is_same = sample.is_same[outside]
        if is_same.all() or not is_same.any():
            raise DataError(
                f"{int(is_same.sum())} of {len(is_same)} known pairs are one product; expected some that are and some "
                "that are not: give more verdicts, or more labels."
            )
        values = features.values[sample.rows[outside]][:, columns]
        unsure = np.isin(names, list(doubted))
        parts.append(fit_part(rung, values, is_same, sample.weight[outside], fold, unsure))
    model = PairModel(rung, names, tuple(parts), np.zeros(1), np.zeros(1), USUAL_CUT, USUAL_BOUND, known.pairs.n)
    unseen = _unseen_log_odds(model, features, known, sample.rows)
    scores, probabilities = calibrate(unseen, sample.is_same, sample.weight, rung)
    right = np.interp(unseen, scores, probabilities)
    losses = -np.log(np.clip(np.where(sample.is_same, right, 1 - right), 1e-6, 1)) * sample.weight
    return replace(model, scores=scores, probabilities=probabilities), losses[sample.is_told]


def _unseen_log_odds(
    model: PairModel, features: PairFeatures, known: Known, rows: NDArray[np.intp] | None = None
) -> NDArray[np.float64]:
    """Log-odds by the parts that learned from neither of a pair's products, or not from one of the two.

    Args:
        model: Its parts count.
        features: Of P pairs.
        known: Of the same pairs.
        rows: Shape (R,). Positions of pairs; None for all.

    Returns:
        Shape (R,).
    """
    rows = np.arange(len(known.pairs)) if rows is None else rows
    columns = [features.names.index(name) for name in model.names]
    one, other = known.fold[known.pairs.left[rows]], known.fold[known.pairs.right[rows]]
    total, count = np.zeros(len(rows)), np.zeros(len(rows))
    for fold, part in enumerate(model.parts):
        unseen = np.flatnonzero((one == fold) | (other == fold))
        total[unseen] += part.log_odds(features.values[rows[unseen]][:, columns])
        count[unseen] += 1
    return total / count
