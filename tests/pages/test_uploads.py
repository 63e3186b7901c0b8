"""A large upload is on disk as soon as it has arrived, and the memory of the server is free again."""

import http.client
import resource
import signal
import time
from pathlib import Path

import pytest
from served_pages import serving
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from pages._uploads.on_disk import SMALL, OnDisk, UploadsOnDisk

MEGABYTES = 64


@pytest.fixture
def uploads(tmp_path: Path) -> UploadsOnDisk:
    uploads = UploadsOnDisk("/upload")
    uploads.folder = tmp_path
    return uploads


def test_larger_files_are_on_disk_until_they_are_forgotten(uploads: UploadsOnDisk, tmp_path: Path) -> None:
    content = bytes(range(256)) * (SMALL // 256 + 1)
    for session in ("ana", "ben"):
        uploads.add_file(session, UploadedFileRec("1", "a.csv", "text/csv", content))
        uploads.add_file(session, UploadedFileRec("2", "b.csv", "text/csv", b"small"))
    large, small = uploads.get_files("ana", ["1", "2"])
    assert isinstance(large.data, OnDisk)
    assert large.data.path.read_bytes() == content
    assert small.data == b"small"
    shown = UploadedFile(large, None)  # type: ignore[arg-type]
    assert (shown.size, shown.getvalue()) == (len(content), b"")
    assert len(list(tmp_path.iterdir())) == 2
    uploads.add_file("ana", UploadedFileRec("1", "a.csv", "text/csv", content + b"anew"))  # sent once more
    assert len(list(tmp_path.iterdir())) == 2
    uploads.remove_file("ana", "1")
    uploads.remove_file("ana", "none")
    assert len(list(tmp_path.iterdir())) == 1
    uploads.remove_session_files("ben")
    assert list(tmp_path.iterdir()) == []
    assert uploads._total_bytes == len(b"small")


def test_a_full_disk_is_not_filled_further_by_halves(uploads: UploadsOnDisk, tmp_path: Path) -> None:
    bound = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL // 2, bound[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            uploads.add_file("ana", UploadedFileRec("1", "a.csv", "text/csv", bytes(SMALL + 1)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, bound)
        signal.signal(signal.SIGXFSZ, before)
    assert list(tmp_path.iterdir()) == []
    assert uploads.get_files("ana", ["1"]) == []


def test_a_large_upload_leaves_the_memory_of_the_server_as_it_was(tmp_path: Path) -> None:
    with serving(tmp_path / "workspace") as (server, port):
        address = f"ws://127.0.0.1:{port}/_stcore/stream"
        with connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None) as line:
            session = _open(line, "catalog")
            _put(port, session, "small", b"id,title\n" * 10)  # what the first upload loads stays
            before = memory(server)
            _put(port, session, "large", b"id,title\n" * (MEGABYTES * 1_000_000 // 9))
            deadline = time.monotonic() + 20
            while memory(server) > before + 0.4 * MEGABYTES and time.monotonic() < deadline:
                time.sleep(0.2)
            assert memory(server) <= before + 0.4 * MEGABYTES
            (kept,) = (tmp_path / "workspace" / "received").iterdir()
            assert kept.stat().st_size == MEGABYTES * 1_000_000 // 9 * 9


def memory(server: int) -> float:
    """Megabytes that a process uses."""
    return int(Path(f"/proc/{server}/statm").read_text().split()[1]) * 4096 / 1e6


def _open(line: ClientConnection, page: str) -> str:
    """Open a page; the id of the visit."""
    asked = BackMsg()
    asked.rerun_script.page_name = page
    line.send(asked.SerializeToString())
    session = ""
    while True:
        message = ForwardMsg.FromString(line.recv(timeout=60))
        session = message.new_session.initialize.session_id or session
        if message.WhichOneof("type") == "script_finished":
            return session


def _put(port: int, session: str, file_id: str, content: bytes) -> None:
    """Send a file as Streamlit's page does."""
    ask = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    ask.request("GET", "/_stcore/host-config")
    cookies = ask.getresponse()
    cookies.read()
    ask.request("GET", "/_stcore/health")
    health = ask.getresponse()
    health.read()
    cookie = (health.getheader("Set-Cookie") or cookies.getheader("Set-Cookie") or "").split(";")[0]
    body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\n' + content + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Cookie": cookie}
    headers["X-Xsrftoken"] = cookie.partition("=")[2].strip('"')
    ask.request("PUT", f"/_stcore/upload_file/{session}/{file_id}", body, headers)
    answer = ask.getresponse()
    assert answer.status == 204, answer.read()
    ask.close()
