"""Search by text or photo: the neighbours of something that is not in the catalog."""

import base64
import hashlib
import tempfile
from contextlib import closing
from pathlib import Path

import streamlit as st

from matcher.images.guarded import PhotoReader
from matcher.pipeline import query
from matcher.vectors.candidate_pairs import MODALITIES, Modality
from matcher.vectors.neighbours import Neighbours
from pages._shared.cards import Bar, Board, Card, Column, draw_cards
from pages._shared.encoder_names import find_deleted, warn_of_deleted
from pages._shared.modality import ICONS
from pages._shared.opened_catalog import Matched, make_card
from pages._uploads.on_disk import read_upload

HEADINGS: dict[Modality, str] = {"text": "By your text", "image": "By your photo", "fused": "By both"}
PHOTO_KINDS = ["jpg", "jpeg", "png", "webp", "gif", "bmp"]
SHOWN = 20


def draw_form() -> None:
    """The button behind which a text and a photo are given."""
    with st.popover("Search by text or photo", icon=":material/add_photo_alternate:", width="content"):
        st.text_area("Text", key="query-text", height=88, placeholder="A title as a seller writes it")
        st.file_uploader("Photo", PHOTO_KINDS, key="query-photo", max_upload_size=20)
        st.caption("Neither is added to the catalog, and nothing of them is kept. Empty both to go back.")


def is_typed() -> bool:
    """Whether there is a text or a photo to search by."""
    return bool(st.session_state.get("query-text", "").strip() or st.session_state.get("query-photo"))


def draw(matched: Matched) -> None:
    """Draw what is near to the text and the photo."""
    text, upload = st.session_state["query-text"].strip(), st.session_state["query-photo"]
    photo = read_upload(upload) if upload else b""
    key = (str(matched.workspace.root), matched.id, matched.encoded.key, matched.info.content)
    config = matched.encoded.config
    if missing := find_deleted(matched.workspace, {"text": config.text, "image": config.image}):
        st.warning(warn_of_deleted(missing), icon=":material/warning:")
        return
    with st.spinner("Looking for what is near"):
        found = _find(key, text, hashlib.sha256(photo).hexdigest(), matched, photo)
    _draw(matched, text, photo, found)


@st.cache_resource(show_spinner=False, max_entries=20)
def _find(key: tuple[str, ...], text: str, photo_hash: str, _matched: Matched, _photo: bytes) -> dict[str, Neighbours]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo"
        if _photo:
            path.write_bytes(_photo)
        given = path if _photo else None
        return query.query(_matched.workspace, _matched.id, title=text, photo=given, k=SHOWN, encoded=_matched.encoded)


def _draw(matched: Matched, text: str, photo: bytes, found: dict[str, Neighbours]) -> None:
    thresholds = matched.recipe.thresholds
    nearest = {side: found[side] for side in MODALITIES if side in found}
    rows = {side: [int(row) for row in one.index[0] if row >= 0] for side, one in nearest.items()}
    distance = {side: dict(zip(rows[side], one.distance[0].tolist(), strict=False)) for side, one in nearest.items()}

    def card(row: int) -> Card:
        bars = [
            Bar(side, near[row], thresholds.get(side), rows[side].index(row) + 1, matched.scale)
            for side, near in distance.items()
            if row in near
        ]
        return make_card(matched, row, bars=bars)

    columns = [Column([card(row) for row in rows[side]], HEADINGS[side], "", ICONS[side], side) for side in nearest]
    given = Card(
        "query",
        text or "Your photo",
        _inline(hashlib.sha256(photo).hexdigest(), photo) if photo else "",
        "not in the catalog",
        large=True,
    )
    draw_cards(columns, Board("columns", given, about=text), key="query")


@st.cache_data(show_spinner=False, max_entries=20)
def _inline(photo_hash: str, _photo: bytes) -> str:
    """The photo that is searched by, small enough to travel in the page itself; decoded where it can harm nothing."""
    with closing(PhotoReader()) as reader:
        return "data:image/jpeg;base64," + base64.b64encode(reader.read(_photo).small).decode()
