"""LearnedModel: a pair model with what it learned from, as one text that travels in a recipe's file."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.ingest.catalog import Catalog
from matcher.matching.pair_model import model as pair_model
from matcher.matching.pair_model.model import PairModel, pair_model_from_json
from matcher.storage.files import fingerprint

By = Literal["labels", "verdicts"]
"""What the figures stand on: labels, with verdicts over them, or verdicts alone."""

FORMAT = 1
KEY = 16  # hex digits of a key
MOST_KEYS = 2_000_000
MOST_CHARACTERS = pair_model.MOST_CHARACTERS + KEY * MOST_KEYS
MOST_COUNT = 10**12


@dataclass(frozen=True)
class LearnedModel:
    """A pair model, and what is to be known of it before it is believed.

    Attributes:
        model: What was learned.
        fold_of: Key of each listing that it learned from, to the fold that the listing was in: the part of the model of
            that number has not seen it.
        by: What the figures stand on.
        known: Pairs that it learned from.
        same: Those of them that are one product.
        measured: Listings (by labels) or pairs (by verdicts) that the figures are of.
        f1: F1 of the model, each pair judged by parts that learned from neither of its listings, 0..1; as the mean over
            listings by labels, over pairs by verdicts.
        rule_f1: The same of the rule that it stood beside, 0..1.
    """

    model: PairModel
    fold_of: Mapping[str, int]
    by: By
    known: int
    same: int
    measured: int
    f1: float
    rule_f1: float

    def to_json(self) -> str:
        """Write it so that `learned_from_json` gives it back."""
        folds = [sorted(key for key, fold in self.fold_of.items() if fold == part) for part in range(self.parts)]
        return json.dumps(
            {
                "format": FORMAT,
                "by": self.by,
                "known": self.known,
                "same": self.same,
                "measured": self.measured,
                "f1": self.f1,
                "rule_f1": self.rule_f1,
                "folds": ["".join(keys) for keys in folds],
                "model": json.loads(self.model.to_json()),
            }
        )

    @cached_property
    def fingerprint(self) -> str:
        """32 hex digits that stand for all of it."""
        return fingerprint(self.to_json())

    @property
    def is_better(self) -> bool:
        """Whether it is to be taken: it does no worse than the rule beside it, on products that it did not learn from.

        Verdicts are on doubtful pairs, on which a rule is bad by design; but where a model that learned from 50 of them
        or more did better on these, its groups did better on all pairs too (`tests/benchmarks/simulate_curator.py`).
        """
        return self.f1 >= self.rule_f1

    @property
    def parts(self) -> int:
        """Folds that it was learned in."""
        return len(self.model.parts)

    def folds(self, catalog: Catalog) -> NDArray[np.int64]:
        """The fold of each listing of a catalog, -1 of those that it did not learn from; shape (N,)."""
        return self.folds_at(catalog, np.arange(len(catalog.listings)))

    def folds_at(self, catalog: Catalog, rows: NDArray[np.integer]) -> NDArray[np.int64]:
        """The same of some of its rows; shape of `rows`, (R,)."""
        return np.array([self.fold_of.get(key, -1) for key in listing_keys(catalog, rows)], dtype=np.int64)

    def parts_unlearned(self, one: int, other: int) -> tuple[int, ...]:
        """The parts that judge a pair of listings of two folds, -1 for none: each has not seen one of its ends."""
        return tuple(sorted({fold for fold in (one, other) if fold >= 0})) or tuple(range(self.parts))


def listing_keys(catalog: Catalog, rows: NDArray[np.integer] | None = None) -> list[str]:
    """What stands for each listing in any catalog, "" for one without title and photo: the title, else the photo.

    Titles and photos that are alike are always in one fold, so a listing of another catalog with a title that was
    learned from counts as learned from.

    Args:
        catalog: With N listings.
        rows: Shape (R,). Which of them; None for all.
    """
    listings = catalog.listings if rows is None else catalog.listings.iloc[rows]
    shown = listings["title"].where(listings["title"] != "", listings["photo"])
    return [blake2b(text.encode(), digest_size=KEY // 2).hexdigest() if text else "" for text in shown]


def learned_from_json(given: Any) -> LearnedModel:
    """Read a learned model that a stranger may have written, and check every number.

    Args:
        given: What `json.loads` made of its text.

    Raises:
        DataError: It is not one.
    """
    if not isinstance(given, dict) or given.get("format") != FORMAT or given.get("by") not in get_args(By):
        raise DataError(f'The learned model does not say "format": {FORMAT}; learn it with this version.')
    known, same, measured = (_count(given.get(name), name) for name in ("known", "same", "measured"))
    f1, rule_f1 = (_share(given.get(name), name) for name in ("f1", "rule_f1"))
    model = pair_model_from_json(json.dumps(given.get("model")))
    folds = given.get("folds")
    if not isinstance(folds, list) or len(folds) != len(model.parts):
        raise DataError("The learned model does not say what each of its parts learned from; learn it again.")
    return LearnedModel(model, _fold_of(folds), given["by"], known, same, measured, f1, rule_f1)


def _fold_of(folds: Sequence[Any]) -> dict[str, int]:
    fold_of: dict[str, int] = {}
    for fold, keys in enumerate(folds):
        if not isinstance(keys, str) or len(keys) % KEY or not re.fullmatch("[0-9a-f]*", keys):
            raise DataError("The learned model names what it learned from by what is no key; learn it again.")
        fold_of |= dict.fromkeys((keys[at : at + KEY] for at in range(0, len(keys), KEY)), fold)
    return fold_of


def _count(given: Any, name: str) -> int:
    if type(given) is not int or not 0 <= given <= MOST_COUNT:
        raise DataError(f"The learned model's {name} is {str(given)[:80]!r}; expected a count.")
    return given


def _share(given: Any, name: str) -> float:
    if type(given) not in (int, float) or not 0 <= given <= 1:
        raise DataError(f"The learned model's {name} is {str(given)[:80]!r}; expected a number from 0 to 1.")
    return float(given)
