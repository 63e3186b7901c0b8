"""The groups of the open catalog that are handed out, joined anew only where a verdict touches them."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.runtime.scriptrunner import get_script_run_ctx

from matcher.matching.groups.figures import GroupFigures, group_figures
from matcher.matching.groups.locks import find_locked
from matcher.matching.groups.pairs import score_groups, truth_within
from matcher.matching.metrics import Scores
from matcher.matching.resolve import Outcome, join_matches, outcome_of
from matcher.review.group_numbers import NumberedGroups, keep_numbers
from matcher.review.placed_verdicts import PlacedVerdicts
from matcher.review.verdicts import DIFFERENT, MATCH, VARIANT
from matcher.storage.records import GroupLock
from pages._shared.measured import read_placed
from pages._shared.opened_catalog import Matched


@dataclass(frozen=True)
class HandedOut:
    """What a catalog's recipe, verdicts and locks come to.

    Attributes:
        outcome: Groups, and the matches that they stand for.
        numbered: The numbers of the groups and of their families.
        codes: Shape (N,). Label code of each listing, -1 where unknown.
        judged: Pairs of rows by what was said of them, shape (., 2) each.
    """

    outcome: Outcome
    numbered: NumberedGroups
    codes: NDArray[np.int32]
    judged: Mapping[str, NDArray[np.int64]]

    @cached_property
    def scores(self) -> tuple[Scores, Scores, GroupFigures] | None:
        """How right the groups are, as the mean over listings, over pairs and as wholes.

        None where no two labelled listings are known to be one product. Counted when a page first asks: most do not,
        and it takes a tenth of the time after a key.
        """
        same, different = (list(map(tuple, self.judged[kind].tolist())) for kind in (MATCH, DIFFERENT))
        truth = truth_within(self.outcome.group, self.codes, same, different)
        if not (truth.listings and truth.true_pairs):
            return None
        return *score_groups(truth), group_figures(self.outcome.group, truth)


class _Last:
    """The last that was handed out under one recipe, from which the next follows; one visit at a time makes it."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.placed: PlacedVerdicts | None = None
        self.locks: list[GroupLock] = []
        self.found: HandedOut | None = None


@st.cache_resource(show_spinner=False, max_entries=3)
def _last(key: tuple[str, ...]) -> _Last:
    return _Last()


def read_handed_out(matched: Matched) -> HandedOut:
    """Groups, matches and numbers in force; numbers are kept as soon as they are shown."""
    last = _last((str(matched.workspace.root), matched.id, matched.info.version, matched.encoded.key,
                  matched.recipe.to_json()))  # fmt: skip
    store = matched.workspace.store
    placed, locks = read_placed(matched, store.verdicts(matched.id)), store.locks(matched.id)
    with last.lock:
        if (
            last.found is None
            or last.placed is None
            or not last.placed.says_as(placed)
            or last.locks != locks
            or last.found.numbered.revision != store.counted_groups(matched.id).revision
        ):
            last.found = _hand_out(matched, placed.judged_rows(), locks, last.found)
            last.placed, last.locks = placed, locks
        return last.found


def find_recipes_groups(matched: Matched) -> NDArray[np.int32]:
    """The groups of the recipe, no verdict obeyed; shape (N,)."""
    return _recipes_groups(
        (str(matched.workspace.root), matched.id, matched.info.version, matched.encoded.key, matched.recipe.to_json()),
        matched,
    )


def are_joined(matched: Matched, pair: int) -> bool:
    """Whether the two of a candidate pair are in one group of the recipe."""
    group, pairs = find_recipes_groups(matched), matched.encoded.pairs
    return bool(group[pairs.left[pair]] == group[pairs.right[pair]])


@st.cache_resource(show_spinner="Joining groups", max_entries=3)
def _recipes_groups(key: tuple[str, ...], _matched: Matched) -> NDArray[np.int32]:
    return join_matches(_matched.encoded.pairs, _matched.recipe, _matched.is_match)


def _hand_out(
    matched: Matched, judged: Mapping[str, NDArray[np.int64]], locks: list[GroupLock], before: HandedOut | None
) -> HandedOut:
    # Joined before, it takes no time; and a file that is asked for is made beside the page, where nothing can be drawn.
    is_told = before is None and get_script_run_ctx(suppress_warning=True) is not None
    with st.spinner("Joining groups", show_time=False) if is_told else nullcontext():
        earlier = before.outcome if before else None
        locked = find_locked(matched.rows, [lock.item_ids for lock in locks])
        outcome = outcome_of(
            matched.encoded.pairs,
            matched.recipe,
            matched.is_match,
            judged[MATCH],
            judged[DIFFERENT],
            earlier,
            locked=locked,
        )
        ids = list(matched.rows)
        numbered = keep_numbers(
            matched.workspace, matched.id, ids, outcome.group, judged[VARIANT], before.numbered if before else None
        )
        return HandedOut(outcome, numbered, matched.catalog.codes, judged)
