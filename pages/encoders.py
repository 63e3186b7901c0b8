"""Which encoders there are, training of one's own, and what a training changed."""

from dataclasses import replace

import streamlit as st

from matcher import jobs
from matcher.encoders.registry import ENCODERS
from matcher.errors import MatcherError
from matcher.pipeline import recipes
from matcher.pipeline.check_encoder import CheckConfig
from matcher.pipeline.encoding import ENCODED
from matcher.storage.records import Job
from matcher.training.runs import runs
from matcher.vectors.candidate_pairs import Modality
from pages._encoders import curves, form, run_list
from pages._shared import job_panel
from pages._shared.encoder_names import Known, find_deleted, known_encoders, warn_of_deleted
from pages._shared.escape import literal
from pages._shared.filled import choose_view
from pages._shared.modality import COLOURS, ICONS, NAMES
from pages._shared.opened_catalog import Opened, need_catalog

LIST, TRAIN, OWN = "All encoders", "Train", "Trained here"
VIEW = "encoders-view"
GONE, HIDDEN = "encoders-gone", "encoders-hidden"  # what a click could not do, and a failure that was read
SIDES: tuple[Modality, ...] = ("text", "image")


def main() -> None:
    """What runs first, then one of three views."""
    st.title("Encoders")
    opened = need_catalog()
    used = read_used(opened)
    training = jobs.latest(opened.workspace, "train", opened.id)
    if training and training.active:
        form.answer_late_click(training)
    watch(opened, training, used)
    own = runs(opened.workspace.encoders)
    offered = [LIST, TRAIN, *([OWN] if own else [])]
    view = choose_view(offered, VIEW)
    if view == TRAIN and training and training.active:
        st.caption("One training at a time on a catalog: the next one can start when this one has ended.")
    elif view == TRAIN:
        form.draw(opened)
    elif view == OWN:
        run_list.draw(opened)
    else:
        draw_list(opened, used)


def read_used(opened: Opened) -> dict[Modality, str | None]:
    """The encoder of titles and of photos that this catalog's matches come from."""
    kept = opened.workspace.store.setting(opened.id, ENCODED)
    return {side: kept["config"][side] if kept else None for side in SIDES}


def watch(opened: Opened, training: Job | None, used: dict[Modality, str | None]) -> None:
    """What is running, what has just ended, and anything that has to be said."""
    if said := st.session_state.pop(GONE, None):
        st.error(said, icon=":material/error:")
    for key in ("training-said", "arrived"):
        if said := st.session_state.pop(key, None):
            st.toast(literal(said), icon=":material/info:")
            if key == "training-said":
                st.warning(literal(said), icon=":material/warning:")
    if training and training.active:
        curves.draw_running(opened.workspace, training)
    elif training:
        curves.draw_ended(opened.workspace, training, used)
    finding = jobs.latest(opened.workspace, "encode", opened.id)
    if finding and finding.active:
        job_panel.follow(opened.workspace, finding.id, job_panel.TITLES["encode"])
    elif finding and finding.state == "failed" and st.session_state.get(HIDDEN) != finding.id:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.error(f"Finding matches failed. {literal(finding.message)}", icon=":material/error:")
            st.button("Dismiss", key="hide-finding", type="tertiary", on_click=_hide, args=[finding.id])


def _hide(job_id: str) -> None:
    st.session_state[HIDDEN] = job_id


