"""How long work tells how far it is, how fast and how long still, without knowing who listens."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias

RATE_WINDOW = 20.0  # seconds; long enough to be calm, short enough to forget a slow start
LEAST_RATE_WINDOW = 0.5  # seconds; a rate over less is noise
WHOLE_JOBS = ("Training", "Comparing encoders", "Finding the best recipe")
"""Steps that are a whole job of uneven parts, as epochs with measuring between: what is left of them is left of it."""
WEIGHTED_UNITS = 1_000  # of the whole work
GUESS = 0.05  # share of the work that the guess counts for when the rate so far corrects it


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


Heartbeat: TypeAlias = Callable[[], None]
"""Called every so often by work that knows no progress of its own; may raise Cancelled to stop it."""


def no_heartbeat() -> None:
    """Tell nobody."""


class HeartbeatReport:
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

    def beat(self) -> None:
        """Say that it is measured how good the encoder is; raises what the report raises."""
        before = f"{self._last.message}; " if self._last.message else ""
        self._report(replace(self._last, message=f"{before}measuring"))


class RateMeter:
    """How fast the present step goes. The time until its first unit, as a model loads, does not count."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._step = ""
        self._seen: deque[tuple[float, int]] = deque()

    def measure(self, step: str, done: int, now: float) -> float:
        """Note how far the step is.

        Args:
            step: Its name; another one starts anew.
            done: Units finished.
            now: Seconds, of any clock.

        Returns:
            Units per second, 0 while not known.
        """
        if step != self._step:
            self._step = step
            self._seen.clear()
        if done:
            self._seen.append((now, done))
        while step in WHOLE_JOBS and len(self._seen) > 2:
            del self._seen[1]  # the rate is over all parts alike, so the first and the last report tell it
        while step not in WHOLE_JOBS and len(self._seen) > 2 and now - self._seen[0][0] > RATE_WINDOW:
            self._seen.popleft()
        if len(self._seen) < 2 or now - self._seen[0][0] < LEAST_RATE_WINDOW:
            return 0.0
        (start, first), (end, last) = self._seen[0], self._seen[-1]
        return max(0.0, (last - first) / (end - start))


class WeightedProgress:
    """One progress over stages whose lengths are guessed beforehand; the rate so far corrects the guess."""

    def __init__(self, step: str, expected: float, report: Report, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the clock.

        Args:
            step: What is being done, in a curator's words.
            expected: Seconds that all stages together are expected to take.
            report: Told how far the whole is; may raise Cancelled.
            clock: Seconds.
        """
        self._step, self._expected, self._report, self._clock = step, max(expected, 1e-9), report, clock
        self._began, self._done = clock(), 0.0

    @contextmanager
    def stage(self, name: str, parts: Mapping[str, float]) -> Iterator[Report]:
        """Go through one stage.

        Args:
            name: What it is, for the message.
            parts: Step of the stage's own reports to the seconds it is expected to take, in order. A step that is not
                among them counts as the first.
        """
        steps = [*parts]

        def inner(progress: Progress) -> None:
            at = steps.index(progress.step) if progress.step in parts else 0
            before = sum(parts[step] for step in steps[:at])
            share = min(progress.done / progress.total, 1.0) if progress.total else 0.0
            message = progress.message or progress.step.lower()
            self._tell(self._done + before + share * parts[steps[at]], f"{name}: {message}")

        self._tell(self._done, name)
        yield inner
        self._done += sum(parts.values())

    def _tell(self, done: float, message: str) -> None:
        """Report how far the whole is, in expected seconds; the guess stands for a little work done as expected."""
        share, guessed = min(done / self._expected, 1.0), GUESS * self._expected
        rate = (done + guessed) / (self._clock() - self._began + guessed)
        left = seconds_left(done, self._expected, rate) or 0.0
        message = f"About {duration(left, rough=True)} left. {message}"
        self._report(Progress(self._step, int(WEIGHTED_UNITS * share), WEIGHTED_UNITS, message))


def seconds_left(done: float, total: float, rate: float) -> float | None:
    """How long a step will still take at its rate so far; None while nobody can tell.

    Args:
        done: Units finished; more than `total` counts as all.
        total: Units in all; 0 while not known.
        rate: Units per second, 0 while not known.
    """
    return max(0.0, total - done) / rate if total and rate else None


def duration(seconds: float, *, rough: bool = False) -> str:
    """How long something takes, in words: "8 s", "2 min 05 s", "1 h 05 min".

    Args:
        seconds: 0 or more.
        rough: Leaves the seconds away from a minute on, "2 min", as an estimate should.
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s" if whole else "under 1 s"
    if whole < 3600 and not rough:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
