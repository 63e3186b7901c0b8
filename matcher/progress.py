"""How long work tells how far it is, without knowing who listens."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias


@dataclass(frozen=True)
class Progress:
    """One report from a long step.

    Attributes:
        step: What is being done, in a curator's words: "Reading photos".
        done: Units finished, 0..total.
        total: Units in all; 0 while it is not known.
        message: Anything worth adding, or "".
    """

    step: str
    done: int
    total: int
    message: str = ""


Report = Callable[[Progress], None]
"""Called every so often with the progress; may raise Cancelled to stop the work."""


def silent(progress: Progress) -> None:
    """Listen to nothing."""


Tick: TypeAlias = Callable[[], None]
"""Called every so often by work that knows no progress of its own; may raise Cancelled to stop it."""


def nothing() -> None:
    """Tell nobody."""


class Pulse:
    """Passes progress on, and tells again how far it is while something in between takes its time.

    So that a cancel is noticed there too.
    """

    def __init__(self, report: Report) -> None:
        """Pass on to `report`."""
        self._report = report
        self._last = Progress("Training", 0, 1)

    def __call__(self, progress: Progress) -> None:
        """Pass progress on."""
        self._last = progress
        self._report(progress)

    def tick(self) -> None:
        """Say that it is measured how good the encoder is; raises what the report raises."""
        before = f"{self._last.message}; " if self._last.message else ""
        self._report(replace(self._last, message=f"{before}measuring"))
