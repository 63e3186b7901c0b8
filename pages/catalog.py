"""Import a catalog, check it, and see what it is made of."""

import json
from pathlib import Path

import streamlit as st

from matcher import jobs
from matcher.pipeline.encoding import ENCODED
from matcher.pipeline.unread import Unread, find_unread
from matcher.storage.workspace import Workspace
from pages._catalog import encode_form, profile, says_nothing, upload
from pages._shared import job_panel
from pages._shared.escape import literal
from pages._shared.opened_catalog import Opened, current_catalog_id, current_workspace, need_catalog, open_catalog
from pages._verdicts.set_aside import draw_set_aside

UNREAD_SHOWN = 1000  # listings, of those whose title cannot be read


def main() -> None:
    """Upload first when there is nothing; otherwise the open catalog, with the upload folded away."""
    workspace = current_workspace()
    open_imported(workspace)
    st.title("Catalog")
    reading = next((job for job in jobs.active(workspace) if job.kind in ("import", "demo")), None)
    if reading:
        job_panel.follow(workspace, reading.id, job_panel.TITLES[reading.kind])
    else:
        job_panel.tell_of_failure(workspace)
    if current_catalog_id() is None:
        if not reading:
            upload.draw(workspace)
        return
    with st.expander("Add another catalog, or a new version of this one", icon=":material/upload:"):
        upload.draw(workspace)
    opened = need_catalog()
    draw_counts(opened)
    draw_set_aside(opened)
    draw_next_step(opened)
    draw_unread(opened)
    says_nothing.draw(opened)
    profile.draw(opened)


def open_imported(workspace: Workspace) -> None:
    """Open the catalog that was imported from here, once it is there; the address remembers the job."""
    job_id = st.query_params.get("importing")
    job = next((job for job in [jobs.latest(workspace, "import")] if job and job.id == job_id), None)
    if job is None or job.active:
        return
    del st.query_params["importing"]
    if job.state == "done":
        open_catalog(job.result["catalog_id"])
        aside = job.result.get("set_aside", 0)
        also = f" {aside:,} verdict{' is' if aside == 1 else 's are'} set aside." if aside else ""
        st.toast(f"{job.result['listings']:,} listings were imported.{also}", icon=":material/check_circle:")
        st.rerun()


def draw_counts(opened: Opened) -> None:
    """Five numbers, and where they come from."""
    counts = profile.count_listings(opened)
    figures = {
        "Listings": counts.listings,
        "With a title": counts.titles,
        "With a photo": counts.photos or counts.hashes,
        "Known products": counts.products,
        "Issues": opened.info.problems,
    }
    for column, (name, figure) in zip(st.columns(len(figures)), figures.items(), strict=True):
        column.metric(name, f"{figure:,}")
    if counts.hashes:
        st.caption(f"{counts.hashes:,} listings have no photo but its hash; they are compared by that.")


def draw_unread(opened: Opened) -> None:
    """The listings whose title the encoder in use cannot read, one by one."""
    encoded = json.dumps(opened.workspace.store.setting(opened.id, ENCODED), sort_keys=True)
    unread = _unread(opened.workspace.root, opened.id, opened.info.version, encoded, opened)
    if not unread.in_words:
        return
    st.warning(literal(unread.in_words), icon=":material/translate:")
    with st.expander(f"Titles that cannot be read: {len(unread.rows):,}"):
        shown = opened.catalog.listings.iloc[unread.rows[:UNREAD_SHOWN]][["item_id", "title"]]
        st.dataframe(shown.set_axis(["Id", "Title"], axis=1), hide_index=True)


@st.cache_resource(show_spinner=False, max_entries=4)
def _unread(root: Path, catalog_id: str, version: str, encoded: str, _opened: Opened) -> Unread:
    return find_unread(_opened.workspace, catalog_id)


def draw_next_step(opened: Opened) -> None:
    """Find matches, with the choice of encoders folded away; or go on when they are found."""
    job = jobs.latest(opened.workspace, "encode", opened.id)
    if job and job.active:
        job_panel.follow(opened.workspace, job.id, job_panel.TITLES["encode"])
        return
    encode_form.draw(opened)


main()
