"""What the database keeps of catalogs, verdicts and jobs, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from matcher.progress import seconds_left

ACTIVE = ("queued", "running")
"""States of a job that has not ended."""

MATCH, DIFFERENT, UNSURE, VARIANT = "match", "different", "unsure", "variant"
KINDS = (MATCH, DIFFERENT, UNSURE, VARIANT)
"""What a curator can say of a pair. The database takes these and SKIP; a new one is added here.

A variant is the same line in another size, colour or model: related, and not the same product.
"""
SKIP = "skip"
"""A pair that a curator put off: no verdict, but kept and taken back as one."""


SAME, NONE, TAKE_OUT, SPLIT = "same", "none", "take out", "split"
MERGE, RELATE, TAKE_OUT_AS_VARIANTS, LOCK, UNLOCK = "merge", "relate", "take out as variants", "lock", "unlock"
ACTIONS = (SAME, NONE, TAKE_OUT, TAKE_OUT_AS_VARIANTS, SPLIT, MERGE, RELATE, LOCK, UNLOCK)
"""What a curator can do with a group at once; each is taken back as one."""
MAIN, LEAVE_MAIN = "main", "leave main"
MAIN_ACTIONS = (MAIN, LEAVE_MAIN)
"""What a curator can do about a group's main listing: choose it, or leave that to the rule; taken back likewise."""

LONGEST_NOTE = 500


@dataclass(frozen=True)
class CatalogInfo:
    """One catalog of the workspace, without its listings.

    Attributes:
        id: Its folder's name.
        name: What the curator calls it.
        source: The file it was read from.
        listings: How many listings it has.
        photos: How many of them have a photo.
        labels: How many of them have a known product.
        problems: How many rows of the source were rejected or flawed.
        version: Changes whenever anything in the listings does.
        content: Changes whenever what encoders see does: ids, titles, photos, hashes.
        created: Seconds since 1970.
        updated: Seconds since 1970.
        problems_version: Changes whenever the list of problems does; "" for an upload with version 0.1.0.
    """

    id: str
    name: str
    source: str
    listings: int
    photos: int
    labels: int
    problems: int
    version: str
    content: str
    created: float
    updated: float
    problems_version: str = ""


@dataclass(frozen=True)
class Verdict:
    """A curator's word on a pair of listings.

    Attributes:
        left_id: The smaller of the two item ids.
        right_id: The larger one.
        kind: One of KINDS; SKIP for a pair that was put off.
        source: Where it was given: "browse", "review", "thresholds", "verdicts", "groups"; "import": from a file.
        sampled: How the pair came up: "chosen" by the curator, "doubtful", "random", or drawn for a "proof".
        made: Seconds since 1970.
        session: The browser and the tab it was given in, as "browser.tab"; "" for verdicts of 0.1.0 and of programs.
        curator: The name of who gave it, "" without one.
        note: What the curator wrote beside it, on one line of at most LONGEST_NOTE characters.
        action: The action on a group that it is part of; None for one that was given by itself.
    """

    id: int
    catalog_id: str
    left_id: str
    right_id: str
    kind: str
    source: str
    sampled: str
    made: float
    session: str = ""
    curator: str = ""
    note: str = ""
    action: int | None = None

    def is_own(self, session: str, curator: str = "") -> bool:
        """Whether it is this curator's to take back: of the same browser or the same name, or nobody's."""
        return is_own(self.session, self.curator, session, curator)


@dataclass(frozen=True)
class Action:
    """What a curator did with a group at once.

    Attributes:
        kind: One of ACTIONS or MAIN_ACTIONS.
        groups: The numbers of the group, and of the other one where there was one.
        item_ids: The listings that were on the screen, those of the group first; of MAIN_ACTIONS the main one first.
        count: How many listings left the group, or came to it.
        made: Seconds since 1970.
        session: The browser and the tab, see `Verdict`.
        curator: The name of who did it, "" without one.
    """

    id: int
    catalog_id: str
    kind: str
    groups: tuple[int, ...]
    item_ids: tuple[str, ...]
    count: int
    made: float
    session: str = ""
    curator: str = ""

    def is_own(self, session: str, curator: str = "") -> bool:
        """Whether it is this curator's to take back, as a verdict is."""
        return is_own(self.session, self.curator, session, curator)


def is_own(done_in: str, done_by: str, session: str, curator: str = "") -> bool:
    """Whether a curator may take back what was done in a session and by a name: their own, or nobody's."""
    same_browser = done_in.partition(".")[0] == session.partition(".")[0]
    return not done_in or same_browser or (bool(curator) and done_by == curator)


@dataclass(frozen=True)
class GroupLock:
    """A group that stays as it is, whatever recipe, encoder or verdict comes.

    Attributes:
        id: The lock's.
        item_ids: Its listings; those whose ids name other goods now are left out.
        curator: Who locked it, "" without a name.
    """

    id: int
    item_ids: tuple[str, ...]
    curator: str = ""


@dataclass(frozen=True)
class GroupNumbers:
    """The numbers that the groups of a catalog's listings were given.

    Attributes:
        numbers: Number of each listing's group by item id, from 1; also of listings that have left.
        last: The highest number that was ever given, 0 for none.
        revision: Changes whenever a number does.
    """

    numbers: Mapping[str, int]
    last: int = 0
    revision: int = 0


@dataclass(frozen=True)
class Job:
    """A long step that runs in its own process. Times are seconds since 1970, 0 while not reached."""

    id: str
    kind: str
    catalog_id: str
    config: dict[str, Any]
    state: str = "queued"  # then "running"; ends as "done", "failed" or "cancelled"
    step: str = ""
    done: int = 0
    total: int = 0  # 0 while not known
    message: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    cancel_requested: bool = False
    created: float = 0.0
    started: float = 0.0
    rate: float = 0.0  # units of the present step per second, 0 while not known
    updated: float = 0.0
    finished: float = 0.0

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ACTIVE

    @property
    def fraction(self) -> float | None:
        """Share of the present step that is done, 0..1; None while not known."""
        return min(self.done / self.total, 1.0) if self.total else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the present step ends at its rate so far; None while not known."""
        return seconds_left(self.done, self.total, self.rate)
