"""Where two photos agree: on demand, each in grey with the regions in colour that carry its likeness to the other."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from matcher.encoders.photos.efficientnet import EfficientNetEncoder
from matcher.errors import DataError
from matcher.pipeline.encoding import load
from pages._shared.escape import literal
from pages._shared.opened_catalog import Matched

NO_MAP = "This encoder of photos does not tell regions apart."


def draw_likeness(matched: Matched, left: int, right: int) -> None:
    """Offer to show where the photos of two listings agree, where they have some and the encoder has regions."""
    spec = matched.encoded.config.image or ""
    photos = [matched.cell("photo", row) for row in (left, right)]
    if spec.partition(":")[0] != "efficientnet" or not all(photos) or photos[0] == photos[1]:
        return
    if not st.toggle("Show where the photos agree", key=f"why-photos {left} {right}"):
        return
    vectors = matched.workspace.load_embeddings(matched.id, matched.encoded.embeddings["image"]).vectors
    encoder = _encoder(str(matched.workspace.root), spec, matched)
    shown: list[Image.Image] = []
    try:
        for photo, other in ((photos[0], right), (photos[1], left)):
            vector: NDArray[np.float32] = np.asarray(vectors[other], dtype=np.float32)
            picture = encoder.map_likeness(matched.workspace.images(matched.id) / photo, vector) if encoder else None
            if picture is None:
                st.caption(NO_MAP)
                return
            shown.append(picture)
    except DataError as error:
        st.caption(literal(str(error)))
        return
    for column, picture in zip(st.columns(2), shown, strict=True):
        column.image(picture, width="stretch")
    st.caption("The stronger the colour, the more of the likeness of the two photos lies there.")


@st.cache_resource(show_spinner="Opening the encoder", max_entries=2)
def _encoder(root: str, spec: str, _matched: Matched) -> EfficientNetEncoder | None:
    encoder = load(_matched.workspace, spec, "image")
    return encoder if isinstance(encoder, EfficientNetEncoder) else None
