"""Servers of the app for tests, each a process of its own, forked from one that has the libraries loaded already.

What takes two seconds of a server's start is the import of libraries, the same each time, and of `matcher`, which
reads no setting when it is imported. Pages are imported and Streamlit's settings are read after the fork, as by
`streamlit run`.
"""

import gc
import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

LIBRARIES = (
    "streamlit.web.cli", "plotly.graph_objects", "pandas", "pyarrow.parquet", "sqlalchemy", "scipy.sparse.csgraph",
    "PIL.Image", "filelock", "rapidfuzz.distance", "sqlalchemy.dialects.sqlite", "uvicorn.server",
    "uvicorn.protocols.http.h11_impl", "websockets.server", "anyio._backends._asyncio",
)  # fmt: skip
# With all that they import, these are nearly all of `matcher` that a page needs.
LIBRARY = (
    "matcher.jobs", "matcher.benchmark.report", "matcher.pipeline.groups.group_tables", "matcher.review.proof.sample",
)  # fmt: skip

_forking = get_context("forkserver")
_forking.set_forkserver_preload([*LIBRARIES, *LIBRARY])


def start_server(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path, *, is_forked: bool
) -> BaseProcess:
    """Run `streamlit` with these arguments in a folder, and write what it says to a file.

    If not forked, it starts as from a terminal, with nothing loaded.
    """
    context = _forking if is_forked else get_context("spawn")
    server = context.Process(target=_serve, args=(list(arguments), folder, dict(environment), log))
    server.start()
    return server


def _serve(arguments: list[str], folder: Path, environment: dict[str, str], log: Path) -> None:
    with log.open("wb") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    gc.freeze()  # or each collection looks through all that was loaded before the fork
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:] = [str(folder), *(path for path in sys.path if not path.startswith(str(folder / "tests")))]
    sys.argv = ["streamlit", *arguments]
    runpy.run_module("streamlit", run_name="__main__")
