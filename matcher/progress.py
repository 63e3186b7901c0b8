"""How long work tells how far it is, without knowing who listens."""

from collections.abc import Callable
from dataclasses import dataclass


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
