"""A comparison as one HTML page to be mailed: tables, charts and galleries, with nothing fetched from anywhere."""

import base64
import io
import time
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import pandas as pd

from matcher.benchmark.report_chart import dot_chart
from matcher.benchmark.results import Example, Row, Standings
from matcher.benchmark.systems import (
    ALONE_WORDS,
    DATA_WORDS,
    PAPER_SOURCE,
    PROTOCOL_TITLES,
    PROTOCOL_WORDS,
    PROTOCOLS,
    Protocol,
)
from matcher.benchmark.tables import (
    best_pair,
    briefly,
    by_model,
    measured_on,
    paper_f1_in_words,
    seconds_in_words,
    split_in_words,
    thresholds_in_words,
    why_empty,
    with_interval,
)
from matcher.errors import DataError
from matcher.images import open_image

STYLE = Path(__file__).parents[2] / "assets" / "report.css"
PHOTO_SIDE = 128  # px
MOST_PHOTO_BYTES = 1_500_000  # of the page; photos beyond it are left out
TITLE_LENGTH = 160
HEADINGS = ("Model", "Data", "F1", "Precision", "Recall", "Paper's F1", "Thresholds", "Training", "Encoding")
LEGEND = (
    '<p class="legend"><span>&#9679; original data</span><span>&#9632; balanced data</span>'
    '<span>&#10005; the paper, on Shopee</span><span class="text">titles</span><span class="image">photos</span>'
    '<span class="fused">both</span></p>'
)


def report_page(standings: Standings, listings: pd.DataFrame, thumbnails: Path) -> str:
    """Write the page.

    Args:
        standings: The comparison.
        listings: The catalog's listings, for titles and photos of the examples.
        thumbnails: Folder of their photos.

    Returns:
        HTML without a script, about two megabytes at most. Everything that came with the catalog is escaped.
    """
    name = escape(standings.catalog)
    day = time.strftime("%d %B %Y", time.gmtime(standings.updated))
    preset = "" if standings.epochs is None else f", at most {standings.epochs} epochs"
    sections = "".join(_protocol(standings, protocol) for protocol in PROTOCOLS)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; style-src '
        "'unsafe-inline'\">"
        f"<title>Encoders compared on {name}</title><style>{STYLE.read_text(encoding='utf-8')}</style></head><body>"
        f"<h1>Encoders compared on {name}</h1>"
        f"<p>{day}; {standings.preset} preset{preset}. {escape(split_in_words(standings))} No product stands on two "
        "sides, and products that share a photo or a title stand on one.</p>"
        f"{sections}{_galleries(standings, listings, thumbnails)}{_reading()}</body></html>\n"
    )


def _protocol(standings: Standings, protocol: Protocol) -> str:
    on = measured_on(standings, protocol)
    return (
        f"<section><h2>{PROTOCOL_TITLES[protocol]}</h2><p>{PROTOCOL_WORDS[protocol]}</p>"
        f"<figure>{dot_chart(standings, protocol)}<figcaption>F1 with its 95 % interval{'; ' if on else ''}{on}."
        f"</figcaption></figure>{LEGEND}"
        f"<table><thead><tr>{''.join(f'<th>{heading}</th>' for heading in HEADINGS)}</tr></thead>"
        f"{''.join(_model(rows, protocol) for rows in by_model(standings))}</table></section>"
    )


def _model(rows: Sequence[Row], protocol: Protocol) -> str:
    """The lines of one model."""
    lines = []
    for number, row in enumerate(rows):
        name = f'<th rowspan="{len(rows)}" scope="rowgroup">{escape(row.title)}</th>' if number == 0 else ""
        lines.append(f"<tr>{name}<td>{row.data}</td>{_cells(row, protocol)}</tr>")
    return f"<tbody>{''.join(lines)}</tbody>"