def draw_list(opened: Opened, used: dict[Modality, str | None]) -> None:
    """Every encoder with what it is good for, and ways to get more."""
    st.caption(
        "An encoder turns titles or photos into numbers, so that listings of one product come to lie near each other. "
        "The bundled ones know goods in general; one trained here knows yours."
    )
    if missing := find_deleted(opened.workspace, used):
        st.warning(warn_of_deleted(missing), icon=":material/warning:")
    for column, side in zip(st.columns(2, gap="medium"), SIDES, strict=True):
        with column:
            st.markdown(f"#### :{COLOURS[side]}[:material/{ICONS[side]}:] For {NAMES[side].lower()}")
            every = known_encoders(opened.workspace, side).values()
            folded = [known for known in every if known.compared and used[side] != known.id]
            for known in every:
                if known not in folded:
                    draw_row(opened, known, used[side] == known.id)
            if folded:
                with st.expander(f"Trained by a comparison · {len(folded)}", icon=":material/leaderboard:"):
                    for known in folded:
                        draw_row(opened, known, used=False)
    run_list.warn_of_damage(opened.workspace)
    with st.expander("Load another one, by name or folder", icon=":material/folder_open:"):
        draw_load(opened)
    with st.expander("Import an exported one", icon=":material/upload:"):
        run_list.draw_import(opened.workspace)


def draw_row(opened: Opened, known: Known, used: bool) -> None:
    """One encoder."""
    with st.container(border=True, gap="xsmall", key=f"encoder-{known.modality}-{known.id}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{literal(known.title)}**", width="content")
            if known.card:
                st.badge("Trained here", icon=":material/model_training:", color="gray")
            if used:
                st.badge("In use", icon=":material/check:", color="green")
            elif not known.ready:
                st.badge("From the hub", icon=":material/cloud_download:", color="gray")
            st.space("stretch")
            if known.card:
                st.button("Details", key=f"open-{known.id}", type="tertiary", on_click=look_at, args=[known.id])
            if not used:
                st.button("Use it", key=f"use-{known.id}", on_click=use, args=[opened, known])
        line = literal(known.one_line)
        if known.card:
            figures = known.card.figures
            what = "what was kept out" if curves.is_by_labels(known.card) else "edited copies, not on known products"
            line += f" F1 {figures['f1_before']:.3f} → **{figures['f1']:.3f}** on {what}."
        st.caption(line)


def look_at(run_id: str) -> None:
    """Show a run's card."""
    st.session_state[VIEW], st.session_state[run_list.CHOSEN] = OWN, run_id


def use(opened: Opened, known: Known) -> None:
    """Find matches with it; the other side's encoder stays."""
    last = recipes.last_config(opened.workspace, opened.id)
    config = replace(last, text=known.id) if known.modality == "text" else replace(last, image=known.id)
    if missing := find_deleted(opened.workspace, {"text": config.text, "image": config.image}):
        st.session_state[GONE] = (
            f"{warn_of_deleted(missing)} The Catalog page lets you choose both at once, under Encoders."
        )
        return
    try:
        jobs.start(opened.workspace, "encode", config)
    except MatcherError as error:
        st.session_state["training-said"] = str(error)


def draw_load(opened: Opened) -> None:
    """Try an encoder by name; only one that opens and works is offered from then on."""
    job = jobs.latest(opened.workspace, "trial", opened.id)
    if job and job.active:
        job_panel.follow(opened.workspace, job.id, f"Opening {literal(job.config['spec'])}")
        return
    left, right = st.columns(2)
    kinds = {
        info.id: f"{NAMES[info.modality]}: {info.named.what}, by {info.named.by}"
        for info in ENCODERS.values() if info.named
    }  # fmt: skip
    kind = left.selectbox("What it is", list(kinds), format_func=kinds.__getitem__, key="trial-kind")
    name = right.text_input("Name or folder", key="trial-name", max_chars=500).strip()
    st.caption("Only safetensors and weights-only files are read; nothing in a model can run code here.")
    if st.button("Try it", icon=":material/play_arrow:", disabled=not name):
        jobs.start(opened.workspace, "trial", CheckConfig(opened.id, f"{kind}:{name}"))
        st.rerun()
    if job and job.state == "failed":
        st.error(f"{literal(job.config['spec'])}: {literal(job.message)}", icon=":material/error:")
    elif job and job.state == "done":
        width = job.result["width"]
        st.caption(
            f":green[:material/check_circle:] {literal(job.config['spec'])} opens and gives vectors of {width:,} "
            "numbers. It is in the list above."
        )


main()
