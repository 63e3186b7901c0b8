"""What is proposed in place of the rule in force, until a curator takes it or leaves it.

Thresholds that were moved stand in the page's address, under the names that the rule gives them, so that a link or a
reload brings them back. Whatever the address says that is no threshold of this rule is as if it were not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from urllib.parse import urlencode

import streamlit as st

from matcher.errors import DataError
from matcher.matching.recipe import LEARNED, Recipe
from matcher.pipeline import recipes
from matcher.pipeline.pair_model.judge import LOWEST_CUT
from matcher.pipeline.recipe_columns import without_lost_columns
from matcher.vectors.distance import distance_text
from pages._shared.answers import CURATOR
from pages._shared.escape import literal
from pages._shared.modality import NAMES
from pages._shared.opened_catalog import Matched
from pages._thresholds.moves.changes import lay_over, move, put_whole, shift

KEPT = "thresholds-proposed"  # (catalog, encoding, thresholds by name, a whole rule or None, its name)
MOVABLE = ("text", "image", "fused", LEARNED)  # thresholds by the names under which the address has them
LONGEST = 24  # characters of a threshold in the address
DIGITS = 9  # that tell two float32 distances apart


@dataclass(frozen=True)
class Proposal:
    """A rule to be looked at before it is in force.

    Attributes:
        recipe: The rule.
        moved: The thresholds that are other ones, by name; empty where another rule is proposed as a whole.
        name: What the whole rule is called; "" for thresholds that were moved.
    """

    recipe: Recipe
    moved: Mapping[str, float]
    name: str = ""


def read_proposal(matched: Matched) -> Proposal | None:
    """What is proposed for the open catalog: in the address, or in this visit before another page was opened."""
    kept = _kept(matched)
    if kept and kept[1] is not None:
        recipe = without_lost_columns(kept[1], matched.catalog)
        return None if recipe == matched.recipe else Proposal(recipe, {}, kept[2])
    moved = _read_address(matched.recipe) or (_valid(matched.recipe, kept[0]) if kept else {})
    _write_address(moved)
    return Proposal(matched.recipe.with_thresholds(moved), moved) if moved else None


def propose(matched: Matched, thresholds: Mapping[str, float]) -> None:
    """Propose thresholds, over those that are proposed already.

    Args:
        matched: As the page was drawn.
        thresholds: By name; those that are in force are taken out of the proposal.
    """
    kept = _kept(matched)
    before = _read_address(matched.recipe) or (kept[0] if kept and kept[1] is None else {})
    wanted = {**before, **thresholds}
    if (proposed := lay_over(matched, lambda now: shift(now, wanted))) is None:
        return
    now = recipes.current_recipe(matched.workspace, matched.id)
    moved = _valid(now, {name: value for name, value in proposed.thresholds.items() if value is not None})
    st.session_state[KEPT] = (matched.id, matched.encoded.key, moved, None, "")
    _write_address(moved)


def propose_rule(matched: Matched, recipe: Recipe, name: str) -> None:
    """Propose another rule as a whole, under a name."""
    st.session_state[KEPT] = (matched.id, matched.encoded.key, {}, recipe, name)
    _write_address({})


def take(matched: Matched, proposal: Proposal) -> None:
    """Put what was proposed in force: of moved thresholds these and no others, over what is in force at that moment."""
    leave()
    if proposal.name:
        put_whole(matched, proposal.recipe)
    else:
        move(matched, proposal.moved)


def take_at_once(matched: Matched, recipe: Recipe) -> None:
    """Put a rule in force that nobody proposed first; nothing is proposed any more."""
    leave()
    put_whole(matched, recipe)


def leave() -> None:
    """Propose nothing any more."""
    st.session_state.pop(KEPT, None)
    _write_address({})


def describe_proposal(proposal: Proposal) -> str:
    """ "titles within 0.42, photos within 0.31", or the name of a rule, as Markdown."""
    if proposal.name:
        return literal(proposal.name)
    return ", ".join(_describe(name, value) for name, value in proposal.moved.items())


def name_link() -> str:
    """The address of the page for somebody else: what is proposed is in it, who looks at it is not."""
    shared = {name: value for name, value in st.query_params.to_dict().items() if name != CURATOR}
    return f"{st.context.url or ''}?{urlencode(shared)}"


def _describe(name: str, value: float) -> str:
    if name == LEARNED:
        return f"at least {100 * (1 - value):.0f} % likely"
    return f"{NAMES[name].lower()} within {distance_text(value)}"


def _kept(matched: Matched) -> tuple[Mapping[str, float], Recipe | None, str] | None:
    about, key, moved, recipe, name = st.session_state.get(KEPT, ("", "", {}, None, ""))
    return (moved, recipe, name) if (about, key) == (matched.id, matched.encoded.key) else None


def _read_address(recipe: Recipe) -> dict[str, float]:
    """The thresholds of the address that are some of this rule, and other ones than are in force."""
    given = {name: st.query_params[name] for name in MOVABLE if name in st.query_params}
    return _valid(recipe, {name: value for name, text in given.items() if (value := _number(text)) is not None})


def _write_address(moved: Mapping[str, float]) -> None:
    for name in MOVABLE:
        wanted = f"{moved[name]:.{DIGITS}g}" if name in moved else None
        if wanted is None:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != wanted:
            st.query_params[name] = wanted


def _number(text: str) -> float | None:
    try:
        value = float(text) if len(text) <= LONGEST else None
    except ValueError:
        return None
    return value if value is not None and isfinite(value) else None


def _valid(recipe: Recipe, thresholds: Mapping[str, float]) -> dict[str, float]:
    """Those of the thresholds that the rule has and may be moved to."""
    valid = {}
    for name, now in recipe.thresholds.items():
        value = thresholds.get(name)
        if value is None or value == now or (name == LEARNED and value > 1 - LOWEST_CUT):
            continue
        try:
            recipe.with_thresholds({name: value})
        except DataError:
            continue
        valid[name] = value
    return valid
