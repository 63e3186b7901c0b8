"""Conflicts: what two titles state that cannot both be true of one product."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import IntEnum
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from matcher.errors import DataError
from matcher.matching.title_facts.attributes import (
    COLOUR,
    GENDER,
    KINDS,
    MATERIAL,
    MODEL,
    SERIES,
    SIZE,
    Attributes,
    attributes_of,
    read_titles,
)
from matcher.matching.title_facts.brands import other_brands
from matcher.matching.title_facts.quantities import AMOUNTS, COUNT
from matcher.vectors.candidate_pairs import CandidatePairs

Veto = Literal["units", "counts", "models", "colours", "sizes", "genders", "brands", "materials"]
"""What a curator may say makes another product of it."""

VETOES: tuple[Veto, ...] = get_args(Veto)
KINDS_OF: Mapping[Veto, tuple[str, ...]] = {
    "units": AMOUNTS,
    "counts": (COUNT,),
    "models": (MODEL,),
    "colours": (COLOUR,),
    "sizes": (SIZE,),
    "genders": (GENDER,),
    "brands": (),  # the whole catalog says which words they are; see `with_conflicts`
    "materials": (MATERIAL,),
}
USUAL: tuple[Veto, ...] = ("units", "counts", "models", "brands", "materials")
"""Without labels; colours, sizes and genders divide some catalogs, not all."""
BITS = np.uint16
"""What holds a bit for each veto, and one more."""
CONTRADICTED = BITS(1 << len(VETOES))
"""Beside the bits of the vetoes: model numbers contradict each other, and both are numbers that another title has, too.

