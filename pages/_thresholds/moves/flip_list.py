"""The pairs that a move decides otherwise, the most harmful first, each judged in its place; and what a move does."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from matcher.matching.recipe import Recipe
from matcher.matching.thresholds.flips import AGAINST_LABEL, AGAINST_VERDICT, Flips, GroupChanges
from pages._shared.measured import Known
from pages._shared.opened_catalog import Matched
from pages._thresholds.moves.compared import Move, read_move
from pages._thresholds.moves.judging import listen
from pages._thresholds.moves.pair_tiles import draw_pairs
from pages._thresholds.moves.proposal import Proposal, describe_proposal, leave, name_link, take

PINNED = "flips-pinned"  # (what move, pairs on the screen, what was known of each, how many are drawn)
SHOWN = 8  # pairs at first, and more at each click
MOST_PINNED = 400
HEIGHT = 40  # pixels of the line with the buttons, kept free so that the map stays where it is dragged
PROPOSED = {"merged": "merge", "grown": "add listings to", "split": "split", "formed": "form", "kept": "leave"}
DONE = {"merged": "merged", "grown": "added listings to", "split": "split", "formed": "formed", "kept": "left"}
NO_GROUP = {
    "merge": "make no group and change none",
    "merged": "made no group and changed none",
    "merges": "makes no group and changes none",
}
COMPARED = {"merged": "merges", "grown": "adds listings to", "split": "splits", "formed": "forms", "kept": "keeps"}


def draw_proposal(matched: Matched, known: Known, proposal: Proposal | None) -> None:
    """Say what the proposed rule would do, with the ways to take it and to leave it."""
    if proposal is None:
        with st.container(vertical_alignment="center", key="proposal", height=HEIGHT, border=False):
            st.caption("Move a threshold: what that would change shows here before you take it.")
        return
    move = read_move(matched, known, matched.recipe, proposal.recipe)
    said = "decides every pair as it is decided now"
    if len(move.flips):
        said = f"would {describe_groups(move.groups, PROPOSED)}{describe_locks(move.locks)}{describe_harm(move.flips)}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="proposal", border=False):
        st.markdown(f"**Proposed:** {describe_proposal(proposal)}. It {said}.", width="content")
        st.button(
            "Take it", key="proposal-take", type="primary", icon=":material/check:", on_click=take,
            args=[matched, proposal], help="Matches, groups and results follow from then on.",
        )  # fmt: skip
        st.button("Leave it", key="proposal-leave", icon=":material/close:", on_click=leave)
        if proposal.moved:
            with st.popover("Link", icon=":material/link:"):
                st.caption(
                    "Whoever opens it sees what is proposed. Your name is not in it, as it is in the address above."
                )
                st.code(name_link(), language=None, wrap_lines=True)


def draw_last_move(
    matched: Matched, known: Known, before: Recipe, shown: int, put: Callable[[Matched, Recipe], None]
) -> None:
    """Say what the last move did to the groups, and show some of the pairs that it decided otherwise.

    Args:
        matched: The open catalog, with the rule in force now.
        known: What is known of its pairs.
        before: The rule before the move.
        shown: How many pairs at first.
        put: Puts a rule in force.
    """
    move = read_move(matched, known, before, matched.recipe)
    if not len(move.flips):
        st.caption("The last move decided no pair otherwise.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = f"{describe_groups(move.groups, DONE)}{describe_locks(move.locks)}{describe_harm(move.flips)}"
        st.markdown(f"The last move {said}.", width="content")
        st.button(
            "Take it back", key="flips-back", icon=":material/undo:", type="tertiary", on_click=put,
            args=[matched, before],
        )  # fmt: skip
    heads = ("Became matches", "No longer matches")
    draw_flips(matched, known, move, heads, f"{before.to_json()} {matched.recipe.to_json()}", shown)


def draw_flips(matched: Matched, known: Known, move: Move, heads: tuple[str, str], about: str, shown: int) -> None:
    """Show pairs that change side, each to be judged in its place.

    A pair that is judged stays where it is: the order is that of when the move was first shown.

    Args:
        matched: The open catalog.
        known: What is known of its pairs.
        move: What changes.
        heads: What pairs are called that become matches, and those that are none any more.
        about: Tells the move from others.
        shown: How many pairs at first.
    """
    flips = move.flips
    about = f"{matched.id} {matched.encoded.key} {about}"
    pinned, rows, kinds, drawn = st.session_state.get(PINNED, (None, [], [], 0))
    if pinned != about:
        rows, drawn = flips.rows[:MOST_PINNED].tolist(), shown
        kinds = known.truth.kind(np.array(rows, dtype=np.intp)).tolist()
        st.session_state[PINNED] = (about, rows, kinds, drawn)
    comes = dict(zip(flips.rows.tolist(), flips.comes.tolist(), strict=True))
    known_of = dict(zip(rows, kinds, strict=True))
    sides = {
        f"{head}: {np.count_nonzero(flips.comes == side):,}": [row for row in rows if comes.get(row) is side]
        for head, side in zip(heads, (True, False), strict=True)
    }
    sides = {head: some for head, some in sides.items() if some}
    if not sides:
        return
    seen: list[int] = []
    for column, (head, some) in zip(st.columns(len(sides), gap="medium"), sides.items(), strict=True):
        first = some[: drawn // len(sides)]
        seen += first
        with column:
            st.markdown(f"**{head}**" + (", the most harmful first" if len(some) > len(first) else ""))
            draw_pairs(matched, first, [known_of[row] for row in first], judged=True)
    if len(seen) < sum(map(len, sides.values())):
        st.button("Show more pairs", key="flips-more", type="tertiary", icon=":material/expand_more:", on_click=_more)
    listen(matched, seen, about=about)


def _more() -> None:
    about, rows, kinds, drawn = st.session_state[PINNED]
    st.session_state[PINNED] = (about, rows, kinds, drawn + 2 * SHOWN)


def describe_groups(changes: GroupChanges, words: dict[str, str]) -> str:
    """ "merged 12 groups, split 3, left 410".

    Args:
        changes: What becomes of groups.
        words: PROPOSED, DONE or COMPARED.
    """
    said = [f"{word} {count:,}" for name, word in words.items() if (count := getattr(changes, name))]
    if not said:
        return NO_GROUP[words["merged"]]
    first = said[0] + (" group" if said[0].endswith(" 1") else " groups")
    return ", ".join([first, *said[1:]])


def describe_locks(count: int) -> str:
    """ "; 2 locks are in the way"; "" for none."""
    return f"; {count:,} {'lock is' if count == 1 else 'locks are'} in the way" if count else ""


def describe_harm(flips: Flips) -> str:
    """ "; 3 of the 40 pairs that change side go against a verdict, 5 against a label"; "" for none."""
    against = {"a verdict": AGAINST_VERDICT, "a label": AGAINST_LABEL}
    counts = {name: int(np.count_nonzero(flips.harm == harm)) for name, harm in against.items()}
    said = [f"{count:,} {{}}against {name}" for name, count in counts.items() if count]
    of_all = f"of the {len(flips):,} pairs that change side go "
    return "; " + ", ".join(text.format("" if place else of_all) for place, text in enumerate(said)) if said else ""
