"""The map of both thresholds: what the rule would score at each, and where it stands."""

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from matcher.matching.metrics import Truth
from matcher.matching.threshold_grid import Axis
from matcher.matching.threshold_report import compared_distance, rule_of
from matcher.matching.thresholds.score_map import ThresholdMap, even_thresholds, map_thresholds
from matcher.vectors.distance import distance_text
from pages._shared.charts import draw_chart, pick_colours
from pages._shared.measured import Known, measure_reach
from pages._shared.opened_catalog import Matched

Figure = Literal["F1", "Precision", "Recall"]


def draw_map(matched: Matched, known: Known) -> None:
    """F1, precision or recall at 41 x 41 thresholds, for rules that compare titles and photos each with their own."""
    names = list(matched.recipe.thresholds)
    if len(names) != 2 or not known.truth.listings or not known.truth.true_pairs:
        return
    if not st.toggle("Map of both thresholds", key="map-shown"):
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        figure: Figure = st.segmented_control(
            "Shown on the map", get_args(Figure), required=True, default="F1", key="map-figure"
        )
        least = st.number_input("Line: precision at least", 0.5, 1.0, 0.95, 0.01, key="map-precision", width=180)
    tops = tuple(measure_reach(matched, known, name) for name in names)
    unset = replace(matched.recipe, text_threshold=None, image_threshold=None)
    found = _map((*known.key, unset.to_json(), str(tops)), tops, matched, known.truth)
    now = matched.recipe.threshold(names[0]), matched.recipe.threshold(names[1])
    draw_chart(plot_map(found, figure, least, now), key="map", height=420)
    row, column = np.unravel_index(int(np.argmax(found.f1)), found.f1.shape)
    st.caption(
        "Mean per listing. Your thresholds are the diamond; on the line lie the loosest photo thresholds with that "
        f"precision. The best F1 on the map is {found.f1[row, column]:.3f}, with titles within "
        f"{distance_text(float(found.first[row]))} and photos within {distance_text(float(found.second[column]))}."
    )


def plot_map(found: ThresholdMap, figure: Figure, least: float, now: tuple[float, float]) -> go.Figure:
    """A heat map; titles to the right, photos upwards.

    Args:
        found: The scores.
        figure: Which of them gives the colour.
        least: Precision along the line, 0..1.
        now: The thresholds in force.
    """
    ink = pick_colours()
    values = {"F1": found.f1, "Precision": found.precision, "Recall": found.recall}[figure]
    where = "titles within %{x:.3f}, photos within %{y:.3f}"
    chart = go.Figure(
        go.Heatmap(
            x=found.first, y=found.second, z=values.T, colorscale="Viridis", colorbar={"thickness": 10},
            hovertemplate=f"{figure} %{{z:.3f}}: {where}<extra></extra>",
        )
    )  # fmt: skip
    last = found.frontier(least)
    reached = last >= 0
    chart.add_scatter(
        x=found.first[reached], y=found.second[last[reached]], mode="lines", name=f"precision {least:g}",
        line={"color": "#ffffff", "width": 2, "dash": "dot"}, hoverinfo="skip",
    )  # fmt: skip
    chart.add_scatter(
        x=[now[0]], y=[now[1]], mode="markers", name="your thresholds now",
        marker={"color": "#ffffff", "size": 13, "symbol": "diamond", "line": {"width": 2, "color": ink["different"]}},
        hovertemplate=f"now: {where}<extra></extra>",
    )  # fmt: skip
    chart.update_xaxes(title="Titles: largest distance that matches", range=[0, float(found.first[-1])])
    chart.update_yaxes(title="Photos: largest distance that matches", range=[0, float(found.second[-1])])
    return chart


@st.cache_resource(show_spinner="Drawing the map", max_entries=3)
def _map(key: tuple[str, ...], tops: tuple[float, ...], _matched: Matched, _truth: Truth) -> ThresholdMap:
    recipe = _matched.recipe
    inside = _truth.pairs.rank <= recipe.k
    first, second = (
        Axis(np.where(inside, compared_distance(_truth.pairs, recipe, name), np.float32(np.inf)), even_thresholds(top))
        for name, top in zip(recipe.thresholds, tops, strict=True)
    )
    return map_thresholds(first, second, rule_of(recipe), _truth)
