"""The charts of the Thresholds page: precision, recall and F1 over all thresholds, and matches for each listing."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from matcher.matching.metrics import PrecisionRecallCurve
from matcher.matching.recipe import LEARNED
from pages._shared.charts import pick_colours
from pages._shared.modality import NAMES


def plot_over_threshold(curve: PrecisionRecallCurve, top: float, *, name: str, current: float | None) -> go.Figure:
    """Precision, recall and F1 of one modality alone, up to a threshold `top`, and the threshold in force.

    Over the thresholds of a pair model, 1 - likelihood, by the likelihood in percent.
    """
    is_share = name == LEARNED
    x, p, r = curve.thresholds, curve.precision, curve.recall
    f1 = 2 * p * r / np.maximum(p + r, 1e-12)
    if is_share:
        x, current, top = 100 * (1 - x), None if current is None else 100 * (1 - current), 100 * (1 - top)
    ink = pick_colours()
    figure = go.Figure()
    for figured, y, dash in (("Precision", p, "dash"), ("Recall", r, "dot"), ("F1", f1, "solid")):
        hover = f"{figured} %{{y:.3f}} at %{{x:{'.0f} %' if is_share else '.3f}'}<extra></extra>"
        line = {"color": _colour(ink, name), "width": 2.5 if figured == "F1" else 1.5, "dash": dash}
        figure.add_scatter(x=x, y=y, name=figured, mode="lines", line=line, hovertemplate=hover)
    if current is not None:
        figure.add_vline(current, line={"color": ink["ink"], "width": 1})
    said = "Lowest likelihood that matches, %" if is_share else "Threshold: largest distance that matches"
    figure.update_xaxes(title=said, range=[100 if is_share else 0, top])
    figure.update_yaxes(range=[0, 1.02], tickformat=".1f")
    return figure


def plot_precision_recall(
    curves: Mapping[str, PrecisionRecallCurve],
    current: tuple[float, float] | None,
) -> go.Figure:
    """Precision against recall of every modality alone and of a pair model, and where the rule in force stands.

    Args:
        curves: The curve of each modality.
        current: Precision and recall of the rule in force.
    """
    ink = pick_colours()
    figure = go.Figure()
    for modality, curve in curves.items():
        figure.add_scatter(
            x=curve.recall,
            y=curve.precision,
            name=NAMES[modality] if modality == LEARNED else f"{NAMES[modality]} alone",
            mode="lines",
            line={
                "color": _colour(ink, modality),
                "width": 2,
                "dash": {"image": "dash", "fused": "dot"}.get(modality, "solid"),
            },
            hovertemplate=f"{NAMES[modality]}: precision %{{y:.3f}}, recall %{{x:.3f}}<extra></extra>",
        )
    if current:
        figure.add_scatter(
            x=[current[1]],
            y=[current[0]],
            name="your rule now",
            mode="markers",
            marker={"color": ink["ink"], "size": 11, "symbol": "diamond", "line": {"width": 0}},
            hovertemplate="now: precision %{y:.3f}, recall %{x:.3f}<extra></extra>",
        )
    figure.update_xaxes(title="Recall", range=[0, 1.02], tickformat=".1f")
    figure.update_yaxes(title="Precision", range=[0, 1.02], tickformat=".1f")
    return figure


def _colour(ink: Mapping[str, str], name: str) -> str:
    return ink["ink" if name == LEARNED else name]


def plot_matches(sizes: NDArray[np.integer]) -> go.Figure:
    """How many listings have no, one, two .. matches; `sizes` is the number of matches of each listing, shape (N,)."""
    names = ["none", "1", "2", "3", "4", "5", "6-10", "11-20", "over 20"]
    bins = np.searchsorted([0, 1, 2, 3, 4, 5, 10, 20], sizes)
    counts = np.bincount(bins, minlength=len(names))
    figure = go.Figure(
        go.Bar(
            x=names,
            y=counts,
            marker={"color": pick_colours()["unsure"], "line": {"width": 0}},
            hovertemplate="%{y:,} listings with %{x}<extra></extra>",
        )
    )
    figure.update_xaxes(title="Matches of a listing", type="category")
    figure.update_yaxes(title="Listings", tickformat=",")
    return figure
