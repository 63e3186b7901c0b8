"""A comparison as a table, and in words: what page, report and file all show."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from matcher.benchmark.measure import Measurement
from matcher.benchmark.results import Results, Row
from matcher.benchmark.systems import DATA, PAPER, PROTOCOLS, SYSTEMS, Protocol
from matcher.matching.bootstrap import Figure
from matcher.progress import duration

FIGURES = ("f1", "precision", "recall")
NOTHING_TRAINED = "Nothing is trained, so balancing changes nothing for unseen products."
MOST_CHARACTERS = 140  # of a reason in a table


def comparison_table(results: Results) -> pd.DataFrame:
    """Every row under every protocol, with numbers as they are; for a file."""
    return pd.DataFrame([_line_of(results, row, protocol) for protocol in PROTOCOLS for row in results.rows])


def _line_of(results: Results, row: Row, protocol: Protocol) -> dict[str, Any]:
    measured = row.measurement(protocol)
    line: dict[str, Any] = {"protocol": protocol, "model": row.title, "data": row.data}
    for name in FIGURES:
        figure: Figure | None = getattr(measured, name, None)
        line |= {name: figure and round(figure.value, 4)}
        line |= {f"{name}_low": figure and round(figure.low, 4), f"{name}_high": figure and round(figure.high, 4)}
    for name in ("pool", "listings", "products", "text_threshold", "image_threshold"):
        line[name] = getattr(measured, name, None)
    line |= {"training_seconds": row.training_seconds, "encoding_seconds": row.encoding_seconds}
    line |= {"encoders": " + ".join(row.encoders), "preset": results.preset, "paper_f1": paper_f1(row)}
    return line | {"note": explain_empty(row, protocol)}


def paper_f1(row: Row) -> float | None:
    """What the paper reports for the model on such data; None if it has no such model."""
    published = PAPER.get(row.model)
    if published is None:
        return None
    return published.original if row.data == "original" else published.balanced


def paper_f1_in_words(row: Row) -> str:
    """What the paper reports for the model, with three decimals; "" if it has no such model."""
    published = paper_f1(row)
    return "" if published is None else f"{published:.3f}"


def explain_empty(row: Row, protocol: Protocol) -> str:
    """Why a row has no figures under a protocol; "" if it has."""
    if row.measurement(protocol) is not None:
        return ""
    return row.reason or NOTHING_TRAINED


def shorten_reason(reason: str) -> str:
    """The beginning of a reason, where there is little room."""
    words = " ".join(reason.split())
    return words if len(words) <= MOST_CHARACTERS else f"{words[:MOST_CHARACTERS].rsplit(' ', 1)[0]} ..."


def format_interval(figure: Figure) -> str:
    """ "0.812 (0.774 to 0.846)"."""
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def thresholds_in_words(measured: Measurement) -> str:
    """ "title 0.412, photo 0.310"."""
    shown = {"title": measured.text_threshold, "photo": measured.image_threshold}
    return ", ".join(f"{side} {value:.3f}" for side, value in shown.items() if value is not None)


def seconds_in_words(seconds: float | None) -> str:
    """About how long training or encoding took: "12 s", "3 min"; "" for none."""
    return "" if seconds is None else duration(seconds, rough=True)


def describe_basis(results: Results, protocol: Protocol) -> str:
    """What the figures of a protocol were measured on: "78 listings of 30 products, in a pool of 501"."""
    kinds: dict[str, str] = {}
    for row in results.rows:
        measured = row.measurement(protocol)
        if measured:
            of = f"{measured.listings:,} listings of {measured.products:,} products, in a pool of {measured.pool:,}"
            kinds[row.data] = of
    if len({*kinds.values()}) == 1:
        return next(iter(kinds.values()))
    return "; ".join(f"{data} data: {kinds[data]}" for data in DATA if data in kinds)


def split_in_words(results: Results) -> str:
    """How the products were shared out."""
    sides = results.sides
    words = {"train": "trained on", "tune": "thresholds chosen on", "test": "measured on"}
    shares = ", ".join(
        f"{what} {sides[f'{side}_products']:,} products ({sides[f'{side}_listings']:,} listings)"
        for side, what in words.items()
    )
    return f"{sides['listings']:,} listings in all; of those with a known product, {shares}."


def choose_best_pair(results: Results) -> Row | None:
    """The pair of encoders that does best on unseen products; None if there is none."""
    pairs = [row for row in results.rows if row.apart is not None and row.unseen is not None]
    return max(pairs, key=lambda row: row.unseen.f1.value if row.unseen else 0.0, default=None)


def group_by_model(results: Results) -> Iterator[list[Row]]:
    """The rows of each model together, in the table's order."""
    for model in SYSTEMS:
        rows = [row for row in results.rows if row.model == model]
        if rows:
            yield rows
