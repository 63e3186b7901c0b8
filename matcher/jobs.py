"""Run a pipeline function in its own process: progress, cancel, and survival of whatever started it.

A worker holds a lock on a file for as long as it lives. It gets the lock from its starter at birth, and the kernel
drops it with the process, however that dies. So a job without the lock is dead and a job with it is at most slow.
"""

import atexit
import fcntl
import gc
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from matcher.benchmark import run, setup
from matcher.errors import Cancelled, JobError, MatcherError
from matcher.failures import explain_failure
from matcher.pipeline import catalogs, check_encoder, encoding, learn_rule, matches, model_diff, train_encoder
from matcher.pipeline.recipe_search import search
from matcher.progress import Progress, RateMeter, Report
from matcher.storage.records import Job
from matcher.storage.workspace import Workspace, open_workspace

SECONDS_BETWEEN_WRITES = 0.2  # of progress; a page polls once a second
LOG_LINES_IN_MESSAGE = 3
CHANGES_LISTINGS = ("import", "demo")  # kinds that nothing else on that catalog may run beside
NICENESS = 5  # pages come first when the processor is short


class Config(Protocol):
    """What a job is to do: a frozen dataclass of values that JSON can hold."""

    @property
    def catalog_id(self) -> str:
        """The catalog it works on."""
        ...


@dataclass(frozen=True)
class Kind:
    """A job that can be started: the class of its config and the function that does it."""

    config: type[Any]
    function: Callable[[Workspace, Any, Report], Any]


KINDS = {
    "import": Kind(catalogs.ImportConfig, catalogs.import_catalog),
    "demo": Kind(catalogs.DemoConfig, catalogs.open_demo),
    "encode": Kind(encoding.EncodeConfig, matches.find_matches),
    "learn": Kind(learn_rule.LearnConfig, learn_rule.learn_rule),
    "search": Kind(search.SearchConfig, search.search_recipe),
    "train": Kind(train_encoder.TrainJob, train_encoder.train_catalog),
    "compare": Kind(setup.CompareConfig, run.compare_catalog),
    "trial": Kind(check_encoder.CheckConfig, check_encoder.check_encoder),
    "before-after": Kind(model_diff.ModelDiffConfig, model_diff.prepare_model_diff),
}


def start(workspace: Workspace, kind: str, config: Config) -> str:
    """Start a job in its own process, or find the one that is running.

    Args:
        workspace: Where it works.
        kind: A name in KINDS.
        config: An instance of that kind's config.

    Returns:
        The job's id; if one of this kind runs for this catalog already, that one's.

    Raises:
        JobError: The kind is unknown, or another job on this catalog must end first.
    """
    if kind not in KINDS:
        raise JobError(f"There is no job {kind!r}; expected one of {', '.join(KINDS)}.")
    while True:
        job_id = uuid.uuid4().hex
        job = Job(job_id, kind, config.catalog_id, asdict(config), created=time.time())  # type: ignore[call-overload]
        if _started(workspace, job):
            return job_id
        others = [other for other in active(workspace) if other.catalog_id == config.catalog_id]
        for other in others:
            if other.kind == kind:
                return other.id
            if {kind, other.kind} & {*CHANGES_LISTINGS}:
                doing = other.step or other.kind
                raise JobError(f"A job is at work on this catalog ({doing}). Wait for it, or cancel it.")
        # What stood in the way has ended, or was found dead, by now: there is room.


def get(workspace: Workspace, job_id: str) -> Job:
    """One job as it is now.

    Raises:
        JobError: There is none of that id.
    """
    return _checked(workspace, workspace.store.job(job_id))


def latest(workspace: Workspace, kind: str, catalog_id: str | None = None) -> Job | None:
    """The newest job of a kind, for one catalog or for any."""
    found = workspace.store.jobs(kind=kind, catalog_id=catalog_id, limit=1)
    return _checked(workspace, found[0]) if found else None


def active(workspace: Workspace) -> list[Job]:
    """All jobs that wait or run, the newest first."""
    jobs = [_checked(workspace, job) for job in workspace.store.jobs(active=True)]
    return [job for job in jobs if job.active]


def cancel(workspace: Workspace, job_id: str) -> None:
    """Ask a job to stop; it does so at its next report. Nothing happens if it has ended."""
    workspace.store.update_job(job_id, cancel_requested=True)


