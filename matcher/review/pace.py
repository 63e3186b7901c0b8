"""How fast a curator judges: answers a minute while at work, pauses left out."""

from collections.abc import Sequence
from itertools import pairwise

LONGEST_GAP = 60.0  # seconds; a longer one is a pause
FEWEST, MOST = 5, 30  # gaps between answers that are looked at


def measure_pace(times: Sequence[float], now: float) -> float | None:
    """Answers a minute over the last ones.

    Args:
        times: When answers were given, seconds since 1970, in any order.
        now: The present time; after a pause of ten gaps nothing is said until there are new answers.

    Returns:
        Answers a minute; None while there are too few.
    """
    given = sorted(times)
    if not given or now - given[-1] > 10 * LONGEST_GAP:
        return None
    gaps = [later - earlier for earlier, later in pairwise(given)]
    worked = [gap for gap in gaps[-MOST:] if 0 < gap <= LONGEST_GAP]
    return 60 * len(worked) / sum(worked) if len(worked) >= FEWEST else None
