"""What the pages know of the open catalog's pairs, computed by the library once and kept for the next run."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import cast

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from matcher.matching import threshold_report
from matcher.matching.groups.locks import NO_LOCKS, find_locked
from matcher.matching.metrics import PrecisionRecallCurve, RowPair, Truth, known_truth, matches_per_listing
from matcher.matching.recipe import LEARNED, Recipe, joint_distance
from matcher.matching.threshold_grid import ThresholdGrid
from matcher.matching.threshold_report import Figures
from matcher.pipeline import training_rows
from matcher.review.implied import NOTHING, Implied, find_implied
from matcher.review.placed_verdicts import PlacedVerdicts, place_verdicts
from matcher.review.sampling import DrawnMatches, VerdictScores, draw_matches, score_verdicts
from matcher.review.verdicts import DIFFERENT, MATCH, judged_rows
from matcher.storage.records import Verdict
from matcher.vectors.candidate_pairs import MODALITIES, Modality
from pages._shared.cards import Bar
from pages._shared.opened_catalog import Matched, Opened

Key = tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What is known of the pairs of the open catalog, and what tells it apart: the key of all that follows from it."""

    truth: Truth
    key: Key


def find_judged(opened: Opened) -> tuple[list[RowPair], list[RowPair]]:
    """Pairs of rows that curators judged to be one product, and those judged not to be."""
    judged = judged_rows(opened.rows, opened.workspace.store.verdicts(opened.id))
    return judged[MATCH], judged[DIFFERENT]


def read_truth(matched: Matched) -> Known:
    """What is known of the pairs of the open catalog: the labels, and verdicts over them."""
    same, different = find_judged(matched)
    said = hashlib.sha256(repr((same, different)).encode()).hexdigest()
    key = (*_key(matched), *matched.recipe.columns, said)  # the pairs know the values of these columns
    return Known(_truth(key, same, different, matched), key)


@st.cache_resource(show_spinner="Reading the labels", max_entries=2)
def _truth(key: Key, _same: list[RowPair], _different: list[RowPair], _matched: Matched) -> Truth:
    return known_truth(_matched.encoded.pairs, _matched.catalog.codes, _same, _different)


def find_learned(matched: Matched) -> NDArray[np.bool_]:
    """Listings of products that an encoder in use was trained on, shape (N,)."""
    return _learned((*_key(matched), matched.info.version), matched)


@st.cache_resource(show_spinner=False, max_entries=2)
def _learned(key: Key, _matched: Matched) -> NDArray[np.bool_]:
    return training_rows.read_training_rows(_matched.workspace, _matched.encoded.config)


def count_grid(matched: Matched, known: Known) -> tuple[ThresholdGrid, list[float], str]:
    """The counts that the sliders read, each slider's step, and what tells these counts from others."""
    names = list(matched.recipe.thresholds)
    tops, steps = zip(*(_far(matched, known, name) for name in names), strict=True)
    key = (*_rule_key(matched, known), *names, str(tops))
    return _grid(key, tops, matched, known.truth), list(steps), "/".join(key)


def measure_reach(matched: Matched, known: Known, name: str) -> float:
    """Where a chart over this threshold ends."""
    return _far(matched, known, name)[0]


def _far(matched: Matched, known: Known, name: str) -> tuple[float, float]:
    # The threshold is rounded up, so that the slider grows in leaps and only when it must.
    threshold = ceil(10 * (matched.recipe.thresholds.get(name) or 0.0)) / 10
    return _reach(_rule_key(matched, known), name, threshold, matched.recipe, known.truth)


@st.cache_resource(show_spinner=False, max_entries=24)
def _reach(key: Key, name: str, threshold: float, _recipe: Recipe, _truth: Truth) -> tuple[float, float]:
    return threshold_report.slider_reach(_truth, _recipe, name, threshold)


@st.cache_resource(show_spinner="Counting pairs", max_entries=6)
def _grid(key: Key, tops: tuple[float, ...], _matched: Matched, _truth: Truth) -> ThresholdGrid:
    return threshold_report.slider_grid(_truth, _matched.recipe, tops)


@st.cache_resource(show_spinner="Drawing curves", max_entries=4)
def _curves(key: Key, _truth: Truth) -> dict[str, PrecisionRecallCurve]:
    return threshold_report.curves_of(_truth)


def measure_curves(known: Known) -> dict[str, PrecisionRecallCurve]:
    """Precision and recall of each modality alone, at all thresholds; empty when no pair is known to be the same."""
    return _curves(known.key, known.truth)


def measure_figures(matched: Matched, known: Known) -> Figures:
    """Exact figures of the recipe in force."""
    return _figures((*known.key, matched.recipe.to_json()), matched.is_match, known.truth)


@st.cache_resource(show_spinner=False, max_entries=8)
def _figures(key: Key, _is_match: NDArray[np.bool_], _truth: Truth) -> Figures:
    return threshold_report.figures_of(_is_match, _truth)


def score_sample(matched: Matched) -> VerdictScores:
    """What verdicts tell of the recipe in force, without labels."""
    pairs, ids = matched.encoded.pairs, index_ids(matched)
    verdicts = matched.workspace.store.verdicts(matched.id)
    return score_verdicts(pairs, matched.recipe, ids, verdicts, drawn=find_drawn(matched))