def _cells(row: Row, protocol: Protocol) -> str:
    measured, paper = row.measured(protocol), f"<td>{paper_f1_in_words(row)}</td>"
    if measured is None:
        why = escape(briefly(why_empty(row, protocol)))
        return f'<td colspan="3" class="none">{why}</td>{paper}<td></td><td></td><td></td>'
    f1 = f"<td><b>{measured.f1.value:.3f}</b> {_range(with_interval(measured.f1))}</td>"
    others = "".join(
        f"<td>{figure.value:.3f} {_range(with_interval(figure))}</td>"
        for figure in (measured.precision, measured.recall)
    )
    after = (
        thresholds_in_words(measured),
        seconds_in_words(row.training_seconds),
        seconds_in_words(row.encoding_seconds),
    )
    return f1 + others + paper + "".join(f"<td>{words}</td>" for words in after)


def _range(figure: str) -> str:
    """The interval of a figure in words, apart from the figure itself."""
    return f"<small>{figure.partition(' ')[2].strip('()')}</small>"


def _galleries(standings: Standings, listings: pd.DataFrame, thumbnails: Path) -> str:
    """What only photos and only titles found, of the pair of encoders that does best."""
    best = best_pair(standings)
    if best is None or best.apart is None:
        return ""
    apart, photo = best.apart, _photos(thumbnails)
    known = {str(item): (str(title), str(name)) for item, title, name in
             zip(listings["item_id"], listings["title"], listings["photo"], strict=True)}  # fmt: skip

    def gallery(heading: str, count: int, examples: Sequence[Example]) -> str:
        pairs = "".join(_pair(example, known, photo) for example in examples)
        shown = f"{min(count, len(examples))} of {count:,} pairs" if count > len(examples) else f"{count:,} pairs"
        return (
            f"<h3>{heading}</h3><p>{shown}, the least alike on the other side first.</p><div class=pairs>{pairs}</div>"
        )

    return (
        f"<section><h2>Found by only one encoder</h2><p>{escape(best.title)}, {best.data} data, unseen products: pairs "
        f"of one product that the photo alone finds ({apart.photo:,}), the title alone ({apart.title:,}), both "
        f"({apart.both:,}), none ({apart.neither:,}).</p>"
        f"{gallery('Only the photo found it', apart.photo, apart.photo_examples)}"
        f"{gallery('Only the title found it', apart.title, apart.title_examples)}</section>"
    )


def _pair(example: Example, known: dict[str, tuple[str, str]], photo: Callable[[str], str]) -> str:
    if example.left_id not in known or example.right_id not in known:
        return ""
    sides = "".join(
        f"<div>{photo(known[item][1])}<p>{escape(known[item][0][:TITLE_LENGTH])}</p></div>"
        for item in (example.left_id, example.right_id)
    )
    far = {"title": example.text, "photo": example.image}
    words = ", ".join(f"{side} {distance:.3f}" for side, distance in far.items())
    return f"<article><div class=two>{sides}</div><small>distance by {words}</small></article>"


def _photos(thumbnails: Path) -> Callable[[str], str]:
    """Photos as data, each made once, until there are too many of them."""
    made: dict[str, str] = {}

    def photo(name: str) -> str:
        if name and name not in made:
            used = sum(map(len, made.values()))
            made[name] = "" if used > MOST_PHOTO_BYTES else _as_data(thumbnails / name)
        data = made.get(name, "")
        return f'<img alt="" src="{data}">' if data else "<span>no photo</span>"

    return photo


def _as_data(path: Path) -> str:
    try:
        image = open_image(path)
    except DataError:
        return ""
    image.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=72)
    return f"data:image/jpeg;base64,{base64.b64encode(kept.getvalue()).decode()}"


def _reading() -> str:
    """How to read it all."""
    data = "; ".join(f"{name}: {words}" for name, words in DATA_WORDS.items())
    return (
        f"<section><h2>How to read this</h2><p>Data: {data}.</p><p>Precision, recall and F1 are means over the "
        "listings measured, each of its own matches, itself counted. The interval holds the middle 95 % of a thousand "
        "draws of products, each with all its listings; another training would move the figures a little too. A pair "
        "matches when its title or its photo is within its threshold. Figures fall as the pool grows: those of two "
        f"pools cannot be compared.</p><p>{escape(ALONE_WORDS)}</p>"
        f"<p>The paper's figures: {escape(PAPER_SOURCE)}</p></section>"
    )
