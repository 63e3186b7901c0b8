"""What the Thresholds page knows of the open catalog, computed once and kept: truth, counts, curves, figures."""

from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from matcher.matching.metrics import (
    PrecisionRecallCurve,
    Truth,
    listing_scores,
    matches_per_listing,
    pair_scores,
    precision_recall_curve,
    scores_of,
    truth_of,
)
from matcher.matching.recipe import Recipe, decide, joint_distance
from matcher.matching.threshold_grid import ThresholdGrid, reach, thinned, threshold_grid
from matcher.matching.threshold_margin import around_edge, distance_to_edge, spread_over
from matcher.pipeline import recipes
from matcher.review.pair_cases import OTHER, SAME, UNKNOWN
from matcher.review.sampling import VerdictScores, score_verdicts
from matcher.review.verdicts import DIFFERENT, MATCH, judged_rows
from pages._shared.opened_catalog import Matched
from pages._thresholds.sliders import Figures

Key = tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What is known of the candidate pairs, from labels or, without any, from verdicts.

    Attributes:
        truth: The labels, prepared; None when there are none.
        kind: Shape (P,). SAME, OTHER or UNKNOWN for each pair.
        same: Pairs known to be one product, found by the search or not.
        different: Candidate pairs known not to be.
    """

    truth: Truth | None
    kind: NDArray[np.int8]
    same: int
    different: int

    @property
    def anything(self) -> bool:
        """Whether recall means something."""
        return self.same > 0


def known_of(matched: Matched) -> Known:
    """What is known of the pairs of the open catalog."""
    labelled = bool((matched.catalog.codes >= 0).any())
    verdicts = [] if labelled else matched.workspace.store.verdicts(matched.id)
    judged = judged_rows(list(matched.rows), verdicts)
    return _known((*_key(matched), matched.info.version), judged[MATCH], judged[DIFFERENT], matched)


@st.cache_resource(show_spinner="Reading the labels", max_entries=2)
def _known(key: Key, same: list[tuple[int, int]], different: list[tuple[int, int]], _matched: Matched) -> Known:
    pairs, codes = _matched.encoded.pairs, _matched.catalog.codes
    kind = np.full(len(pairs), UNKNOWN, np.int8)
    if (codes >= 0).any():
        truth = truth_of(pairs, codes)
        kind[slice(None) if truth.counted is None else truth.counted] = OTHER
        kind[truth.same_rows] = SAME
        return Known(truth, kind, truth.true_pairs, int(np.count_nonzero(kind == OTHER)))
    for judged, said in ((same, SAME), (different, OTHER)):
        kind[pairs.positions(*np.array(judged, np.int64).reshape(-1, 2).T)] = said
    return Known(None, kind, len(same), int(np.count_nonzero(kind == OTHER)))


def read_training_rows(matched: Matched) -> NDArray[np.bool_]:
    """Listings of products that an encoder in use was trained on, shape (N,)."""
    return _learned((*_key(matched), matched.info.version), matched)


@st.cache_resource(show_spinner=False, max_entries=2)
def _learned(key: Key, _matched: Matched) -> NDArray[np.bool_]:
    return recipes.read_training_rows(_matched.workspace, _matched.encoded.config)


def axes_of(recipe: Recipe) -> tuple[str, ...]:
    """The modalities that have a slider under this recipe."""
    return ("fused",) if recipe.fusion in ("mean", "fused") else recipe.modalities


def joins(recipe: Recipe) -> bool:
    """Whether there are titles and photos to join."""
    return recipe.text_encoder is not None and recipe.image_encoder is not None


def grid_of(matched: Matched, known: Known) -> tuple[ThresholdGrid, list[float], str]:
    """The counts that the sliders read, each slider's step, and what tells these counts from others."""
    recipe = matched.recipe
    axes = axes_of(recipe)
    tops, steps = zip(*(_far(matched, known, axis) for axis in axes), strict=True)
    key = (*_rule_key(matched, known), *axes, str(tops))
    return _grid(key, tops, matched, known), list(steps), "/".join(key)


def reach_of(matched: Matched, known: Known, axis: str) -> float:
    """Where a chart over this modality's threshold ends."""
    return _far(matched, known, axis)[0]


def _rule_key(matched: Matched, known: Known) -> Key:
    """Tells counts apart: a moved threshold does not change it."""
    recipe = matched.recipe
    rule = (recipe.fusion, recipe.mean, str(recipe.text_weight), str(recipe.k))
    rule += (str(recipe.text_alone), str(recipe.image_alone))
    return (*_key(matched), *rule, f"{known.same}/{known.different}", matched.info.version)


def _far(matched: Matched, known: Known, axis: str) -> tuple[float, float]:
    # The threshold is rounded up, so that the slider grows in leaps and only when it must.
    return _reach(_rule_key(matched, known), axis, ceil(10 * _threshold(matched.recipe, axis)) / 10, matched, known)


@st.cache_resource(show_spinner=False, max_entries=24)
def _reach(key: Key, axis: str, threshold: float, _matched: Matched, _known: Known) -> tuple[float, float]:
    is_same = _known.kind == SAME
    return reach(_distance(_matched, axis), threshold, is_same if np.count_nonzero(is_same) > 20 else None)


@st.cache_resource(show_spinner="Counting pairs", max_entries=6)
def _grid(key: Key, tops: tuple[float, ...], _matched: Matched, _known: Known) -> ThresholdGrid:
    inside = _matched.encoded.pairs.rank <= _matched.recipe.k
    distances = [_distance(_matched, axis)[inside] for axis in axes_of(_matched.recipe)]
    kind = _known.kind[inside]
    return threshold_grid(
        distances, tops, same=(kind == SAME).astype(np.float64), known=(kind != UNKNOWN).astype(np.float64)
    )


