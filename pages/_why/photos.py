"""Where two photos agree: on demand, each in grey with the regions in colour that carry its likeness to the other.

The network that tells regions apart takes about a second to open. It is opened beside the page as soon as a window
offers the pictures, so that they are there at once when they are wanted.
"""

from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from matcher.errors import DataError
from matcher.pipeline.encoding import load
from pages._shared.escape import literal
from pages._shared.opened_catalog import Matched

if TYPE_CHECKING:
    from matcher.encoders.photos.efficientnet import EfficientNetEncoder

MOST_OPEN = 2  # encoders kept open
_opener = ThreadPoolExecutor(1, "open-encoder")
_opened: "OrderedDict[tuple[str, str], Future[EfficientNetEncoder | None]]" = OrderedDict()
_lock = Lock()
NO_MAP = "This encoder of photos does not tell regions apart."


def draw_likeness(matched: Matched, left: int, right: int) -> None:
    """Offer to show where the photos of two listings agree, where they have some and the encoder has regions."""
    spec = matched.encoded.config.image or ""
    photos = [matched.cell("photo", row) for row in (left, right)]
    if spec.partition(":")[0] != "efficientnet" or not all(photos) or photos[0] == photos[1]:
        return
    opening = _open_ahead(matched, spec)
    if not st.toggle("Show where the photos agree", key=f"why-photos {left} {right}"):
        return
    vectors = matched.workspace.load_embeddings(matched.id, matched.encoded.embeddings["image"]).vectors
    with st.spinner("Opening the encoder"):
        encoder = opening.result()
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


def _open_ahead(matched: Matched, spec: str) -> "Future[EfficientNetEncoder | None]":
    """The encoder of photos, opened in a thread of its own; again and again it is opened once."""
    key = str(matched.workspace.root), spec
    with _lock:
        opened = _opened.get(key)
        if opened is None or (opened.done() and opened.exception() is not None):  # a failure is tried again
            opened = _opened[key] = _opener.submit(_open, matched, spec)
        _opened.move_to_end(key)
        while len(_opened) > MOST_OPEN:
            _opened.popitem(last=False)
    return opened


def _open(matched: Matched, spec: str) -> "EfficientNetEncoder | None":
    from matcher.encoders.photos.efficientnet import EfficientNetEncoder  # loads OpenVINO, which no page needs at once

    encoder = load(matched.workspace, spec, "image")
    if not isinstance(encoder, EfficientNetEncoder):
        return None
    encoder.load_maps()
    return encoder
