"""Start the search for matches; which encoders, and how near, is folded away behind good defaults."""

from typing import get_args

import streamlit as st

from matcher import jobs
from matcher.pipeline import encoding, recipes
from matcher.vectors.candidate_pairs import Modality
from matcher.vectors.distance import Metric
from pages._shared.encoder_names import find_deleted, known_encoders, warn_of_deleted
from pages._shared.opened_catalog import Opened, is_encoded

NONE = "none"


def draw(opened: Opened) -> None:
    """One button, or a link when matches are there and the choices still fit them."""
    used = is_encoded(opened)
    last = recipes.last_config(opened.workspace, opened.id)
    with st.container(horizontal=True, vertical_alignment="center"):
        start = st.empty()
        with st.popover("Encoders", icon=":material/tune:", width="content"):
            config = choose(opened, last.text, last.image)
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


def choose(opened: Opened, text: str | None, image: str | None) -> encoding.EncodeConfig | None:
    """What reads titles and photos, and how neighbours are looked for; None while one of them is to be chosen anew."""
    left, right = st.columns(2)
    with left:
        chosen_text = choose_encoder(opened, "Titles are read by", "text", text)
        metric = st.selectbox("Distance", get_args(Metric), format_func=str.capitalize, key="encode-metric")
    with right:
        chosen_image = choose_encoder(opened, "Photos are read by", "image", image)
        k = st.number_input("Neighbours for each listing", 1, 500, 50, key="encode-k")
    st.caption("Only what is new is encoded; results of earlier choices are kept.")
    if chosen_text is None or chosen_image is None:
        return None
    chosen_text, chosen_image = (None if chosen == NONE else chosen for chosen in (chosen_text, chosen_image))
    return encoding.EncodeConfig(opened.id, chosen_text, chosen_image, metric=metric, k=int(k))


def choose_encoder(opened: Opened, label: str, modality: Modality, default: str | None) -> str | None:
    """An encoder of this kind, those trained here first; others can be typed by the name of their model.

    None while nothing is chosen: one that was deleted is not replaced by whichever stands first.
    """
    known = known_encoders(opened.workspace, modality)
    last = default or NONE
    options = list(dict.fromkeys([*known, *([last] if ":" in last else []), NONE]))
    return st.selectbox(
        label,
        options,
        index=options.index(last) if last in options else None,
        placeholder=f"{last} was deleted: choose another",
        format_func=lambda name: f"{known[name].title} · {known[name].one_line}" if name in known else name,
        accept_new_options=True,
        key=f"encode-{modality}",
        help='Another model: type its kind and name, such as "bert:folder-or-hub-id".',
    )
