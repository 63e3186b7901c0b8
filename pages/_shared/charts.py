"""One look for every chart: the theme's colours, thin lines, no frame, numbers in three decimals."""

import plotly.graph_objects as go
import streamlit as st

_LIGHT = {
    "text": "#1f66c1", "image": "#b15408", "fused": "#7a48c9",
    "match": "#0a7456", "different": "#c4314b", "unsure": "#666b71",
    "ink": "#22262a", "quiet": "#666b71", "line": "#dfdfdc",
}  # fmt: skip
_DARK = {
    "text": "#6ea8ff", "image": "#f0994d", "fused": "#b795f5",
    "match": "#3fbf93", "different": "#f2788b", "unsure": "#9aa0a6",
    "ink": "#e6e6e3", "quiet": "#9aa0a6", "line": "#35393d",
}  # fmt: skip


def pick_colours() -> dict[str, str]:
    """The colours of config.toml under the names of what they mean, for the theme the reader sees."""
    return _DARK if st.context.theme.type == "dark" else _LIGHT


def make_template() -> go.layout.Template:
    """The Plotly template that all charts share."""
    c = pick_colours()
    axis = {
        "gridcolor": c["line"], "linecolor": c["line"], "zeroline": False, "ticks": "", "automargin": True,
        "title": {"font": {"size": 12, "color": c["quiet"]}, "standoff": 6},
        "tickfont": {"size": 11, "color": c["quiet"]},
    }  # fmt: skip
    return go.layout.Template(
        layout={
            "font": {"family": "Source Sans, sans-serif", "size": 12, "color": c["ink"]},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": [c["text"], c["image"], c["fused"], c["match"], c["different"], c["unsure"]],
            "xaxis": axis | {"showgrid": False},
            "yaxis": axis,
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title": None},
            "hoverlabel": {"font": {"size": 12}},
            "bargap": 0.12,
        }
    )


def draw_chart(figure: go.Figure, *, key: str, height: int = 260) -> None:
    """Draw a chart in the shared look."""
    figure.update_layout(template=make_template(), height=height)
    st.plotly_chart(figure, key=key, theme=None, config={"displayModeBar": False, "displaylogo": False})
