"""How many visits the server keeps after their line was cut, so that they never use up the files it may open.

A visit whose line is cut can be taken up again for some minutes. Streamlit keeps 128 of them, each with three open
files of its event loop, and a page that is reloaded is a line cut: 80 reloads used up the 256 files that some systems
allow a program, and then nobody got in. Here the oldest are let go sooner, and their files are closed at once.
"""

import resource
import time
from collections import OrderedDict

from streamlit.runtime import memory_session_storage
from streamlit.runtime.session_manager import SessionInfo

MOST_VISITS = 128
FILES_A_VISIT = 3  # an event poll and the two ends of what wakes it
SHARE = 2  # of the files that may be open, the part that cut visits may take: one half
WANTED_FILES = 4096  # that the server asks for; a system that allows fewer gives what it allows


class CutVisits:
    """Visits whose line is cut, the oldest first: Streamlit's `SessionStorage`."""

    def __init__(self, ttl_seconds: int = 120) -> None:
        """Keep them for so long, and at most as many as the open files allow."""
        self._ttl = ttl_seconds
        self._most = visits_allowed()
        self._kept: OrderedDict[str, tuple[float, SessionInfo]] = OrderedDict()

    def get(self, session_id: str) -> SessionInfo | None:
        """The visit, or None if it is not kept (any more)."""
        self._let_go()
        return self._kept[session_id][1] if session_id in self._kept else None

    def save(self, session_info: SessionInfo) -> None:
        """Keep a visit; the oldest goes if there are too many."""
        self.delete(session_info.session.id)
        self._kept[session_info.session.id] = (time.monotonic(), session_info)
        self._let_go()

    def delete(self, session_id: str) -> None:
        """Forget a visit without ending it: somebody has taken it up."""
        self._kept.pop(session_id, None)

    def list(self) -> list[SessionInfo]:
        """All that are kept."""
        self._let_go()
        return [info for _, info in self._kept.values()]

    def _let_go(self) -> None:
        """End the visits that are too old or too many."""
        while self._kept:
            cut, info = next(iter(self._kept.values()))
            if len(self._kept) <= self._most and time.monotonic() - cut < self._ttl:
                return
            self.delete(info.session.id)
            info.session.shutdown()


def visits_allowed() -> int:
    """How many cut visits may be kept with the open files that this process is allowed."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = MOST_VISITS * FILES_A_VISIT * SHARE if allowed == resource.RLIM_INFINITY else allowed
    return max(1, min(MOST_VISITS, allowed // SHARE // FILES_A_VISIT))


def bound_visits() -> None:
    """Ask for more open files, and make the server keep its cut visits here; before the server is made."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if most == resource.RLIM_INFINITY else min(WANTED_FILES, most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    memory_session_storage.MemorySessionStorage = CutVisits  # type: ignore[assignment, misc]
