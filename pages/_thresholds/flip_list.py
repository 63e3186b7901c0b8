"""What the last move of a threshold changed: groups, and pairs with the most harmful first; and the way back."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from matcher.matching.groups.column_values import with_columns
from matcher.matching.metrics import RowPair, Truth
from matcher.matching.recipe import Recipe, decide
from matcher.matching.resolve import outcome_of
from matcher.matching.thresholds.flips import (
    AGAINST_LABEL,
    AGAINST_VERDICT,
    Flips,
    GroupChanges,
    compare_groups,
    list_flips,
)
from pages._shared.measured import Known, find_judged
from pages._shared.opened_catalog import Matched
from pages._thresholds.pair_tiles import draw_pairs


@dataclass(frozen=True)
class Move:
    """From one rule to another: pairs and groups."""

    flips: Flips
    groups: GroupChanges


def draw_flip_list(
    matched: Matched, known: Known, before: Recipe, shown: int, put: Callable[[Matched, Recipe], None]
) -> None:
    """Say what the last move did to the groups, and show some of the pairs that it decided otherwise.

    Args:
        matched: The open catalog, with the rule in force now.
        known: What is known of its pairs.
        before: The rule before the move.
        shown: How many pairs, at most.
        put: Puts a rule in force.
    """
    key = (*known.key, before.to_json(), matched.recipe.to_json())
    move = _move(key, before, matched, known.truth, *find_judged(matched))
    flips = move.flips
    if not len(flips):
        st.caption("The last move decided no pair otherwise.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"The last move {describe_groups(move.groups)}{describe_harm(flips)}.", width="content")
        st.button(
            "Take it back", key="flips-back", icon=":material/undo:", type="tertiary", on_click=put,
            args=[matched, before],
        )  # fmt: skip
    sides = {
        f"Became matches: {np.count_nonzero(flips.comes):,}": flips.rows[flips.comes],
        f"No longer matches: {np.count_nonzero(~flips.comes):,}": flips.rows[~flips.comes],
    }
    sides = {head: rows for head, rows in sides.items() if len(rows)}
    for column, (head, rows) in zip(st.columns(len(sides), gap="medium"), sides.items(), strict=True):
        some = rows[: shown // len(sides)]
        with column:
            st.markdown(f"**{head}**" + (", the most harmful first" if len(rows) > len(some) else ""))
            draw_pairs(matched, some.tolist(), known.truth.kind(some).tolist())


def describe_groups(changes: GroupChanges) -> str:
    """ "merged 12 groups, split 3, left 410"."""
    words = {
        "merged": changes.merged, "added listings to": changes.grown, "split": changes.split,
        "formed": changes.formed, "left": changes.kept,
    }  # fmt: skip
    said = [f"{word} {count:,}" for word, count in words.items() if count]
    if not said:
        return "made no group and changed none"
    first = said[0] + (" group" if said[0].endswith(" 1") else " groups")
    return ", ".join([first, *said[1:]])


def describe_harm(flips: Flips) -> str:
    """ "; 3 of its pairs go against a verdict, 5 against a label"; "" for none."""
    against = {"a verdict": AGAINST_VERDICT, "a label": AGAINST_LABEL}
    counts = {name: int(np.count_nonzero(flips.harm == harm)) for name, harm in against.items()}
    said = [f"{count:,} against {name}" for name, count in counts.items() if count]
    return f"; of the {len(flips):,} pairs below go {' and '.join(said)}" if said else ""


@st.cache_resource(show_spinner="Comparing groups", max_entries=6)
def _move(
    key: tuple[str, ...],
    _before: Recipe,
    _matched: Matched,
    _truth: Truth,
    _same: list[RowPair],
    _different: list[RowPair],
) -> Move:
    columns = tuple(dict.fromkeys((*_matched.recipe.columns, *_before.columns)))
    pairs, now = with_columns(_matched.encoded.pairs, _matched.catalog.listings, columns), _matched.is_match
    earlier = decide(pairs, _before)

    def group(recipe: Recipe, is_match: NDArray[np.bool_]) -> NDArray[np.int32]:
        return outcome_of(pairs, recipe, is_match, _same, _different).group

    groups = group(_before, earlier), group(_matched.recipe, now)
    judged = np.zeros(len(pairs), np.bool_)
    judged[pairs.positions(*np.array([*_same, *_different], dtype=np.int64).reshape(-1, 2).T)] = True
    flips = list_flips(pairs, earlier, now, groups, _truth.kind(slice(None)), judged)
    return Move(flips, compare_groups(*groups))