def find_drawn(matched: Matched) -> DrawnMatches:
    """The matches in the order of the audit: no answer changes it, a moved threshold does."""
    return _drawn((*_key(matched), matched.info.version, matched.recipe.to_json()), matched)


@st.cache_resource(show_spinner=False, max_entries=3)
def _drawn(key: Key, _matched: Matched) -> DrawnMatches:
    return draw_matches(_matched.encoded.pairs, _matched.recipe, index_ids(_matched))


@st.cache_resource(show_spinner=False, max_entries=3)
def _item_ids(key: Key, _matched: Opened) -> Sequence[str]:
    index: object = pd.Index(_matched.catalog.listings["item_id"], dtype=object)
    return cast(Sequence[str], index)  # it has all of a sequence that the library asks for


def index_ids(matched: Opened) -> Sequence[str]:
    """The ids of all listings; the index keeps its look-up table from one answer to the next."""
    return _item_ids((str(matched.workspace.root), matched.id, matched.info.version), matched)


def count_matches(matched: Matched) -> NDArray[np.int64]:
    """Matches of each listing; shape (N,)."""
    return matches_per_listing(matched.is_match, matched.encoded.pairs)


@st.cache_resource(show_spinner=False, max_entries=8)
def _at_edge(key: Key, count: int, _matched: Matched) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return threshold_report.pairs_at_edge(_matched.encoded.pairs, _matched.recipe, _matched.is_match, count)


def find_at_edge(matched: Matched, count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The last pairs to match and the first not to."""
    return _at_edge((*_key(matched), matched.recipe.to_json()), count, matched)


class _LastPlaced:
    """The verdicts that were placed last, from which the next are: few of them change from one answer to the next."""

    placed: PlacedVerdicts | None = None


@st.cache_resource(show_spinner=False, max_entries=3)
def _last_placed(key: Key) -> _LastPlaced:
    return _LastPlaced()


def read_placed(opened: Opened, verdicts: list[Verdict]) -> PlacedVerdicts:
    """The verdicts in force with the rows of their listings."""
    last = _last_placed((str(opened.workspace.root), opened.id, opened.info.version))
    placed = place_verdicts(opened.rows, verdicts, last.placed)
    last.placed = placed  # for the next one, of whichever visit
    return placed


def count_doubtful(matched: Matched, placed: PlacedVerdicts, implied: Implied) -> tuple[int, int]:
    """How many doubtful pairs are still to be asked about, and how many need not be, as verdicts imply the answer."""
    near = _doubtful((*_key(matched), matched.recipe.to_json()), matched)
    pairs = matched.encoded.pairs
    is_judged = np.zeros(len(pairs), np.bool_)
    is_judged[placed.find(pairs).positions] = True
    done = is_judged[near]
    follows = (implied.kinds(pairs.left[near], pairs.right[near]) != NOTHING) & ~done
    return int((~done & ~follows).sum()), int(follows.sum())


def read_locked(opened: Opened) -> NDArray[np.int64]:
    """Rows of the locked listings, see `find_locked`."""
    return find_locked(opened.rows, [lock.item_ids for lock in opened.workspace.store.locks(opened.id)])


def read_implied(opened: Opened, placed: PlacedVerdicts, *, obey_locks: bool = True) -> Implied:
    """What verdicts in force, and locks, imply of pairs that nobody was asked about; for a proof verdicts alone."""
    return find_implied(placed, read_locked(opened) if obey_locks else NO_LOCKS)


@st.cache_resource(show_spinner=False, max_entries=4)
def _doubtful(key: Key, _matched: Matched) -> NDArray[np.intp]:
    return threshold_report.doubtful_pairs(_matched.encoded.pairs, _matched.recipe)


def _rule_key(matched: Matched, known: Known) -> Key:
    """Tells counts apart: a moved threshold does not change it."""
    recipe = matched.recipe
    unset = recipe.with_thresholds(dict.fromkeys(("text", "image", "fused", "learned")))
    return (*known.key, unset.to_json())


def measure_bars(matched: Matched, pair: int, ranks: Mapping[Modality, int | None] | None = None) -> list[Bar]:
    """The distances of a candidate pair with the thresholds in force."""
    thresholds = matched.recipe.thresholds
    return [
        Bar(modality, distance, thresholds.get(modality), (ranks or {}).get(modality), matched.scale)
        for modality, distance in measure_pair(matched, pair).items()
    ]


def measure_pair(matched: Matched, pair: int) -> dict[Modality, float]:
    """The distances of a candidate pair; "fused" is what the rule compares, so the mean where it takes the mean."""
    one = matched.encoded.pairs.chosen(np.array([pair]))
    distance = {modality: float(one.distance[modality][0]) for modality in MODALITIES if modality in one.distance}
    if matched.recipe.fusion == "mean" and "fused" in distance:
        distance["fused"] = float(joint_distance(one, matched.recipe)[0])
    return distance


def measure_likelihood(matched: Matched, pair: int) -> float | None:
    """How likely the pair model takes a candidate pair to be one product, by itself; None where none is in force."""
    learned = matched.encoded.pairs.distance.get(LEARNED)
    return None if learned is None else 1 - float(learned[pair])


def _key(matched: Matched) -> Key:
    return str(matched.workspace.root), matched.id, matched.info.version, matched.encoded.key
