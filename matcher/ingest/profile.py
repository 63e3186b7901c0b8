"""What a catalog is like before anything is matched: sizes of labels, noise in them, repeats, photos, languages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

_WORDS = re.compile(r"\w+")
_SHOWN = ["item_id", "title", "photo", "phash", "label"]
SAMPLE = 2_000  # titles whose language is guessed; a share of half is then known to about two points
SURE = 0.8  # probability from which a language is named rather than "unclear"
# Languages of large marketplaces. Guessing among all 130 that the model knows finds Javanese and Latin in brand names.
LANGUAGES = {
    "en": "English", "id": "Indonesian or Malay", "zh": "Chinese", "ja": "Japanese", "ko": "Korean", "th": "Thai",
    "vi": "Vietnamese", "tl": "Filipino", "hi": "Hindi", "ar": "Arabic", "tr": "Turkish", "ru": "Russian",
    "uk": "Ukrainian", "pl": "Polish", "cs": "Czech", "hu": "Hungarian", "ro": "Romanian", "el": "Greek",
    "de": "German", "nl": "Dutch", "sv": "Swedish", "da": "Danish", "fr": "French", "es": "Spanish",
    "pt": "Portuguese", "it": "Italian",
}  # fmt: skip
_SAME = {"ms": "id", "jv": "id"}  # too close to tell apart in the few words of a title


@dataclass(frozen=True)
class Counts:
    """How many listings have what.

    Attributes:
        listings: All.
        titles: With a title.
        photos: With a photo that could be read.
        broken: With a photo that is named but missing, damaged or refused.
        hashes: With a perceptual hash in the table and no photo.
        labelled: With a known product.
        products: Known products.
    """

    listings: int
    titles: int
    photos: int
    broken: int
    hashes: int
    labelled: int
    products: int


@dataclass(frozen=True)
class Cases:
    """Listings that share something, case by case.

    Attributes:
        affected: How many listings are in a case.
        measured: How many listings could have been.
        frame: Columns case (from 0, the largest first), listing (row number), item_id, title, photo, phash, label.
    """

    affected: int
    measured: int
    frame: pd.DataFrame

    @property
    def share(self) -> float:
        """Share of the measured listings that is affected, 0..1; 0 if none was measured."""
        return self.affected / self.measured if self.measured else 0.0

    @property
    def count(self) -> int:
        """How many cases there are."""
        return int(self.frame["case"].nunique())


@dataclass(frozen=True)
class Languages:
    """The languages of titles.

    Attributes:
        frame: Columns language, titles, share (0..1); the most frequent first, "Unclear" last.
        measured: How many titles were looked at.
    """

    frame: pd.DataFrame
    measured: int


def counts(listings: pd.DataFrame) -> Counts:
    """Count what the listings have."""
    has = {name: listings[name] != "" for name in ("title", "image", "photo", "phash", "label")}
    return Counts(
        listings=len(listings),
        titles=int(has["title"].sum()),
        photos=int(has["photo"].sum()),
        broken=int((has["image"] & ~has["photo"] & ~has["phash"]).sum()),
        hashes=int((has["phash"] & ~has["photo"]).sum()),
        labelled=int(has["label"].sum()),
        products=int(listings.loc[has["label"], "label"].nunique()),
    )


def label_sizes(listings: pd.DataFrame) -> pd.Series:
    """Count the listings of each known label, the largest first; equal ones in the order of their first row."""
    labels = listings.loc[listings["label"] != "", "label"]
    return labels.groupby(labels, sort=False).size().sort_values(ascending=False, kind="stable")


def size_distribution(sizes: pd.Series) -> pd.DataFrame:
    """Count the labels of each size.

    Returns:
        rows (of a label, ascending), labels (that have so many), listings (in them all).

    Source: the paper's Figure 4.
    """
    found = sizes.value_counts().sort_index()
    rows = found.index.to_numpy(dtype=np.int64)
    labels = found.to_numpy(dtype=np.int64)
    return pd.DataFrame({"rows": rows, "labels": labels, "listings": rows * labels})


def photos_under_several_labels(listings: pd.DataFrame) -> Cases:
    """Find photos that stand under more than one known label: at most one of the labels is right."""
    return _cases(_labelled(listings), _photo_key, several_labels=True)


def titles_under_several_labels(listings: pd.DataFrame) -> Cases:
    """Find titles that stand under more than one known label, but for case and punctuation."""
    return _cases(_labelled(listings), _title_key, several_labels=True)


def repeated_photos(listings: pd.DataFrame) -> Cases:
    """Find listings with exactly the same photo."""
    return _cases(listings, _photo_key)


def repeated_titles(listings: pd.DataFrame) -> Cases:
    """Find listings with the same title, but for case and punctuation."""
    return _cases(listings, _title_key)


def repeated_listings(listings: pd.DataFrame) -> Cases:
    """Find listings with the same photo and the same title."""
    return _cases(listings, lambda rows: (_photo_key(rows) + "\n" + _title_key(rows)).where(_both(rows), ""))


def languages(titles: Sequence[str], *, sample: int = SAMPLE, seed: int = 0) -> Languages:
    """Guess the languages of titles, at a glance.

    One title is too short to tell, full of brands and sizes; so the mixture of the whole sample is estimated first
    (expectation maximisation, one pseudo-title a language) and each title is then judged in its light. What is still
    less than 80 % sure counts as unclear.

    Args:
        titles: Any number; a random sample of them is looked at.
        sample: How many at most.
        seed: Of the sample.

    Source: Dempster, Laird & Rubin, "Maximum Likelihood from Incomplete Data via the EM Algorithm", 1977, section 4.3.
    """
    texts = [text for text in map(_letters_only, titles) if text]
    empty = len(titles) - len(texts)
    if len(texts) > sample:
        empty = round(empty * sample / len(titles))
        texts = [texts[place] for place in np.random.default_rng(seed).choice(len(texts), sample, replace=False)]
    measured = len(texts) + empty
    codes = list(LANGUAGES)
    likelihood = np.zeros((len(texts), len(codes)))
    for row, text in enumerate(texts):
        for code, probability in _identifier().rank(text):
            likelihood[row, codes.index(_SAME.get(code, code))] += probability
    mixture = np.full(len(codes), 1 / len(codes))
    posterior = likelihood
    for _ in range(50):
        posterior = likelihood * mixture
        posterior /= posterior.sum(axis=1, keepdims=True)
        mixture = (posterior.sum(axis=0) + 1) / (len(texts) + len(codes))
    best = posterior.argmax(axis=1)[posterior.max(axis=1, initial=0) >= SURE]
    found = np.bincount(best, minlength=len(codes))
    rows = [(LANGUAGES[codes[place]], int(found[place])) for place in np.argsort(-found, kind="stable") if found[place]]
    if unclear := measured - int(found.sum()):
        rows.append(("Unclear", unclear))
    frame = pd.DataFrame(rows, columns=["language", "titles"])
    return Languages(frame.assign(share=frame["titles"] / max(measured, 1)), measured)


@cache
def _identifier() -> Any:
    """Load the language model: a second, and only when asked for."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([*LANGUAGES, *_SAME])
    return identifier


