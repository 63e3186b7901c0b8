"""Verdicts that cannot all be true, each with the chain of others that says otherwise."""

from collections import defaultdict, deque
from collections.abc import Collection
from dataclasses import dataclass

from matcher.storage.records import DIFFERENT, MATCH, VARIANT, Verdict


@dataclass(frozen=True)
class Contradiction:
    """Two listings that were judged to be two products, and that other verdicts make one.

    Attributes:
        apart: The verdict "different" or "variant".
        chain: The fewest verdicts "same" that lead from one of its listings to the other, in that order. To change one
            of them, or `apart`, settles it, unless another chain says the same.
    """

    apart: Verdict
    chain: tuple[Verdict, ...]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """All that take part."""
        return self.apart, *self.chain


def find_contradictions(verdicts: Collection[Verdict]) -> list[Contradiction]:
    """Find the contradictions among verdicts in force, in the order of those that say "different" or "variant"."""
    links: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.kind == MATCH:
            links[verdict.left_id].append(verdict)
            links[verdict.right_id].append(verdict)
    found = []
    for verdict in verdicts:
        if verdict.kind in (DIFFERENT, VARIANT) and (chain := _shortest(links, verdict.left_id, verdict.right_id)):
            found.append(Contradiction(verdict, chain))
    return found


def _shortest(links: dict[str, list[Verdict]], start: str, end: str) -> tuple[Verdict, ...]:
    """The fewest links from one listing to another; empty where there is no way. Breadth first."""
    if start not in links or end not in links:
        return ()
    came_by: dict[str, Verdict] = {}
    waiting = deque([start])
    while waiting and end not in came_by:
        item_id = waiting.popleft()
        for link in links[item_id]:
            other = link.right_id if link.left_id == item_id else link.left_id
            if other not in came_by and other != start:
                came_by[other] = link
                waiting.append(other)
    chain = []
    at = end
    while at != start and at in came_by:
        chain.append(came_by[at])
        at = came_by[at].right_id if came_by[at].left_id == at else came_by[at].left_id
    return tuple(reversed(chain))
