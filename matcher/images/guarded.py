"""Decode strangers' photos in a process of its own, so that a photo made to harm ends that process and nothing else.

Decoders are compiled code: one that trips over a photo ends its process, without an exception that could be caught. The
child gets bounds on memory and time and is started again after it died. Between the two go bytes, each with its length
before it: a photo there; an error, a flaw and two JPEGs back.
"""

import os
import resource
import select
import signal
import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from matcher.errors import DataError
from matcher.images import WORKING_SIDE, jpeg, read_photo, thumbnail, working_copy

MEMORY = 3_000_000_000  # bytes of address space; the largest photo that is read takes about 1 GB
SECONDS = 60  # for one photo; the largest take two
_LENGTH = struct.Struct(">Q")


@dataclass(frozen=True)
class Copies:
    """What is kept of a photo.

    Attributes:
        working: The working copy as JPEG.
        small: The thumbnail as JPEG.
        flaw: What was wrong with the photo that does not show, "" if it is whole.
    """

    working: bytes
    small: bytes
    flaw: str


class PhotoReader:
    """One child that decodes photos, one at a time; it is started with the first one."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._child: subprocess.Popen[bytes] | None = None

    def read(self, photo: bytes) -> Copies:
        """Decode a photo that nobody vouches for, as `read_photo` does, and make its copies.

        Raises:
            DataError: As there; or the photo ends its reader, or takes too long.
        """
        child = self._child = self._child or _start()
        stdin, stdout = child.stdin, child.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            _write(stdin, [photo])
            in_time = select.select([stdout], [], [], SECONDS)[0]
            error, flaw, working, small = (_read(stdout) for _ in range(4)) if in_time else (b"", b"", b"", b"")
        except (BrokenPipeError, EOFError) as ended:
            self.close()
            raise DataError("The photo ended its reader, as damaged files do. Send it again, saved anew.") from ended
        except BaseException:  # broken off in the middle: what the child answers later belongs to no photo
            self.close()
            raise
        if not in_time:
            self.close()
            raise DataError(f"The photo takes more than {SECONDS} seconds to read. Save it anew, or smaller.")
        if error:
            raise DataError(error.decode())
        return Copies(working, small, flaw.decode())

    def close(self) -> None:
        """End the child, if there is one."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()


def _start() -> subprocess.Popen[bytes]:
    path = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return subprocess.Popen(
        [sys.executable, "-m", "matcher.images.guarded"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **threads, "PYTHONPATH": path},
    )


def _write(file: IO[bytes], parts: Sequence[bytes]) -> None:
    for part in parts:
        file.write(_LENGTH.pack(len(part)))
        file.write(part)
    file.flush()


def _read(file: IO[bytes]) -> bytes:
    """The next part.

    Raises:
        EOFError: Whoever was to write it has ended.
    """
    head = file.read(_LENGTH.size)
    part = file.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
    if len(head) < _LENGTH.size or len(part) < _LENGTH.unpack(head)[0]:
        raise EOFError
    return part


def _answer(photo: bytes) -> list[bytes]:
    try:
        read, flaw = read_photo(photo, side=WORKING_SIDE)
        image = working_copy(read)
        return [b"", flaw.encode(), jpeg(image), jpeg(thumbnail(image), quality=85)]
    except DataError as error:
        return [str(error).encode(), b"", b"", b""]


def main() -> None:
    """What the child does: bind itself, then decode until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asks
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            photo = _read(sys.stdin.buffer)
        except EOFError:
            return
        _write(sys.stdout.buffer, _answer(photo))


if __name__ == "__main__":
    main()