def _letters_only(title: str) -> str:
    """Leave out what belongs to no language: amounts, sizes and model numbers."""
    kept = [word for word in title.lower().split() if word.isalpha() or not any(map(str.isdigit, word))]
    # Letter by letter: a word of Thai or Hindi is no row of letters alone, its vowels are marks on them.
    return " ".join(kept) if any(letter.isalpha() for word in kept for letter in word) else ""


def _labelled(listings: pd.DataFrame) -> pd.DataFrame:
    return listings[listings["label"] != ""]


def _photo_key(listings: pd.DataFrame) -> pd.Series:
    """The perceptual hash, which outlives a new file, or else the working copy, named by its content."""
    return listings["phash"].where(listings["phash"] != "", listings["photo"])


def _title_key(listings: pd.DataFrame) -> pd.Series:
    keys = [" ".join(_WORDS.findall(title.casefold())) for title in listings["title"]]
    return pd.Series(keys, index=listings.index, dtype="str")


def _both(listings: pd.DataFrame) -> pd.Series:
    return (_photo_key(listings) != "") & (_title_key(listings) != "")


def _cases(listings: pd.DataFrame, key_of: Any, *, several_labels: bool = False) -> Cases:
    keys = key_of(listings)
    shown = listings.loc[keys != "", _SHOWN]
    keys = keys[keys != ""]
    by_key = shown["label"].groupby(keys)
    shared = by_key.transform("nunique" if several_labels else "size") > 1
    frame = shown[shared].assign(key=keys[shared], size=by_key.transform("size")[shared], listing=shown.index[shared])
    order = ["label", "listing"] if several_labels else ["listing"]
    frame = frame.sort_values(["size", "key", *order], ascending=[False, *[True] * (1 + len(order))])
    frame = frame.assign(case=pd.factorize(frame["key"])[0])
    return Cases(len(frame), len(shown), frame[["case", "listing", *_SHOWN]].reset_index(drop=True))
