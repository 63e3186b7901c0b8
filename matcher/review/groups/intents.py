"""From a group as it was drawn, and a key, to what is written: listings are named by their ids, as on the screen."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from matcher.errors import DataError
from matcher.review.groups.actions import Known, Plan, judge_none, judge_same, relate, split, take_out
from matcher.storage.history.actions import Intent
from matcher.storage.records import (
    DIFFERENT,
    LOCK,
    MERGE,
    NONE,
    RELATE,
    SAME,
    SPLIT,
    TAKE_OUT,
    TAKE_OUT_AS_VARIANTS,
    UNLOCK,
    VARIANT,
    Verdict,
)

MOST_AT_A_GLANCE = 300
"""Listings of a group that can be judged at a glance; of a larger one only a lock is meant by somebody."""


@dataclass(frozen=True)
class ShownGroup:
    """A group on the screen.

    Attributes:
        number: By which people know it.
        item_ids: Its listings.
        sides: For each listing 0 or 1: the part it is in without the weakest link.
        links: Item ids of two listings each, the surest link first; also between the group and the other one.
        is_locked: Whether it is locked.
        other: Number of the other group on the screen; None where there is none.
        other_ids: Its listings.
        is_other_locked: Whether that one is locked.
    """

    number: int
    item_ids: tuple[str, ...]
    sides: tuple[int, ...]
    links: Sequence[tuple[str, str]]
    is_locked: bool = False
    other: int | None = None
    other_ids: tuple[str, ...] = ()
    is_other_locked: bool = False

    def is_about(self, verdict: Verdict) -> bool:
        """Whether both listings of a verdict are on the screen."""
        return verdict.left_id in self._shown and verdict.right_id in self._shown

    @cached_property
    def _shown(self) -> frozenset[str]:
        """All listings on the screen: made once, for thousands of verdicts are looked at after each key."""
        return frozenset((*self.item_ids, *self.other_ids))


def intend(shown: ShownGroup, verdicts: Collection[Verdict], kind: str, ticked: Collection[str] = ()) -> Intent:
    """Say what an action writes, without writing it.

    Args:
        shown: The group, and the other one.
        verdicts: Those in force.
        kind: One of ACTIONS.
        ticked: Item ids of the listings that are ticked.

    Raises:
        DataError: A lock stands in the way, nothing is ticked, there is no other group, or there is too much to judge.
    """
    if kind in (LOCK, UNLOCK):
        if shown.is_locked == (kind == LOCK):
            raise DataError(f"Group {shown.number} is {'locked already' if shown.is_locked else 'not locked'}.")
        return Intent(kind, (shown.number,), shown.item_ids)
    if shown.is_locked:
        raise DataError(f"Group {shown.number} is locked; unlock it first.")
    with_other = kind in (MERGE, RELATE)
    if (count := max(len(shown.item_ids), len(shown.other_ids) if with_other else 0)) > MOST_AT_A_GLANCE:
        raise DataError(
            f"The group has {count:,} listings, more than the {MOST_AT_A_GLANCE} that can be judged at a glance; a "
            "stricter threshold takes it apart."
        )
    if with_other and (shown.other is None or not shown.other_ids):
        raise DataError("There is no other group on the screen; search for one.")
    if kind == MERGE and shown.is_other_locked:
        raise DataError(f"Group {shown.other} is locked; unlock it first.")
    ids = (*shown.item_ids, *(shown.other_ids if with_other else ()))
    place = {item_id: number for number, item_id in enumerate(ids)}
    plan = _plan(shown, kind, _know(shown, verdicts, place), [place[each] for each in ticked if each in place])
    said = [(ids[one], ids[other], word) for one, other, word in plan.verdicts]
    groups = (shown.number, *((shown.other or 0,) if with_other else ()))
    return Intent(kind, groups, ids, max(plan.leaving, plan.joining), said)


def _know(shown: ShownGroup, verdicts: Collection[Verdict], place: dict[str, int]) -> Known:
    """What is known of the listings, by their places on the screen."""

    def pair(one: str, other: str) -> tuple[int, int]:
        first, second = sorted((place[one], place[other]))
        return first, second

    given = {
        pair(verdict.left_id, verdict.right_id): verdict.kind
        for verdict in verdicts
        if verdict.left_id in place and verdict.right_id in place
    }
    return Known(given, [pair(*link) for link in shown.links if link[0] in place and link[1] in place])


def _plan(shown: ShownGroup, kind: str, known: Known, ticked: Sequence[int]) -> Plan:
    own = list(range(len(shown.item_ids)))
    others = list(range(len(own), len(own) + len(shown.other_ids)))
    if kind == SAME:
        return judge_same(own, known)
    if kind == NONE:
        return judge_none(own, known)
    if kind in (TAKE_OUT, TAKE_OUT_AS_VARIANTS):
        return take_out(own, ticked, known, DIFFERENT if kind == TAKE_OUT else VARIANT)
    if kind == SPLIT:
        return split([[each for each in own if shown.sides[each] == side] for side in (0, 1)], known)
    if kind == MERGE:
        return judge_same([*own, *others], known, len(others))
    if kind == RELATE:
        return relate(own, others, known)
    raise DataError(f"The action is {kind!r}, which a group does not know.")
