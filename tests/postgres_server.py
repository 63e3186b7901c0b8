"""A PostgreSQL of the tests' own: made in a folder under the system's temporary one, gone when they end."""

import grp
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LONGEST_START = 60  # seconds, on a machine that is busy with other tests
# A language that sorts unlike Python does, so that nothing rests on the order of the developer's own server.
IN_A_LANGUAGE = ["--locale-provider=icu", "--icu-locale=en-US"]
ALONE = ["-c", "listen_addresses="]  # by its socket only
IN_A_HURRY = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


class NoPostgres(Exception):
    """There is none to be had here; the message says why and what to do."""


def programs() -> Path:
    """The folder of the server's programs, which Debian keeps off the path.

    Raises:
        NoPostgres: It is not installed.
    """
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise NoPostgres("PostgreSQL is not installed (Debian and Ubuntu: sudo apt-get install postgresql).")


@contextmanager
def running_postgres() -> Iterator[str]:
    """Start a server with an empty database on a socket that only this user may reach; its URL.

    Raises:
        NoPostgres: It is not installed, or it does not start here.
    """
    bin_folder, user = programs(), _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="twinshelf-pg-"))  # not pytest's folder: a socket's path has to be short
    try:
        if user:
            shutil.chown(folder, **user)
        as_user: dict[str, Any] = {**user, "extra_groups": []} if user else {}
        as_user |= {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        _make_cluster(bin_folder, folder / "data", as_user)
        command = [str(bin_folder / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *ALONE, *IN_A_HURRY]
        with (folder / "log").open("wb") as log:
            server: subprocess.Popen[bytes] = subprocess.Popen(command, **as_user | {"stderr": log})
        try:
            _wait_for(server, folder, bin_folder)
            yield f"postgresql://twinshelf@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGINT)  # "fast": connections that are still open are ended
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> dict[str, str]:
    """Whom the server runs as where we are root, which it refuses to run as; nothing elsewhere."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name for entry in pwd.getpwall()}
    name = next((name for name in ("postgres", "nobody") if name in known), None)
    if name is None:
        raise NoPostgres("PostgreSQL does not run as root, and there is neither a user postgres nor nobody here.")
    return {"user": name, "group": grp.getgrgid(pwd.getpwnam(name).pw_gid).gr_name}


def _make_cluster(bin_folder: Path, data: Path, as_user: dict[str, Any]) -> None:
    command = [str(bin_folder / "initdb"), "-D", str(data), "-U", "twinshelf"]
    command += ["--auth=trust", "--encoding=UTF8", "--no-sync"]
    for options in (IN_A_LANGUAGE, []):  # a server older than 15, or built without ICU, sorts as the machine does
        made: subprocess.CompletedProcess[bytes] = subprocess.run([*command, *options], check=False, **as_user)
        if made.returncode == 0:
            return
        shutil.rmtree(data, ignore_errors=True)
    raise NoPostgres(f"PostgreSQL cannot be set up here: {made.stderr.decode(errors='replace').strip()}")


def _wait_for(server: subprocess.Popen[bytes], folder: Path, bin_folder: Path) -> None:
    end = time.monotonic() + LONGEST_START
    ask = [str(bin_folder / "pg_isready"), "-q", "-h", str(folder)]
    while subprocess.run(ask, check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > end:
            raise NoPostgres(f"PostgreSQL does not start here: {(folder / 'log').read_text(errors='replace')[-500:]}")
        time.sleep(0.1)
