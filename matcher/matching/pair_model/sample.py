"""The pairs that a model learns from: known ones, and some of which a rule is sure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.matching.pair_model.features import PairFeatures
from matcher.matching.pair_model.known import Known

NEAR = 10  # candidates of this rank or better are all learned from; of the others a share, each counting for many
SHARE_OF_FAR = 0.15
SURE_SAME, SURE_DIFFERENT = -0.4, 0.6  # margins at which a rule is taken at its word
SUPPOSED = 1_000  # pairs of each kind, at most, for which that is done
PRIOR = 200.0  # answers that all of them weigh together
JOINT = ("distance.rule", "distance.fused", "distance.text", "distance.image")
"""Distances that a threshold is put on where no rule is given: the first that is there."""


@dataclass(frozen=True)
class Sample:
    """S pairs to learn from: positions, what they are, what each counts, and whether somebody said so.

    They stand by lot, so that sums over them come out the same to the last digit in whatever rows the listings stand.
    """

    rows: NDArray[np.intp]
    is_same: NDArray[np.bool_]
    weight: NDArray[np.float64]
    is_told: NDArray[np.bool_]


def sample_known(known: Known) -> Sample:
    """Known pairs to learn from: all that are one product or near, and a share of the far ones."""
    near = known.is_same | (known.pairs.rank <= NEAR)
    rows = _by_lot(known, known.is_known & (near | (known.lot < SHARE_OF_FAR)))
    weight = known.weight[rows] * np.where(near[rows], 1.0, 1 / SHARE_OF_FAR)
    return Sample(rows, known.is_same[rows], weight, np.ones(len(rows), dtype=np.bool_))


def suppose(sample: Sample, known: Known, margin: NDArray[np.float32]) -> Sample:
    """Add pairs of which a rule is sure and nobody has said anything.

    Source: Primpeli, Bizer & Keuper, "Unsupervised Bootstrapping of Active Learning for Entity Resolution", ESWC 2020.
    """
    rows, weights = [], []
    for is_sure in (margin <= SURE_SAME, margin >= SURE_DIFFERENT):
        sure = _by_lot(known, is_sure & ~known.is_known)[:SUPPOSED]
        rows.append(sure)
        weights.append(np.full(len(sure), PRIOR / 2 / max(1, len(sure))))
    supposed = np.concatenate(rows)
    return Sample(
        np.concatenate([sample.rows, supposed]),
        np.concatenate([sample.is_same, margin[supposed] < 0]),
        np.concatenate([sample.weight, *weights]),
        np.concatenate([sample.is_told, np.zeros(len(supposed), dtype=np.bool_)]),
    )


def _by_lot(known: Known, chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Positions of the chosen pairs, ordered by lot."""
    rows = np.flatnonzero(chosen)
    return rows[np.argsort(known.lot[rows], kind="stable")]


def guess_margin(features: PairFeatures, known: Known) -> NDArray[np.float32] | None:
    """Put a threshold where it does best on known pairs, on the distance that says most.

    Returns:
        Shape (P,). How far each pair lies beyond it, in shares; None without a distance, or a pair of one product.
    """
    name = next((name for name in JOINT if name in features.names), None)
    if name is None or not (known.is_same & known.is_known).any():
        return None
    distance = np.nan_to_num(features.values[:, features.names.index(name)], nan=np.inf)
    told = np.flatnonzero(known.is_known)
    told = told[np.argsort(distance[told], kind="stable")]
    right = np.cumsum(known.is_same[told])
    f1 = 2 * right / (np.arange(1, len(told) + 1) + right[-1])
    threshold = distance[told[int(np.argmax(f1))]]
    if not 0 < threshold < np.inf:
        return None
    return np.asarray(distance / threshold - 1, dtype=np.float32)
