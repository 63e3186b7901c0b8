"""What comes out: groups to look at, and matches, groups and verdicts to download."""

from functools import partial
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from matcher.matching.groups.main_listing import MainRule
from matcher.matching.resolve import Outcome, find_closest, order_groups
from matcher.pipeline.groups.main_listings import main_listings
from matcher.pipeline.kept.says_nothing import read_marks
from pages._catalog.says_nothing import find_left_out
from pages._results import benchmark_form
from pages._results.downloads import draw_downloads
from pages._results.groups import draw_groups
from pages._results.main_rule import draw_rule
from pages._shared.filled import choose_view
from pages._shared.measured import read_placed
from pages._shared.opened_catalog import Matched, need_catalog, need_matches
from pages._shared.wording import describe_recipe
from pages._verdicts.handed_out import HandedOut, read_handed_out
from pages._verdicts.set_aside import draw_set_aside
from pages._verdicts.verdicts import describe_gone, name_pair
from pages._why import dialog, tiles

GROUPS, COMPARE = "Groups and downloads", "Compare encoders"
PER_PAGE = 12
CONTRADICTIONS = 10  # named at once
ORDERS: dict[str, Literal["largest", "smallest", "mixed"]] = {
    "Largest first": "largest",
    "Smallest first": "smallest",
    "Several labels in one group": "mixed",
}


def main() -> None:
    """Groups and downloads, or the comparison of encoders."""
    st.title("Results")
    opened = need_catalog()
    if choose_view([GROUPS, COMPARE], "results-view") == COMPARE:
        benchmark_form.draw(opened)
    else:
        draw_found(need_matches())


def draw_found(matched: Matched) -> None:
    """Groups, then downloads."""
    handed_out = read_handed_out(matched)
    outcome = handed_out.outcome
    sizes = np.bincount(outcome.group)
    draw_counts(matched, outcome, sizes)
    st.caption(
        describe_recipe(matched.recipe) + " Verdicts stand above the rule, and two listings match where they are in "
        "one group: matches, groups and the lists of each listing say the same."
    )
    draw_scores(matched, handed_out)
    draw_left_out(matched)
    if gone := describe_gone(read_placed(matched, matched.workspace.store.verdicts(matched.id))):
        st.caption(gone)
    draw_set_aside(matched)
    draw_contradictions(matched, outcome)
    say_held(outcome)
    left, right = st.columns([5, 2], gap="medium")
    with right:
        draw_downloads(matched)
    with left:
        rule = draw_rule(matched)
        draw_preview(matched, handed_out, rule)


def draw_scores(matched: Matched, handed_out: HandedOut) -> None:
    """How right the groups are, as `evaluate` says it, where labels tell."""
    if handed_out.scores is None:
        return
    listing, pair, groups = handed_out.scores
    labelled = int((matched.catalog.codes >= 0).sum())
    st.caption(
        f"By the labels of {labelled:,} listings, verdicts above them and obeyed, in a pool of "
        f"{matched.info.listings:,}: precision {listing.precision:.3f}, recall {listing.recall:.3f}, F1 "
        f"{listing.f1:.3f} as the mean over listings, each counted among its own group; "
        f"{pair.precision:.3f}, {pair.recall:.3f} and {pair.f1:.3f} over pairs. B-cubed F1, of the same precision and "
        f"recall over listings, {groups.bcubed.f1:.3f}. {groups.exact:.1%} of the {groups.measured:,} groups of two "
        "labelled listings or more are exactly one product, whole and with nothing else."
    )


def draw_left_out(matched: Matched) -> None:
    """How many photos and phrases play no part, with the way to see them."""
    marks, found = read_marks(matched.workspace, matched.id), find_left_out(matched)
    counts = {"listing": sum(found.values()), "marked photo": len(marks.photos), "marked phrase": len(marks.phrases)}
    said = [f"{number:,} {what}{'' if number == 1 else 's'}" for what, number in counts.items() if number]
    if not said:
        return
    if counts["listing"]:
        said[0] = f"the photos of {said[0]}, which say nothing"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"Left out of every comparison: {', '.join(said)}.")
        st.page_link("pages/catalog.py", label="See them", icon=":material/visibility_off:")


