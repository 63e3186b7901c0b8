"""One version of a catalog: whoever is killed or writes beside whom, pairs lie on the rows they were made of."""

import os
import shutil
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from matcher import jobs
from matcher.errors import DataError
from matcher.matching.recipe import Recipe
from matcher.pipeline import catalogs, encoding, matches, query
from matcher.pipeline.catalogs import ImportConfig
from matcher.pipeline.encoding import EncodeConfig
from matcher.storage import catalog_files, writer_lock
from matcher.storage.database import Store
from matcher.storage.files import fingerprint
from matcher.storage.workspace import open_workspace

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds
CONFIG = EncodeConfig("shop", "tfidf", "phash", k=3)
FIRST = ["steel kettle", "steel kettle new", "white shoe", "white shoe sale", "oak clock"]
SECOND = ["white shoe", "oak clock", "steel kettle", "white shoe new", "steel kettle sale", "garden hose"]


def upload(folder, titles, seed):
    """A table and its photos; the last row has no id, so that there is a problem to tell."""
    folder.mkdir(parents=True)
    rows = [(f"i{row}", title, f"{row}.png", title.split()[1]) for row, title in enumerate(titles)]
    for row in range(len(titles)):
        cells = (np.random.default_rng(seed + row).random((4, 4, 3)) * 255).astype(np.uint8)
        Image.fromarray(cells).resize((64, 64), Image.Resampling.BICUBIC).save(folder / f"{row}.png")
    rows += [("", f"nobody's {seed}", "", "")] * (1 + seed % 2)
    pd.DataFrame(rows, columns=["id", "title", "image", "label"]).to_csv(folder / "shop.csv", index=False)
    return ImportConfig(str(folder / "shop.csv"), "Shop", str(folder))


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    return upload(tmp_path_factory.mktemp("first") / "shop", FIRST, seed=0)


@pytest.fixture(scope="module")
def second(tmp_path_factory):
    return upload(tmp_path_factory.mktemp("second") / "shop", SECOND, seed=1)  # most photos are those of before


@pytest.fixture(scope="module")
def imported(tmp_path_factory, first):
    """The folder of a workspace with the first version; to be copied."""
    workspace = open_workspace(tmp_path_factory.mktemp("imported") / "workspace")
    catalogs.import_catalog(workspace, first)
    workspace.store.close()
    return workspace.root


@pytest.fixture
def workspace(tmp_path, imported):
    shutil.copytree(imported, tmp_path / "workspace")
    return open_workspace(tmp_path / "workspace")


def read(workspace):
    """The catalog, seen to be of one version, and the pairs that are shown on its rows."""
    info, catalog = workspace.open_catalog("shop")
    listings, problems = catalog.listings, workspace.load_problems("shop")
    assert catalog_files.version_of(listings) == info.version
    assert catalog_files.content_of(listings) == info.content
    assert fingerprint(problems.to_dict("list")) == info.problems_version
    named = listings.loc[listings["photo"] != "", "photo"]
    figures = (len(listings), len(named), int((catalog.codes >= 0).sum()), len(problems))
    assert figures == (info.listings, info.photos, info.labels, info.problems)
    for folder in (workspace.images("shop"), workspace.thumbnails("shop")):
        assert {file.name for file in folder.glob("*.jpg")} >= set(named)
    return list(listings["title"]), encoding.load_encoded(workspace, "shop")


def same_pairs(one, other):
    return one.n == other.n and all(
        np.array_equal(mine, yours)
        for mine, yours in [(one.left, other.left), (one.right, other.right), *zip(
            one.distance.values(), other.distance.values(), strict=True)]
    )  # fmt: skip


