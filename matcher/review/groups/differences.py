"""In what the listings of a group differ: facts of their titles, numbers and units first, then their other columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matcher.matching.title_facts.attributes import KINDS, MODEL, SIZE, read_titles
from matcher.review.pair_facts import OWN_COLUMNS, read_sizes
from matcher.text import fold


@dataclass(frozen=True)
class Difference:
    """One thing in which listings differ.

    Attributes:
        name: One of KINDS, as "volume", or a column.
        values: What each listing states, as it is written there; "" where it states nothing.
        is_fact: Whether it was read from titles, and is no column.
    """

    name: str
    values: tuple[str, ...]
    is_fact: bool

    def count(self) -> list[tuple[str, int]]:
        """Each value and how many listings state it, the most frequent first; not those that state nothing."""
        found: dict[str, list[str]] = {}
        for value in filter(None, self.values):
            found.setdefault(_key(value), []).append(value)
        return sorted(((same[0], len(same)) for same in found.values()), key=lambda each: -each[1])

    def is_rare(self, place: int) -> bool:
        """Whether a listing states something that fewer listings state than the most frequent."""
        counts = {_key(value): count for value, count in self.count()}
        own = counts.get(_key(self.values[place]), 0)
        return 0 < own and (own < max(counts.values()) or list(counts).index(_key(self.values[place])) > 0)


def compare_titles(titles: Sequence[str]) -> list[Difference]:
    """Read on which facts the titles of a group differ: amounts and counts first, then models, colours and sizes.

    A fact that some title states and others do not is no difference by itself.

    Args:
        titles: Of the listings.
    """
    known = read_titles(titles)
    found = []
    for kind in KINDS:
        stated = [read_sizes(title, known[title]) if kind == SIZE else known[title][kind] for title in titles]
        # One value is written in several ways, "0.5 l" and "500 ml": the first way stands for all.
        written: dict[frozenset[str], str] = {}
        for values in stated:
            # One model number is stored under several spellings: those that share one are the same.
            alike = (said for other, said in written.items() if kind == MODEL and other & values.keys())
            written.setdefault(frozenset(values), next(alike, ", ".join(dict.fromkeys(values.values()))))
        shown = tuple(written[frozenset(values)] if values else "" for values in stated)
        if len(set(filter(None, shown))) > 1:
            found.append(Difference(kind, shown, is_fact=True))
    return found


def compare_cells(columns: Mapping[str, Sequence[str]]) -> list[Difference]:
    """Find the other columns in which the listings of a group differ; an empty cell is no difference by itself.

    Args:
        columns: Column to the cells of the listings.
    """
    return [
        Difference(name, tuple(cells), is_fact=False)
        for name, cells in columns.items()
        if name not in OWN_COLUMNS and len({_key(cell) for cell in cells if cell.strip()}) > 1
    ]


def _key(value: str) -> str:
    return " ".join(fold(value).split())
