"""The chart of a report: each model's F1 as a dot with its interval, as SVG that needs no script."""

from html import escape

from matcher.benchmark.results import Row, Standings
from matcher.benchmark.systems import CONTENDERS, Protocol
from matcher.benchmark.tables import by_model, paper_f1, with_interval

LEFT, WIDTH, RIGHT = 215, 560, 25  # px: names, scale, margin
TOP, LINE, GAP = 14, 19, 12  # px: above, for each row, between models
FLOOR_STEP = 0.1  # the scale starts at a whole tenth


def dot_chart(standings: Standings, protocol: Protocol) -> str:
    """One dot and interval for each row, round on original and square on balanced data; the paper's F1 as a cross."""
    floor = _floor(standings, protocol)
    marks, y = [], float(TOP)
    for rows in by_model(standings):
        middle = y + LINE * len(rows) / 2
        marks.append(f'<text x="{LEFT - 14}" y="{middle + 4:.1f}" class="name">{escape(rows[0].title)}</text>')
        for row in rows:
            marks.append(_mark(row, protocol, y + LINE / 2, floor))
            y += LINE
        y += GAP
    axis = _axis(floor, y)
    label = f"F1 of each model with its 95 % interval, {protocol} products"
    return (
        f'<svg viewBox="0 0 {LEFT + WIDTH + RIGHT} {y + 34:.0f}" role="img" aria-label="{label}">'
        f"{axis}{''.join(marks)}</svg>"
    )


def _floor(standings: Standings, protocol: Protocol) -> float:
    shown = [paper for row in standings.rows if (paper := paper_f1(row)) is not None]
    shown += [measured.f1.low for row in standings.rows if (measured := row.measured(protocol))]
    return max(0.0, int((min(shown, default=0.0) - 0.02) / FLOOR_STEP) * FLOOR_STEP)


def _x(value: float, floor: float) -> float:
    return LEFT + WIDTH * (value - floor) / (1 - floor)


def _mark(row: Row, protocol: Protocol, y: float, floor: float) -> str:
    measured, paper, cross = row.measured(protocol), paper_f1(row), ""
    if paper is not None:
        x = _x(paper, floor)
        told = f"<title>paper {paper:.3f}</title>"
        cross = f'<path class="paper" d="M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8">{told}</path>'
        if measured is None:
            cross += f'<text x="{x + 10:.1f}" y="{y + 4:.1f}" class="none">the paper only</text>'
    if measured is None:
        return cross
    low, high, at = (_x(value, floor) for value in (measured.f1.low, measured.f1.high, measured.f1.value))
    told = f"<title>{escape(row.title)}, {row.data} data: {with_interval(measured.f1)}</title>"
    dot = (
        f'<circle cx="{at:.1f}" cy="{y:.1f}" r="5"/>'
        if row.data == "original"
        else f'<rect x="{at - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9"/>'
    )
    line = f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return f'{cross}<g class="{CONTENDERS[row.model].modality}">{told}{line}{dot}</g>'


def _axis(floor: float, bottom: float) -> str:
    ticks = [round(floor + FLOOR_STEP * step, 1) for step in range(round((1 - floor) / FLOOR_STEP) + 1)]
    return "".join(
        f'<line class="grid" x1="{_x(tick, floor):.1f}" x2="{_x(tick, floor):.1f}" y1="{TOP - 6}" y2="{bottom:.0f}"/>'
        f'<text class="tick" x="{_x(tick, floor):.1f}" y="{bottom + 16:.0f}">{tick:.1f}</text>'
        for tick in ticks
    )
