"""Read a stranger's file in a process of its own, so that a file made to harm ends that process and nothing else.

Readers of workbooks and columnar files are compiled code: they make room for what a file declares, and what cannot be
had ends the whole process, without an exception that could be caught. The child gets bounds on memory and time, and its
table comes back as an Arrow file and JSON: nothing is unpickled.
"""

import atexit
import gc
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.feather

from matcher.errors import DataError
from matcher.ingest.archive import is_archive
from matcher.ingest.issues import Problem
from matcher.ingest.read_options import ReadOptions, Sheet
from matcher.ingest.source import read_source
from matcher.ingest.table import Table

MEMORY = 1_500_000_000  # bytes that are in use; 300,000 rows of 300 characters take 0.7 (CSV) to 1.0 (Parquet) GB
SECONDS = 60  # of processor time; such a table takes 9 (CSV) to 14 (Excel)
MEMORY_SETTING, SECONDS_SETTING = "MATCHER_READ_MEMORY_MB", "MATCHER_READ_SECONDS"
RESERVED = 4_500_000_000  # bytes of addresses beyond those in use: libraries and threads reserve what they never use
WALL_SECONDS = 600  # a slow disk counts as well
LOOK_SECONDS = 0.02  # between two looks at the memory of the child, in which it takes at most some 50 MB
SMALL_TEXT = 4_000_000  # bytes; text below it is read here, a bounded line at a time: starting a process takes longer
MOST_SET = 1_000_000  # of either setting
_COMPILED = (b"PAR1", b"ARROW1", b"\xd0\xcf\x11\xe0")
_ADVICE = "Save it anew, as CSV if need be, or split it."


def read_guarded(source: Path, options: ReadOptions | None = None) -> Table:
    """Read as `read_source` does, within bounds.

    Raises:
        DataError: As there; or the file takes too much memory or time, or ends its reader.
    """
    if _is_small_text(source):
        return read_source(source, options)
    with tempfile.TemporaryDirectory() as folder:
        _run(source, options or ReadOptions(), Path(folder))
        return _received(Path(folder))


def _is_small_text(source: Path) -> bool:
    """Whether a file is text that no compiled reader sees; a file that is not there is told by the reader as well."""
    if not source.is_file():
        return True
    with source.open("rb") as file:
        start = file.read(16)
    return not is_archive(source) and not start.startswith(_COMPILED) and source.stat().st_size <= SMALL_TEXT


def _run(source: Path, options: ReadOptions, folder: Path) -> None:
    """Run the child, and wait for its end."""
    path = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])
    memory, seconds = _limit(MEMORY_SETTING, MEMORY, 1_000_000), _limit(SECONDS_SETTING, SECONDS)
    said = json.dumps(asdict(options) | {"memory": memory + RESERVED, "seconds": seconds})
    child = subprocess.Popen(
        [sys.executable, "-m", "matcher.ingest.guarded_reading", str(source), str(folder), said],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": path},
    )
    try:
        code = _watch(child, source.name, memory)
    finally:
        child.kill()
        child.wait()
    if code == -signal.SIGXCPU:
        allow = f"{SECONDS_SETTING}={2 * seconds} in the server's environment allows it more."
        raise DataError(f"{source.name} takes more than {seconds} seconds to read. {_ADVICE} {allow}")
    if code != 0:
        raise DataError(f"{source.name} cannot be read: it ended its reader, as damaged files do. {_ADVICE}")


def _limit(setting: str, usual: int, unit: int = 1) -> int:
    """A limit, as the environment sets it in its unit, or the usual one."""
    chosen = os.environ.get(setting, "").strip()
    if not chosen:
        return usual
    if not chosen.isascii() or not chosen.isdecimal() or not 1 <= int(chosen) <= MOST_SET:
        raise DataError(f"{setting} is {chosen[:40]!r}; expected a whole number from 1 to {MOST_SET:,}.")
    return int(chosen) * unit


def _watch(child: subprocess.Popen[bytes], name: str, memory: int) -> int:
    """Wait for the child's end; its exit code.

    Raises:
        DataError: It takes too long, or uses more memory than it may.
    """
    end = time.monotonic() + WALL_SECONDS
    while True:
        try:
            return child.wait(LOOK_SECONDS)
        except subprocess.TimeoutExpired as error:
            if time.monotonic() > end:
                raise DataError(f"{name} was not read within {WALL_SECONDS} seconds. {_ADVICE}") from error
        if _memory_of(child.pid) > memory:
            raise DataError(_too_much(name, memory))


def _too_much(name: str, memory: int) -> str:
    allow = f"{MEMORY_SETTING}={2 * memory // 1_000_000} in the server's environment allows it more."
    return f"{name} takes more memory to read than the {memory // 1_000_000:,} MB that a table may. {_ADVICE} {allow}"


def _memory_of(pid: int) -> int:
    """Bytes of memory that a process uses; 0 where the system does not say, as only Linux does."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def _received(folder: Path) -> Table:
    said = json.loads((folder / "said.json").read_text("utf-8"))
    if "error" in said:
        raise DataError(said["error"])
    received = pyarrow.feather.read_table(folder / "table.arrow", memory_map=False)
    series = {
        name: pd.Series(received.column(place).to_pylist(), dtype="str", index=said["rows"])
        for place, name in enumerate(said["columns"])
    }
    problems = tuple(Problem(**problem) for problem in said["problems"])
    sheets = tuple(Sheet(**sheet) for sheet in said["sheets"])
    return Table(pd.DataFrame(series), said["note"], problems, ReadOptions(**said["taken"]), sheets)


def _read_here(source: Path, folder: Path, options: ReadOptions) -> None:
    """Read in this process, which is the child, and leave the table in the folder."""
    try:
        table = read_source(source, options)
        columns = [pa.array(table.frame[column].tolist(), pa.large_string()) for column in table.frame.columns]
        numbered = pa.table(columns, names=[str(number) for number in range(len(columns))])
        pyarrow.feather.write_feather(numbered, str(folder / "table.arrow"), compression="uncompressed")
        said: dict[str, object] = {
            "note": table.note,
            "columns": [str(column) for column in table.frame.columns],
            "rows": [int(row) for row in table.frame.index],
            "problems": [asdict(problem) for problem in table.problems],
            "taken": asdict(table.taken),
            "sheets": [asdict(sheet) for sheet in table.sheets],
        }
    except DataError as error:
        said = {"error": str(error)}
    except (MemoryError, pa.ArrowMemoryError):
        said = {"error": _too_much(source.name, resource.getrlimit(resource.RLIMIT_AS)[0] - RESERVED)}
    (folder / "said.json").write_text(json.dumps(said), "utf-8")


def main(arguments: list[str]) -> None:
    """What the child does: bind itself, then read."""
    source, folder, said = arguments
    options = json.loads(said)
    memory, seconds = options.pop("memory"), options.pop("seconds")
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _read_here(Path(source), Path(folder), ReadOptions(**options))


if __name__ == "__main__":
    atexit.register(gc.freeze)  # else Python looks through all that was loaded before it ends
    main(sys.argv[1:])
