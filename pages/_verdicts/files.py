"""Verdicts to a file and from one."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from matcher.errors import DataError
from matcher.ingest.catalog import Table
from matcher.ingest.guarded_reading import read_guarded
from matcher.storage.exports import export_name, to_bytes, verdict_table
from matcher.storage.history.import_rows import Taken, import_verdicts, plan_import
from matcher.storage.history.verdict_file import VerdictFile, read_verdict_file
from matcher.storage.records import Verdict
from pages._shared.answers import current_visit
from pages._shared.escape import literal
from pages._shared.opened_catalog import Opened
from pages._uploads.on_disk import copy_upload

MOST_NAMED = 5
_ROUND = "verdict-file-round"


def draw_files(opened: Opened, shown: Sequence[Verdict]) -> None:
    """Offer the verdicts that are listed as CSV, and take some from a file."""
    listings = opened.catalog.listings
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            f"Download these {len(shown):,} as CSV", lambda: to_bytes(verdict_table(shown, listings), "CSV"),
            export_name(opened.id, "verdicts", ".csv", opened.info.version, [verdict.id for verdict in shown]),
            "text/csv", key="download-verdicts", icon=":material/download:", disabled=not shown, on_click="ignore",
        )  # fmt: skip
        with st.popover("Add verdicts from a file", icon=":material/upload:", key="verdict-file-popover"):
            _draw_import(opened)


def _draw_import(opened: Opened) -> None:
    st.caption(
        "CSV or Excel with the columns left_id, right_id and verdict (same, variant, different or unsure); given, "
        "sampled, curator and note are kept where they are there. A later word on a pair stands above an earlier one. "
        "Where left_title and right_title are there, a row about other goods than its ids name here is left out."
    )
    key = f"verdict-file-{st.session_state.get(_ROUND, 0)}"
    upload = st.file_uploader("File", ["csv", "tsv", "txt", "xlsx"], key=key, label_visibility="collapsed")
    if upload is None:
        return
    try:
        titles = dict(zip(opened.catalog.listings["item_id"], opened.catalog.listings["title"], strict=True))
        read = read_verdict_file(_read_table(upload.file_id, upload), opened.rows, time.time(), titles)
    except DataError as error:
        st.error(literal(str(error)), icon=":material/error:")
        return
    plan = plan_import(opened.workspace.store, opened.id, read.verdicts, opened.rows)
    st.markdown(_describe(plan, read))
    for problem in read.problems[:MOST_NAMED]:
        st.caption(literal(f"Row {problem.row}: {problem.found} {problem.advice}"))
    if len(read.problems) > MOST_NAMED:
        st.caption(f"and {len(read.problems) - MOST_NAMED:,} more rows that are left out")
    st.button(
        "Add them", type="primary", key="import-verdicts", disabled=not (plan.new or plan.changed),
        on_click=_import, args=[opened, read],
    )  # fmt: skip


@st.cache_resource(show_spinner="Reading the file", max_entries=2)
def _read_table(file_id: str, _upload: UploadedFile) -> Table:
    """The table of an upload, read once: each reading is a process of its own, and the page runs at every key."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"verdicts{Path(_upload.name).suffix}"
        copy_upload(_upload, path)
        return read_guarded(path)


def _import(opened: Opened, read: VerdictFile) -> None:
    taken = import_verdicts(opened.workspace.store, opened.id, read.verdicts, opened.rows)
    count = len(taken.new) + len(taken.changed)
    what = "1 verdict was added" if count == 1 else f"{count:,} verdicts were added"
    current_visit().told.append((what, ":material/upload:"))
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1  # an uploader under a new key is empty


def _describe(plan: Taken, read: VerdictFile) -> str:
    """What adding them would do."""
    parts = [f"**{len(plan.new):,}** new", f"**{len(plan.changed):,}** that change what was said"]
    parts += [f"{plan.known:,} here already"] if plan.known else []
    parts += [f"{plan.older:,} older than what stands here, left out"] if plan.older else []
    parts += [f"{len(read.problems):,} rows that are left out"] if read.problems else []
    parts += [f"{read.unknown:,} about ids that this catalog does not have"] if read.unknown else []
    return " · ".join(parts)
