"""What an action on a group means as verdicts on pairs: as few as say it, so that it holds under every later recipe.

A part is one product where verdicts "same" lead from each of its listings to each other one; two such parts are two
products as soon as one pair between them is judged so. What earlier verdicts say already is not said again, and what
they say against the action is said anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from matcher.errors import DataError
from matcher.storage.records import DIFFERENT, MATCH, VARIANT

MOST_VERDICTS = 1_000
"""Verdicts of one action; more than a curator can mean."""

Pair = tuple[int, int]
"""Two rows, the smaller first."""
_SAYS = {MATCH: (MATCH,), DIFFERENT: (DIFFERENT, VARIANT), VARIANT: (VARIANT,)}  # a variant is another product too
_AGAINST = {MATCH: (DIFFERENT, VARIANT), DIFFERENT: (MATCH,), VARIANT: (MATCH, DIFFERENT)}


@dataclass(frozen=True)
class Plan:
    """What an action writes.

    Attributes:
        verdicts: Two rows, the smaller first, and what is said of them; in the order of rows.
        leaving: Listings that leave the group.
        joining: Listings that come to it.
    """

    verdicts: tuple[tuple[int, int, str], ...]
    leaving: int = 0
    joining: int = 0


@dataclass(frozen=True)
class Known:
    """What an action is made from.

    Attributes:
        given: What curators said of pairs, by pair.
        links: Pairs that are linked, the surest first: they are judged rather than others.
    """

    given: Mapping[Pair, str]
    links: Sequence[Pair]


def judge_same(rows: Sequence[int], known: Known, joining: int = 0) -> Plan:
    """All listings are one product; also of a group that another one is merged with.

    Args:
        rows: The listings, of both groups where two are merged.
        known: What is known of them.
        joining: How many of the listings come from the other group.
    """
    return Plan(_express([rows], [], known), joining=joining)


def judge_none(rows: Sequence[int], known: Known) -> Plan:
    """No two of the listings are one product.

    Raises:
        DataError: There are too many of them.
    """
    count = len(rows) * (len(rows) - 1) // 2
    if count > MOST_VERDICTS:
        raise DataError(
            f"{len(rows):,} listings make {count:,} pairs, and one action judges at most {MOST_VERDICTS:,}. "
            "Take out the ticked ones, or split the group first."
        )
    parts = [[row] for row in rows]
    every = [(one, other) for one in range(len(parts)) for other in range(one + 1, len(parts))]
    return Plan(_express(parts, every, known), leaving=len(rows) - 1)


def take_out(rows: Sequence[int], ticked: Iterable[int], known: Known, kind: str = DIFFERENT) -> Plan:
    """The ticked listings are not the product of the others, which are one; of each other they say nothing.

    Args:
        rows: The listings.
        ticked: Some of them, not all.
        known: What is known of them.
        kind: What they are to the others, "different" or "variant".

    Raises:
        DataError: None or all of the listings are ticked.
    """
    out = sorted(set(ticked) & set(rows))
    rest = [row for row in rows if row not in set(out)]
    if not out or not rest:
        raise DataError(f"{len(out)} of {len(rows)} listings are ticked; tick some, and not all, to take them out.")
    joined = _Joined(out)
    for (one, other), said in known.given.items():
        if said == MATCH and {one, other} <= set(out):
            joined.join(one, other)
    parts = [rest, *joined.parts()]  # of ticked ones that are known to be one product, one verdict tells all
    return Plan(_express(parts, [(0, part) for part in range(1, len(parts))], known, kind), leaving=len(out))


def split(parts: Sequence[Sequence[int]], known: Known) -> Plan:
    """The group is two products.

    Args:
        parts: The listings of each.
        known: What is known of them.
    """
    return Plan(_express(parts, [(0, 1)], known), leaving=min(len(part) for part in parts))


def relate(rows: Sequence[int], others: Sequence[int], known: Known) -> Plan:
    """Two groups are variants of each other: one word on the nearest two listings says so.

    Args:
        rows: The listings of the one group.
        others: Those of the other.
        known: What is known of all of them.
    """
    mine, theirs = set(rows), set(others)

    def crosses(pair: Pair) -> bool:
        return (pair[0] in mine and pair[1] in theirs) or (pair[0] in theirs and pair[1] in mine)

    if any(said == VARIANT and crosses(pair) for pair, said in known.given.items()):
        return Plan(())
    nearest = next(filter(crosses, known.links), _pair(rows[0], others[0]))
    return Plan(((*nearest, VARIANT),))


def _express(
    parts: Sequence[Sequence[int]], apart: Iterable[Pair], known: Known, kind: str = DIFFERENT
) -> tuple[tuple[int, int, str], ...]:
    """The verdicts that make one product of each part, and two of each two parts that are apart."""
    part_of = {row: number for number, rows in enumerate(parts) for row in rows}
    parted = {_pair(*two) for two in apart}
    inside = {pair: _pair(part_of[pair[0]], part_of[pair[1]]) for pair in (*known.given, *known.links)
              if pair[0] in part_of and pair[1] in part_of}  # fmt: skip
    said: dict[Pair, str] = {}
    for pair, before in known.given.items():
        if pair in inside:
            wanted = MATCH if inside[pair][0] == inside[pair][1] else kind if inside[pair] in parted else before
            if before in _AGAINST.get(wanted, ()):
                said[pair] = wanted
    stands = {pair: word for pair, word in {**known.given, **said}.items() if pair in inside}
    joined = _Joined(part_of)
    for pair, word in stands.items():
        if word == MATCH and inside[pair][0] == inside[pair][1]:
            joined.join(*pair)
    chains = [_pair(rows[0], row) for rows in parts for row in rows[1:]]
    within = [pair for pair in known.links if pair in inside and inside[pair][0] == inside[pair][1]]
    said |= {pair: MATCH for pair in (*within, *chains) if joined.join(*pair)}
    told = {inside[pair] for pair, word in stands.items() if word in _SAYS[kind]}
    nearest = {inside[pair]: pair for pair in reversed(known.links) if pair in inside}
    for two in sorted(parted - told):
        said[nearest.get(two, _pair(parts[two[0]][0], parts[two[1]][0]))] = kind
    return tuple((*pair, word) for pair, word in sorted(said.items()))


class _Joined:
    """Rows while they are joined into products."""

    def __init__(self, rows: Iterable[int]) -> None:
        self._parent = {row: row for row in rows}

    def join(self, one: int, other: int) -> bool:
        """Make one product of two; whether they were not one before."""
        first, second = self._root(one), self._root(other)
        self._parent[second] = first
        return first != second

    def parts(self) -> list[list[int]]:
        """The rows of each product, in the order of the first ones."""
        found: dict[int, list[int]] = {}
        for row in self._parent:
            found.setdefault(self._root(row), []).append(row)
        return list(found.values())

    def _root(self, row: int) -> int:
        while self._parent[row] != row:
            row = self._parent[row]
        return row


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)