# What a process writes becomes visible by a name that is taken, a name that goes, or a transaction that is committed.
KILLER = """
import os, shutil, sys, threading
from pathlib import Path
import pyarrow.parquet, sklearn.feature_extraction.text, sparse_dot_topn  # else each child would load them
from sqlalchemy import event
from sqlalchemy.engine import Engine
from matcher.pipeline import catalogs, encoding
from matcher.storage.workspace import open_workspace

start, copies, source, images = map(Path, sys.argv[1:])

os.fsync = lambda _: None  # the machine goes on, only the process is killed

def kill_before(number):
    left, lock = number, threading.Lock()
    def tick(*_):
        nonlocal left
        with lock:
            left -= 1
            if left == 0:
                os._exit(9)
    def ticking(real):
        def act(*arguments, **named):
            tick()
            return real(*arguments, **named)
        return act
    os.replace, os.unlink = ticking(os.replace), ticking(os.unlink)
    event.listen(Engine, "commit", tick)

number = 0
while True:
    number += 1
    copy = copies / str(number)
    shutil.copytree(start, copy)
    child = os.fork()
    if child == 0:
        kill_before(number)
        workspace = open_workspace(copy)
        catalogs.import_catalog(workspace, catalogs.ImportConfig(str(source), "Shop", str(images)))
        encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", None, k=3))
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == 0:
        break
    assert code == 9, code
print(number)
"""


@pytest.mark.timeout(600)
def test_an_import_and_an_encoding_killed_at_any_write_leave_one_version(tmp_path, first, second, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: None)
    oldest = upload(tmp_path / "oldest" / "shop", FIRST[:3], seed=40)
    right = {}
    for name, configs in {"after": [second], "start": [oldest, first]}.items():  # the import has old files to remove
        workspace = open_workspace(tmp_path / name)
        for config in configs:
            catalogs.import_catalog(workspace, config)
        encoding.encode(workspace, replace(CONFIG, image=None))
        titles, encoded = read(workspace)
        right[tuple(titles)] = encoded.pairs
    workspace.store.close()
    (tmp_path / "copies").mkdir()
    command = [sys.executable, "-c", KILLER, workspace.root, tmp_path / "copies", second.source, second.images]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    writes = int(done.stdout) - 1
    assert writes > 20
    seen = set()
    for number in range(1, writes + 2):
        copy = open_workspace(tmp_path / "copies" / str(number))
        titles, encoded = read(copy)
        assert encoded is None or same_pairs(encoded.pairs, right[tuple(titles)]), f"killed at write {number}"
        seen.add((tuple(titles), encoded is None))
        if number % 3 == 1:
            catalogs.import_catalog(copy, second)  # goes on as if nothing had been
            assert read(copy)[0] == SECOND
            assert not list(copy.folder("shop").rglob("*.part")), f"killed at write {number}"
        copy.store.close()
    # Before the row, before the new pairs, and at the end.
    assert seen == {(tuple(FIRST), False), (tuple(SECOND), True), (tuple(SECOND), False)}


def test_pairs_are_never_laid_on_rows_they_were_not_made_of(workspace, second):
    encoded = encoding.encode_catalog(workspace, CONFIG)
    catalogs.import_catalog(workspace, second)  # as one that holds no lock would
    encoding.remember(workspace, encoded)
    assert encoding.load_encoded(workspace, "shop") is None


@pytest.mark.parametrize("step", [matches.hand_out, matches.evaluate])
def test_verdicts_are_those_on_the_listings_that_are_handed_out(workspace, monkeypatch, step):
    recipe, read = Recipe("tfidf", text_threshold=0.5, k=3), Store.verdicts

    def be_overtaken(store, catalog_id):
        with ThreadPoolExecutor() as pool, pytest.raises(DataError, match="is running"):
            pool.submit(lambda: workspace.writing("shop", patience=0).__enter__()).result()
        return read(store, catalog_id)

    monkeypatch.setattr(Store, "verdicts", be_overtaken)
    step(workspace, "shop", recipe)


def test_who_has_a_version_open_ends_on_it(workspace, first, second, tmp_path):
    encoding.encode(workspace, CONFIG)
    info, catalog = workspace.open_catalog("shop")
    encoded = encoding.load_encoded(workspace, "shop", info.content)
    catalogs.import_catalog(workspace, second)
    encoding.encode(workspace, CONFIG)
    pd.testing.assert_frame_equal(workspace.load_catalog("shop", info.version).listings, catalog.listings)
    assert len(workspace.load_problems("shop", info.problems_version)) == info.problems
    assert all((workspace.images("shop") / photo).exists() for photo in catalog.listings["photo"])
    assert encoding.load_encoded(workspace, "shop", info.content) is None  # the pairs are those of the new rows
    with pytest.raises(DataError, match="encode it first"):  # and nothing new is laid on the old ones
        query.query(workspace, "shop", title="kettle", encoded=encoded)
    assert query.query(workspace, "shop", title="kettle")["text"].index.max() < len(SECOND)
    catalogs.import_catalog(workspace, upload(tmp_path / "third", FIRST[:2], seed=70))
    with pytest.raises(DataError, match="imported anew meanwhile"):
        workspace.load_catalog("shop", info.version)
    with pytest.raises(DataError, match="imported anew meanwhile"):
        workspace.load_problems("shop", info.problems_version)


