"""What comes out: groups to look at, and matches, groups and verdicts to take along."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from matcher.matching.resolve import Outcome, order_groups, outcome_of
from matcher.review.verdicts import DIFFERENT, MATCH, judged_rows
from matcher.storage import exports
from pages._results import benchmark_form
from pages._results.groups import group_rows
from pages._shared.opened_catalog import Matched, need_catalog, need_matches, view_control
from pages._shared.wording import recipe_in_words

GROUPS, COMPARE = "Groups and downloads", "Compare encoders"
PER_PAGE = 12
ORDERS = {"Largest first": "largest", "Smallest first": "smallest", "Several labels in one group": "mixed"}
MIME = {"CSV": "text/csv", "Parquet": "application/octet-stream", "Excel": "application/vnd.ms-excel"}


def main() -> None:
    """Groups and downloads, or the comparison of encoders."""
    st.title("Results")
    opened = need_catalog()
    if view_control([GROUPS, COMPARE], "results-view") == COMPARE:
        benchmark_form.draw(opened)
    else:
        found(need_matches())


def found(matched: Matched) -> None:
    """Groups, then downloads."""
    outcome = settled(matched)
    sizes = np.bincount(outcome.group)
    counts(matched, outcome, sizes)
    st.caption(recipe_in_words(matched.recipe) + " Verdicts stand above the rule.")
    if outcome.contradicted:
        st.warning(
            f"{len(outcome.contradicted)} pairs judged different are joined by other verdicts that say same. "
            "Take one of them back on the Review page.",
            icon=":material/warning:",
        )
    left, right = st.columns([5, 2], gap="medium")
    with right:
        downloads(matched, outcome)
    with left:
        preview(matched, outcome)


def settled(matched: Matched) -> Outcome:
    """Matches and groups in force."""
    judged = judged_rows(list(matched.rows), matched.workspace.store.verdicts(matched.id))
    key = (str(matched.workspace.root), matched.id, matched.encoded.key, matched.recipe.to_json())
    return _settled(key, judged[MATCH], judged[DIFFERENT], matched)


@st.cache_resource(show_spinner="Joining groups", max_entries=3)
def _settled(
    key: tuple[str, ...], same: list[tuple[int, int]], different: list[tuple[int, int]], _matched: Matched
) -> Outcome:
    return outcome_of(_matched.encoded.pairs, _matched.recipe, _matched.is_match, same, different)


def counts(matched: Matched, outcome: Outcome, sizes: NDArray[np.intp]) -> None:
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


def preview(matched: Matched, outcome: Outcome) -> None:
    """Groups as rows of photos, page by page."""
    labelled = bool((matched.catalog.codes >= 0).any())
    offered = [name for name, order in ORDERS.items() if labelled or order != "mixed"]
    bar = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    asked = bar.segmented_control(
        "Order", offered, default=offered[0], required=True, key="order", label_visibility="collapsed"
    )
    groups = order_groups(outcome.group, matched.catalog.codes, ORDERS[asked])
    if not len(groups):
        st.info("There is no such group. A looser threshold on the Thresholds page finds more matches.")
        return
    pages = -(-len(groups) // PER_PAGE)
    page = bar.pagination(pages, key=f"page-{ORDERS[asked]}", max_visible_pages=5) if pages > 1 else 1
    shown = groups[(page - 1) * PER_PAGE : page * PER_PAGE]
    group_rows(matched.id, matched.catalog.listings, [np.flatnonzero(outcome.group == number) for number in shown])


def downloads(matched: Matched, outcome: Outcome) -> None:
    """Every table in every form; each is made when it is asked for."""
    listings = matched.catalog.listings
    links = (outcome.left, outcome.right)
    verdicts = partial(matched.workspace.store.verdicts, matched.id)
    tables: dict[str, tuple[str, Callable[[], pd.DataFrame]]] = {
        "Matches": ("one pair a row", partial(exports.match_table, listings, *links, outcome.distance)),
        "Groups": ("every listing, by group", partial(exports.group_table, listings, outcome.group)),
        "Verdicts": (
            "what curators said",
            lambda: exports.verdict_table(verdicts(), listings),
        ),
    }
    st.subheader("Take along")
    for name, (what, table) in tables.items():
        st.markdown(f"**{name}** :gray[{what}]")
        with st.container(horizontal=True, gap="small"):
            for kind in ("CSV", "Parquet", "Excel"):
                download(matched, name.lower(), kind, table)
    st.markdown("**Matches of each listing** :gray[posting_id, matches]", help="The form of Shopee's contest.")

    def contest() -> pd.DataFrame:
        return exports.contest_lists(exports.match_lists(listings["item_id"], *links, outcome.strength))

    download(matched, "contest", "CSV", contest)


def download(matched: Matched, name: str, kind: exports.Format, table: Callable[[], pd.DataFrame]) -> None:
    """A button that makes its file when it is pressed."""
    st.download_button(
        kind,
        lambda: exports.to_bytes(table(), kind, mark=name != "contest", guard=name != "contest"),
        file_name=f"{matched.id}-{name}{exports.ENDINGS[kind]}",
        mime=MIME[kind],
        key=f"download-{name}-{kind}",
        on_click="ignore",
    )


main()
