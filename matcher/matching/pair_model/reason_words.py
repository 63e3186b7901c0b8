"""What speaks for and against one product, in a curator's words."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from matcher.matching.conflicts import name_conflicts
from matcher.matching.pair_model.features import PairFeatures
from matcher.matching.pair_model.reasons import Contributions
from matcher.matching.title_facts.attributes import KINDS, read_titles
from matcher.text import distinct_words

LEAST = 0.1  # log-odds under which a family is not worth a word: it moves a probability of .5 to .525
NAMED = 3  # words of a title that are named
LONGEST = 40  # characters of a word: titles are strangers'
_PLAIN = {  # family to what its features say when they speak for one product, and against it
    "list": ("each is among the nearest listings of the other", "other listings are nearer to one of the two"),
    "letters": ("titles are written much alike", "titles are written differently"),
}

_NOT_OF_TITLES = ("distance.image", "distance.phash", "distance.fused", "distance.rule")


@dataclass(frozen=True)
class Reason:
    """What one family of features says of a pair.

    Attributes:
        family: Its name.
        log_odds: What it adds; above 0 for one product, below for two.
        words: The same in words, without a full stop; plain text that holds parts of the titles, to be escaped.
    """

    family: str
    log_odds: float
    words: str


def tell_reasons(
    contributions: Contributions,
    features: PairFeatures,
    row: int,
    title: str,
    other: str,
    often: Mapping[str, int] | None = None,
) -> tuple[Reason, ...]:
    """Put into words why a model takes a pair for one product or two, the strongest reason first.

    Args:
        contributions: Of P pairs.
        features: Of the same pairs.
        row: Which of them.
        title: Of one listing.
        other: Of the other.
        often: How often each word, folded, stands in the catalog, so that the rarest are named; None where not known.
    """
    known = dict(zip(features.names, features.values[row].tolist(), strict=True))
    added = contributions.values[row].tolist()
    reasons = [
        Reason(family, value, _say(family, value > 0, known, title, other, often or {}))
        for family, value in zip(contributions.families, added, strict=True)
        if abs(value) >= LEAST
    ]
    return tuple(sorted(reasons, key=lambda reason: -abs(reason.log_odds)))


def _say(
    family: str, is_for: bool, known: Mapping[str, float], title: str, other: str, often: Mapping[str, int]
) -> str:
    if family == "distance":
        return _say_distance(is_for, known)
    if family == "words":
        return _say_words(is_for, title, other, often)
    if family == "conflict":
        return _say_conflict(is_for, title, other)
    if family == "photo":
        if known.get("photo.same") == 1:
            return "the very same photo" if is_for else "the very same photo, which stands for little here"
        return "photos that nobody else shows" if is_for else "not the same photo file"
    return _PLAIN[family][0 if is_for else 1] if family in _PLAIN else family


def _say_distance(is_for: bool, known: Mapping[str, float]) -> str:
    has_photos = bool(np.isfinite(known.get("distance.image", np.nan)))
    has_titles = any(
        np.isfinite(value)
        for name, value in known.items()
        if name.startswith("distance.") and name not in _NOT_OF_TITLES
    )
    what = " and ".join(["titles"] * has_titles + ["photos"] * has_photos) or "listings"
    return f"{what} are near each other" if is_for else f"{what} are not near enough"


def _say_words(is_for: bool, title: str, other: str, often: Mapping[str, int]) -> str:
    one, two = (distinct_words(each) for each in (title, other))
    if is_for:
        return f"titles share {_list(one & two, often)}" if one & two else "titles have little to tell them apart"
    alone = " against ".join(_list(words, often) for words in (one - two, two - one) if words)
    return f"only one title says {alone}" if bool(one - two) ^ bool(two - one) else alone or "titles share common words"


def _list(words: set[str], often: Mapping[str, int]) -> str:
    """The rarest of some words; of equally rare ones the longest."""
    rarest = sorted(words, key=lambda word: (often.get(word, 0), -len(word), word))[:NAMED]
    return ", ".join(word[:LONGEST] for word in rarest)


def _say_conflict(is_for: bool, title: str, other: str) -> str:
    against = "; ".join(name_conflicts(title, other).values())
    stated = read_titles([title, other])
    one, two = stated[title], stated[other]
    agreed = [one[kind][value] for kind in KINDS for value in one[kind] if value in two[kind]]
    if is_for:
        return f"both state {', '.join(dict.fromkeys(agreed[:NAMED]))}" if agreed else "nothing stated contradicts"
    if against:
        return against
    alone = [
        each[kind][value]
        for each, rest in ((one, two), (two, one))
        for kind in KINDS
        for value in each[kind]
        if value not in rest[kind]
    ]
    return f"only one title states {', '.join(dict.fromkeys(alone[:NAMED]))}" if alone else "little is stated of both"
