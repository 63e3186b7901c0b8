"""Import a catalog: a file from the reader's computer, or a table and a folder on the server."""

import hashlib
import re
import shutil
import time
from dataclasses import asdict, fields
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from matcher import jobs
from matcher.errors import DataError
from matcher.ingest.catalog import ColumnMap, ReadOptions, Table, guess_columns, preview_table
from matcher.pipeline.catalogs import ImportConfig
from matcher.storage.files import fingerprint
from matcher.storage.names import catalog_id_of
from matcher.storage.workspace import Workspace
from pages._catalog import how_to_read
from pages._catalog.import_folder import import_folder, resolve_inside
from pages._shared.escape import literal
from pages._uploads.on_disk import move_upload

KINDS = ["csv", "tsv", "txt", "parquet", "xlsx", "xlsm", "xlsb", "xls", "ods", "json",
         "jsonl", "ndjson", "feather", "zip"]  # fmt: skip
NONE = "none"
MEANINGS = {
    "item_id": "Id", "title": "Title", "image": "Photo", "image_phash": "Photo hash", "label": "Known product",
}  # fmt: skip
KEPT_SECONDS = 86_400  # an upload outlives its import by a day, so that columns can be mapped again
ROWS_SHOWN = 8
REMARKS_SHOWN = 5


def draw(workspace: Workspace) -> None:
    """Ask for the file, show what was understood, and import it."""
    upload = st.file_uploader("A table, or a zip of a table and its photos", KINDS, key="upload")
    st.caption(
        "CSV, TSV, Excel, OpenDocument, Parquet, Feather or JSON. Photos in a zip are found by the names in the table."
    )
    try:
        on_server, images = choose_on_server()
        source = keep(workspace, upload) if upload else on_server
    except DataError as error:
        st.error(literal(str(error)), icon=":material/error:")
        return
    if source is None:
        return
    options = how_to_read.chosen(str(source))
    try:
        table = _preview(source, source.stat().st_mtime if source.exists() else 0.0, options)
    except DataError as error:
        st.error(literal(str(error)), icon=":material/error:")
        how_to_read.choose(None, str(source))
        return
    how_to_read.choose(table, str(source))
    mapping = map_columns(table, f"{source}-{fingerprint(list(table.frame.columns))[:8]}")
    stem = Path(upload.name).stem if upload else source.stem
    name = st.text_input("Name of the catalog", stem[:60], key=f"name-{source}")
    wanted = catalog_id_of(name) if name.strip() else None
    for info in workspace.catalogs():
        if info.id == wanted:
            st.caption(f"The listings of the catalog {literal(info.name)} are replaced, its verdicts stay.")
    if st.button("Import", type="primary", icon=":material/download_done:", disabled=not name.strip()):
        how = asdict(options)
        config = ImportConfig(str(source), name.strip(), str(images) if images else None, asdict(mapping), **how)
        st.query_params["importing"] = jobs.start(workspace, "import", config)
        st.rerun()


def choose_on_server() -> tuple[Path | None, Path | None]:
    """The table and the folder of photos that were typed, where the server has a folder to import from.

    Raises:
        DataError: One of them is not in that folder.
    """
    folder = import_folder()
    if folder is None:
        return None, None
    with st.expander("Files that are on the server already", icon=":material/folder_open:"):
        table = st.text_input("Table", key="server-table", placeholder="spring/listings.csv")
        photos = st.text_input("Folder of photos", key="server-photos", placeholder="spring/photos, or empty")
    inside = [resolve_inside(folder, typed) if typed.strip() else None for typed in (table, photos)]
    return inside[0], inside[1]


def map_columns(table: Table, key: str) -> ColumnMap:
    """Show the first rows and what each column was taken for; any of it can be changed."""
    st.caption(f"{literal(table.note)} · {len(table.frame):,} rows · {len(table.frame.columns)} columns")
    st.dataframe(table.frame.head(ROWS_SHOWN), height="content")
    guess, doubts = guess_columns(table.frame)
    for problem in [*doubts, *table.problems][:REMARKS_SHOWN]:
        row = f"Row {problem.row}: " if problem.row > 1 else ""
        st.caption(f":material/info: {row}{literal(f'{problem.found} {problem.advice}')}")
    options = [NONE, *table.frame.columns]
    chosen = {}
    for column, field in zip(st.columns(len(MEANINGS)), fields(ColumnMap), strict=True):
        guessed = getattr(guess, field.name) or NONE
        picked = column.selectbox(MEANINGS[field.name], options, options.index(guessed), key=f"{field.name}-{key}")
        chosen[field.name] = None if picked == NONE else picked
    return ColumnMap(**chosen)


def keep(workspace: Workspace, upload: UploadedFile) -> Path:
    """Bring an upload where the import can read it, once, and clear away what is older than a day."""
    folder = workspace.root / "uploads"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        if old.stat().st_mtime < time.time() - KEPT_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
    name = re.sub(r"[^\w.-]+", "_", upload.name).lstrip(".")[-80:] or "upload"
    path = folder / hashlib.sha256(upload.file_id.encode()).hexdigest()[:16] / name
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        try:
            move_upload(upload, path)
        except FileNotFoundError as error:
            raise DataError(f"The server has let go of {upload.name[:80]} after a day. Choose it once more.") from error
    return path


@st.cache_resource(show_spinner="Reading the table", max_entries=2)
def _preview(source: Path, changed: float, options: ReadOptions) -> Table:
    return preview_table(source, options)
