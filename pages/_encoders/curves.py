"""A training on the screen: while it runs, and what to do when it ended before it was done."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from matcher import jobs
from matcher.encoders.model_card import Card, is_run
from matcher.pipeline.train_encoder import TrainJob
from matcher.storage.records import Job
from matcher.storage.workspace import Workspace
from matcher.training.history import CHECKPOINT, history_so_far
from matcher.training.runs import discard_unfinished, runs, unfinished
from matcher.vectors.candidate_pairs import Modality
from pages._shared.charts import draw_chart, pick_colours
from pages._shared.escape import literal
from pages._shared.job_panel import describe, draw_cancel

HEIGHT = 190
NOT_LEARNED = (
    "No epoch did better than the start, so the encoder is kept as it began; only its vectors were adjusted to this "
    "catalog."
)
NOTHING_KEPT = "Stopped before the first epoch was done, so there is no encoder to keep."
DISMISSED = "page.training.dismissed"  # the job whose end the curator has seen
ABOUT = {
    "f1": "Mean F1 of the listings kept out of the training, at the best threshold. Higher is better.",
    "loss": "What the training lowers. It may rise at first: products are asked to stand further and further apart "
    "during the first epochs, which makes the task harder.",
}


def draw_running(workspace: Workspace, job: Job) -> None:
    """Progress, curves and Cancel, until the training ends; a reload or a second tab shows the same."""

    @st.fragment(run_every=1.0)
    def poll() -> None:
        now = jobs.get(workspace, job.id)
        if not now.active:
            st.rerun()
        name, settings = now.config["run_id"], now.config["settings"]
        with st.container(border=True, key="training"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**Training {literal(name)}**")
                st.space("stretch")
                draw_cancel(workspace, now, "Stopping at the next safe point; the best epoch is kept.")
            st.progress(now.fraction or 0.0, text=describe(now))
            history = history_so_far(unfinished(workspace.encoders, name))
            if history.empty:
                st.caption("The curves begin as soon as the encoder has been measured as it is.")
            else:
                draw_curves({name: history}, settings["modality"], key="running", epochs=settings["epochs"])

    poll()


def draw_ended(workspace: Workspace, job: Job, used: Mapping[Modality, str | None]) -> None:
    """What the last training came to, until it is used, dismissed or started again."""
    if job.active or workspace.store.setting(job.catalog_id, DISMISSED) == job.id:
        return
    name = job.config["run_id"]
    card = next((card for card in runs(workspace.encoders) if card.id == name), None)
    if job.state == "done":
        if card is None or name in used.values():
            return
        st.success(f"**{literal(name)}** is trained: {describe_figures(card)}", icon=":material/check_circle:")
    elif job.state == "cancelled":
        kept = card or (unfinished(workspace.encoders, name) / CHECKPOINT).is_file()
        st.info(literal(job.message) if kept else NOTHING_KEPT, icon=":material/stop_circle:")
    else:
        st.error(f"The training of {literal(name)} failed. {literal(job.message)}", icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="center"):
        over = 0
        if job.state != "done" and not is_run(workspace.encoders / name):
            over = draw_restart(workspace, job)
        label = "Discard what it learned" if over else "Dismiss"
        st.button(label, key="dismiss", type="tertiary", on_click=_dismiss, args=[workspace, job])


def draw_restart(workspace: Workspace, job: Job) -> int:
    """Start the same training; it goes on after its last whole epoch, if there was one. How many there were."""
    work = unfinished(workspace.encoders, job.config["run_id"])
    over = len(history_so_far(work)) - 1 if (work / CHECKPOINT).is_file() else 0
    if st.button("Go on" if over else "Start again", icon=":material/restart_alt:", type="primary"):
        jobs.start(workspace, "train", TrainJob(**job.config))
        st.rerun()
    if over:
        st.caption(
            f"It goes on where it stopped, after {over} epoch{'s' if over > 1 else ''}, if no listing and no verdict "
            "has changed since."
        )
    return over


def _dismiss(workspace: Workspace, job: Job) -> None:
    workspace.store.set_setting(job.catalog_id, DISMISSED, job.id)
    discard_unfinished(workspace.encoders, job.config["run_id"])


def describe_figures(card: Card) -> str:
    """ "F1 0.723 before, 0.842 after, on 77 listings kept out of it"."""
    figures = card.figures
    kept_out = (
        f"{card.data['tuned_on']:,} listings"
        if is_by_labels(card)
        else f"edited copies of {card.data['tuned_on']:,} listings"
    )
    said = f"F1 {figures['f1_before']:.3f} before, **{figures['f1']:.3f}** after, on {kept_out} kept out of it."
    return f"{said} {NOT_LEARNED}" if figures["best_epoch"] < 1 else said


def is_by_labels(card: Card) -> bool:
    """Whether its figures were measured on known products; else on edited copies of listings."""
    return bool(card.split["measured_by"] == "labels")


def draw_curves(histories: dict[str, pd.DataFrame], modality: str, *, key: str, epochs: int = 0) -> None:
    """F1 on the listings kept out, and the loss, epoch by epoch; the first training solid, a second one dashed."""
    longest = max([epochs, 1, *(int(history["number"].max()) for history in histories.values() if len(history))])
    for column, (what, name, colour) in zip(
        st.columns(2), [("f1", "F1 on what was kept out", modality), ("loss", "Loss", "unsure")], strict=True
    ):
        figure = go.Figure()
        for dash, (run, history) in zip(("solid", "dash", "dot"), histories.items(), strict=False):
            known = history[history[what].notna()]
            figure.add_scatter(
                x=known["number"], y=known[what], name=run, mode="lines+markers",
                line={"color": pick_colours()[colour], "width": 2, "dash": dash}, marker={"size": 5},
                hovertemplate=f"epoch %{{x}}: %{{y:.3f}}<extra>{run if len(histories) > 1 else ''}</extra>",
            )  # fmt: skip
        figure.update_xaxes(title="Epoch", range=[-0.2, longest + 0.2], dtick=-(-longest // 10))
        figure.update_yaxes(tickformat=".2f", nticks=5, range=_find_range(histories, what))
        figure.update_layout(showlegend=len(histories) > 1)
        with column:
            st.caption(name, help=ABOUT[what])
            draw_chart(figure, key=f"{key}-{what}", height=HEIGHT)


def _find_range(histories: dict[str, pd.DataFrame], what: str) -> list[float]:
    """Of the axis: from the least to the most, and not so near that noise looks like a change."""
    values = pd.concat([history[what].dropna() for history in histories.values()])
    if values.empty:
        return [0.0, 1.0]
    middle, reach = (values.max() + values.min()) / 2, max(values.max() - values.min(), 0.1) / 2
    return [middle - 1.15 * reach, middle + 1.15 * reach]