What only one seller writes may be a number of their own; what two write names the product.
"""
FEWEST_TITLES = 2  # that state a model number, for it to be one of the maker's
PAIRS_AT_ONCE = 1 << 17


class Relation(IntEnum):
    """How what two titles state of one kind lies together."""

    NEITHER = 0
    """Neither states any."""
    ONE_SIDED = 1
    """One does, the other does not."""
    EQUAL = 2
    """Both state the same."""
    PARTIAL = 3
    """They share some, and one or both state more."""
    CONFLICT = 4
    """Both state some and share none."""


def relations(
    attributes: Attributes, kind: str, left: NDArray[np.integer], right: NDArray[np.integer]
) -> NDArray[np.uint8]:
    """Compare one kind of what is stated for many pairs.

    Args:
        attributes: Of N listings.
        kind: One of KINDS.
        left: Shape (P,). Rows.
        right: Shape (P,). Rows.

    Returns:
        Shape (P,). A `Relation` for each pair; the same for (left, right) as for (right, left).
    """
    matrix = attributes.stated[kind]
    size = np.diff(matrix.indptr)
    one, other = size[left], size[right]
    result = np.full(len(left), Relation.NEITHER, dtype=np.uint8)
    result[(one > 0) ^ (other > 0)] = Relation.ONE_SIDED
    both = np.flatnonzero((one > 0) & (other > 0))
    shared = _shared(matrix, left[both], right[both])
    equal = (shared == one[both]) & (shared == other[both])
    result[both] = np.where(equal, Relation.EQUAL, np.where(shared > 0, Relation.PARTIAL, Relation.CONFLICT))
    return result


def _shared(matrix: csr_matrix, left: NDArray[np.integer], right: NDArray[np.integer]) -> NDArray[np.float32]:
    """How many values both of a pair state; shape (P,)."""
    shared = np.zeros(len(left), dtype=np.float32)
    for start in range(0, len(left), PAIRS_AT_ONCE):
        block = slice(start, start + PAIRS_AT_ONCE)
        shared[block] = np.asarray(matrix[left[block]].multiply(matrix[right[block]]).sum(axis=1)).ravel()
    return shared


def conflicts_of(attributes: Attributes, left: NDArray[np.integer], right: NDArray[np.integer]) -> NDArray[np.uint16]:
    """Which vetoes each pair would meet by what each title states.

    Args:
        attributes: Of N listings.
        left: Shape (P,). Rows.
        right: Shape (P,). Rows.

    Returns:
        Shape (P,). One bit for each of VETOES, the first the lowest; see `vetoed`.
    """
    bits = np.zeros(len(left), dtype=BITS)
    for number, veto in enumerate(VETOES):
        for kind in KINDS_OF[veto]:
            bits[_contradict(attributes, kind, left, right)] |= BITS(1 << number)
    return bits


def with_conflicts(
    pairs: CandidatePairs, titles: Sequence[str], brands: frozenset[str] | None = None
) -> CandidatePairs:
    """The same pairs, with what the titles of the N listings contradict each other in, and CONTRADICTED beside it.

    Args:
        pairs: Of the N listings.
        titles: Of each.
        brands: Those of the catalog; None learns them from these titles.
    """
    attributes = attributes_of(titles)
    conflicts = conflicts_of(attributes, pairs.left, pairs.right)
    conflicts[other_brands(titles, pairs.left, pairs.right, brands)] |= BITS(1 << VETOES.index("brands"))
    named = _name_models(attributes, titles)
    conflicts[vetoed(conflicts, ("models",)) & named[pairs.left] & named[pairs.right]] |= CONTRADICTED
    return replace(pairs, conflicts=conflicts)


def stand_against(conflicts: NDArray[np.uint16], vetoes: Sequence[str]) -> NDArray[np.bool_]:
    """Whether each pair speaks against one group of its two, and not only for no match of them; shape (P,).

    Args:
        conflicts: Shape (P,). From `with_conflicts`.
        vetoes: Those of the rule; without "models" no pair does.
    """
    if "models" not in vetoes:
        return np.zeros(len(conflicts), dtype=np.bool_)
    return np.asarray(conflicts & CONTRADICTED != 0)


def _name_models(attributes: Attributes, titles: Sequence[str]) -> NDArray[np.bool_]:
    """Which listings state a model number that another title states, too; shape (N,)."""
    stated = attributes.stated[MODEL]
    distinct = np.unique(np.array(titles, dtype=np.str_), return_index=True)[1]
    often = np.asarray(stated[distinct].sum(axis=0)).ravel() >= FEWEST_TITLES
    return np.asarray(stated @ often.astype(np.float32) > 0)


def vetoed(conflicts: NDArray[np.uint16], vetoes: Iterable[str]) -> NDArray[np.bool_]:
    """Whether each pair meets one of the vetoes.

    Args:
        conflicts: Shape (P,). From `conflicts_of`.
        vetoes: Some of VETOES.

    Returns:
        Shape (P,).

    Raises:
        DataError: A veto is unknown.
    """
    wanted = set(vetoes)
    if unknown := sorted(wanted - set(VETOES)):
        raise DataError(f"The veto {unknown[0]!r} is unknown; expected some of {', '.join(VETOES)}.")
    mask = sum(1 << number for number, veto in enumerate(VETOES) if veto in wanted)
    return np.asarray((conflicts & BITS(mask)) != 0)


def name_conflicts(title: str, other: str) -> dict[str, str]:
    """What two titles contradict each other in, in words for a curator.

    Returns:
        Kind to words: {"volume": "250 ml against 500 ml"}. Empty where nothing would meet a veto.
    """
    pair = [title, other]
    attributes, known = attributes_of(pair), read_titles(pair)
    return {
        kind: " against ".join(", ".join(dict.fromkeys(known[each][kind].values())) for each in pair)
        for kind in KINDS
        if len(_contradict(attributes, kind, np.array([0]), np.array([1])))
    }


def _contradict(
    attributes: Attributes, kind: str, left: NDArray[np.integer], right: NDArray[np.integer]
) -> NDArray[np.intp]:
    """Positions of the pairs that cannot be one product by this kind.

    Model numbers count against each other only within a series, as M185 and M186 do. Sellers number their goods as they
    like: in catalogs of real goods, numbers of different series stand on one product.
    """
    rows = np.flatnonzero(relations(attributes, kind, left, right) == Relation.CONFLICT)
    if kind != MODEL:
        return rows
    return rows[_shared(attributes.stated[SERIES], left[rows], right[rows]) > 0]
