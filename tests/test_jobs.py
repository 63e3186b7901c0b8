"""Real worker processes; what they do is decided by a module that their Python loads at its start."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest

from matcher import jobs
from matcher.errors import Cancelled, DataError, JobError
from matcher.pipeline.catalogs import DemoConfig, ImportConfig, ImportResult
from matcher.pipeline.encoding import EncodeConfig
from matcher.progress import Progress
from matcher.storage.records import Job
from matcher.storage.workspace import open_workspace

PATIENCE = 60.0  # seconds; a worker imports for a second or two, on a busy machine for many
WORK = """
    import os, sys, time
    from matcher.pipeline import catalogs
    from matcher.pipeline.catalogs import ImportConfig
    from matcher.errors import DataError
    from matcher.progress import Progress

    def work(workspace, config, report):
        if "refused" in config.name:
            raise DataError("The file is a poem; expected a table.")
        if "defect" in config.name:
            raise ZeroDivisionError("on purpose")
        for done in range(6000 if "slow" in config.name else 1):
            report(Progress("Waiting", done, 6000, "patiently"))
            print("working", os.getpid(), file=sys.stderr, flush=True)
            time.sleep(0.01)
        return catalogs.ImportResult(config.catalog_id, 3, 0, 0)

    catalogs.import_catalog = work

    from matcher.pipeline import encoding

    real = encoding.encode

    def encode(workspace, config, report):
        if config.catalog_id != "slow":
            return real(workspace, config, report)
        work(workspace, ImportConfig("", "slow"), report)
        return encoding.EncodeResult(0, 0.0)

    encoding.encode = encode
"""


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(textwrap.dedent(WORK))
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'hook'}{os.pathsep}{here}")
    workspace = open_workspace(tmp_path / "workspace")
    yield workspace
    for job in jobs.active(workspace):
        jobs.cancel(workspace, job.id)
        ended(workspace, job.id)


def until(workspace, job_id, condition):
    deadline = time.monotonic() + PATIENCE
    while not condition(job := jobs.get(workspace, job_id)):
        assert time.monotonic() < deadline, f"{job}\n{jobs.log_tail(workspace, job_id)}"
        time.sleep(0.05)
    return job


def ended(workspace, job_id):
    return until(workspace, job_id, lambda job: not job.active)


def at_work(workspace, job_id):
    return until(workspace, job_id, lambda job: job.done > 0)


def start(workspace, name):
    return jobs.start(workspace, "import", ImportConfig("shop.csv", name))


def files(workspace):
    return {file.suffix for file in workspace.job_files.iterdir()}


def test_a_job_runs_to_its_end(workspace):
    job = ended(workspace, start(workspace, "Shop"))
    assert (job.state, job.message, job.catalog_id) == ("done", "", "shop")
    counts = {"catalog_id": "shop", "listings": 3, "rejected": 0, "problems": 0}
    assert job.result == counts | {"note": "", "mapping": {}, "set_aside": 0}
    assert job.created <= job.started <= job.finished
    assert jobs.latest(workspace, "import", "shop") == jobs.latest(workspace, "import") == job
    assert jobs.active(workspace) == []
    assert ".lock" not in files(workspace)


def test_two_starts_find_one_job_and_its_progress(workspace):
    job_id = start(workspace, "slow")
    assert start(workspace, "slow") == job_id
    job = at_work(workspace, job_id)
    assert (job.state, job.step, job.total, job.message) == ("running", "Waiting", 6000, "patiently")
    assert [one.id for one in jobs.active(workspace)] == [job_id]
    assert until(workspace, job_id, lambda job: job.rate > 0).seconds_left > 0
    other = start(workspace, "slow too")
    assert other != job_id


def test_a_cancelled_job_stops(workspace):
    job_id = start(workspace, "slow")
    at_work(workspace, job_id)
    jobs.cancel(workspace, job_id)
    job = ended(workspace, job_id)
    assert (job.state, "kept" in job.message) == ("cancelled", True)
    assert start(workspace, "slow") != job_id


def test_a_killed_worker_is_told_from_a_slow_one(workspace):
    job_id = start(workspace, "slow")
    at_work(workspace, job_id)
    worker = int(jobs.log_tail(workspace, job_id, 1).split()[1])
    os.kill(worker, signal.SIGSTOP)
    time.sleep(0.5)
    assert jobs.get(workspace, job_id).state == "running"  # slow as can be, and alive
    os.kill(worker, signal.SIGKILL)
    job = ended(workspace, job_id)
    assert job.state == "failed"
    assert "process ended" in job.message
    assert "working" in job.message  # its last words
    assert ended(workspace, start(workspace, "Shop")).state == "done"


def test_a_job_outlives_the_program_that_started_it(workspace):
    script = f"""
        import time
        from pathlib import Path
        from matcher import jobs
        from matcher.pipeline.catalogs import ImportConfig
        from matcher.storage.workspace import open_workspace
        config = ImportConfig("shop.csv", "slow")
        print(jobs.start(open_workspace(Path({str(workspace.root)!r})), "import", config), flush=True)
        time.sleep(60)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as server:
        job_id = server.stdout.readline().strip()
        os.killpg(server.pid, signal.SIGKILL)  # as a terminal that closes, with all that it started
    assert at_work(workspace, job_id).state == "running"
    assert start(workspace, "slow") == job_id


def test_what_a_job_cannot_use_is_its_message(workspace):
    job = ended(workspace, start(workspace, "refused"))
    assert (job.state, job.message) == ("failed", "The file is a poem; expected a table.")


