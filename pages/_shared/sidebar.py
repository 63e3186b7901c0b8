"""The sidebar: which catalog, which encoders, what is running. Nothing that belongs to one page."""

import streamlit as st

from matcher.pipeline.encoding import ENCODED
from matcher.vectors.candidate_pairs import Modality
from pages._shared import answers, job_panel
from pages._shared.encoder_names import find_deleted
from pages._shared.escape import literal
from pages._shared.opened_catalog import current_catalog_id, current_workspace, open_catalog
from pages._shared.wording import name_encoder

OF_ONE_CATALOG = ("item", "text", "image", "fused", "learned")
"""What an address says of a catalog and of no other: the listing that is looked at, thresholds that are proposed."""


def draw() -> None:
    """Draw the sidebar and settle which catalog this run is about."""
    workspace = current_workspace()
    infos = {info.id: info for info in workspace.catalogs()}
    with st.sidebar:
        catalog_id = current_catalog_id()
        if catalog_id is None:
            st.caption("No catalog yet.")
            job_panel.draw_status(workspace)
            return
        st.session_state["catalog"] = catalog_id
        st.selectbox(
            "Catalog", list(infos), key="catalog", format_func=lambda name: infos[name].name, on_change=_catalog_chosen
        )
        if st.query_params.get("catalog", catalog_id) in infos:  # of another one the page says that it is not here
            open_catalog(catalog_id)
        info = infos[catalog_id]
        st.caption(f"{info.listings:,} listings · {info.photos:,} photos")
        used = workspace.store.setting(catalog_id, ENCODED)
        if used and used["content"] == info.content:
            sides: tuple[Modality, ...] = ("text", "image")
            config = {side: used["config"][side] for side in sides}
            missing = find_deleted(workspace, config)
            text, image = (
                literal(name_encoder(name)) + (" (deleted)" if side in missing else "") for side, name in config.items()
            )
            st.caption(f":material/title: {text}  \n:material/image: {image}")
        else:
            st.caption("Matches not looked for yet")
        answers.draw_name()
        job_panel.draw_status(workspace)


def _catalog_chosen() -> None:
    for name in OF_ONE_CATALOG:
        st.query_params.pop(name, None)
    open_catalog(st.session_state["catalog"])
