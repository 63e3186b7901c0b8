"""What two listings state of themselves, side by side: facts read from titles, and the catalog's other columns."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matcher.matching.conflicts import name_conflicts
from matcher.matching.title_facts.attributes import KINDS, MODEL, SIZE, read_titles
from matcher.matching.title_facts.attributes import Stated as TitleFacts
from matcher.matching.title_facts.quantities import AMOUNTS
from matcher.text import fold

UNIT_FIRST = re.compile(r"\b([a-z]+) ?(\d+[.,]\d+)")
"""A word before a number with a fraction: its unit, "L 1.7"."""
UNIT_LAST = re.compile(r"(\d+(?:[.,]\d+)?) ?([a-z]+)")
OWN_COLUMNS = frozenset({"item_id", "title", "image", "photo", "phash", "label"})
"""Columns that have a place of their own beside a photo."""


@dataclass(frozen=True)
class Stated:
    """One kind of fact on which two titles differ.

    Attributes:
        kind: One of KINDS: "volume", "model", "colour"...
        left: What the left title states and the right one does not, as it is written there.
        right: The reverse.
        is_conflict: Whether the two cannot both be true of one product.
    """

    kind: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    is_conflict: bool


@dataclass(frozen=True)
class Compared:
    """One of the other columns, for both listings."""

    column: str
    left: str
    right: str
    differs: bool


def compare_statements(left: str, right: str) -> list[Stated]:
    """Read on which facts two titles differ, the contradictions first.

    Args:
        left: The title of the left listing.
        right: Of the right one.
    """
    known, conflicts = read_titles([left, right]), name_conflicts(left, right)
    found = []
    for kind in KINDS:
        one, other = known[left][kind], known[right][kind]
        if kind == SIZE:  # the "l" of "0.5 l" is no size of clothes
            one, other = read_sizes(left, known[left]), read_sizes(right, known[right])
        # One model number is stored under several spellings: each is named once.
        sides = [
            tuple(dict.fromkeys(written for value, written in mine.items() if value not in theirs))
            for mine, theirs in ((one, other), (other, one))
        ]
        if kind == MODEL and set(one) & set(other):
            continue
        if kind in AMOUNTS and not all(sides):
            sides = [_leave_written(mine, title) for mine, title in zip(sides, (right, left), strict=True)]
        if any(sides):
            found.append(Stated(kind, sides[0], sides[1], kind in conflicts))
    return sorted(found, key=lambda stated: not stated.is_conflict)


def read_sizes(title: str, known: TitleFacts) -> dict[str, str]:
    """The sizes of clothes that a title states, without words that are the unit of an amount, "0.5 l" or "L 1.7"."""
    units = {written.split()[-1] for kind in AMOUNTS for written in known[kind].values() if written.split()}
    units.update(unit for unit, _ in UNIT_FIRST.findall(fold(title)))
    return {value: written for value, written in known[SIZE].items() if written not in units}


def _leave_written(amounts: tuple[str, ...], title: str) -> tuple[str, ...]:
    """Amounts without those that another title writes with the unit first, of which no amount is read: "L 1.7"."""
    there = {(unit, _number(digits)) for unit, digits in UNIT_FIRST.findall(fold(title))}
    return tuple(
        amount for amount in amounts
        if not {(unit, _number(digits)) for digits, unit in UNIT_LAST.findall(fold(amount))} & there
    )  # fmt: skip


def _number(digits: str) -> float:
    return float(digits.replace(",", "."))


def say_statements(found: Sequence[Stated]) -> list[tuple[str, bool]]:
    """Say it in words, plain text: "The right one names 500 ml, the left 250 ml", "Only the left one names red and xl".

    Returns:
        Sentences, each with whether it is a contradiction; what only one title states comes last, in one sentence each.
    """
    said = [
        (f"The right one names {_list(stated.right)}, the left {_list(stated.left)}", stated.is_conflict)
        for stated in found if stated.left and stated.right
    ]  # fmt: skip
    for side in ("left", "right"):
        alone = [word for stated in found if not (stated.left and stated.right) for word in getattr(stated, side)]
        if alone:
            said.append((f"Only the {side} one names {_list(tuple(dict.fromkeys(alone)))}", False))
    return said


def _list(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def compare_columns(left: Mapping[str, str], right: Mapping[str, str]) -> list[Compared]:
    """Lay the other columns of two listings side by side: those that differ first, those that both leave empty not.

    Args:
        left: Column to cell.
        right: The same columns of the other listing.
    """
    rows = [
        Compared(column, cell, right[column], fold(cell).split() != fold(right[column]).split())
        for column, cell in left.items()
        if column not in OWN_COLUMNS and (cell or right[column])
    ]
    return sorted(rows, key=lambda row: not row.differs)
