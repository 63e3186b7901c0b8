"""PairModel: features of a pair -> the probability that it is one product, as numbers that travel in a file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.pair_model.features import PairFeatures
from matcher.matching.pair_model.trees import LARGEST, Trees, numbers, trees_from_json

Rung = Literal["logistic", "small trees", "trees"]
"""How much was known when it was learned: up to about a hundred pairs, some hundreds, more."""

FORMAT = 1
MOST_CHARACTERS = 40_000_000
MOST_FEATURES, MOST_NAME, MOST_STEPS, MOST_FOLDS = 1_000, 80, 10_000, 10


@dataclass(frozen=True)
class Linear:
    """A logistic model: log-odds = start + sum of weight * (value - middle) / spread; a missing value counts as middle.

    Attributes:
        start: Log-odds of a pair in the middle of everything.
        weight: Shape (F,).
        middle: Shape (F,).
        spread: Shape (F,), above 0.
    """

    start: float
    weight: NDArray[np.float64]
    middle: NDArray[np.float64]
    spread: NDArray[np.float64]

    def log_odds(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Shape (P,), from values of shape (P, F)."""
        return np.asarray(self.start + self.terms(values).sum(axis=1))

    def terms(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """What each feature adds; shape (P, F)."""
        scaled = np.nan_to_num((values - self.middle) / self.spread, nan=0.0, posinf=0.0, neginf=0.0)
        return np.asarray(np.clip(scaled, -10, 10) * self.weight)


@dataclass(frozen=True)
class PairModel:
    """What was learned, and where two groups are joined.

    Attributes:
        rung: How much was known.
        names: The features it reads, by name.
        parts: One model for each fold of products; their log-odds are averaged.
        scores: Shape (S,), ascending. Averaged log-odds at which the calibration bends.
        probabilities: Shape (S,), never falling, 0..1. What they mean; straight between them.
        cut: Mean probability at which two groups are still joined, 0..1.
        bound: Probability under which a pair counts as none, 0..1.
        pool: Listings of the catalog that it was learned on.
    """

    rung: Rung
    names: tuple[str, ...]
    parts: tuple[Trees | Linear, ...]
    scores: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    cut: float
    bound: float
    pool: int

    def log_odds(self, features: PairFeatures) -> NDArray[np.float64]:
        """Before calibration; shape (P,).

        Raises:
            DataError: A feature that the model reads is not there.
        """
        values = self.values(features)
        return np.asarray(sum(part.log_odds(values) for part in self.parts) / len(self.parts))

    def values(self, features: PairFeatures) -> NDArray[np.float32]:
        """The columns that the model reads, in its order; shape (P, F).

        Raises:
            DataError: One is not there.
        """
        place = {name: number for number, name in enumerate(features.names)}
        if missing := [name for name in self.names if name not in place]:
            raise DataError(
                f"The pair model reads {missing[0]} and {len(missing) - 1} more features that are not there; "
                "encode it with the encoders that the model was learned with."
            )
        return features.values[:, [place[name] for name in self.names]]

    def probability(self, features: PairFeatures, pool: int | None = None) -> NDArray[np.float64]:
        """The calibrated probability that each pair is one product.

        Args:
            features: Of P pairs.
            pool: Listings of the catalog they are from. In one r times as large as what was learned on, r times as many
                unlike listings lie as near, and the odds fall to a r-th; None to leave them.

        Returns:
            Shape (P,), 0..1.

        Source: the third team of the Shopee "Price Match Guarantee" contest, 2021: p / (p + r (1 - p)).
        """
        return self.calibrated(self.log_odds(features), pool)

    def calibrated(self, log_odds: NDArray[np.float64], pool: int | None = None) -> NDArray[np.float64]:
        """What log-odds mean, in a pool as for `probability`; shape (P,), 0..1."""
        found = np.interp(log_odds, self.scores, self.probabilities)
        if pool is None or pool <= self.pool:
            return found
        times = pool / self.pool
        return found / (found + times * (1 - found))

    def to_json(self) -> str:
        """Write the model so that `pair_model_from_json` gives it back."""
        parts = [_part_to_json(part) for part in self.parts]
        kept = {"format": FORMAT, "rung": self.rung, "names": list(self.names), "parts": parts}
        kept |= {"scores": self.scores.tolist(), "probabilities": self.probabilities.tolist()}
        return json.dumps(kept | {"cut": self.cut, "bound": self.bound, "pool": self.pool}) + "\n"


def pair_model_from_json(text: str) -> PairModel:
    """Read a model that a stranger may have written, and check every number.

    Raises:
        DataError: It is not one.
    """
    if len(text) > MOST_CHARACTERS:
        raise DataError(f"The pair model has {len(text):,} characters; expected at most {MOST_CHARACTERS:,}.")
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"The pair model is not JSON ({str(error)[:80]}); learn it again.") from error
    if not isinstance(given, dict) or given.get("format") != FORMAT:
        raise DataError(f'The pair model does not say "format": {FORMAT}; learn it with this version.')
    names, parts = given.get("names"), given.get("parts")
    if not isinstance(names, list) or not 0 < len(names) <= MOST_FEATURES or not all(map(_is_name, names)):
        raise DataError("The pair model does not name its features; learn it again.")
    if not isinstance(parts, list) or not 0 < len(parts) <= MOST_FOLDS or given.get("rung") not in get_args(Rung):
        raise DataError("The pair model does not say how it decides; learn it again.")
    scores = numbers(given.get("scores"), "scores", LARGEST, MOST_STEPS)
    probabilities = numbers(given.get("probabilities"), "probabilities", 1.0, MOST_STEPS)
    if not len(scores) or len(scores) != len(probabilities) or (np.diff(scores) <= 0).any():
        raise DataError("The calibration of a pair model is not one rising line; learn it again.")
    if (np.diff(probabilities) < 0).any() or probabilities[0] < 0:
        raise DataError("The calibration of a pair model falls; learn it again.")
    cut, bound = numbers([given.get("cut"), given.get("bound")], "cut", 1.0, 2)
    pool = numbers([given.get("pool")], "pool", 1e9, 1)[0]
    if cut <= 0 or bound < 0 or pool < 1:
        raise DataError("The pair model does not say where it cuts; learn it again.")
    read = tuple(_part_from_json(part, len(names)) for part in parts)
    return PairModel(given["rung"], tuple(names), read, scores, probabilities, float(cut), float(bound), int(pool))


def _part_to_json(part: Trees | Linear) -> dict[str, Any]:
    if isinstance(part, Trees):
        return part.to_json()
    return {"start": part.start, "weight": part.weight.tolist(), "middle": part.middle.tolist(),
            "spread": part.spread.tolist()}  # fmt: skip


def _part_from_json(given: Any, features: int) -> Trees | Linear:
    if not isinstance(given, Mapping) or "weight" not in given:
        return trees_from_json(given, features)
    start = numbers([given.get("start")], "start", LARGEST, 1)
    weight, middle, spread = (
        numbers(given.get(name), name, LARGEST, MOST_FEATURES) for name in ("weight", "middle", "spread")
    )
    if {len(weight), len(middle), len(spread)} != {features} or (spread <= 0).any():
        raise DataError("The weights of a pair model do not fit its features; learn it again.")
    return Linear(float(start[0]), weight, middle, spread)


def _is_name(given: Any) -> bool:
    return isinstance(given, str) and 0 < len(given) <= MOST_NAME
