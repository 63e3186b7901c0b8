"""From a pair model's probabilities to groups, and where groups end."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from matcher.matching.clusters import listing_f1
from matcher.matching.linkage import average_linkage
from matcher.matching.pair_model.model import PairModel
from matcher.matching.product_f1 import peak_of
from matcher.vectors.candidate_pairs import CandidatePairs

CUTS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7)
BOUNDS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4)
USUAL_CUT, USUAL_BOUND = 0.4, 0.05  # where no labels say better
RESAMPLES = 200
SAME = 1e-6  # of summed F1, below which a difference is rounding


def choose_cut(
    model: PairModel,
    pairs: CandidatePairs,
    probability: NDArray[np.float64],
    codes: NDArray[np.int32],
    key: NDArray[np.uint64],
) -> PairModel:
    """Choose where groups end: on the peak of the F1 of a listing's group.

    The single best cut of a few hundred products is a matter of luck: on two halves of one catalog it was .55 and .25.
    The mean of the best ones of many draws of products is not; but only of those on one peak, for between two of them
    nothing is good.

    Args:
        model: All but its cut and bound.
        pairs: P candidate pairs of N listings.
        probability: Shape (P,). By models that did not learn from a pair's products.
        codes: Shape (N,). Label codes.
        key: Shape (N,). From `content_keys`: ties go by it, and not by the order of the rows.
    """
    order = np.argsort(key, kind="stable")
    place = np.argsort(order)
    left, right = np.sort(np.stack([place[pairs.left], place[pairs.right]]), axis=0)
    by_place = np.lexsort((right, left))
    left, right, probability, codes = left[by_place], right[by_place], probability[by_place], codes[order]
    _, first, label = np.unique(codes[codes >= 0], return_index=True, return_inverse=True)
    label = np.argsort(np.argsort(first))[label]

    def f1_of_products(cut: float, bound: float) -> NDArray[np.float64]:
        near = np.flatnonzero(probability >= bound)
        group = average_linkage(pairs.n, left[near], right[near], probability[near], cut)
        return np.asarray(np.bincount(label, listing_f1(group, codes), minlength=len(first)), dtype=np.float64)

    cut = _mean_on_peak(CUTS, [f1_of_products(tried, USUAL_BOUND) for tried in CUTS])
    bound = _mean_on_peak(BOUNDS, [f1_of_products(cut, tried) for tried in BOUNDS], least=True)
    return replace(model, cut=cut, bound=bound)


def _mean_on_peak(tried: Sequence[float], f1: Sequence[NDArray[np.float64]], *, least: bool = False) -> float:
    """The mean of the best values of many draws of products, of those on the peak.

    Args:
        tried: A values, ascending.
        f1: For each the summed F1 of each of G products.
        least: Whether of equally good values the least counts, as a bound that leaves out as little as it can; else
            their middle, as far from what is worse as can be.

    Source: Breiman, "Bagging Predictors", Machine Learning 24, 1996.
    """
    values, surface = np.array(tried), np.stack(f1)
    peak = peak_of(surface.astype(np.float32)[:, None, :])[:, 0]
    products = surface.shape[1]
    draws = np.random.default_rng(0).multinomial(products, np.full(products, 1 / products), size=RESAMPLES)
    summed = surface @ draws.T
    best = (summed >= summed.max(axis=0) - SAME) & peak[:, None]
    if least:
        best &= best.cumsum(axis=0) == 1
    best = best[:, best.any(axis=0)]
    if not best.shape[1]:  # every draw liked another peak
        return float(values[peak].mean())
    return float(((values @ best) / best.sum(axis=0)).mean())


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