def test_a_new_label_leaves_the_pairs(workspace, first):
    encoding.encode(workspace, CONFIG)
    info = workspace.catalog_info("shop")
    table = pd.read_csv(first.source, dtype=str, keep_default_na=False).assign(label="one")
    other = Path(first.source).with_name("other.csv")
    table.to_csv(other, index=False)
    catalogs.import_catalog(workspace, replace(first, source=str(other)))
    assert workspace.catalog_info("shop").version != info.version
    assert encoding.load_encoded(workspace, "shop", info.content) is not None


def terminal(workspace, config, patience):
    """An import from a terminal that waits so many seconds for another writer."""
    script = f"""
        import sys
        from matcher.cli.main import cli
        from matcher.storage import writer_lock
        writer_lock.PATIENCE = {patience}
        sys.exit(cli(sys.argv[1:]))
    """
    arguments = ["import", config.source, "--images", config.images, "--name", "Shop", "--workspace", workspace.root]
    command = [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def once(act):
    """A report that does something when it first hears of the encoding."""
    done = []

    def report(progress):
        if not done:
            done.append(True)
            act()

    return report


def test_an_import_from_a_terminal_during_an_encoding_is_told_plainly(workspace, second):
    said = []

    def import_now():
        process = terminal(workspace, second, patience=0.2)
        said.append((process.communicate(timeout=PATIENCE)[1], process.returncode))

    encoding.encode(workspace, CONFIG, once(import_now))
    message, code = said[0]
    assert code == 2
    assert "Another import or encoding of the catalog shop is running" in message
    titles, encoded = read(workspace)
    assert titles == FIRST
    assert encoded.pairs.n == len(FIRST)


def test_an_import_from_a_terminal_during_an_encoding_may_wait(workspace, second):
    started = []
    encoding.encode(workspace, CONFIG, once(lambda: started.append(terminal(workspace, second, patience=PATIENCE))))
    message = started[0].communicate(timeout=PATIENCE)[1]
    assert started[0].returncode == 0, message
    assert read(workspace) == (SECOND, None)


def test_an_import_by_a_job_during_an_encoding_from_a_terminal_waits(workspace, second):
    started, seen = [], []

    def import_now():
        started.append(jobs.start(workspace, "import", second))
        deadline = time.monotonic() + PATIENCE
        while not (step := jobs.get(workspace, started[0]).step) and time.monotonic() < deadline:
            time.sleep(0.05)
        seen.append(step)

    encoding.encode(workspace, CONFIG, once(import_now))
    deadline = time.monotonic() + PATIENCE
    while (job := jobs.get(workspace, started[0])).active and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (job.state, job.message) == ("done", "")
    assert seen == [writer_lock.WAITING]
    assert read(workspace) == (SECOND, None)


def test_threads_of_one_program_take_turns(workspace):
    doing, most = [], []

    def write(number):
        with workspace.writing("shop", patience=PATIENCE):
            doing.append(number)
            most.append(len(doing))
            time.sleep(0.02)
            doing.remove(number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(8)))
    assert most == [1] * 8


def test_a_second_encoding_waits_for_the_first(workspace):
    with workspace.writing("shop"), workspace.writing("shop"):  # the same thread may
        os.utime(workspace.folder("shop") / writer_lock.LOCK)
    script = "import sys; from pathlib import Path; from matcher.storage.workspace import open_workspace\n"
    script += "with open_workspace(Path(sys.argv[1])).writing('shop'): print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", script, str(workspace.root)]
    reports = []
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(DataError, match="Another import or encoding"), workspace.writing("shop", patience=0.0):
            pass

        def kill(progress):
            reports.append(progress.step)
            holder.kill()  # a holder that dies drops the lock, however it dies

        encoding.encode(workspace, CONFIG, kill)
    assert reports[0] == writer_lock.WAITING
    assert encoding.load_encoded(workspace, "shop") is not None
