"""Rules side by side: the one in force and those kept under a name, and what each does to the groups of another."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from matcher.matching.recipe import Recipe
from matcher.pipeline.recipe_columns import without_lost_columns
from matcher.pipeline.recipes import is_usable
from matcher.vectors.distance import distance_text
from pages._shared.escape import literal
from pages._shared.measured import Known, measure_figures
from pages._shared.modality import NAMES
from pages._shared.opened_catalog import Matched
from pages._shared.wording import FUSIONS, describe_recipe
from pages._thresholds.moves.changes import complete
from pages._thresholds.moves.compared import Decided, read_decided, read_move
from pages._thresholds.moves.flip_list import COMPARED, describe_groups
from pages._thresholds.moves.proposal import propose_rule

IN_FORCE = "In force"
MOST = 8  # rules compared at once; each costs groups of the whole catalog


def is_comparable(matched: Matched, recipe: Recipe) -> bool:
    """Whether a rule reads the distances of the pairs that are open, so that it can be laid beside the one in force.

    A pair model judges pairs anew, and brings some: it is comparable while it is the one in force, with the same
    columns that keep listings apart, by which its groups were joined.
    """
    now, pairs = matched.recipe, matched.encoded.pairs
    if not is_usable(matched.workspace, recipe, matched.encoded.config):
        return False
    if recipe.fusion == "learned":
        return now.fusion == "learned" and _judged_by(recipe) == _judged_by(now)
    needed = {"fused"} if recipe.fusion == "fused" else set(recipe.modalities)
    return needed <= set(pairs.distance) and (not recipe.veto or pairs.conflicts is not None)


def list_rules(matched: Matched, presets: Mapping[str, Recipe]) -> dict[str, Recipe]:
    """The rule in force and the presets that can be laid beside it, by name."""
    there = {name: without_lost_columns(recipe, matched.catalog) for name, recipe in presets.items()}
    kept = {
        f"{name} (preset)" if name == IN_FORCE else name: complete(matched, recipe)
        for name, recipe in there.items()
        if is_comparable(matched, recipe)
    }
    return {IN_FORCE: matched.recipe, **dict(list(kept.items())[: MOST - 1])}


def _judged_by(recipe: Recipe) -> tuple[object, ...]:
    """What the groups of a pair model come from beside its threshold."""
    return recipe.pair_model, recipe.veto, recipe.one_per, recipe.only_across


def draw_side_by_side(matched: Matched, known: Known) -> None:
    """A line for each rule: thresholds, figures, groups, and what it merges, splits and keeps against another."""
    presets = {name: Recipe.from_json(text) for name, text in matched.workspace.store.presets(matched.id).items()}
    rules = list_rules(matched, presets)
    if len(rules) < 2:
        return
    with st.expander("Presets side by side", icon=":material/compare_arrows:"):
        if not st.toggle("Compare them", key="compare-presets"):
            st.caption("What each merges, splits and keeps against the rule in force or against another preset.")
            return
        against = st.selectbox("Compared with", list(rules), key="compare-with", width=320)
        base = rules.get(against, matched.recipe)
        lines = [_line(matched, known, name, rule, base) for name, rule in rules.items()]
        st.table(pd.DataFrame(lines).set_index("Rule"))
        with st.container(horizontal=True, gap="small"):
            for name, rule in rules.items():
                if name != IN_FORCE and rule != matched.recipe:
                    st.button(
                        f"Look at {literal(name)}", key=f"look-{name}", icon=":material/visibility:",
                        on_click=propose_rule, args=[matched, rule, name], help=describe_recipe(rule),
                    )  # fmt: skip


def _line(matched: Matched, known: Known, name: str, rule: Recipe, base: Recipe) -> dict[str, str]:
    decided = read_decided(matched, known, rule)
    figures = measure_figures(_under(matched, rule, decided), known)
    sizes = np.bincount(decided.group)
    line = {"Rule": literal(name), "A pair matches by": _describe_rule(rule), "Matches": f"{figures.matches:,}"}
    line |= {"Groups": f"{int((sizes > 1).sum()):,}", "Largest": f"{int(sizes.max(initial=0)):,}"}
    if scores := figures.listing or figures.pair:
        line |= {"F1": f"{scores.f1:.3f}", "Precision": f"{scores.precision:.3f}", "Recall": f"{scores.recall:.3f}"}
    if rule == base:
        return {**line, "Against the other": "itself"}
    move = read_move(matched, known, base, rule)
    comes = int(np.count_nonzero(move.flips.comes))
    said = f"{describe_groups(move.groups, COMPARED)}; {comes:,} pairs more and {len(move.flips) - comes:,} fewer"
    return {**line, "Against the other": said}


def _under(matched: Matched, rule: Recipe, decided: Decided) -> Matched:
    return Matched(**{**vars(matched), "recipe": rule, "is_match": decided.is_match})


def _describe_rule(rule: Recipe) -> str:
    """ "Title or photo: titles 0.412, photos 0.310", or "Titles 0.412" where there is nothing else to go by."""
    limits = [
        f"{NAMES[name].lower()} {distance_text(value)}" for name, value in rule.thresholds.items() if value is not None
    ]
    listed = ", ".join(limits)
    if len(rule.modalities) == 1 and rule.fusion in ("either", "both", "mean"):
        return listed.capitalize()
    return f"{FUSIONS[rule.fusion][0]}: {listed}"
