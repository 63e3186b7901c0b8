"""The rule that keeps the nearest of another rule's matches and no others."""

import numpy as np
from numpy.typing import NDArray

from matcher.matching.recipe import Recipe
from matcher.matching.threshold_margin import beyond_threshold
from matcher.matching.threshold_report import compared_distance
from matcher.vectors.candidate_pairs import CandidatePairs


def tighten(pairs: CandidatePairs, recipe: Recipe, margin: float) -> Recipe:
    """Make all thresholds stricter by the same share, so that matches up to a margin stay and the others go.

    Each new threshold is the largest distance of a pair that is kept by it, so that it says exactly what is kept. But
    none is under 0: where one is 0 already, pairs at distance 0 stay.

    Args:
        pairs: P candidate pairs.
        recipe: The rule, with its thresholds set.
        margin: From `distance_to_edge`, at most 0: 0 keeps all, -0.5 those within half of their threshold.
    """
    return recipe.with_thresholds(
        {
            name: _within(compared_distance(pairs, recipe, name), recipe.threshold(name), margin)
            for name in recipe.thresholds
        }
    )


def _within(distance: NDArray[np.float32], threshold: float, margin: float) -> float:
    kept = distance[beyond_threshold(distance, threshold) <= margin]
    return float(kept.max()) if len(kept) else max(0.0, threshold * (1 + margin))
