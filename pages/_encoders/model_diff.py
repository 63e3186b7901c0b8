"""Before and after a training, on the same queries: which neighbours came in, and which went out."""

from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from matcher import jobs
from matcher.encoders.model_card import Card
from matcher.matching.metrics import DIFFERENT, SAME, UNKNOWN, kind_of
from matcher.pipeline import model_diff
from matcher.pipeline.model_diff import NEAREST, Change, ModelDiff, ModelDiffConfig
from matcher.review.title_diff import differing_words
from pages._shared import cards, job_panel
from pages._shared.cards import Badge, Board, Column, draw_cards
from pages._shared.escape import literal
from pages._shared.measured import find_judged
from pages._shared.opened_catalog import Opened, make_card
from pages._shared.wording import name_encoder

SHOWN = 3  # queries on one page
ORDERS = {"Changed most": None, "Found more of its product": 1, "Lost some of its product": -1}
BADGES = {SAME: [cards.SAME], DIFFERENT: [Badge("Other product", "block", "different")], UNKNOWN: []}


def draw(opened: Opened, card: Card) -> None:
    """A few listings with their neighbours by the encoder that the run started from, and by the run."""
    st.markdown("**Before and after, on the same listings**")
    made = model_diff.load_model_diff(opened.workspace, opened.id, card, opened.info.content)
    if made is None:
        _draw_offer(opened, card)
        return
    found = _find_changes(opened.workspace.root, opened.id, opened.info.version, made.after, made, opened)
    changed = [change for change in found if len(change.came)]
    kept_out = " that the training did not learn from" if made.kept_out else ""
    st.caption(
        f"Of {len(found):,} listings{kept_out}, {len(changed):,} have other {NEAREST} nearest neighbours than with "
        f"{literal(name_encoder(card.encoder))}. {_describe_gains(opened, changed)}"
    )
    known = (opened.catalog.codes >= 0).any()
    bar = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    order = "Changed most"
    if known:
        order = bar.segmented_control(
            "Order", list(ORDERS), default=order, required=True, key=f"changes-{card.id}", label_visibility="collapsed"
        )
    wanted = ORDERS[order]
    chosen = [change for change in changed if wanted is None or change.gained * wanted > 0]
    if wanted:
        chosen.sort(key=lambda change: -wanted * change.gained)
    if not chosen:
        st.info("There is no such listing.", icon=":material/info:")
        return
    pages = -(-len(chosen) // SHOWN)
    page = bar.pagination(pages, key=f"changes-page-{card.id}-{order}", max_visible_pages=5) if pages > 1 else 1
    for place, change in enumerate(chosen[(page - 1) * SHOWN : page * SHOWN]):
        _draw_query(opened, card, change, f"change-{place}")


def _draw_offer(opened: Opened, card: Card) -> None:
    """Offer to encode the catalog with both; it stays as it is."""
    job = jobs.latest(opened.workspace, "before-after", opened.id)
    if job and job.active:
        job_panel.follow(opened.workspace, job.id, job_panel.TITLES["before-after"])
        return
    st.caption(
        "See which neighbours the training brought in and which went out. The catalog's matches stay as they are."
    )
    if st.button("Compare", icon=":material/compare:", key=f"look-{card.id}"):
        jobs.start(opened.workspace, "before-after", ModelDiffConfig(opened.id, card.id))
        st.rerun()
    if job and job.state == "failed" and job.config["run_id"] == card.id:
        st.error(f"The last attempt failed: {literal(job.message)}", icon=":material/error:")


@st.cache_resource(show_spinner="Comparing neighbours", max_entries=4)
def _find_changes(
    root: Path, catalog_id: str, version: str, after: str, _made: ModelDiff, _opened: Opened
) -> list[Change]:
    return model_diff.load_changes(_opened.workspace, catalog_id, _made, _opened.catalog.codes)


def _describe_gains(opened: Opened, changed: list[Change]) -> str:
    """What the labels say of the changes."""
    if not (opened.catalog.codes >= 0).any():
        return ""
    more, fewer = (sum(change.gained * sign > 0 for change in changed) for sign in (1, -1))
    return f"{more:,} found more listings of their product, {fewer:,} found fewer."


def _draw_query(opened: Opened, card: Card, change: Change, key: str) -> None:
    """One listing, the neighbours that came in and those that went out."""
    title = opened.cell("title", change.row)

    def column(rows: NDArray[np.int64], heading: str) -> Column:
        shown = [
            make_card(
                opened, int(row), title=differing_words(title, opened.cell("title", int(row))),
                badges=BADGES[kind], note="",
            )
            for row, kind in zip(rows, _look_up(opened, change.row, rows), strict=True)
        ]  # fmt: skip
        return Column(shown, heading)

    left, right = st.columns([1, 5])
    with left:
        stayed = f"{len(change.stayed)} of its {NEAREST} nearest stayed"
        draw_cards([Column([make_card(opened, change.row, note=stayed)])], Board(), key=f"{key}-query")
    with right:
        both = [column(change.came, "Came in"), column(change.went, "Went out")]
        draw_cards(both, Board("groups", about=f"{card.id} {change.row}"), key=key)


def _look_up(opened: Opened, query: int, rows: NDArray[np.integer]) -> list[int]:
    """What is known of a listing with each of some others: SAME, DIFFERENT or UNKNOWN."""
    left = np.full(len(rows), query, np.int64)
    return [int(kind) for kind in kind_of(left, rows, opened.catalog.codes, *find_judged(opened))]
