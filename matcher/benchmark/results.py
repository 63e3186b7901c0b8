"""What a comparison came to, as one file in the catalog's folder: written after each row, read by page and report."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from matcher.atomic_file import atomic
from matcher.benchmark.measure import Measurement
from matcher.benchmark.systems import DATA, SYSTEMS, Protocol
from matcher.errors import DataError
from matcher.matching.bootstrap import Figure
from matcher.storage.workspace import Workspace

FORMAT = 1
FILE = "comparison.json"


@dataclass(frozen=True)
class Example:
    """A pair of one product with its distances; infinite where a listing has no title or no photo."""

    left_id: str
    right_id: str
    text: float
    image: float


@dataclass(frozen=True)
class Apart:
    """What only one side of a pair of encoders found, on unseen products.

    Attributes:
        photo: How many pairs of one product the photo alone found.
        title: How many the title alone found.
        both: How many both found.
        neither: How many none found.
        photo_examples: Some of the first.
        title_examples: Some of the second.
    """

    photo: int
    title: int
    both: int
    neither: int
    photo_examples: tuple[Example, ...]
    title_examples: tuple[Example, ...]


@dataclass(frozen=True)
class Row:
    """One model on one kind of data.

    Attributes:
        model: A key of SYSTEMS.
        data: "original" or "balanced".
        encoders: What reads titles, photos or both, as `load_encoder` takes it.
        unseen: Figures on products kept apart; None if there are none.
        seen: Figures on the products trained on; None if there are none.
        training_seconds: Of all its encoders; None where nothing is trained.
        encoding_seconds: Of the whole catalog by all its encoders; None where the vectors were there before.
        apart: For a pair of encoders.
        reason: Why there are no figures; "" if there are.
    """

    model: str
    data: str
    encoders: tuple[str, ...] = ()
    unseen: Measurement | None = None
    seen: Measurement | None = None
    training_seconds: float | None = None
    encoding_seconds: float | None = None
    apart: Apart | None = None
    reason: str = ""

    def measurement(self, protocol: Protocol) -> Measurement | None:
        """The figures under one protocol."""
        return self.unseen if protocol == "unseen" else self.seen

    @property
    def title(self) -> str:
        """The model's name on the screen."""
        return SYSTEMS[self.model].title


@dataclass(frozen=True)
class Results:
    """A comparison, finished or under way.

    Attributes:
        catalog_id: The catalog.
        catalog: Its name.
        version: Of the listings that were compared on.
        basis: Stands for listings, split and settings: rows of another basis cannot stand beside these.
        preset: "light" or "paper".
        epochs: At most; None for the preset's own.
        sides: Listings and products with a label on the train, tune and test sides, and listings in all.
        rows: In the order of SYSTEMS, original data first.
        seconds: Encoder to what was spent on it: "training", "encoding".
        updated: Seconds since 1970.
    """

    catalog_id: str
    catalog: str
    version: str
    basis: str
    preset: str
    epochs: int | None
    sides: dict[str, int]
    rows: tuple[Row, ...] = ()
    seconds: dict[str, dict[str, float]] = field(default_factory=dict)
    updated: float = 0.0

    def having(self, row: Row) -> "Results":
        """With a row added, or put in the place of an earlier one."""
        others = [other for other in self.rows if (other.model, other.data) != (row.model, row.data)]
        order = [*SYSTEMS]
        ranked = sorted([*others, row], key=lambda one: (order.index(one.model), DATA.index(one.data)))
        return replace(self, rows=tuple(ranked))

    def row(self, model: str, data: str) -> Row | None:
        """The row of a model on one kind of data."""
        return next((row for row in self.rows if (row.model, row.data) == (model, data)), None)

    def to_json(self) -> str:
        """Text that `from_json` reads back."""
        return json.dumps({"format": FORMAT} | asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> "Results":
        """Read what `to_json` wrote.

        Raises:
            DataError: It is something else.
        """
        try:
            values = json.loads(text)
            if values.pop("format") != FORMAT:
                raise ValueError("of another format")
            rows = tuple(
                _read_row(row) for row in values.pop("rows") if row["model"] in SYSTEMS and row["data"] in DATA
            )
            return cls(**values, rows=rows)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(f"The comparison cannot be read ({error}). Start it again.") from error


def results_file(workspace: Workspace, catalog_id: str) -> Path:
    """Where a catalog's comparison is kept."""
    return workspace.folder(catalog_id) / FILE


def load_results(workspace: Workspace, catalog_id: str) -> Results | None:
    """Read a catalog's comparison; None if there is none.

    Raises:
        DataError: The file is damaged.
    """
    try:
        return Results.from_json(results_file(workspace, catalog_id).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def save_results(workspace: Workspace, results: Results) -> None:
    """Write a comparison, replacing the one before at once.

    Raises:
        DataError: The disk is full.
    """
    with atomic(results_file(workspace, results.catalog_id)) as file:
        file.write(results.to_json().encode())


def _read_row(values: Mapping[str, Any]) -> Row:
    given = dict(values) | {"encoders": tuple(values["encoders"])}
    for protocol in ("unseen", "seen"):
        given[protocol] = _read_measurement(values[protocol])
    apart = values["apart"]
    if apart is not None:
        examples = {
            name: tuple(Example(**example) for example in apart[name]) for name in ("photo_examples", "title_examples")
        }
        given["apart"] = Apart(**(apart | examples))
    return Row(**given)


def _read_measurement(values: Mapping[str, Any] | None) -> Measurement | None:
    if values is None:
        return None
    figures = {name: Figure(**values[name]) for name in ("precision", "recall", "f1")}
    return Measurement(**(dict(values) | figures))
