"""From one rule to another: which pairs change side, and what becomes of the groups."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from matcher.matching.groups.column_values import with_columns
from matcher.matching.groups.locks import NO_LOCKS, count_in_the_way
from matcher.matching.metrics import RowPair, Truth
from matcher.matching.recipe import Recipe, decide
from matcher.matching.resolve import Outcome, outcome_of
from matcher.matching.thresholds.flips import Flips, GroupChanges, compare_groups, list_flips
from pages._shared.measured import Known, find_judged, read_locked
from pages._shared.opened_catalog import Matched


@dataclass(frozen=True)
class Move:
    """From one rule to another: pairs and groups, and how many locks keep the other from having its way."""

    flips: Flips
    groups: GroupChanges
    locks: int


@dataclass(frozen=True)
class Decided:
    """What a rule comes to on the open catalog's pairs.

    Attributes:
        is_match: Shape (P,).
        group: Shape (N,). Group of each listing, verdicts and locks obeyed.
        locks: How many locks keep the rule from having its way.
    """

    is_match: NDArray[np.bool_]
    group: NDArray[np.int32]
    locks: int


def read_move(matched: Matched, known: Known, before: Recipe, after: Recipe) -> Move:
    """What another rule changes.

    Args:
        matched: The open catalog; both rules are to read the distances of its pairs.
        known: What is known of its pairs.
        before: The one rule.
        after: The other.
    """
    sides = read_decided(matched, known, before), read_decided(matched, known, after)
    key = (*known.key, before.to_json(), after.to_json(), str(read_locked(matched).tolist()))
    return _move(key, sides, matched, known.truth)


def read_decided(matched: Matched, known: Known, recipe: Recipe) -> Decided:
    """What a rule decides on the open catalog's pairs, and the groups that come of it, verdicts and locks obeyed."""
    locked = read_locked(matched)
    key = (*known.key, recipe.to_json(), str(locked.tolist()))
    return _decided(key, recipe, matched, *find_judged(matched), locked)


@st.cache_resource(show_spinner="Comparing groups", max_entries=12)
def _decided(
    key: tuple[str, ...],
    _recipe: Recipe,
    _matched: Matched,
    _same: list[RowPair],
    _different: list[RowPair],
    _locked: NDArray[np.int64],
) -> Decided:
    pairs = with_columns(_matched.encoded.pairs, _matched.catalog.listings, _recipe.columns)
    is_match, alone = _unjudged((*_key(_matched), _recipe.to_json()), _recipe, _matched)

    def obey(locked: NDArray[np.int64]) -> NDArray[np.int32]:
        if not (_same or _different or len(locked)):
            return alone.group
        return outcome_of(pairs, _recipe, is_match, _same, _different, alone, locked=locked).group

    in_the_way = count_in_the_way(obey(NO_LOCKS), _locked) if len(_locked) else 0
    return Decided(is_match, obey(_locked), in_the_way)


@st.cache_resource(show_spinner="Joining groups", max_entries=4)
def _unjudged(key: tuple[str, ...], _recipe: Recipe, _matched: Matched) -> tuple[NDArray[np.bool_], Outcome]:
    """Before any verdict: an answer then costs only the groups that it is about."""
    pairs = with_columns(_matched.encoded.pairs, _matched.catalog.listings, _recipe.columns)
    is_match = decide(pairs, _recipe)
    return is_match, outcome_of(pairs, _recipe, is_match, (), ())


@st.cache_resource(show_spinner=False, max_entries=12)
def _move(key: tuple[str, ...], _sides: tuple[Decided, Decided], _matched: Matched, _truth: Truth) -> Move:
    pairs, (one, other) = _matched.encoded.pairs, _sides
    judged = np.zeros(len(pairs), np.bool_)
    same, different = find_judged(_matched)
    judged[pairs.positions(*np.array([*same, *different], dtype=np.int64).reshape(-1, 2).T)] = True
    groups = one.group, other.group
    flips = list_flips(pairs, one.is_match, other.is_match, groups, _truth.kind(slice(None)), judged)
    return Move(flips, compare_groups(*groups), other.locks)


def _key(matched: Matched) -> tuple[str, ...]:
    return str(matched.workspace.root), matched.id, matched.info.version, matched.encoded.key
