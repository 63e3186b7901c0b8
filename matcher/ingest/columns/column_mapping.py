"""Tell which column of a stranger's table is the id, the title, the photo, its hash and the known product."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

import pandas as pd

from matcher.errors import DataError
from matcher.ingest.cells import is_nothing
from matcher.ingest.columns import column_names as names
from matcher.ingest.columns.column_content import (
    LOOKED_AT,
    fits_hashes,
    fits_ids,
    fits_titles,
    holds_pictures,
    is_category,
    photo_rank,
    repeats,
    title_score,
)
from matcher.ingest.issues import Problem, shortened

COLUMNS_NAMED = 12  # in a message


@dataclass(frozen=True)
class ColumnMap:
    """The source's column for each thing that is known of a listing; None where there is none.

    Attributes:
        item_id: Without one, row numbers serve as ids.
        title: As the seller wrote it.
        image: A file name, a path in the photo folder or zip, or a link ending in the file's name; of several the
            first that is there.
        image_phash: 64-bit perceptual hash in 16 hex digits.
        label: Id of the product, where it is known.
    """

    item_id: str | None
    title: str | None
    image: str | None
    image_phash: str | None
    label: str | None

    def check(self, frame: pd.DataFrame) -> None:
        """Make sure that the columns exist, that none is used twice, and that there is something to match on.

        Raises:
            DataError: Otherwise.
        """
        used = [column for column in asdict(self).values() if column is not None]
        known = ", ".join(map(str, frame.columns))[:500]
        if missing := [column for column in used if column not in frame.columns]:
            raise DataError(f"There is no column {missing[0]!r}. Choose from: {known}.")
        if len(set(used)) < len(used):
            twice = next(column for column in used if used.count(column) > 1)
            raise DataError(f"Column {twice!r} is chosen for two things. Choose another for one of them, or none.")
        if not (self.title or self.image or self.image_phash):
            raise DataError(
                "No column holds titles, photos or photo hashes, so there is nothing to match on. "
                f"Choose one of them from: {known}."
            )


MEANINGS = tuple(field.name for field in fields(ColumnMap))


def recognise_columns(frame: pd.DataFrame, chosen: Mapping[str, str | None] | None = None) -> ColumnMap:
    """Guess the meaning of columns by their names and by what they hold.

    Args:
        frame: The table.
        chosen: Columns by meaning that somebody named, None for a meaning that no column has; the rest is guessed.
    """
    return guess_columns(frame, chosen)[0]


def guess_columns(
    frame: pd.DataFrame, chosen: Mapping[str, str | None] | None = None
) -> tuple[ColumnMap, list[Problem]]:
    """Guess as `recognise_columns`, and tell what the curator should look at.

    Raises:
        DataError: A meaning that there is not.
    """
    found: dict[str, str | None] = dict(chosen or {})
    if unknown := [meaning for meaning in found if meaning not in MEANINGS]:
        raise DataError(f"Columns have no meaning {unknown[0]!r}. Choose from: {', '.join(MEANINGS)}.")
    guess = _Guess(frame.head(LOOKED_AT), {column for column in found.values() if column})
    for meaning, look in (("image_phash", guess.hashes), ("title", guess.titles), ("image", guess.images),
                          ("item_id", guess.ids)):  # fmt: skip
        if meaning not in found:
            found[meaning] = guess.take(look())
    if "title" not in (chosen or {}) and found["title"] is None:
        found["title"] = guess.take(guess.title_by_content())
    if "label" not in found:
        found["label"] = guess.take(guess.labels(frame, found["title"]))
    if found["title"] is None and "title" not in (chosen or {}):
        guess.problems.append(_tell_no_title(frame))
    return ColumnMap(**found), guess.problems


def _tell_no_title(frame: pd.DataFrame) -> Problem:
    """Say that photos alone are compared, which columns there are, and how to choose one."""
    shown = [shortened(str(column)) for column in frame.columns[:COLUMNS_NAMED]]
    more = f" and {len(frame.columns) - len(shown):,} more" if len(frame.columns) > len(shown) else ""
    advice = (
        "If one of them does, choose it as Title on the Catalog page, or with --columns title=COLUMN; "
        "only photos are compared otherwise."
    )
    return Problem(1, "", "", f"No column holds titles. There are {', '.join(shown)}{more}.", advice)


class _Guess:
    """The columns that nobody has taken yet, and what was found of them."""

    def __init__(self, frame: pd.DataFrame, taken: set[str]) -> None:
        self._frame = frame
        self._taken = taken
        self.problems: list[Problem] = []

    def take(self, column: str | None) -> str | None:
        self._taken |= {column} if column else set()
        return column

    def _named(self, wanted: tuple[str, ...]) -> list[str]:
        """Free columns with one of these names, in the order of the names."""
        free: dict[str, list[str]] = {}
        for column, _ in self._left():
            free.setdefault(names.known_form(column), []).append(column)
        return [column for name in wanted for column in free.get(name, [])]

    def _left(self) -> list[tuple[str, pd.Series]]:
        """Free columns in the order of the table."""
        return [(str(column), cells) for column, cells in self._frame.items() if column not in self._taken]

    def hashes(self) -> str | None:
        named = self._named(names.PHASH)
        return next((column for column in named if fits_hashes(self._frame[column])), None)

    def titles(self) -> str | None:
        named = self._named(names.TITLE)
        fitting = [column for column in named if fits_titles(self._frame[column])]
        if fitting:  # of several languages the first that most rows have
            return next((column for column in fitting if (self._frame[column] != "").mean() > 0.5), fitting[0])
        scores = {column: title_score(self._frame[column]) for column in self._named(names.TITLE_IF_TEXT)}
        best = max(scores, key=lambda column: scores[column], default="")
        return best if best and scores[best] > 0 else next(iter(named), None)

    def title_by_content(self) -> str | None:
        """The column that can be nothing but titles, though its name does not say so; told where it is taken."""
        scores = {column: title_score(cells) for column, cells in self._left()}
        best = max(scores, key=lambda column: scores[column], default="")
        if best and scores[best] >= 1.0:
            advice = "Check it, and choose another column if that is wrong."
            self.problems.append(Problem(1, "", best, "No column is named as titles are; this one holds such.", advice))
            return best
        return None

    def images(self) -> str | None:
        named = self._named(names.IMAGE)
        fitting = [column for column in named if holds_pictures(self._frame[column])]
        if fitting:
            return fitting[0]
        others = {column: photo_rank(column, cells) for column, cells in self._left() if holds_pictures(cells)}
        return min(others, key=lambda column: others[column], default=next(iter(named), None))

    def ids(self) -> str | None:
        named = self._named(names.ITEM_ID)
        unique = [column for column in named if fits_ids(self._frame[column])]
        if unique:
            return unique[0]
        by_content = [c for c in self._named(names.ITEM_ID_IF_UNIQUE) if self._frame[c].is_unique]
        return next(iter([*named, *by_content]), None)

    def labels(self, frame: pd.DataFrame, title: str | None) -> str | None:
        """The first column that names products and not kinds of goods; those that do not are told."""
        titles = frame[title] if title in frame else None
        for column in self._named(names.LABEL):
            cells = frame[column].mask(frame[column].map(is_nothing), "")
            is_said = names.known_form(column) in names.LABEL_SAID
            if titles is not None and is_category(cells, titles, is_said=is_said):
                values = cells[cells != ""].nunique()
                found = f"{values:,} values over {len(frame):,} rows, with unlike titles under one: kinds of goods."
                advice = "It is not taken for known products. Choose it all the same if it names them."
                self.problems.append(Problem(1, "", column, found, advice))
            elif is_said or repeats(cells):
                return column
        return None
