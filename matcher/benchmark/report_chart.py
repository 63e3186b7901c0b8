"""Where everything stands in the chart of a report: each model's F1 as a dot with its interval."""

from dataclasses import dataclass

from matcher.benchmark.results import Results, Row
from matcher.benchmark.systems import SYSTEMS, Protocol
from matcher.benchmark.tables import format_interval, group_by_model, paper_f1

LEFT, WIDTH, RIGHT = 215, 560, 25  # px: names, scale, margin
TOP, LINE, GAP = 14, 19, 12  # px: above, for each row, between models
FLOOR_STEP = 0.1  # the scale starts at a whole tenth


@dataclass(frozen=True)
class Tick:
    """A line of the scale: px from the left, and what it stands for."""

    x: float
    label: str


@dataclass(frozen=True)
class Mark:
    """One row of the results.

    Attributes:
        y: px from the top.
        title: What a pointer over it reads.
        modality: "text", "image" or "fused"; its colour.
        is_round: A dot for original data, else a square.
        span: px from the left of the interval's low end, the figure and the high end; None without figures.
        paper_x: px from the left of the paper's figure; None where the paper has no such model.
        paper_title: What a pointer over that reads.
    """

    y: float
    title: str
    modality: str
    is_round: bool
    span: tuple[float, float, float] | None
    paper_x: float | None
    paper_title: str


@dataclass(frozen=True)
class Name:
    """One model: its name, px from the top, and its rows."""

    title: str
    y: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Chart:
    """All of a chart; lengths in px."""

    label: str
    width: int
    height: int
    top: int
    bottom: int
    name_x: int
    ticks: tuple[Tick, ...]
    names: tuple[Name, ...]


def lay_out_chart(results: Results, protocol: Protocol) -> Chart:
    """One dot and interval for each row, round on original and square on balanced data; the paper's F1 as a cross."""
    floor = _floor(results, protocol)
    names, y = [], float(TOP)
    for rows in group_by_model(results):
        marks = tuple(_mark(row, protocol, round(y + LINE * (place + 0.5), 1), floor) for place, row in enumerate(rows))
        names.append(Name(rows[0].title, round(y + LINE * len(rows) / 2 + 4, 1), marks))
        y += LINE * len(rows) + GAP
    values = [round(floor + FLOOR_STEP * step, 1) for step in range(round((1 - floor) / FLOOR_STEP) + 1)]
    return Chart(
        label=f"F1 of each model with its 95 % interval, {protocol} products",
        width=LEFT + WIDTH + RIGHT,
        height=round(y + 34),
        top=TOP - 6,
        bottom=round(y),
        name_x=LEFT - 14,
        ticks=tuple(Tick(_x(value, floor), f"{value:.1f}") for value in values),
        names=tuple(names),
    )


def _floor(results: Results, protocol: Protocol) -> float:
    """Where the scale starts: at a whole tenth under all that is shown."""
    shown = [paper for row in results.rows if (paper := paper_f1(row)) is not None]
    shown += [measured.f1.low for row in results.rows if (measured := row.measurement(protocol))]
    return max(0.0, int((min(shown, default=0.0) - 0.02) / FLOOR_STEP) * FLOOR_STEP)


def _x(value: float, floor: float) -> float:
    return round(LEFT + WIDTH * (value - floor) / (1 - floor), 1)


def _mark(row: Row, protocol: Protocol, y: float, floor: float) -> Mark:
    measured, paper = row.measurement(protocol), paper_f1(row)
    title, span = "", None
    if measured is not None:
        title = f"{row.title}, {row.data} data: {format_interval(measured.f1)}"
        low, at, high = (_x(value, floor) for value in (measured.f1.low, measured.f1.value, measured.f1.high))
        span = low, at, high
    paper_x, paper_title = (None, "") if paper is None else (_x(paper, floor), f"paper {paper:.3f}")
    return Mark(y, title, SYSTEMS[row.model].modality, row.data == "original", span, paper_x, paper_title)
