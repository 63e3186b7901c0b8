"""What was done to a group, as it stands in a sentence."""

from collections.abc import Sequence

from matcher.storage.records import (
    LEAVE_MAIN,
    LOCK,
    MAIN,
    MERGE,
    NONE,
    RELATE,
    SAME,
    SPLIT,
    TAKE_OUT,
    TAKE_OUT_AS_VARIANTS,
    UNLOCK,
    Action,
)

_SAID = {
    SAME: "judged {} to be one product",
    NONE: "judged {} to be no one product",
    TAKE_OUT: "took {count} out of {}",
    TAKE_OUT_AS_VARIANTS: "took {count} out of {} as variants",
    SPLIT: "split {} into two",
    MERGE: "merged {} with {other}",
    RELATE: "called {} a variant of {other}",
    LOCK: "locked {}",
    UNLOCK: "unlocked {}",
    MAIN: "chose the main listing of {}",
    LEAVE_MAIN: "left the main listing of {} to the rule",
}


def say_action(action: Action) -> str:
    """ "split group 12 into two"."""
    return _SAID[action.kind].format(
        _name(action.groups[:1]), other=_name(action.groups[1:]), count=f"{action.count:,}"
    )


def count_of(count: int, one: str, many: str) -> str:
    """ "1 listing", "3 listings"."""
    return f"{count:,} {one if count == 1 else many}"


def _name(groups: Sequence[int]) -> str:
    return f"group {groups[0]}" if groups else "a group"