@st.cache_resource(show_spinner="Drawing curves", max_entries=4)
def _curves(key: Key, _matched: Matched, _known: Known) -> dict[str, PrecisionRecallCurve]:
    is_same, judged = _known.kind == SAME, _known.kind != UNKNOWN
    found = int(np.count_nonzero(is_same))
    if not found:
        return {}
    return {
        axis: thinned(precision_recall_curve(distance[judged], is_same[judged], not_retrieved=_known.same - found))
        for axis, distance in _matched.encoded.pairs.distance.items()
    }


def curves_of(matched: Matched, known: Known) -> dict[str, PrecisionRecallCurve]:
    """Precision and recall of each modality alone, at all thresholds; empty when no pair is known to be the same."""
    return _curves((*_key(matched), matched.info.version, f"{known.same}/{known.different}"), matched, known)


def figures_of(matched: Matched, known: Known) -> Figures:
    """Exact figures of the recipe in force."""
    key = (*_key(matched), matched.recipe.to_json(), matched.info.version, f"{known.same}/{known.different}")
    return _figures(key, matched, known)


@st.cache_resource(show_spinner=False, max_entries=8)
def _figures(key: Key, _matched: Matched, _known: Known) -> Figures:
    is_match = _matched.is_match
    matches = int(np.count_nonzero(is_match))
    if _known.truth is not None:
        pair, listing = pair_scores(is_match, _known.truth), listing_scores(is_match, _known.truth)
        return Figures(pair, listing, matches, _known.same, _known.truth.candidate_recall)
    if not _known.anything:
        return Figures(None, None, matches, None, None)
    right = int(np.count_nonzero(is_match & (_known.kind == SAME)))
    wrong = int(np.count_nonzero(is_match & (_known.kind == OTHER)))
    return Figures(scores_of(right, right + wrong, _known.same), None, matches, _known.same, None)


def fair_sample(matched: Matched) -> VerdictScores:
    """What verdicts tell of the recipe in force, without labels."""
    pairs, ids = matched.encoded.pairs, item_ids(matched)
    return score_verdicts(pairs, matched.recipe, ids, matched.workspace.store.verdicts(matched.id))


@st.cache_resource(show_spinner=False, max_entries=3)
def _item_ids(key: Key, _matched: Matched) -> pd.Index:
    return pd.Index(_matched.catalog.listings["item_id"], dtype=object)


def item_ids(matched: Matched) -> pd.Index:
    """The ids of all listings; the index keeps its look-up table from one answer to the next."""
    return _item_ids((str(matched.workspace.root), matched.id, matched.info.version), matched)


def sizes_of(matched: Matched) -> NDArray[np.int64]:
    """Matches of each listing; shape (N,)."""
    return matches_per_listing(matched.is_match, matched.encoded.pairs)


@st.cache_resource(show_spinner=False, max_entries=8)
def _around(key: Key, count: int, _matched: Matched) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    pairs = _matched.encoded.pairs
    edge = distance_to_edge(pairs, _matched.recipe)
    return around_edge(edge, _matched.is_match, pairs.rank <= _matched.recipe.k, count)


def around(matched: Matched, count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The last pairs to match and the first not to."""
    return _around((*_key(matched), matched.recipe.to_json()), count, matched)


DOUBT = 0.1  # a pair is doubtful while it lies within a tenth of its threshold


def doubtful(matched: Matched, judged: list[tuple[str, str]]) -> int:
    """How many doubtful pairs have no verdict yet."""
    near = _near((*_key(matched), matched.recipe.to_json()), matched)
    rows = np.array([(matched.rows[a], matched.rows[b]) for a, b in judged if a in matched.rows and b in matched.rows])
    done = matched.encoded.pairs.positions(*rows.reshape(-1, 2).astype(np.int64).T)
    return len(near) - int(np.isin(done, near).sum())


@st.cache_resource(show_spinner=False, max_entries=4)
def _near(key: Key, _matched: Matched) -> NDArray[np.intp]:
    pairs = _matched.encoded.pairs
    edge = distance_to_edge(pairs, _matched.recipe)
    return np.flatnonzero((np.abs(edge) <= DOUBT) & (pairs.rank <= _matched.recipe.k))


@dataclass(frozen=True)
class Flipped:
    """Pairs that a moved threshold decided otherwise: how many, and some of them."""

    came: int
    went: int
    some_came: NDArray[np.intp]
    some_went: NDArray[np.intp]


def flipped(matched: Matched, before: Recipe, count: int) -> Flipped:
    """What changed since another recipe for the same pairs."""
    return _flipped((*_key(matched), before.to_json(), matched.recipe.to_json()), count, before, matched)


@st.cache_resource(show_spinner=False, max_entries=8)
def _flipped(key: Key, count: int, _before: Recipe, _matched: Matched) -> Flipped:
    pairs, now = _matched.encoded.pairs, _matched.is_match
    earlier = decide(pairs, _before)
    came, went = np.flatnonzero(now & ~earlier), np.flatnonzero(earlier & ~now)
    edge = distance_to_edge(pairs, _matched.recipe)
    return Flipped(len(came), len(went), spread_over(edge, came, count), spread_over(edge, went, count))


def _distance(matched: Matched, axis: str) -> NDArray[np.float32]:
    pairs, recipe = matched.encoded.pairs, matched.recipe
    return joint_distance(pairs, recipe) if axis == "fused" else pairs.distance[axis]


def _threshold(recipe: Recipe, axis: str) -> float:
    return float(getattr(recipe, f"{axis}_threshold") or 0.0)


def _key(matched: Matched) -> Key:
    return str(matched.workspace.root), matched.id, matched.encoded.key