def test_a_defect_is_named_one_and_its_place_is_in_the_log(workspace):
    job_id = start(workspace, "defect")
    job = ended(workspace, job_id)
    assert job.state == "failed"
    assert "defect" in job.message
    assert "ZeroDivisionError" in job.message
    until(workspace, job_id, lambda job: "on purpose" in jobs.log_tail(workspace, job_id))


def test_an_import_and_an_encoding_of_one_catalog_do_not_meet(workspace):
    job_id = start(workspace, "slow")
    with pytest.raises(JobError, match="Wait for it"):
        jobs.start(workspace, "encode", EncodeConfig("slow", "tfidf", None))
    jobs.cancel(workspace, job_id)
    ended(workspace, job_id)


def test_programs_that_start_at_once_start_one_job(workspace):
    script = """
        import sys
        from multiprocessing import get_context
        from pathlib import Path
        from matcher import jobs
        from matcher.errors import JobError
        from matcher.pipeline.catalogs import ImportConfig
        from matcher.pipeline.encoding import EncodeConfig
        from matcher.storage.workspace import open_workspace
        root, *kinds = sys.argv[1:]
        forking = get_context("fork")  # the libraries are loaded once for all of them
        gate = forking.Barrier(len(kinds), timeout=50)
        configs = {"import": ImportConfig("shop.csv", "slow"), "encode": EncodeConfig("slow", "tfidf", None)}

        def start(kind):
            workspace = open_workspace(Path(root))
            gate.wait()
            try:
                said = jobs.start(workspace, kind, configs[kind])
            except JobError as error:
                said = f"refused: {error}"
            sys.stdout.write(f"{kind} {said}\\n")
            sys.stdout.flush()

        programs = [forking.Process(target=start, args=(kind,)) for kind in kinds]
        for program in programs:
            program.start()
        for program in programs:
            program.join()
    """
    kinds = ["import", "encode"] * 3
    command = [sys.executable, "-c", textwrap.dedent(script), str(workspace.root), *kinds]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=PATIENCE, check=True)
    said = [line.split(" ", 1) for line in done.stdout.splitlines()]
    assert sorted(kind for kind, _ in said) == sorted(kinds)
    (job,) = jobs.active(workspace)
    for kind, words in said:
        assert words == job.id if kind == job.kind else "A job is at work on this catalog" in words
    assert len(workspace.store.jobs()) == 1


def test_a_job_whose_starter_died_before_the_worker_lived_is_failed(workspace):
    workspace.store.add_job(Job("orphan", "encode", "shop", {}))
    assert jobs.get(workspace, "orphan").state == "failed"


def test_an_unknown_kind_is_refused(workspace):
    with pytest.raises(JobError, match="import, demo, encode"):
        jobs.start(workspace, "bake", DemoConfig())
    with pytest.raises(JobError, match="start it again"):
        jobs.get(workspace, "nobody")
    assert jobs.latest(workspace, "demo") is None
    assert jobs.log_tail(workspace, "nobody") == ""


@dataclass
class Writes:
    """A store that counts."""

    cancel: bool = False
    count: int = 0
    last: dict | None = None

    def update_job(self, job_id, **changes):
        self.count += 1
        self.last = changes
        return True

    def job(self, job_id):
        return Job(job_id, "encode", "shop", {}, cancel_requested=self.cancel)


@pytest.fixture
def reporter():
    writes = Writes()
    return jobs.Reporter(SimpleNamespace(store=writes), "1"), writes


def test_progress_is_not_written_at_every_report(reporter):
    report, writes = reporter
    for done in range(1, 1000):
        report(Progress("Reading", done, 1000))
    assert writes.count <= 3
    report(Progress("Reading", 1000, 1000))  # the last one always is
    assert writes.last["done"] == 1000
    report(Progress("Encoding", 0, 0))  # and the first of a step
    assert writes.last["step"] == "Encoding"


def test_a_report_stops_the_work_when_asked_to(reporter):
    report, writes = reporter
    writes.cancel = True
    with pytest.raises(Cancelled):
        report(Progress("Reading", 1, 10))


def test_in_this_process_the_end_is_recorded_and_a_defect_is_raised(workspace, monkeypatch):
    def fail(workspace, config, report):
        raise MemoryError

    monkeypatch.setitem(jobs.KINDS, "import", replace(jobs.KINDS["import"], function=fail))
    workspace.store.add_job(Job("1", "import", "shop", {"source": "a.csv", "name": "Shop"}))
    with pytest.raises(MemoryError):
        jobs.work(workspace, "1")
    assert workspace.store.job("1").state == "failed"
    assert "not enough memory" in workspace.store.job("1").message


def test_a_result_is_kept(workspace, monkeypatch):
    def do(workspace, config, report):
        assert config == ImportConfig("a.csv", "Shop")
        return ImportResult("shop", 1, 2, 3)

    monkeypatch.setitem(jobs.KINDS, "import", replace(jobs.KINDS["import"], function=do))
    workspace.store.add_job(Job("1", "import", "shop", {"source": "a.csv", "name": "Shop"}))
    jobs.work(workspace, "1")
    assert workspace.store.job("1").result["listings"] == 1
    workspace.store.add_job(Job("2", "import", "shop", {"source": "a.csv", "name": "Shop"}))
    monkeypatch.setitem(jobs.KINDS, "import", replace(jobs.KINDS["import"], function=refuse))
    jobs.work(workspace, "2")
    assert workspace.store.job("2").message == "no"


def refuse(workspace, config, report):
    raise DataError("no")
