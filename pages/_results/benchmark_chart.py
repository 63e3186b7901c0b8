"""The chart of a comparison: a dot with its interval for each row, under one protocol."""

import plotly.graph_objects as go

from matcher.benchmark.results import Results, Row
from matcher.benchmark.systems import PAPER, SYSTEMS, Protocol
from matcher.benchmark.tables import format_interval, group_by_model, paper_f1
from pages._shared.charts import pick_colours

SYMBOLS = {"original": "circle", "balanced": "square"}
NAMES = {"original": "original data", "balanced": "balanced data"}


def plot_scores(results: Results, protocol: Protocol) -> go.Figure:
    """F1 of each row with its interval, and the paper's; the models of one catalog from top to bottom."""
    ink, figure = pick_colours(), go.Figure()
    models = [[*rows] for rows in group_by_model(results)]
    place = {(row.model, row.data): at + (0.16 if row.data == "balanced" else -0.16)
             for at, rows in enumerate(models) for row in rows}  # fmt: skip
    for data, symbol in SYMBOLS.items():
        shown = [row for rows in models for row in rows if row.data == data and row.measurement(protocol)]
        _add_legend(figure, NAMES[data], {"symbol": symbol, "color": ink["ink"], "size": 9})
        for row in shown:
            _add_dot(figure, row, protocol, place[row.model, data], {"symbol": symbol, "size": 10}, ink)
    crosses = {"symbol": "x-thin", "size": 8, "line": {"width": 1.6, "color": ink["quiet"]}}
    rows = [row for rows in models for row in rows]
    figure.add_scatter(
        x=[paper_f1(row) for row in rows], y=[place[row.model, row.data] for row in rows], mode="markers",
        name="the paper, on Shopee", marker=crosses, text=[f"{row.title}, {row.data}" for row in rows],
        hovertemplate="%{text}: %{x:.3f} in the paper<extra></extra>",
    )  # fmt: skip
    names = [SYSTEMS[rows[0].model].title.replace(" + ", "<br>+ ") for rows in models]
    figure.update_yaxes(
        tickvals=[*range(len(models))], ticktext=names, range=[len(models) - 0.4, -0.6], showgrid=False,
        tickfont={"size": 12, "color": ink["ink"]},
    )  # fmt: skip
    figure.update_xaxes(range=[_find_floor(rows), 1.005], showgrid=True, tickformat=".1f", dtick=0.1)
    return figure


def _add_dot(
    figure: go.Figure, row: Row, protocol: Protocol, at: float, marker: dict[str, object], ink: dict[str, str]
) -> None:
    measured = row.measurement(protocol)
    if measured is None:
        return
    f1, colour = measured.f1, ink[SYSTEMS[row.model].modality]
    figure.add_scatter(
        x=[f1.value], y=[at], mode="markers", showlegend=False, marker=marker | {"color": colour},
        error_x={"type": "data", "symmetric": False, "array": [f1.high - f1.value], "arrayminus": [f1.value - f1.low],
                 "color": colour, "thickness": 1.6, "width": 0},
        hovertemplate=f"{row.title}, {row.data}: {format_interval(f1)}<extra></extra>",
    )  # fmt: skip


def _add_legend(figure: go.Figure, name: str, marker: dict[str, object]) -> None:
    """An entry of the legend in no model's colour."""
    figure.add_scatter(x=[None], y=[None], mode="markers", name=name, marker=marker)


def _find_floor(rows: list[Row]) -> float:
    """Where the scale begins, a whole tenth, the same under both protocols."""
    lows = [measured.f1.low for row in rows for measured in (row.unseen, row.seen) if measured]
    return max(0.0, int(10 * (min([*lows, *(one.original for one in PAPER.values())]) - 0.02)) / 10)
