"""A comparison as one HTML page to be mailed: tables, charts and galleries, with nothing fetched from anywhere."""

import base64
import io
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from matcher.benchmark import tables
from matcher.benchmark.report_chart import lay_out_chart
from matcher.benchmark.results import Example, Results, Row
from matcher.benchmark.systems import (
    ALONE_WORDS,
    DATA_WORDS,
    PAPER_SOURCE,
    PROTOCOL_TITLES,
    PROTOCOL_WORDS,
    PROTOCOLS,
)
from matcher.errors import DataError
from matcher.images import open_image

ASSETS = Path(__file__).parents[2] / "assets"
TEMPLATE, STYLE = "report.html", "report.css"
PHOTO_SIDE = 128  # px
MOST_PHOTO_BYTES = 1_500_000  # of the page; photos beyond it are left out
TITLE_LENGTH = 160
HEADINGS = ("Model", "Data", "F1", "Precision", "Recall", "Paper's F1", "Thresholds", "Training", "Encoding")
IN_TEMPLATE = (
    tables.describe_basis, tables.explain_empty, tables.paper_f1_in_words, tables.seconds_in_words,
    tables.shorten_reason, tables.split_in_words, tables.thresholds_in_words,
)  # fmt: skip


@dataclass(frozen=True)
class ShownListing:
    """A listing in a gallery: its title, cut, and its photo as data, "" where there is none."""

    title: str
    photo: str


@dataclass(frozen=True)
class ShownPair:
    """A pair in a gallery, and how far it is apart, in words."""

    left: ShownListing
    right: ShownListing
    distances: str


@dataclass(frozen=True)
class Gallery:
    """Pairs that only one side found, and how many of them are shown, in words."""

    heading: str
    shown: str
    pairs: list[ShownPair]


def report_page(results: Results, listings: pd.DataFrame, thumbnails: Path) -> str:
    """Write the page.

    Args:
        results: The comparison.
        listings: The catalog's listings, for titles and photos of the examples.
        thumbnails: Folder of their photos.

    Returns:
        HTML without a script, about two megabytes at most. Everything that came with the catalog is escaped.
    """
    best = tables.choose_best_pair(results)
    return (
        open_environment()
        .get_template(TEMPLATE)
        .render(
            results=results,
            day=time.strftime("%d %B %Y", time.gmtime(results.updated)),
            style=(ASSETS / STYLE).read_text(encoding="utf-8"),
            charts={protocol: lay_out_chart(results, protocol) for protocol in PROTOCOLS},
            models=list(tables.group_by_model(results)),
            headings=HEADINGS,
            best=best,
            galleries=_collect_galleries(best, listings, thumbnails) if best else [],
            protocol_titles=PROTOCOL_TITLES,
            protocol_words=PROTOCOL_WORDS,
            data_words=DATA_WORDS,
            alone_words=ALONE_WORDS,
            paper_source=PAPER_SOURCE,
        )
    )


def open_environment() -> Environment:
    """What turns the template into a page: it escapes all that is put in, and a name that is missing is an error."""
    environment = Environment(
        loader=FileSystemLoader(ASSETS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update({function.__name__: function for function in IN_TEMPLATE})
    return environment


def _collect_galleries(best: Row, listings: pd.DataFrame, thumbnails: Path) -> list[Gallery]:
    """What only photos and only titles found, of the pair of encoders that does best."""
    apart, photo = best.apart, _photo_reader(thumbnails)
    if apart is None:
        return []
    columns = zip(listings["item_id"], listings["title"], listings["photo"], strict=True)
    known = {str(item): (str(title), str(name)) for item, title, name in columns}

    def collect(heading: str, count: int, examples: Sequence[Example]) -> Gallery:
        shown = f"{min(count, len(examples))} of {count:,} pairs" if count > len(examples) else f"{count:,} pairs"
        there = (example for example in examples if {example.left_id, example.right_id} <= known.keys())
        return Gallery(heading, shown, [_show_pair(example, known, photo) for example in there])

    return [
        collect("Only the photo found it", apart.photo, apart.photo_examples),
        collect("Only the title found it", apart.title, apart.title_examples),
    ]


def _show_pair(example: Example, known: Mapping[str, tuple[str, str]], photo: Callable[[str], str]) -> ShownPair:
    left, right = (
        ShownListing(title[:TITLE_LENGTH], photo(name))
        for title, name in (known[example.left_id], known[example.right_id])
    )
    return ShownPair(left, right, f"distance by title {example.text:.3f}, photo {example.image:.3f}")


def _photo_reader(thumbnails: Path) -> Callable[[str], str]:
    """Gives photos as data, each read once, until there are too many of them."""
    read: dict[str, str] = {}

    def photo(name: str) -> str:
        if name and name not in read:
            used = sum(map(len, read.values()))
            read[name] = "" if used > MOST_PHOTO_BYTES else _as_data(thumbnails / name)
        return read.get(name, "")

    return photo


def _as_data(path: Path) -> str:
    """A photo as an address that holds it; "" if it cannot be opened."""
    try:
        image = open_image(path)
    except DataError:
        return ""
    image.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=72)
    return f"data:image/jpeg;base64,{base64.b64encode(encoded.getvalue()).decode()}"
