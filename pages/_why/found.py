"""What a page knows of any two listings of the open catalog, put together for the explanation of the pair."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from matcher.matching.conflicts import with_conflicts
from matcher.matching.explain.links import find_links
from matcher.matching.explain.pair import Explanation, explain_pair
from matcher.matching.explain.words import WordCounts, count_words
from matcher.matching.recipe import LEARNED, LINKED
from matcher.pipeline.pair_model.explain import PairReasons, explain_pairs
from matcher.vectors.candidate_pairs import CandidatePairs
from matcher.vectors.single_pair import single_pair
from pages._shared.opened_catalog import Matched, read_verdicts
from pages._verdicts.handed_out import read_handed_out


@dataclass(frozen=True)
class Why:
    """An explanation with what else the page shows of the pair.

    Attributes:
        explanation: Of the pair.
        counts: The catalog's words.
        position: Of the pair among the candidate pairs; -1 where no search found it.
        reasons: Of the pair model in force; None where there is none, or it did not look at the pair.
        places: Modality to the place of a pair that no search found among the neighbours; empty for one that it did.
    """

    explanation: Explanation
    counts: WordCounts
    position: int
    reasons: PairReasons | None
    places: Mapping[str, int]


def explain_rows(matched: Matched, left: int, right: int) -> Why:
    """Explain two listings of the open catalog, found by a search or not.

    Args:
        matched: The open catalog.
        left: Row of one listing, less than `right`.
        right: Row of the other.
    """
    pairs, recipe = matched.encoded.pairs, matched.recipe
    position = int(pairs.find(np.array([left]), np.array([right]))[0])
    places: Mapping[str, int] = {}
    if position >= 0:
        pair = pairs.chosen(np.array([position]))
    else:
        pair, places = _measure(matched, left, right)
    one, other = sorted(matched.cell("item_id", row) for row in (left, right))
    verdict = read_verdicts(matched).get((one, other))
    counts = read_word_counts(matched)
    outcome = read_handed_out(matched).outcome
    links = find_links(pairs, _matches(matched), outcome, left, right, recipe.one_per, recipe.veto)
    titles = matched.cell("title", left), matched.cell("title", right)
    explanation = explain_pair(pair, recipe, titles, counts, links, verdict.kind if verdict else None)
    return Why(explanation, counts, position, _find_reasons(matched, position), places)


def read_word_counts(matched: Matched) -> WordCounts:
    """The words of the open catalog."""
    return _counts(str(matched.workspace.root), matched.id, matched.info.version, matched)


def _find_reasons(matched: Matched, position: int) -> PairReasons | None:
    if matched.recipe.fusion != "learned" or position < 0:
        return None
    return explain_pairs(matched.workspace, matched.catalog, matched.encoded, matched.recipe, [position])[0]


def _matches(matched: Matched) -> NDArray[np.bool_]:
    """Which candidate pairs match by themselves."""
    if matched.recipe.fusion != "learned":
        return matched.is_match
    threshold = np.float32(matched.recipe.threshold(LEARNED))
    return np.asarray(matched.encoded.pairs.distance[LEARNED] <= threshold)


def _measure(matched: Matched, left: int, right: int) -> tuple[CandidatePairs, Mapping[str, int]]:
    """Measure a pair that no search found; its rank is beyond what was searched, whatever ties say."""
    encoded = matched.encoded
    embeddings = {
        name: matched.workspace.load_embeddings(matched.id, vectors) for name, vectors in encoded.embeddings.items()
    }
    searched = {name: np.asarray(encoded.neighbours[name].index[:, 0] >= 0) for name in embeddings}
    measured = single_pair(embeddings, searched, left, right, encoded.config.metric, encoded.config.text_weight)
    pair = _with_conflicts(matched, measured.pair)
    distance = dict(pair.distance)
    if matched.recipe.fusion == "learned":  # what no search found near is impossible to a pair model
        distance |= {LEARNED: np.ones(1, np.float32), LINKED: np.full(1, np.inf, np.float32)}
    rank = np.maximum(pair.rank, np.uint16(encoded.config.k + 1))
    values = encoded.pairs.values
    return CandidatePairs(pair.n, pair.left, pair.right, rank, distance, pair.conflicts, values), measured.places


def _with_conflicts(matched: Matched, pair: CandidatePairs) -> CandidatePairs:
    """One pair with what its two titles contradict each other in, the other titles of the catalog left aside."""
    ends = np.zeros(1, np.int32), np.ones(1, np.int32)
    titles = [matched.cell("title", int(end[0])) for end in (pair.left, pair.right)]
    brands = read_word_counts(matched).brands
    alone = with_conflicts(CandidatePairs(2, *ends, pair.rank, pair.distance), titles, brands)
    return CandidatePairs(pair.n, pair.left, pair.right, pair.rank, pair.distance, alone.conflicts)


@st.cache_resource(show_spinner="Counting words", max_entries=3)
def _counts(root: str, catalog_id: str, version: str, _matched: Matched) -> WordCounts:
    return count_words(list(_matched.catalog.listings["title"]))
