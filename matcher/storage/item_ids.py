"""Ids that a program between two uploads has written in another way: `00001`, `1` and `1.0` are one number."""

import re
from collections import defaultdict
from collections.abc import Collection

from matcher.storage.records import Verdict

_NUMBER = re.compile(r"0*(\d+?)(?:\.0+)?", re.ASCII)


def number_of(item_id: str) -> str | None:
    """The whole number that an id writes, without leading noughts and without ".0"; None where it is another text."""
    found = _NUMBER.fullmatch(item_id)
    return found[1] if found else None


def renamed_ids(verdicts: Collection[Verdict], present: Collection[str]) -> dict[str, str]:
    """Find the present ids of listings that were known under ids which are gone.

    An id is only followed where no doubt is: the number stands for one listing before and for one now.

    Args:
        verdicts: Those in force, and skips.
        present: Ids of the listings as they are now.

    Returns:
        New id by old id.
    """
    known = {item_id for verdict in verdicts for item_id in (verdict.left_id, verdict.right_id)}
    gone = known.difference(present)
    if not any(map(number_of, gone)):
        return {}
    before, now = (_by_number(ids) for ids in (known, present))
    return {
        old: now[number][0]
        for old in sorted(gone)
        if (number := number_of(old)) is not None and len(before[number]) == len(now.get(number, ())) == 1
    }


def _by_number(ids: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for item_id in set(ids):
        if (number := number_of(item_id)) is not None:
            found[number].append(item_id)
    return found