def log_tail(workspace: Workspace, job_id: str, lines: int = 20) -> str:
    """The last lines that a job wrote to its log, "" if there are none."""
    try:
        with _log_file(workspace, job_id).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 200 * lines))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""


def _lock_file(workspace: Workspace, job_id: str) -> Path:
    return workspace.job_files / f"{job_id}.lock"


def _log_file(workspace: Workspace, job_id: str) -> Path:
    return workspace.job_files / f"{job_id}.log"


def _started(workspace: Workspace, job: Job) -> bool:
    """Start a job's worker, unless the database knows of one that stands in its way."""
    lock_file = _lock_file(workspace, job.id)
    lock = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)  # before anybody can know of the job, who else would find it dead
        if workspace.store.add_job(job, CHANGES_LISTINGS):
            _spawn(workspace, job.id, lock)
            return True
    finally:
        os.close(lock)  # the worker has it too; closing it here drops nothing
    lock_file.unlink()
    return False


def _spawn(workspace: Workspace, job_id: str, lock: int) -> None:
    path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
    with _log_file(workspace, job_id).open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "matcher.jobs", str(workspace.root), job_id],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "PYTHONPATH": path},
            pass_fds=[lock],
            start_new_session=True,  # so that it outlives the page server and its terminal
        )
    threading.Thread(target=worker.wait, daemon=True).start()  # else a worker that ended would stay as a zombie


def _checked(workspace: Workspace, job: Job) -> Job:
    """The job; if its worker died without a word, marked as failed first."""
    if not job.active or _held(_lock_file(workspace, job.id)):
        return job
    last_words = log_tail(workspace, job.id, LOG_LINES_IN_MESSAGE)
    message = "The process ended before it was done: stopped from outside, or out of memory. What is finished is kept."
    message += f" Its last words: {last_words}" if last_words else ""
    if workspace.store.update_job(job.id, state="failed", message=message, finished=time.time()):
        _lock_file(workspace, job.id).unlink(missing_ok=True)
    return workspace.store.job(job.id)


def _held(lock_file: Path) -> bool:
    """Whether a living process holds the lock."""
    try:
        with lock_file.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


class Reporter:
    """A Report that writes to the store, not too often, and stops the work when somebody asked for that."""

    def __init__(self, workspace: Workspace, job_id: str) -> None:
        self._workspace, self._job_id = workspace, job_id
        self._rate, self._step, self._written = RateMeter(), "", 0.0

    def __call__(self, progress: Progress) -> None:
        """Write the progress down.

        Raises:
            Cancelled: Somebody asked for it.
        """
        now = time.time()
        complete = progress.done == progress.total > 0
        if now - self._written < SECONDS_BETWEEN_WRITES and progress.step == self._step and not complete:
            return
        self._step, self._written = progress.step, now
        rate = self._rate.measure(progress.step, progress.done, now)
        store = self._workspace.store
        store.update_job(self._job_id, **asdict(progress), rate=rate, updated=now)
        if store.job(self._job_id).cancel_requested:
            raise Cancelled("Cancelled; what was finished is kept.")


def work(workspace: Workspace, job_id: str) -> None:
    """Do a queued job; its end is in the store, whatever it is, and a defect is raised as well."""
    job = workspace.store.job(job_id)
    kind = KINDS[job.kind]
    workspace.store.update_job(job_id, state="running", started=time.time(), updated=time.time())

    def end(state: str, message: str, **more: Any) -> None:
        workspace.store.update_job(job_id, state=state, message=message, finished=time.time(), **more)
        _lock_file(workspace, job_id).unlink(missing_ok=True)

    try:
        result = kind.function(workspace, kind.config(**job.config), Reporter(workspace, job_id))
    except Cancelled as error:
        end("cancelled", str(error))
    except MatcherError as error:
        end("failed", str(error))
    except BaseException as error:
        defect = f"A defect in this program, not in your data ({type(error).__name__}); its log tells where."
        end("failed", str(explain_failure(error) or defect))
        raise
    else:
        end("done", "", result=asdict(result))


if __name__ == "__main__":
    os.nice(NICENESS)
    atexit.register(gc.freeze)  # else Python looks through all that was loaded before it ends
    work(open_workspace(Path(sys.argv[1])), sys.argv[2])
