"""Ask with your own words or photo: the neighbours of something that is not in the catalog."""

import base64
import hashlib
import tempfile
from pathlib import Path

import streamlit as st

from matcher.images import jpeg, open_image, thumbnail
from matcher.pipeline import query
from matcher.vectors.neighbours import Neighbours
from pages._shared.cards import ICONS, Bar, Board, Card, Column, cards
from pages._shared.encoder_names import gone, gone_line
from pages._shared.opened_catalog import Matched, listing_card, thresholds_of

HEADINGS = {"text": "By your words", "image": "By your photo", "fused": "By both"}
PHOTO_KINDS = ["jpg", "jpeg", "png", "webp", "gif", "bmp"]
SHOWN = 20


def button() -> None:
    """The button behind which the question is asked."""
    with st.popover("Ask with your own", icon=":material/add_photo_alternate:", width="content"):
        st.text_area("Your words", key="ask-words", height=88, placeholder="A title as a seller writes it")
        st.file_uploader("Your photo", PHOTO_KINDS, key="ask-photo", max_upload_size=20)
        st.caption("What you ask with is not in the catalog, and nothing of it is kept. Empty both to go back.")


def asked() -> bool:
    """Whether there is a question."""
    return bool(st.session_state.get("ask-words", "").strip() or st.session_state.get("ask-photo"))


def answer(matched: Matched) -> None:
    """Draw what is near to the words and the photo."""
    words, upload = st.session_state["ask-words"].strip(), st.session_state["ask-photo"]
    photo = upload.getvalue() if upload else b""
    key = (str(matched.workspace.root), matched.id, matched.encoded.key)
    config = matched.encoded.config
    if missing := gone(matched.workspace, {"text": config.text, "image": config.image}):
        st.warning(gone_line(missing), icon=":material/warning:")
        return
    with st.spinner("Looking for what is near"):
        found = _answer(key, words, hashlib.sha256(photo).hexdigest(), matched, photo)
    _show(matched, words, photo, found)


@st.cache_resource(show_spinner=False, max_entries=20)
def _answer(
    key: tuple[str, str, str], words: str, photo_hash: str, _matched: Matched, _photo: bytes
) -> dict[str, Neighbours]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo"
        if _photo:
            path.write_bytes(_photo)
        return query.query(_matched.workspace, _matched.id, title=words, photo=path if _photo else None, k=SHOWN)


def _show(matched: Matched, words: str, photo: bytes, found: dict[str, Neighbours]) -> None:
    thresholds = thresholds_of(matched.recipe)
    rows = {side: [int(row) for row in one.index[0] if row >= 0] for side, one in found.items()}
    distance = {side: dict(zip(rows[side], one.distance[0].tolist(), strict=False)) for side, one in found.items()}

    def card(row: int) -> Card:
        bars = [
            Bar(side, near[row], thresholds.get(side), rows[side].index(row) + 1, matched.scale)
            for side, near in distance.items()
            if row in near
        ]
        return listing_card(matched, row, bars=bars)

    columns = [
        Column([card(row) for row in rows[side]], HEADINGS[side], "", ICONS[side], side)
        for side in HEADINGS
        if side in found
    ]
    asked = Card("asked", words or "Your photo", _inline(photo), "not in the catalog", large=True)
    cards(columns, Board("columns", asked, about=words), key="asked")


def _inline(photo: bytes) -> str:
    """The photo that was asked with, small enough to travel in the page itself."""
    if not photo:
        return ""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg(thumbnail(open_image(photo)))).decode()
