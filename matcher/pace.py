"""How fast a step goes, from what it reported lately."""

from collections import deque

WINDOW = 20.0  # seconds; long enough to be calm, short enough to forget a slow start
LEAST = 0.5  # seconds; a rate over less is noise


class Pace:
    """The rate of the present step. The time until its first unit, as a model loads, does not count."""

    def __init__(self) -> None:
        self._step = ""
        self._seen: deque[tuple[float, int]] = deque()

    def rate(self, step: str, done: int, now: float) -> float:
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
        while len(self._seen) > 2 and now - self._seen[0][0] > WINDOW:
            self._seen.popleft()
        if len(self._seen) < 2 or now - self._seen[0][0] < LEAST:
            return 0.0
        (start, first), (end, last) = self._seen[0], self._seen[-1]
        return max(0.0, (last - first) / (end - start))
