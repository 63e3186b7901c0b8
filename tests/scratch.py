"""Where tests write: into memory where there is plenty, because a disk keeps thousands of small databases waiting.

What a test wrote is deleted when it has passed, and the rest when all have; pytest keeps what a failed one wrote until
the next run. A folder that TMPDIR or --basetemp names is taken as it is.
"""

import os
import tempfile
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
MEMORY_INFO = Path("/proc/meminfo")
ROOM = 4 * 2**30  # bytes; all tests together are under a quarter of it at any time
MEMORY = 2 * ROOM  # bytes that have to be free besides what programs use, so that no test is short of them


def write_to_memory(memory: Path = SHARED_MEMORY, info: Path = MEMORY_INFO) -> None:
    """Make this process and those that it starts keep temporary files in memory, if that is right here."""
    if "TMPDIR" not in os.environ and has_room(memory) and free_memory(info) >= MEMORY:
        os.environ["TMPDIR"] = str(memory)
        tempfile.tempdir = None  # pytest has asked for the folder before; it is looked up anew


def has_room(folder: Path) -> bool:
    """Whether a folder is there, takes ROOM more bytes and programs that can be run."""
    if not os.access(folder, os.W_OK):
        return False
    at_hand = os.statvfs(folder)
    return at_hand.f_bavail * at_hand.f_frsize >= ROOM and not at_hand.f_flag & os.ST_NOEXEC


def free_memory(info: Path) -> int:
    """Bytes that programs can still have, as Linux tells it in `/proc/meminfo`; 0 where nothing does."""
    if not info.is_file():
        return 0
    told = dict(line.split(":", 1) for line in info.read_text().splitlines() if ":" in line)
    return int(told.get("MemAvailable", "0 kB").split()[0]) * 1024
