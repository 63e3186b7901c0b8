"""How far a work of many legs is, and how long it still takes: one progress over all of them."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from matcher.progress import Progress, Report

UNITS = 1_000  # of the whole work
GUESS = 0.05  # share of the work that the guess counts for when the pace so far corrects it


class Course:
    """Progress over legs whose lengths are guessed beforehand; the pace so far corrects the guess."""

    def __init__(self, step: str, expected: float, report: Report, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the clock.

        Args:
            step: What is being done, in a curator's words.
            expected: Seconds that all legs together are expected to take.
            report: Told how far the whole is; may raise Cancelled.
            clock: Seconds.
        """
        self._step, self._expected, self._report, self._clock = step, max(expected, 1e-9), report, clock
        self._began, self._done = clock(), 0.0

    @contextmanager
    def leg(self, words: str, parts: Mapping[str, float]) -> Iterator[Report]:
        """Go one leg.

        Args:
            words: What it is, for the message.
            parts: Step of the leg's own reports to the seconds it is expected to take, in order. A step that is not
                among them counts as the first.
        """
        steps = [*parts]

        def inner(progress: Progress) -> None:
            at = steps.index(progress.step) if progress.step in parts else 0
            before = sum(parts[step] for step in steps[:at])
            share = min(progress.done / progress.total, 1.0) if progress.total else 0.0
            message = progress.message or progress.step.lower()
            self._tell(self._done + before + share * parts[steps[at]], f"{words}: {message}")

        self._tell(self._done, words)
        yield inner
        self._done += sum(parts.values())

    def _tell(self, done: float, message: str) -> None:
        share, guessed = min(done / self._expected, 1.0), GUESS * self._expected
        pace = (self._clock() - self._began + guessed) / (done + guessed)
        left = pace * (self._expected - done)
        told = f"{in_words(max(left, 0.0)).capitalize()} left. {message}"
        self._report(Progress(self._step, int(UNITS * share), UNITS, told))


def in_words(seconds: float) -> str:
    """ "less than a minute", "about 4 minutes", "about 3 hours"."""
    if seconds < 50:
        return "less than a minute"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"about {minutes} minute{'s' * (minutes != 1)}"
    return f"about {round(minutes / 60)} hours"
