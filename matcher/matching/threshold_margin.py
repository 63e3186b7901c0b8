"""How near each pair is to being decided otherwise: the edge of a recipe."""

from functools import reduce

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.recipe import JOINT, Recipe, joint_distance, with_vetoes
from matcher.vectors.candidate_pairs import CandidatePairs


def distance_to_edge(pairs: CandidatePairs, recipe: Recipe) -> NDArray[np.float32]:
    """How far each pair lies beyond its threshold, in shares of the threshold.

    At or under 0 the distances match, -1 is as near as can be, 0.1 is a tenth too far. Shares and not distances, so
    that titles and photos can be compared though their distances spread differently. Where a recipe asks both,
    "either" takes the one that speaks more for a match and "both" the one that speaks less.

    Args:
        pairs: P pairs, with distances in the recipe's modalities.
        recipe: The rule, with its thresholds set. Its k plays no part here.

    Returns:
        Shape (P,); inf where the pair lacks what the rule needs, or meets a veto.

    Raises:
        DataError: A threshold is not set, or the pairs lack a modality.
    """
    pairs = with_vetoes(pairs, recipe)
    if recipe.fusion in JOINT:
        return beyond_threshold(joint_distance(pairs, recipe), recipe.threshold(JOINT[recipe.fusion]))
    sides = [
        beyond_threshold(pairs.distance[side], recipe.threshold(side))
        for side in recipe.modalities
        if side in pairs.distance
    ]
    if len(sides) < len(recipe.modalities):
        raise DataError(
            f"The recipe needs {' and '.join(recipe.modalities)}; these pairs have {', '.join(pairs.distance)}."
        )
    join = np.minimum if recipe.fusion == "either" else np.maximum
    return reduce(lambda one, other: np.asarray(join(one, other)), sides)  # join.reduce would copy them all first


def around_edge(
    edge: NDArray[np.float32], is_match: NDArray[np.bool_], reachable: NDArray[np.bool_], count: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The last pairs to match and the first ones not to, the nearest to the edge first.

    Args:
        edge: Shape (P,). From `distance_to_edge`.
        is_match: Shape (P,).
        reachable: Shape (P,). Pairs that a looser threshold could win.
        count: How many of each, at most.

    Returns:
        Positions of pairs, of matches and of others.
    """
    inside, outside = np.flatnonzero(is_match), np.flatnonzero(reachable & ~is_match & np.isfinite(edge))
    return inside[_first(-edge[inside], count)], outside[_first(edge[outside], count)]


def beyond_threshold(distance: NDArray[np.float32], threshold: float) -> NDArray[np.float32]:
    """How far distances lie beyond one threshold, in shares of it; shape of `distance`."""
    limit = np.float32(threshold)
    return np.asarray((distance - limit) / max(limit, np.float32(1e-6)))


def _first(values: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Positions of the smallest values, ascending."""
    if len(values) > count:
        smallest = np.argpartition(values, count)[:count]
    else:
        smallest = np.arange(len(values))
    return smallest[np.argsort(values[smallest], kind="stable")]
