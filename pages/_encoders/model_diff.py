"""Before and after a training, on the same queries: which neighbours came in, and which went out."""

from pathlib import Path

import numpy as np
import streamlit as st

from matcher import jobs
from matcher.encoders.model_card import Card
from matcher.pipeline import model_diff
from matcher.pipeline.model_diff import NEAREST, Change, ModelDiff, ModelDiffConfig
from matcher.review.title_diff import differing_words
from pages._shared import job_panel
from pages._shared.cards import SAME, Badge, Board, Column, cards
from pages._shared.escape import literal
from pages._shared.opened_catalog import Opened, listing_card
from pages._shared.wording import encoder_name

SHOWN = 3  # queries on one page
ORDERS = {"Changed most": None, "Found more of its product": 1, "Lost some of its product": -1}
OTHER = Badge("Other product", "block", "different")


def draw(opened: Opened, card: Card) -> None:
    """A few listings with their neighbours by the encoder that the run started from, and by the run."""
    st.markdown("**Before and after, on the same listings**")
    made = model_diff.load_model_diff(opened.workspace, opened.id, card)
    if made is None:
        _make(opened, card)
        return
    found = _changes(opened.workspace.root, opened.id, opened.info.version, made.after, made, opened)
    changed = [change for change in found if len(change.came)]
    kept_out = " that the training did not learn from" if made.kept_out else ""
    st.caption(
        f"Of {len(found):,} listings{kept_out}, {len(changed):,} have other {NEAREST} nearest neighbours than with "
        f"{literal(encoder_name(card.encoder))}. {_gains(opened, changed)}"
    )
    known = (opened.catalog.codes >= 0).any()
    bar = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    asked = "Changed most"
    if known:
        asked = bar.segmented_control(
            "Order", list(ORDERS), default=asked, required=True, key=f"changes-{card.id}", label_visibility="collapsed"
        )
    wanted = ORDERS[asked]
    chosen = [change for change in changed if wanted is None or change.gained * wanted > 0]
    if wanted:
        chosen.sort(key=lambda change: -wanted * change.gained)
    if not chosen:
        st.info("There is no such listing.", icon=":material/info:")
        return
    pages = -(-len(chosen) // SHOWN)
    page = bar.pagination(pages, key=f"changes-page-{card.id}-{asked}", max_visible_pages=5) if pages > 1 else 1
    for place, change in enumerate(chosen[(page - 1) * SHOWN : page * SHOWN]):
        _query(opened, card, change, f"change-{place}")


def _make(opened: Opened, card: Card) -> None:
    """Offer to encode the catalog with both; it stays as it is."""
    job = jobs.latest(opened.workspace, "before-after", opened.id)
    if job and job.active:
        job_panel.follow(opened.workspace, job.id, job_panel.TITLES["before-after"])
        return
    st.caption(
        "See which neighbours the training brought in and which went out. The catalog's matches stay as they are."
    )
    if st.button("Look", icon=":material/compare:", key=f"look-{card.id}"):
        jobs.start(opened.workspace, "before-after", ModelDiffConfig(opened.id, card.id))
        st.rerun()
    if job and job.state == "failed" and job.config["run_id"] == card.id:
        st.error(f"The last attempt failed: {literal(job.message)}", icon=":material/error:")


@st.cache_resource(show_spinner="Comparing neighbours", max_entries=4)
def _changes(root: Path, catalog_id: str, version: str, after: str, _made: ModelDiff, _opened: Opened) -> list[Change]:
    return model_diff.load_changes(_opened.workspace, catalog_id, _made, _opened.catalog.codes)


def _gains(opened: Opened, changed: list[Change]) -> str:
    """What the labels say of the changes."""
    if not (opened.catalog.codes >= 0).any():
        return ""
    more, fewer = (sum(change.gained * sign > 0 for change in changed) for sign in (1, -1))
    return f"{more:,} found more listings of their product, {fewer:,} found fewer."


def _query(opened: Opened, card: Card, change: Change, key: str) -> None:
    """One listing, the neighbours that came in and those that went out."""
    titles = opened.catalog.listings["title"]

    def column(rows: np.ndarray, heading: str) -> Column:
        shown = [
            listing_card(
                opened, int(row), title=differing_words(titles.iat[change.row], titles.iat[int(row)]),
                badges=_truth(opened, change.row, int(row)), note="",
            )
            for row in rows
        ]  # fmt: skip
        return Column(shown, heading)

    left, right = st.columns([1, 5])
    with left:
        stayed = f"{len(change.stayed)} of its {NEAREST} nearest stayed"
        cards([Column([listing_card(opened, change.row, note=stayed)])], Board(), key=f"{key}-query")
    with right:
        both = [column(change.came, "Came in"), column(change.went, "Went out")]
        cards(both, Board("groups", about=f"{card.id} {change.row}"), key=key)


def _truth(opened: Opened, query: int, other: int) -> list[Badge]:
    codes = opened.catalog.codes
    if codes[query] < 0 or codes[other] < 0:
        return []
    return [SAME if codes[query] == codes[other] else OTHER]
