"""What two titles share and what each has alone, word by word and letter by letter."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist
from scipy.sparse import csr_matrix

from matcher.catalog_words import learn_words
from matcher.matching.title_facts.attributes import incidence
from matcher.text import fold
from matcher.vectors.candidate_pairs import CandidatePairs

PAIRS_AT_ONCE = 1 << 16
RATIOS = {"letters": fuzz.ratio, "sorted_words": fuzz.token_sort_ratio, "word_set": fuzz.token_set_ratio}


def word_features(pairs: CandidatePairs, titles: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """Compare the words of two titles, each weighed by how rare it is in the catalog.

    Args:
        pairs: P candidate pairs of N listings.
        titles: N titles as sellers wrote them.

    Returns:
        Name to shape (P,). shared, alone: summed weights; jaccard and containment: shares of weight, 0..1;
        rarest_alone: the weight of the rarest word that the other lacks; numbers_*: the same of words that hold digits;
        words: how many a title has; copies: how often it stands in the catalog. _low and _high: of the two ends.

    Source: Sparck Jones, "A Statistical Interpretation of Term Specificity", Journal of Documentation 1972, for the
        weights; the second team of the Shopee contest, 2021, for lengths and shares of digits.
    """
    read = learn_words(titles)
    known = {title: read.words(title) for title in set(titles)}
    said, names = incidence([set(known[title]) for title in titles])
    found = np.asarray(said.sum(axis=0)).ravel()
    weight = (np.log((1 + len(titles)) / (1 + found)) + 1).astype(np.float32)
    digits = np.array([any(letter.isdigit() for letter in name) for name in names], dtype=np.float32)
    blocks = [
        _compare(
            said, weight, digits, pairs.left[start : start + PAIRS_AT_ONCE], pairs.right[start : start + PAIRS_AT_ONCE]
        )
        for start in range(0, max(1, len(pairs)), PAIRS_AT_ONCE)
    ]
    features = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    copies: dict[str, int] = {}
    for title in titles:
        copies[title] = copies.get(title, 0) + 1
    count = np.array([len(known[title]) for title in titles])
    features |= low_high("words", count[pairs.left], count[pairs.right])
    often = np.array([copies[title] for title in titles])
    return features | low_high("copies", often[pairs.left], often[pairs.right])


def letter_features(pairs: CandidatePairs, titles: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """How few edits lie between two titles, 0..1, 1 for equal ones: as written, words sorted, words as sets."""
    folded = [fold(title) for title in titles]
    left, right = ([folded[row] for row in end.tolist()] for end in (pairs.left, pairs.right))
    return {
        name: np.asarray(cpdist(left, right, scorer=ratio, dtype=np.float32, workers=1) / 100, dtype=np.float32)
        for name, ratio in RATIOS.items()
    }


def low_high(name: str, one: NDArray[np.number], other: NDArray[np.number]) -> dict[str, NDArray[np.float32]]:
    """A value of both ends as the smaller and the larger, so that their order does not matter."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    return {f"{name}_low": low.astype(np.float32), f"{name}_high": high.astype(np.float32)}


def _compare(
    said: csr_matrix,
    weight: NDArray[np.float32],
    digits: NDArray[np.float32],
    left: NDArray[np.integer],
    right: NDArray[np.integer],
) -> dict[str, NDArray[np.float32]]:
    one, other = said[left], said[right]
    common = one.multiply(other).tocsr()
    features: dict[str, NDArray[np.float32]] = {}
    for prefix, worth in (("", weight), ("numbers_", weight * digits)):
        shared = common @ worth
        alone = one @ worth - shared, other @ worth - shared
        total = shared + alone[0] + alone[1]
        smaller = shared + np.minimum(*alone)
        features[f"{prefix}shared"] = shared.astype(np.float32)
        features |= low_high(f"{prefix}alone", *alone)
        features[f"{prefix}jaccard"] = _share(shared, total)
        features[f"{prefix}containment"] = _share(shared, smaller)
    rarest = [_largest(each - common, weight) for each in (one, other)]
    return features | low_high("rarest_alone", *rarest)


def _share(part: NDArray[np.floating], whole: NDArray[np.floating]) -> NDArray[np.float32]:
    """Not a number where there is nothing to share."""
    share = np.full(len(part), np.nan, dtype=np.float32)
    np.divide(part, whole, out=share, where=whole > 1e-6, casting="unsafe")
    return share


def _largest(rows: csr_matrix, weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """The largest weight of a word of each row, 0 where it has none."""
    rows = csr_matrix((rows.data * weight[rows.indices], rows.indices, rows.indptr), shape=rows.shape)
    return np.asarray(rows.max(axis=1).todense(), dtype=np.float32).ravel()
