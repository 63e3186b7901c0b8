"""Verdicts with the rows of their listings: where a few were added or taken back, only these are looked up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from matcher.review.verdicts import DIFFERENT, KINDS, RANDOM, VARIANT, FoundVerdicts
from matcher.storage.records import Verdict
from matcher.vectors.candidate_pairs import CandidatePairs

_PLACE = {kind: place for place, kind in enumerate(KINDS)}


@dataclass(frozen=True)
class PlacedVerdicts:
    """Verdicts, and where their listings stand in the catalog.

    Attributes:
        verdicts: V verdicts.
        n: Listings in the catalog.
        number: Shape (V,). Their ids.
        ends: Shape (V, 2). Rows of their listings; for one that has left the catalog a number from `n` on, the same
            one in each of its verdicts.
        kind: Shape (V,). The place of each kind in KINDS.
        is_drawn: Shape (V,). Whether the pair was drawn at random from all matches.
        gone: The numbers of listings that have left, by item id.
    """

    verdicts: Sequence[Verdict]
    n: int
    number: NDArray[np.int64]
    ends: NDArray[np.int64]
    kind: NDArray[np.int64]
    is_drawn: NDArray[np.bool_]
    gone: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_here(self) -> NDArray[np.bool_]:
        """Whether both listings are still in the catalog; shape (V,)."""
        return np.asarray((self.ends < self.n).all(axis=1))

    def says_as(self, other: "PlacedVerdicts") -> bool:
        """Whether these are the same verdicts on the same rows."""
        mine, theirs = ((placed.number, placed.ends, placed.kind) for placed in (self, other))
        return all(np.array_equal(one, another) for one, another in zip(mine, theirs, strict=True))

    def find(self, pairs: CandidatePairs) -> FoundVerdicts:
        """Where the verdicts stand among candidate pairs; those on other pairs are left out."""
        position = np.full(len(self.ends), -1, dtype=np.intp)
        here = self.is_here
        position[here] = pairs.find(*self.ends[here].T)
        seen = position >= 0
        return FoundVerdicts(position[seen], self.kind[seen], self.is_drawn[seen])

    def judged_rows(self) -> dict[str, NDArray[np.int64]]:
        """As `matcher.review.verdicts.judged_rows`, in arrays of shape (., 2)."""
        of = {kind: self.is_here & (self.kind == _PLACE[kind]) for kind in KINDS}
        of[DIFFERENT] = of[DIFFERENT] | of[VARIANT]
        return {kind: self.ends[which] for kind, which in of.items()}


def place_verdicts(
    rows: Mapping[str, int], verdicts: Sequence[Verdict], before: PlacedVerdicts | None = None
) -> PlacedVerdicts:
    """Find the rows of the listings that verdicts are about.

    Args:
        rows: Row of each item id, from 0 on.
        verdicts: Those in force, each pair once, as the database lists them.
        before: What this gave for the same rows and other verdicts.
    """
    number = np.fromiter((verdict.id for verdict in verdicts), dtype=np.int64, count=len(verdicts))
    before = before or PlacedVerdicts([], len(rows), np.zeros(0, np.int64), *_place(rows, [], {}))
    stays = np.isin(before.number, number, assume_unique=True)
    kept = list(compress(before.verdicts, stays.tolist()))
    if kept != verdicts[: len(kept)]:  # an earlier one stands again between them
        stays[:] = False
        kept = []
    new, gone = verdicts[len(kept) :], dict(before.gone)
    ends, kind, is_drawn = _place(rows, new, gone)
    return PlacedVerdicts(
        verdicts, len(rows), number, np.concatenate([before.ends[stays], ends]),
        np.concatenate([before.kind[stays], kind]), np.concatenate([before.is_drawn[stays], is_drawn]), gone,
    )  # fmt: skip


def _place(
    rows: Mapping[str, int], verdicts: Sequence[Verdict], gone: dict[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Ends, kind and is_drawn of some verdicts; listings that have left are added to those that are gone."""

    def row_of(item_id: str) -> int:
        row = rows.get(item_id)
        return gone.setdefault(item_id, len(rows) + len(gone)) if row is None else row

    ends = [(row_of(verdict.left_id), row_of(verdict.right_id)) for verdict in verdicts]
    return (
        np.array(ends, dtype=np.int64).reshape(-1, 2),
        np.array([_PLACE[verdict.kind] for verdict in verdicts], dtype=np.int64),
        np.array([verdict.sampled == RANDOM for verdict in verdicts], dtype=np.bool_),
    )
