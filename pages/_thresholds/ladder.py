"""Finding the best recipe on the Thresholds page: what each step wins on products that had no say, as a staircase."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from matcher import jobs
from matcher.matching.recipe_search.ladder import Ladder, Rung
from matcher.matching.recipe_search.words import name_step, tell_doubt, tell_ladder, tell_step
from matcher.pipeline.recipe_search.search import FEWEST_PRODUCTS, SearchConfig, last_search
from matcher.progress import duration
from pages._shared import job_panel
from pages._shared.charts import draw_chart, pick_colours
from pages._shared.escape import literal
from pages._shared.opened_catalog import Matched
from pages._shared.wording import describe_recipe
from pages._thresholds.moves.changes import put

SHOWN_FROM = 5e-4  # of F1: what a step adds at least, to have a stair of its own where it is not taken
HEIGHT, HEIGHT_OF_STAIR = 60, 26
MARGIN = 0.15  # of the axis, on both sides


def draw_ladder(matched: Matched) -> None:
    """The last search, a button to search, and progress while that goes on."""
    job = jobs.latest(matched.workspace, "search", matched.id)
    if job and job.active:
        job_panel.follow(matched.workspace, job.id, job_panel.TITLES["search"])
        return
    kept = last_search(matched.workspace, matched.id)
    with st.expander("Find the best recipe", icon=":material/stairs:", expanded=kept is not None):
        if kept:
            if kept.content != matched.encoded.content:
                st.info("This search was made before the last import.", icon=":material/info:")
            _draw_found(matched, kept.ladder)
        else:
            st.caption(
                "Tries everything that a rule can do, one step after another: how title and photo are joined, their "
                "weight, what titles contradict each other in, learning from known pairs. Each step is chosen on two "
                "thirds of the known products and measured on the third that had no say, three times over."
            )
        if job and job.state == "failed":
            st.warning(literal(job.message), icon=":material/info:")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _draw_start(matched, again=kept is not None)
            if job and job.state == "done":
                st.caption(f"Found in {duration((job.finished or 0.0) - (job.started or 0.0))}.")


def _draw_start(matched: Matched, *, again: bool) -> None:
    codes = matched.catalog.codes
    off = int((np.bincount(codes[codes >= 0]) > 1).sum()) < FEWEST_PRODUCTS
    why = f"Needs labels of {FEWEST_PRODUCTS} products with two listings." if off else None
    label = "Search again" if again else "Find the best recipe"
    if st.button(label, icon=":material/search:", key="find-best", disabled=off, help=why):
        jobs.start(matched.workspace, "search", SearchConfig(matched.id))
        st.rerun()


def _draw_found(matched: Matched, ladder: Ladder) -> None:
    st.markdown(f"**{tell_ladder(ladder)}**")
    stairs = [rung for rung in ladder.rungs if rung.taken or abs(rung.added) >= SHOWN_FROM]
    draw_chart(plot_ladder(ladder, stairs), key="ladder", height=HEIGHT + HEIGHT_OF_STAIR * (len(stairs) + 2))
    st.caption(
        f"F1 per listing on {ladder.listings:,} listings of {ladder.products:,} products, each under a recipe that its "
        f"own product had no say in; 95 % interval {ladder.end.low:.3f} to {ladder.end.high:.3f}. A point is a "
        "hundredth. A stair is lower than the gain told below where only some of the three searches took the step. "
        "What won too little to be sure of it is not taken either."
    )
    heads = {"What was taken": True, "What was not taken": False}
    for column, (head, taken) in zip(st.columns(2, gap="medium"), heads.items(), strict=True):
        lines = [_line(rung) for rung in ladder.rungs if rung.taken is taken]
        column.markdown(f"**{head}**\n" + "\n".join(lines or ["- Nothing."]))
    st.caption(literal(describe_recipe(ladder.recipe)))
    if matched.recipe == ladder.recipe:
        st.caption(":material/check: This recipe is in force.")
    else:
        st.button(
            "Take this recipe", icon=":material/check:", key="take-best", on_click=put, args=[matched, ladder.recipe]
        )


def _line(rung: Rung) -> str:
    return f"- {tell_step(rung)} :gray[{tell_doubt(rung)}]"


def plot_ladder(ladder: Ladder, stairs: list[Rung]) -> go.Figure:
    """From the F1 before the first step to that after the last, one stair for each step."""
    colours = pick_colours()
    heights = np.cumsum([ladder.start.value, *(rung.added for rung in stairs), 0.0])
    low, high = float(heights.min()), float(max(heights.max(), ladder.end.value))
    room = MARGIN * max(high - low, 0.01)
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            measure=["absolute", *["relative"] * len(stairs), "total"],
            y=["Start", *(name_step(rung) for rung in stairs), "All together"],
            x=[ladder.start.value, *(rung.added for rung in stairs), 0.0],
            text=[
                f"{ladder.start.value:.3f}",
                *(f"{100 * rung.added:+.1f}" for rung in stairs),
                f"{ladder.end.value:.3f}",
            ],
            hovertext=["Before the first step", *(f"{tell_step(rung)} {tell_doubt(rung)}" for rung in stairs), ""],
            hoverinfo="text",
            textposition="outside",
            cliponaxis=False,
            increasing={"marker": {"color": colours["match"]}},
            decreasing={"marker": {"color": colours["different"]}},
            totals={"marker": {"color": colours["quiet"]}},
            connector={"line": {"color": colours["line"], "width": 1}},
        )
    )
    figure.update_xaxes(range=[low - room, high + room], title="F1", showgrid=True)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure
