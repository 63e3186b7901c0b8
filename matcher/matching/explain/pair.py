"""Why a pair is a match or none: what each distance, word and number says, which step decided, what would change it."""

from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np

from matcher.errors import DataError
from matcher.matching.explain.changes import Way, find_vetoes, find_ways
from matcher.matching.explain.facts import ComparedFact, compare_facts
from matcher.matching.explain.links import Links
from matcher.matching.explain.words import ComparedWords, WordCounts, compare_words
from matcher.matching.groups.column_values import same_value
from matcher.matching.recipe import LEARNED, Recipe, decide, distance_of, joint_distance
from matcher.vectors.candidate_pairs import CandidatePairs

Step = Literal["lock", "verdict", "verdicts", "column", "veto", "search", "threshold", "group"]
"""What had the last word.

"lock": the group of one of the two is locked. "verdict": a curator's on this pair. "verdicts": those on other pairs of
its groups. "column": a value, like a seller, which the two have in common, or which their groups would hold twice.
"veto": the titles contradict each other. "search": no modality found the two near each other. "threshold": the
distances. "group": the other listings of the groups, which brought the two together or kept them apart against what
the pair is by itself.
"""


@dataclass(frozen=True)
class SaidBy:
    """What one distance says.

    Attributes:
        name: "text", "image", "fused" or "learned".
        distance: 0 or more; inf where the pair has none. For "learned" 1 - the pair's own probability.
        threshold: What the recipe compares it with; None where it does not ask this distance.
        is_within: Whether the distance is at or under the threshold; None without one.
    """

    name: str
    distance: float
    threshold: float | None
    is_within: bool | None


@dataclass(frozen=True)
class Explanation:
    """Why a pair is a match or none.

    Attributes:
        is_match: Whether the two are in one group, verdicts obeyed.
        by_itself: Whether the recipe matches the pair, groups and verdicts left aside.
        step: What had the last word.
        is_found: Whether the search brought the two together at all.
        verdict: The kind of the verdict on this pair; None where there is none.
        said: What each distance says, those that the recipe asks first.
        vetoes: Those of the recipe that the titles meet.
        facts: What the titles state, contradictions first.
        words: What they share and not, rare words first.
        links: How the two lie among the groups.
        ways: What of the recipe would have to be otherwise for it to decide the pair by itself otherwise.
    """

    is_match: bool
    by_itself: bool
    step: Step
    is_found: bool
    verdict: str | None
    said: tuple[SaidBy, ...]
    vetoes: tuple[str, ...]
    facts: tuple[ComparedFact, ...]
    words: ComparedWords
    links: Links
    ways: tuple[Way, ...]


def explain_pair(
    pair: CandidatePairs,
    recipe: Recipe,
    titles: tuple[str, str],
    counts: WordCounts,
    links: Links,
    verdict: str | None = None,
) -> Explanation:
    """Explain one pair; a few milliseconds, however large the catalog.

    Args:
        pair: One pair, with every distance that is known of it; its rank is beyond any k where no search found it.
        recipe: The rule in force, with its thresholds set.
        titles: Of its left and its right listing.
        counts: The catalog's words.
        links: How the two lie among the groups.
        verdict: The kind of the verdict on this pair, one of `storage.records.KINDS`.

    Raises:
        DataError: Not one pair, a threshold is not set, or the pair lacks a modality.
    """
    if len(pair) != 1:
        raise DataError(f"{len(pair)} pairs came to be explained; expected one.")
    by_itself = match_by_itself(pair, recipe)
    vetoes = find_vetoes(pair, recipe.veto)
    return Explanation(
        links.is_joined,
        by_itself,
        _find_step(pair, recipe, links, verdict, by_itself, bool(vetoes)),
        _is_found(pair, recipe),
        verdict,
        tuple(sorted(_listen(pair, recipe), key=lambda said: said.threshold is None)),
        vetoes,
        compare_facts(*titles, counts.brands),
        compare_words(counts, *titles),
        links,
        find_ways(pair, recipe),
    )


def match_by_itself(pair: CandidatePairs, recipe: Recipe) -> bool:
    """Whether a recipe matches one pair, its groups left aside; for "learned": whether it is likely enough alone."""
    if recipe.fusion != "learned":
        return bool(decide(pair, recipe)[0])
    return bool(distance_of(pair, LEARNED)[0] <= np.float32(recipe.threshold(LEARNED)))


def _find_step(
    pair: CandidatePairs, recipe: Recipe, links: Links, verdict: str | None, by_itself: bool, is_vetoed: bool
) -> Step:
    if links.is_locked:
        return "lock"
    if verdict in ("match", "variant", "different") and links.is_joined == (verdict == "match"):
        return "verdict"
    if links.is_joined != links.was_joined:
        return "verdicts"
    if links.is_joined != by_itself:
        return "column" if links.shares else "group"
    if not by_itself and recipe.only_across and same_value(pair, recipe.only_across)[0]:
        return "column"
    if is_vetoed:
        return "veto"
    return "search" if not _is_found(pair, recipe) else "threshold"


def _is_found(pair: CandidatePairs, recipe: Recipe) -> bool:
    return int(pair.rank[0]) <= recipe.k


def _listen(pair: CandidatePairs, recipe: Recipe) -> list[SaidBy]:
    """Each distance with its threshold; for a mean, the mean in place of the distance of joined vectors."""
    distances = {
        name: float(pair.distance[name][0]) for name in ("text", "image", "fused", LEARNED) if name in pair.distance
    }
    if recipe.fusion == "mean":
        distances["fused"] = float(joint_distance(pair, recipe)[0])
    said = []
    for name, distance in distances.items():
        threshold = recipe.threshold(name) if name in recipe.thresholds else None
        is_within = (
            None if threshold is None else bool(isfinite(distance) and np.float32(distance) <= np.float32(threshold))
        )
        said.append(SaidBy(name, distance, threshold, is_within))
    return said
