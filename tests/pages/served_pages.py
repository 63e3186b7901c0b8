"""The real server without a browser: started on a workspace, its pages opened over the line that a browser uses."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Subprotocol

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(workspace: Path, files: int = 1024) -> Iterator[tuple[int, int]]:
    """Start the app with so many open files allowed; its process and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.fileWatcherType", "none", "--server.address", "127.0.0.1"]
    log = workspace.parent / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            ["bash", "-c", f'ulimit -n {files} && exec "$@"', "-", *command],
            cwd=ROOT, env=os.environ | {"MATCHER_WORKSPACE": str(workspace)}, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while not _answers(port):
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield server.pid, port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
    except OSError:
        return False
    return True


def errors_of(port: int, page: str, query: str = "", kind: str = "ERROR") -> list[str]:
    """Open a page as a browser does, and leave: its lines of a kind, and what it shows of exceptions.

    Args:
        port: Of the server.
        page: Its name.
        query: What stands behind the question mark.
        kind: Of alerts; or "MARKDOWN" for all text that is no alert.
    """
    asked = BackMsg()
    asked.rerun_script.page_name = page
    asked.rerun_script.query_string = query
    shown = []
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    with connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None) as line:
        line.send(asked.SerializeToString())
        while True:
            message = ForwardMsg.FromString(line.recv(timeout=60))
            element = message.delta.new_element
            if element.WhichOneof("type") == "exception":
                shown.append(f"exception: {element.exception.message}")
            if element.WhichOneof("type") == "alert" and Alert.Format.Name(element.alert.format) == kind:
                shown.append(element.alert.body)
            if element.WhichOneof("type") == "markdown" and kind == "MARKDOWN":
                shown.append(element.markdown.body)
            if message.WhichOneof("type") == "script_finished":
                return shown
