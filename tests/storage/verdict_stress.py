"""Curators that are killed at any moment, and many at once: nothing is lost, doubled or taken back by another.

`python tests/storage/verdict_stress.py` (with PYTHONPATH=.:tests) is the long form, on SQLite and on PostgreSQL: 250
kills in a labelling loop, and ten curators for a minute.
"""

import multiprocessing
import os
import random
import signal
import tempfile
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from matcher.storage.database import Store, sqlite_url
from matcher.storage.records import KINDS, SKIP

CATALOG = "shop"
LONGEST_START = 60  # seconds, on a machine that is busy with other tests
_FORK = multiprocessing.get_context("fork")  # a process that is there at once, for hundreds of them


def session_of(number: int) -> str:
    """The browser and tab of a curator."""
    return f"{number:016x}.{number:016x}"


def read_rows(url: str) -> dict[int, dict[str, Any]]:
    """All rows of verdicts and skips by id, past everything that the store makes of them."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT * FROM verdicts")).mappings().all()
    engine.dispose()
    return {row["id"]: dict(row) for row in rows}


def kill_labelling(url: str, kills: int, seed: int = 0) -> dict[str, int]:
    """Kill a process that labels new pairs, at a random moment, again and again; what was found in the end.

    Raises:
        AssertionError: A verdict that was confirmed is not there, one stands twice, or more than one for each kill was
            stored without its confirmation.
    """
    Store(url).close()
    moments, confirmed = random.Random(seed), set()
    for number in range(kills):
        ours, theirs = _FORK.Pipe(duplex=False)
        curator = _FORK.Process(target=_label, args=(url, number, theirs))
        curator.start()
        theirs.close()
        assert ours.poll(LONGEST_START), "no verdict was stored"
        time.sleep(moments.uniform(0, 0.06))
        assert curator.pid
        os.kill(curator.pid, signal.SIGKILL)
        curator.join()
        while True:
            try:
                confirmed.add(ours.recv())
            except EOFError:
                break
        ours.close()
    pairs = Counter((row["left_id"], row["right_id"]) for row in read_rows(url).values())
    lost, doubled = len(confirmed - pairs.keys()), sum(count > 1 for count in pairs.values())
    unconfirmed = len(pairs.keys() - confirmed)
    assert (lost, doubled) == (0, 0)
    assert unconfirmed <= kills
    store = Store(url)
    assert len(store.verdicts(CATALOG)) == len(pairs)
    store.close()
    return {"kills": kills, "confirmed": len(confirmed), "lost": lost, "doubled": doubled, "unconfirmed": unconfirmed}


def _label(url: str, number: int, confirm: Connection) -> None:
    """Label pairs that nobody has labelled, and confirm each once the store has returned."""
    store = Store(url)
    for turn in range(1_000_000):
        pair = (f"a{number:05}-{turn:05}", f"b{number:05}")
        store.add_verdict(CATALOG, *pair, "match", source="review", session=session_of(number))
        confirm.send(pair)


def crowd(url: str, curators: int, seconds: float) -> dict[str, int]:
    """Let curators judge, skip and take back the same few pairs at once; what was found in the end.

    Raises:
        AssertionError: A row of theirs is missing, changed, doubled, or was taken back by somebody else.
    """
    Store(url).close()
    lines, running = [], []
    for number in range(curators):
        ours, theirs = _FORK.Pipe(duplex=False)
        running.append(_FORK.Process(target=_judge, args=(url, number, seconds, theirs)))
        running[-1].start()
        theirs.close()
        lines.append(ours)
    said: dict[int, tuple[str, str, str, str]] = {}
    undone: Counter[int] = Counter()
    strangers = 0
    for number, line in enumerate(lines):
        given, taken = line.recv()
        assert not said.keys() & given.keys(), "one row was confirmed to two curators"
        said |= given
        undone.update(taken)
        strangers += sum(verdict_id not in given for verdict_id in taken)
        running[number].join()
        assert running[number].exitcode == 0
    rows = read_rows(url)
    stored = {key: (row["session"], row["left_id"], row["right_id"], row["kind"]) for key, row in rows.items()}
    lost, doubled = len(said.keys() - stored.keys()), len(stored.keys() - said.keys())
    assert stored == said
    assert strangers == 0
    assert {key for key, row in rows.items() if row["undone"] is not None} == set(undone)
    assert set(undone.values()) <= {1}
    standing = [(row["left_id"], row["right_id"], key) for key, row in rows.items()
                if row["undone"] is None and row["kind"] != SKIP]  # fmt: skip
    latest: dict[tuple[str, str], int] = {}
    for left, right, key in sorted(standing, key=lambda row: row[2]):
        latest[left, right] = key
    store = Store(url)
    assert {(v.left_id, v.right_id): v.id for v in store.verdicts(CATALOG)} == latest
    store.close()
    return {"curators": curators, "rows": len(rows), "undone": len(undone), "lost": lost, "doubled": doubled,
            "taken back by another": strangers}  # fmt: skip


def _judge(url: str, number: int, seconds: float, line: Connection) -> None:
    """One of the curators; what it was told is stored, and what it took back."""
    store, draw, session = Store(url), random.Random(number), session_of(number)
    given: dict[int, tuple[str, str, str, str]] = {}
    taken: list[int] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if draw.random() < 0.25:
            back = store.undo_verdict(CATALOG, session=session)
            taken += [back.id] if back else []
            continue
        one, other = draw.sample(range(8), 2)
        kind = draw.choice((*KINDS, SKIP))
        verdict = store.add_verdict(CATALOG, f"i{one}", f"i{other}", kind, source="review", session=session)
        given[verdict.id] = (verdict.session, verdict.left_id, verdict.right_id, verdict.kind)
    store.close()
    line.send((given, taken))


def empty(url: str) -> None:
    """Remove all that is in a PostgreSQL database."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


def main() -> None:
    """The long form."""
    from postgres_server import running_postgres

    with tempfile.TemporaryDirectory() as folder, running_postgres() as postgres:
        for name, run in (("kills", lambda url: kill_labelling(url, 250)), ("crowd", lambda url: crowd(url, 10, 60))):
            for url in (sqlite_url(Path(folder) / f"{name}.db"), postgres):
                if url == postgres:
                    empty(postgres)
                began = time.monotonic()
                found = run(url)
                print(url.partition(":")[0], found, f"{time.monotonic() - began:.0f} s", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
