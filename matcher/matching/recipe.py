"""Recipe: the full decision rule, and what it decides; pure functions of arrays."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from math import isfinite
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.conflicts import VETOES, vetoed
from matcher.matching.groups.column_values import same_value
from matcher.vectors.candidate_pairs import CandidatePairs
from matcher.vectors.distance import Metric

Fusion = Literal["either", "both", "mean", "fused", "learned"]
Mean = Literal["arithmetic", "geometric"]
FORMAT = 1
# Keys that a file may lack: their default is to change nothing.
NEUTRAL = {"mean", "text_alone", "image_alone", "veto", "learned_threshold", "pair_model", "one_per", "only_across"}
JOINT: Mapping[Fusion, str] = {"mean": "fused", "fused": "fused", "learned": "learned"}
"""Rules with one distance for both, and the name of its threshold."""
LEARNED, LINKED = "learned", "linked"
"""Distances that a pair model brings: of the pair by itself, and of the two groups that it lies between."""
MOST_CHARACTERS = 10_000  # a recipe has some 400
MOST_ALONE = 1000
LONGEST_COLUMN = 200  # characters of a column's name
FARTHEST = np.float32(2)  # that any threshold may be, but for Manhattan distance
NO_NEARER = 1e-3  # for a geometric mean: one distance of 0 shall not make the other meaningless


@dataclass(frozen=True)
class Recipe:
    """Which pairs match. A pair matches when its distance is at or under the threshold.

    Thresholds are None until `tune_recipe` or a curator has set them.

    Attributes:
        text_encoder: Encoder of the titles; None to leave titles out.
        image_encoder: Encoder of the photos; None to leave photos out.
        fusion: "either": the titles or the photos are near enough. "both": the titles and the photos are. "mean": the
            weighted mean of the two distances is; where a listing lacks one, the other decides. "fused": the distance
            of the joined vectors is. "learned": the groups of the two are joined by what a pair model takes for likely.
        metric: The distance that all thresholds are in.
        k: Neighbours searched for each listing, 1..1000.
        text_threshold: Distance of titles, for "either" and "both".
        image_threshold: Distance of photos, for "either" and "both".
        fused_threshold: Mean distance, or distance of joined vectors, for "mean" and "fused".
        text_weight: Share of the titles in "mean" and "fused", 0..1.
        mean: Which mean. A "geometric" one stays small while one of the two distances is: it lies between the
            arithmetic mean and "either".
        text_alone: What the distance of titles is multiplied by in "mean" where a listing lacks a photo: titles and
            photos lie differently far apart, so what is near for both together is not so for one of them. Above 0.
        image_alone: What that of photos is multiplied by where a listing lacks a title.
        veto: Some of VETOES: titles that contradict each other in one of them are no match, however near they are. Any
            sequence is taken, and kept in the order of VETOES.
        learned_threshold: For "learned": 1 - the lowest mean probability at which two groups are joined, 0..1.
        pair_model: The pair model of "learned", by the 32 hex digits that stand for its content.
        one_per: A column of the catalog, such as its sellers, of which a group holds each value at most once; None for
            no such limit. Verdicts "same" stand above it.
        only_across: A column of which two listings with one value are no match by themselves.

    Raises:
        DataError: A value is of the wrong type or out of range.
    """

    text_encoder: str | None = None
    image_encoder: str | None = None
    fusion: Fusion = "either"
    metric: Metric = "cosine"
    k: int = 50
    text_threshold: float | None = None
    image_threshold: float | None = None
    fused_threshold: float | None = None
    text_weight: float = 0.5
    mean: Mean = "arithmetic"
    text_alone: float = 1.0
    image_alone: float = 1.0
    veto: tuple[str, ...] = ()
    learned_threshold: float | None = None
    pair_model: str | None = None
    one_per: str | None = None
    only_across: str | None = None

    def __post_init__(self) -> None:
        for name in ("text_encoder", "image_encoder"):
            value = getattr(self, name)
            _expect(value is None or (isinstance(value, str) and value != ""), name, value, "an encoder's name or null")
        _expect(self.text_encoder or self.image_encoder, "text_encoder", None, "an encoder for titles or for photos")
        _expect(self.fusion in get_args(Fusion), "fusion", self.fusion, "one of " + ", ".join(get_args(Fusion)))
        _expect(self.metric in get_args(Metric), "metric", self.metric, "one of " + ", ".join(get_args(Metric)))
        _expect(self.mean in get_args(Mean), "mean", self.mean, "one of " + ", ".join(get_args(Mean)))
        _expect(type(self.k) is int and 1 <= self.k <= 1000, "k", self.k, "a whole number from 1 to 1000")
        _expect(_number(self.text_weight, 1), "text_weight", self.text_weight, "a number from 0 to 1")
        for name in ("text_alone", "image_alone"):
            value = getattr(self, name)
            _expect(_number(value, MOST_ALONE) and value > 0, name, value, f"a number above 0, up to {MOST_ALONE}")
        most = np.inf if self.metric == "manhattan" else 2
        for name in ("text_threshold", "image_threshold", "fused_threshold"):
            value = getattr(self, name)
            wanted = "a distance of 0 or more" if most == np.inf else "a distance from 0 to 2"
            _expect(value is None or _number(value, most), name, value, wanted)
        likely, model = self.learned_threshold, self.pair_model
        _expect(likely is None or _number(likely, 1), "learned_threshold", likely, "a number from 0 to 1, or null")
        named = model is None or (isinstance(model, str) and re.fullmatch("[0-9a-f]{32}", model))
        _expect(named, "pair_model", model, "32 hex digits or null")
        for name in ("one_per", "only_across"):
            column = getattr(self, name)
            is_name = isinstance(column, str) and 0 < len(column) <= LONGEST_COLUMN
            _expect(column is None or is_name, name, column, "a column's name or null")
        given = self.veto if isinstance(self.veto, list | tuple) else None
        known = given is not None and all(isinstance(veto, str) and veto in VETOES for veto in given)
        _expect(known, "veto", self.veto, f"a list of some of {', '.join(VETOES)}")
        object.__setattr__(self, "veto", tuple(veto for veto in VETOES if veto in self.veto))

    @property
    def modalities(self) -> tuple[str, ...]:
        """The modalities whose distances the recipe reads."""
        if self.fusion == "fused":
            return ("fused",)
        return ("text",) * (self.text_encoder is not None) + ("image",) * (self.image_encoder is not None)

    @property
    def thresholds(self) -> dict[str, float | None]:
        """The threshold of each distance that this rule compares with one: of text and image, of fused, or learned."""
        names = (JOINT[self.fusion],) if self.fusion in JOINT else self.modalities
        return {name: getattr(self, f"{name}_threshold") for name in names}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the catalog by which the rule keeps listings apart."""
        return tuple(dict.fromkeys(column for column in (self.one_per, self.only_across) if column))

    def threshold(self, name: str) -> float:
        """The threshold of a distance.

        Raises:
            DataError: This rule reads no such threshold, or it is not set.
        """
        value = self.thresholds.get(name)
        if value is None:
            raise DataError(f"The recipe has no {name} threshold; tune it on labels or set one by hand.")
        return value

    def with_thresholds(self, thresholds: Mapping[str, float | None]) -> "Recipe":
        """The same rule with other thresholds, by the names that `thresholds` gives them."""
        changed: dict[str, Any] = {f"{name}_threshold": value for name, value in thresholds.items()}
        return replace(self, **changed)

    def to_json(self) -> str:
        """Write the recipe so that `from_json` gives it back."""
        return json.dumps({"format": FORMAT} | asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """Read a recipe and check every value.

        Raises:
            DataError: Not a recipe, of another format, or a key is unknown, missing, twice there or has a wrong value.
        """
        if len(text) > MOST_CHARACTERS:
            raise DataError(f"The recipe has {len(text)} characters; a recipe has a few hundred: choose another file.")
        try:
            values = json.loads(text, object_pairs_hook=_without_repeats)
        except (ValueError, RecursionError) as error:
            raise DataError(f"The recipe is not JSON ({error}); write one with `tune`.") from error
        if not isinstance(values, dict) or values.pop("format", None) != FORMAT:
            raise DataError(f'The recipe does not say "format": {FORMAT}; write one with `tune` of this version.')
        known = {field.name for field in fields(cls)}
        for key in sorted(values.keys() - known):
            raise DataError(f"The recipe has an unknown key {key!r}; expected only {', '.join(sorted(known))}.")
        for key in sorted(known - values.keys() - NEUTRAL):
            raise DataError(f"The recipe lacks {key!r}; write one with `tune`.")
        return cls(**values)


def decide(pairs: CandidatePairs, recipe: Recipe) -> NDArray[np.bool_]:
    """Tell which candidate pairs match.

    Args:
        pairs: P pairs, with distances in the recipe's modalities and metric.
        recipe: The rule, with its thresholds set.

    Returns:
        Shape (P,). Only pairs within the recipe's k neighbours match; for "learned", those within one group.

    Raises:
        DataError: A threshold is not set, or the pairs lack a modality.
    """
    if recipe.fusion in JOINT:
        is_match = joint_distance(pairs, recipe) <= np.float32(recipe.threshold(JOINT[recipe.fusion]))
    else:
        near = [distance_of(pairs, which) <= np.float32(recipe.threshold(which)) for which in recipe.modalities]
        is_match = near[0]
        for other in near[1:]:
            is_match = is_match | other if recipe.fusion == "either" else is_match & other
    if recipe.fusion != "learned":  # whole groups were joined there, by whatever the search had found
        is_match &= pairs.rank <= recipe.k
    if recipe.veto or recipe.only_across:
        is_match &= ~_vetoed(pairs, recipe)
    return is_match


def with_vetoes(pairs: CandidatePairs, recipe: Recipe) -> CandidatePairs:
    """The pairs as the recipe looks at them: infinitely far apart where it has a veto, or where they are of one value.

    Raises:
        DataError: The recipe has a veto, and nobody looked for conflicts; or the pairs do not know its column.
    """
    if not (recipe.veto or recipe.only_across):
        return pairs
    far = _vetoed(pairs, recipe)
    distance = {modality: np.where(far, np.float32(np.inf), values) for modality, values in pairs.distance.items()}
    return replace(pairs, distance=distance)


def _vetoed(pairs: CandidatePairs, recipe: Recipe) -> NDArray[np.bool_]:
    off = same_value(pairs, recipe.only_across) if recipe.only_across else np.zeros(len(pairs), np.bool_)
    if not recipe.veto:
        return off
    if pairs.conflicts is None:
        raise DataError(
            f"The recipe parts listings by {', '.join(recipe.veto)}, and these pairs do not tell what titles "
            "contradict each other in; encode the catalog again."
        )
    return off | vetoed(pairs.conflicts, recipe.veto)


def joint_distance(pairs: CandidatePairs, recipe: Recipe) -> NDArray[np.float32]:
    """The one distance that "mean", "fused" or "learned" compares with its threshold; shape (P,).

    Raises:
        DataError: The pairs lack a modality.
    """
    if recipe.fusion == "learned":
        if LINKED not in pairs.distance:
            raise DataError("The pair model has not judged these pairs yet; find matches again.")
        return pairs.distance[LINKED]
    if recipe.fusion == "fused" or len(recipe.modalities) == 1:
        return distance_of(pairs, recipe.modalities[0])
    text, image = distance_of(pairs, "text"), distance_of(pairs, "image")
    geometric = recipe.mean == "geometric"
    mean, other = (np.maximum(distance, np.float32(NO_NEARER if geometric else 0)) for distance in (text, image))
    with np.errstate(invalid="ignore"):  # 0 * inf, where a weight is 0 and its distance not there; set below
        for values, weight in ((mean, recipe.text_weight), (other, 1 - recipe.text_weight)):
            if geometric:
                np.log(values, out=values)
            values *= np.float32(weight)
        mean += other  # in place: a new array of millions costs more than the sum
    if geometric:
        np.exp(mean, out=mean)
    one_only = np.flatnonzero(~np.isfinite(mean))
    lone = np.minimum(text[one_only] * np.float32(recipe.text_alone), image[one_only] * np.float32(recipe.image_alone))
    if recipe.metric != "manhattan":
        lone[np.isfinite(lone)] = np.minimum(lone[np.isfinite(lone)], FARTHEST)
    mean[one_only] = lone
    return mean


def distance_of(pairs: CandidatePairs, modality: str) -> NDArray[np.float32]:
    """The pairs' distances in a modality; shape (P,).

    Raises:
        DataError: The pairs lack the modality.
    """
    if modality not in pairs.distance:
        raise DataError(f"The recipe needs {modality} distances, and these pairs have {', '.join(pairs.distance)}.")
    return pairs.distance[modality]


def _number(value: object, most: float) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return 0 <= value <= most and (isinstance(value, int) or isfinite(value))  # no float is as large as 400 digits


def _expect(holds: object, key: str, found: object, expected: str) -> None:
    if not holds:
        raise DataError(f"The recipe's {key} is {str(found)[:80]!r}; expected {expected}.")


def _without_repeats(items: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(items)
    if len(values) < len(items):
        raise ValueError("a key stands twice")
    return values
