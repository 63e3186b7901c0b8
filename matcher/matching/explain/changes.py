"""What of a recipe would have to be otherwise for a pair to be decided otherwise."""

from collections.abc import Mapping
from math import ceil, floor, isfinite
from typing import Any, TypeAlias

import numpy as np

from matcher.matching.conflicts import VETOES, vetoed
from matcher.matching.groups.column_values import same_value
from matcher.matching.recipe import JOINT, Recipe, decide, joint_distance
from matcher.vectors.candidate_pairs import CandidatePairs
from matcher.vectors.distance import LEAST_OF_THREE_DECIMALS

Way: TypeAlias = Mapping[str, Any]
"""Fields of the recipe, all of which would have to have these values: `replace(recipe, **way)` decides otherwise."""

MOST_K = 1000  # neighbours that a recipe may ask for
COARSE, FINE = 1_000, 1_000_000  # thresholds are given in thousandths, small ones in millionths


def find_ways(pair: CandidatePairs, recipe: Recipe) -> tuple[Way, ...]:
    """The ways in which a recipe would decide a pair by itself otherwise, each with as little changed as possible.

    A threshold is the first at which the answer changes, rounded to thousandths or, where it is small, to millionths,
    so that it can be typed.

    Args:
        pair: One pair, with the distances that the recipe reads.
        recipe: The rule, with its thresholds set.

    Returns:
        None where nothing of the recipe helps: no distance, no title to contradict, a search that cannot reach so far.

    Raises:
        DataError: A threshold is not set, or the pair lacks a modality.
    """
    if decide(pair, recipe)[0]:
        return (*_further(_distances(pair, recipe), recipe), *_vetoes_to_add(pair, recipe))
    return _nearer(pair, recipe)


def find_vetoes(pair: CandidatePairs, among: tuple[str, ...] = VETOES) -> tuple[str, ...]:
    """Those of some vetoes that the titles of one pair meet."""
    if pair.conflicts is None:
        return ()
    return tuple(veto for veto in among if vetoed(pair.conflicts, [veto])[0])


def _distances(pair: CandidatePairs, recipe: Recipe) -> dict[str, float]:
    """The distance that the recipe compares with each of its thresholds."""
    if recipe.fusion in JOINT:
        return {JOINT[recipe.fusion]: float(joint_distance(pair, recipe)[0])}
    return {side: float(pair.distance[side][0]) for side in recipe.modalities}


def _further(distances: Mapping[str, float], recipe: Recipe) -> tuple[Way, ...]:
    """Stricter thresholds that part a match: of all sides that find it by themselves, or of any where all must."""
    within = {side: value for side, value in distances.items() if _is_within(value, recipe.threshold(side))}
    stricter = {f"{side}_threshold": _round_down(value) for side, value in within.items()}
    if recipe.fusion == "either":
        return (stricter,) if all(value is not None for value in stricter.values()) else ()
    return tuple({name: value} for name, value in stricter.items() if value is not None)


def _vetoes_to_add(pair: CandidatePairs, recipe: Recipe) -> tuple[Way, ...]:
    if recipe.fusion == "learned":  # a model has to judge all pairs anew under another veto
        return ()
    return tuple({"veto": (*recipe.veto, veto)} for veto in find_vetoes(pair) if veto not in recipe.veto)


def _nearer(pair: CandidatePairs, recipe: Recipe) -> tuple[Way, ...]:
    """Looser thresholds that win a pair, with all else that keeps it apart."""
    needed: dict[str, Any] = {}
    if met := find_vetoes(pair, recipe.veto):
        needed["veto"] = tuple(veto for veto in recipe.veto if veto not in met)
    if recipe.only_across and same_value(pair, recipe.only_across)[0]:
        if recipe.fusion == "learned":  # a model has to judge all pairs anew
            return ()
        needed["only_across"] = None
    if recipe.fusion != "learned" and int(pair.rank[0]) > recipe.k:
        needed["k"] = int(pair.rank[0])
    if needed.get("k", 0) > MOST_K or (recipe.fusion == "learned" and met):
        return ()
    distances = _distances(pair, recipe)
    beyond = {side: value for side, value in distances.items() if not _is_within(value, recipe.threshold(side))}
    most = {side: 1.0 if side == "learned" else np.inf if recipe.metric == "manhattan" else 2.0 for side in beyond}
    looser = {
        f"{side}_threshold": _round_up(value)
        for side, value in beyond.items()
        if isfinite(value) and _round_up(value) <= most[side]
    }
    if not beyond or (recipe.fusion == "either" and len(beyond) < len(distances)):
        return (needed,)
    if recipe.fusion == "either":
        return tuple({**needed, name: value} for name, value in looser.items())
    return ({**needed, **looser},) if len(looser) == len(beyond) else ()


def _is_within(distance: float, threshold: float) -> bool:
    return bool(np.float32(distance) <= np.float32(threshold))


def _round_up(distance: float) -> float:
    """The first round threshold that holds a distance."""
    scale = COARSE if distance >= LEAST_OF_THREE_DECIMALS else FINE
    steps = ceil(distance * scale - 1e-9)
    while not _is_within(distance, steps / scale):
        steps += 1
    return steps / scale


def _round_down(distance: float) -> float | None:
    """The last round threshold that does not hold a distance; None where every threshold does."""
    for scale in (COARSE, FINE):
        steps = floor(distance * scale)
        while steps >= 0 and _is_within(distance, steps / scale):
            steps -= 1
        if steps > 0 or (steps == 0 and scale == FINE):
            return steps / scale
    return None
