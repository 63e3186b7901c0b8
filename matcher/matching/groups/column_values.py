"""Values of a catalog's column, such as its sellers, by which listings are kept apart."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.text import fold
from matcher.vectors.candidate_pairs import CandidatePairs

COLUMNS_NAMED = 12  # in a message


def with_columns(pairs: CandidatePairs, listings: pd.DataFrame, columns: Sequence[str]) -> CandidatePairs:
    """The same pairs, which know the values of some columns; they themselves where none is asked for.

    Args:
        pairs: Pairs of N listings.
        listings: Shape (N, ...). A catalog's, all text.
        columns: Names of columns, as in `Recipe.columns`.

    Raises:
        DataError: The catalog has no such column.
    """
    if not columns:
        return pairs
    for column in columns:
        if column not in listings.columns:
            known = ", ".join(str(name) for name in listings.columns[:COLUMNS_NAMED])
            raise DataError(
                f"The recipe keeps listings apart by the column {column!r}, which the catalog does not have. There are "
                f"{known}: name one of them, or none."
            )
    return replace(pairs, values={column: number_values(listings[column].tolist()) for column in columns})


def number_values(cells: Sequence[str]) -> NDArray[np.int32]:
    """Number the values of a column: those that differ in nothing but letters' size, accents and blanks are one.

    Args:
        cells: N cells; "" where nothing is known.

    Returns:
        Shape (N,). From 0 on in order of appearance, -1 where nothing is known.
    """
    spelt = {cell: fold(cell) for cell in dict.fromkeys(cells)}
    numbers: dict[str, int] = {"": -1}
    for value in spelt.values():
        numbers.setdefault(value, len(numbers) - 1)
    return np.array([numbers[spelt[cell]] for cell in cells], dtype=np.int32)


def values_of(pairs: CandidatePairs, column: str) -> NDArray[np.int32]:
    """The value of each listing in a column as a number, -1 where it is not known; shape (N,).

    Raises:
        DataError: The pairs do not know the column.
    """
    if column not in pairs.values:
        raise DataError(f"The recipe keeps listings apart by the column {column!r}, and these pairs do not know it.")
    return pairs.values[column]


def same_value(pairs: CandidatePairs, column: str) -> NDArray[np.bool_]:
    """Whether the two of each pair are known to have one value in a column; shape (P,)."""
    value = values_of(pairs, column)
    return np.asarray((value[pairs.left] == value[pairs.right]) & (value[pairs.left] >= 0))
