"""Progress on stderr: one moving line on a terminal, a line every few seconds in a log."""

import sys
import time
from types import TracebackType
from typing import Self, TextIO

from matcher.progress import Progress, RateMeter, duration, seconds_left

SECONDS_BETWEEN = {True: 0.1, False: 5.0}  # two lines, on a terminal and in a log


class ProgressLine:
    """A Report for people. Use it in a `with`, so that the line is finished whatever happens."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._moving = self._stream.isatty()
        self._rate, self._step, self._width = RateMeter(), "", 0
        self._written = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._width:
            self._stream.write("\n")
            self._stream.flush()

    def __call__(self, progress: Progress) -> None:
        """Show the progress, if it is time to."""
        now = time.monotonic()
        new_step = progress.step != self._step
        self._step = progress.step
        rate = self._rate.measure(progress.step, progress.done, now)
        complete = progress.done == progress.total > 0
        due = now - self._written >= SECONDS_BETWEEN[self._moving]
        if due or (self._moving and (new_step or complete)):
            self._written = now
            self._write(described(progress, rate), new_step)

    def _write(self, line: str, new_step: bool) -> None:
        if not self._moving:
            self._stream.write(f"{line}\n")
        else:
            end_of_last = "\n" if new_step and self._width else "\r"
            self._stream.write(f"{end_of_last}{line:<{0 if new_step else self._width}}")
            self._width = len(line)
        self._stream.flush()


def described(progress: Progress, rate: float) -> str:
    """ "Reading photos: 120 of 500, 45 a second, 8 s left".

    Args:
        progress: How far the step is.
        rate: Units per second, 0 while not known.
    """
    parts = [f"{progress.done:,} of {progress.total:,}"] if progress.total else []
    if rate:
        parts.append(f"{rate:,.0f} a second" if rate >= 1 else f"{60 * rate:,.1f} a minute")
        left = seconds_left(progress.done, progress.total, rate)
        parts += [f"{duration(left)} left"] if left else []
    parts += [progress.message] if progress.message else []
    return f"{progress.step}: {', '.join(parts)}" if parts else progress.step