def say_held(outcome: Outcome) -> None:
    """Verdicts "same" that a lock stands above."""
    if count := len(outcome.held):
        st.caption(
            f":material/lock: {count:,} pair{'s' * (count != 1)} judged the same, and kept apart by a locked group. "
            "Unlock it on Groups, or take the verdict back on Verdicts."
        )


def draw_contradictions(matched: Matched, outcome: Outcome) -> None:
    """Pairs judged different that other verdicts or a lock join, each with the way to settle it."""
    if not outcome.contradicted:
        return
    locked = set(outcome.judged.locked[:, 1].tolist())
    is_held = any({one, other} <= locked for one, other in outcome.contradicted)
    st.warning(
        f"{len(outcome.contradicted):,} judged different or variants, yet joined by verdicts that say same"
        f"{' or by a locked group' if is_held else ''}. Look at each and take one of the verdicts back"
        f"{', or unlock the group on Groups' if is_held else ''}.",
        icon=":material/warning:",
    )
    st.page_link("pages/verdicts.py", label="See the verdicts that make them", icon=":material/gavel:")
    for one, other in outcome.contradicted[:CONTRADICTIONS]:
        ids = [matched.cell("item_id", row) for row in (one, other)]
        st.page_link(
            "pages/browse.py", label=name_pair(matched, ids[0], ids[1]), icon=":material/compare_arrows:",
            query_params={"catalog": matched.id, "item": ids[0]},
        )  # fmt: skip
    if len(outcome.contradicted) > CONTRADICTIONS:
        st.caption(f"and {len(outcome.contradicted) - CONTRADICTIONS:,} more")


def draw_counts(matched: Matched, outcome: Outcome, sizes: NDArray[np.intp]) -> None:
    """How much there is of what."""
    grouped = sizes[sizes > 1]
    figures = {
        "Matches": len(outcome.left),
        "Groups": len(grouped),
        "In groups": int(grouped.sum()),
        "Alone": int((sizes == 1).sum()),
        "Largest group": int(sizes.max()),
        "Verdicts": len(matched.workspace.store.verdicts(matched.id)),
    }
    for column, (name, figure) in zip(st.columns(len(figures)), figures.items(), strict=True):
        column.metric(name, f"{figure:,}")


def draw_preview(matched: Matched, handed_out: HandedOut, rule: MainRule) -> None:
    """Groups as rows of photos, page by page, each with its main listing first."""
    group, numbered = handed_out.outcome.group, handed_out.numbered
    labelled = bool((matched.catalog.codes >= 0).any())
    offered = [name for name, kind in ORDERS.items() if labelled or kind != "mixed"]
    bar = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    order = bar.segmented_control(
        "Order", offered, default=offered[0], required=True, key="order", label_visibility="collapsed"
    )
    groups = order_groups(group, matched.catalog.codes, ORDERS[order])
    if not len(groups):
        st.info("There is no such group. A looser threshold on the Thresholds page finds more matches.")
        return
    pages = -(-len(groups) // PER_PAGE)
    page = bar.pagination(pages, key=f"page-{ORDERS[order]}", max_visible_pages=5) if pages > 1 else 1
    shown = groups[(page - 1) * PER_PAGE : page * PER_PAGE]
    within = np.isin(group, shown)
    mains = main_listings(matched.workspace, matched.id, matched.catalog, group, rule, within)
    members = [np.flatnonzero(group == place) for place in shown]
    draw_groups(matched.id, matched.catalog.listings, members, numbered, mains)
    tiles.listen(partial(ask_in_group, matched))
    dialog.draw_asked(matched)


def ask_in_group(matched: Matched, item_id: str, _: str) -> None:
    """Ask why a listing is in its group: about the pair with the one that it is surest to match."""
    outcome, row = read_handed_out(matched).outcome, matched.rows.get(item_id, -1)
    other = find_closest(outcome, row)
    if other is not None:
        dialog.ask(item_id, matched.cell("item_id", other))


main()
