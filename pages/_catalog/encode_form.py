"""Start the search for matches; which encoders, and how near, is folded away behind good defaults."""

from dataclasses import replace
from typing import get_args

import streamlit as st

from matcher import jobs
from matcher.pipeline import encoding, recipes
from matcher.vectors.candidate_pairs import Modality
from matcher.vectors.distance import Metric
from pages._shared.encoder_names import find_deleted, known_encoders, warn_of_deleted
from pages._shared.filled import fill
from pages._shared.opened_catalog import Opened, is_encoded

NONE = "none"


def draw(opened: Opened) -> None:
    """One button, or a link when matches are there and the choices still fit them."""
    used = is_encoded(opened)
    last = recipes.last_config(opened.workspace, opened.id, opened.catalog)
    with st.container(horizontal=True, vertical_alignment="center"):
        start = st.empty()
        with st.popover("Encoders", icon=":material/tune:", width="content"):
            config = choose(opened, last)
        if used:
            st.page_link("pages/browse.py", label="Browse the matches", icon=":material/grid_view:")
        label = "Find matches again" if used else "Find matches"
        pressed = start.button(
            label,
            type="secondary" if used else "primary",
            icon=":material/join_inner:",
            width="content",
            disabled=not config,
        )
        if pressed and config:
            jobs.start(opened.workspace, "encode", config)
            st.rerun()
    if not config:
        missing = find_deleted(opened.workspace, {"text": last.text, "image": last.image})
        st.warning(warn_of_deleted(missing) if missing else 'Choose what reads them under "Encoders".')


def choose(opened: Opened, last: encoding.EncodeConfig) -> encoding.EncodeConfig | None:
    """What reads titles and photos, and how neighbours are looked for; None while one of them is to be chosen anew.

    What was chosen stays through other pages until matches are looked for again, here or elsewhere.

    Args:
        opened: The catalog.
        last: How matches were looked for last; the choices begin there.
    """
    sides: dict[Modality, str] = {"text": last.text or NONE, "image": last.image or NONE}
    offered = {side: _offer(opened, side, encoder) for side, encoder in sides.items()}
    encoders = {f"encode-{side}": sides[side] if sides[side] in offered[side] else None for side in sides}
    fill("encode-last", last, encoders | {"encode-metric": last.metric, "encode-k": last.k})
    left, right = st.columns(2)
    with left:
        chosen_text = choose_encoder("Titles are read by", "text", offered["text"], sides["text"])
        metric = st.selectbox(
            "Distance", get_args(Metric), format_func=str.capitalize, key="encode-metric", persist_state="session"
        )
    with right:
        chosen_image = choose_encoder("Photos are read by", "image", offered["image"], sides["image"])
        k = st.number_input("Neighbours for each listing", 1, 1000, key="encode-k", persist_state="session")
    st.caption("Only what is new is encoded; results of earlier choices are kept.")
    if chosen_text is None or chosen_image is None:
        return None
    chosen_text, chosen_image = (None if chosen == NONE else chosen for chosen in (chosen_text, chosen_image))
    return replace(last, text=chosen_text, image=chosen_image, metric=metric, k=int(k))


def _offer(opened: Opened, modality: Modality, last: str) -> dict[str, str]:
    """Encoders of this kind with how each is named, those trained here first, and none."""
    known = known_encoders(opened.workspace, modality)
    names = list(dict.fromkeys([*known, *([last] if ":" in last else []), NONE]))
    return {name: f"{known[name].title} · {known[name].one_line}" if name in known else name for name in names}


def choose_encoder(label: str, modality: Modality, offered: dict[str, str], last: str) -> str | None:
    """One of the encoders that are offered; others can be typed by the name of their model.

    None while nothing is chosen: one that was deleted is not replaced by whichever stands first.
    """
    return st.selectbox(
        label,
        list(offered),
        placeholder=f"{last} was deleted: choose another",
        format_func=lambda name: offered.get(name, name),
        accept_new_options=True,
        key=f"encode-{modality}",
        persist_state="session",
        help='Another model: type its kind and name, such as "bert:folder-or-hub-id".',
    )
