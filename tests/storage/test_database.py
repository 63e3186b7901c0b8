import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from matcher.errors import CatalogReplaced, DataError, JobError
from matcher.storage import connections, verdict_rows
from matcher.storage import database as store_module
from matcher.storage.database import Store, sqlite_url
from matcher.storage.groups import main_rows
from matcher.storage.history.actions import Intent, act
from matcher.storage.records import CatalogInfo, Job, Verdict
from matcher.storage.set_aside.goods import Listed

INFO = CatalogInfo("shop", "Shop", "shop.csv", 3, 2, 1, 0, "v1", "c1", 1.0, 1.0)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    return (
        request.getfixturevalue("empty_postgres")
        if request.param == "postgresql"
        else sqlite_url(tmp_path / "matcher.db")
    )


@pytest.fixture
def open_store():
    """A function that opens a store, which is closed when the test ends."""
    opened = []

    def open_at(url):
        opened.append(Store(url))
        return opened[-1]

    yield open_at
    for store in opened:
        store.close()


@pytest.fixture
def store(url, open_store):
    return open_store(url)


def run_sql(url, *statements):
    """Run statements beside the store, each in a transaction of its own; the rows of the last one."""
    engine = sa.create_engine(url)
    try:
        for statement in statements:
            with engine.begin() as connection:
                result = connection.exec_driver_sql(statement)
                rows = result.all() if result.returns_rows else []
        return rows
    finally:
        engine.dispose()


def say(store, one, other, kind="match"):
    return store.add_verdict("shop", one, other, kind, source="browse")


def kinds(store, catalog_id="shop"):
    return {(verdict.left_id, verdict.right_id): verdict.kind for verdict in store.verdicts(catalog_id)}


def test_a_verdict_outlives_the_program(url, open_store):
    given = say(open_store(url), "b", "a")
    assert open_store(url).verdicts("shop") == [given]


def test_a_pair_has_one_verdict_whatever_the_order_of_its_ids(store):
    say(store, "b", "a", "match")
    say(store, "a", "b", "different")
    assert kinds(store) == {("a", "b"): "different"}
    assert len(store.verdict_history("shop")) == 2


# What sorts apart by code point, by bytes and in a language: case, digits, accents, marks, letters beyond 16 bits.
item_ids = st.text(st.sampled_from("aAbBzZ019-_ .éÉß\u0301\u0131И一\uffef😀"), min_size=1, max_size=4)


@given(pair=st.tuples(item_ids, item_ids).filter(lambda pair: pair[0] != pair[1]))
@example(pair=("B-17", "a-17"))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ids_are_sorted_as_python_sorts_them(store, pair):
    given = say(store, *pair)
    assert (given.left_id, given.right_id) == tuple(sorted(pair))
    assert store.verdicts("shop")[-1] == given
    assert store.undo_verdict("shop") == given


def test_the_verdict_in_force_is_the_last_that_stands(store):
    first = say(store, "a", "b", "match")
    say(store, "c", "d", "unsure")
    last = say(store, "b", "a", "different")
    say(store, "a", "b", "unsure")
    store.undo_verdict("shop")
    assert [verdict.id for verdict in store.verdicts("shop")] == [first.id + 1, last.id]
    assert store.verdicts("shop")[-1] == last


def test_what_another_program_says_is_read_though_verdicts_are_kept_at_hand(url, open_store):
    ours, theirs = open_store(url), open_store(url)

    def both():
        found = [[(v.left_id, v.right_id, v.kind) for v in store.verdicts("shop")] for store in (ours, theirs)]
        assert found[0] == found[1]
        return found[0]

    ours.save_catalog(replace(INFO, updated=1.0), ["01", "02", "c"])
    say(ours, "01", "02", "variant")
    assert both() == [("01", "02", "variant")]
    said = theirs.add_verdict("shop", "01", "c", "different", source="review")
    assert len(both()) == 2
    ours.verdicts("shop").clear()  # whoever has the list may change it
    assert len(both()) == 2
    assert ours.undo_verdict("shop", said.id)
    assert both() == [("01", "02", "variant")]
    theirs.save_catalog(replace(INFO, updated=2.0), ["1", "2", "c"])
    assert both() == [("1", "2", "variant")]
    for catalog in "abcdef":
        say_in = ours.add_verdict(catalog, "1", "2", "match", source="review")
        assert theirs.verdicts(catalog) == ours.verdicts(catalog) == [say_in]
    assert len(both()) == 1


def test_undo_brings_the_earlier_verdict_back(store):
    say(store, "a", "b", "match")
    last = say(store, "a", "b", "unsure")
    assert store.undo_verdict("shop") == last
    assert kinds(store) == {("a", "b"): "match"}
    assert [undone is None for _, undone in store.verdict_history("shop")] == [True, False]


def test_undo_goes_back_one_by_one_and_then_says_there_is_none(store):
    say(store, "a", "b")
    say(store, "c", "d")
    assert store.undo_verdict("shop").left_id == "c"
    assert store.undo_verdict("shop").left_id == "a"
    assert store.undo_verdict("shop") is None
    assert store.verdicts("shop") == []


def test_a_chosen_verdict_can_be_taken_back(store):
    first = say(store, "a", "b")
    say(store, "c", "d")
    store.undo_verdict("shop", first.id)
    assert kinds(store) == {("c", "d"): "match"}
    assert store.undo_verdict("other", first.id + 1) is None


def test_catalogs_do_not_share_verdicts(store):
    say(store, "a", "b")
    store.add_verdict("other", "a", "b", "different", source="review", sampled="random")
    assert kinds(store) == {("a", "b"): "match"}
    assert store.verdicts("other")[0].sampled == "random"


@pytest.mark.parametrize(("other", "kind", "message"), [("a", "match", "two listings"), ("b", "maybe", "unsure")])
def test_a_verdict_that_means_nothing_is_refused(store, other, kind, message):
    with pytest.raises(DataError, match=message):
        say(store, "a", other, kind)
    assert store.verdicts("shop") == []


actions = st.lists(
    st.one_of(
        st.tuples(st.sampled_from("abc"), st.sampled_from("def"), st.sampled_from(["match", "different", "unsure"])),
        st.just("undo"),
    ),
    max_size=12,
)


@given(actions=actions)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_verdicts_are_a_stack_for_each_catalog(store, actions):
    catalog_id = f"catalog {len(store.catalogs())}"
    store.save_catalog(replace(INFO, id=catalog_id))
    stack = []
    for action in actions:
        if action == "undo":
            store.undo_verdict(catalog_id)
            stack = stack[:-1]
        else:
            store.add_verdict(catalog_id, action[1], action[0], action[2], source="browse")
            stack.append(action)
    assert kinds(store, catalog_id) == {(one, other): kind for one, other, kind in stack}


@given(value=st.recursive(st.none() | st.booleans() | st.integers(-99, 99) | st.text(), st.lists, max_leaves=5))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_setting_comes_back_as_it_went_in(store, value):
    store.set_setting("shop", "key", {"kept": value})
    assert store.setting("shop", "key") == {"kept": value}


def test_settings_belong_to_their_catalog(store):
    store.set_setting("shop", "k", 50)
    store.set_setting("shop", "k", 20)
    assert (store.setting("shop", "k"), store.setting("other", "k"), store.setting("", "k", "none")) == (
        20,
        None,
        "none",
    )


def test_presets_are_kept_by_name(store):
    store.save_preset("shop", " careful ", "{}")
    store.save_preset("shop", "careful", '{"k": 1}')
    store.save_preset("shop", "bold", "{}")
    assert store.presets("shop") == {"bold": "{}", "careful": '{"k": 1}'}
    store.delete_preset("shop", "bold")
    assert list(store.presets("shop")) == ["careful"]
    assert store.presets("other") == {}
    with pytest.raises(DataError, match="no name"):
        store.save_preset("shop", "  ", "{}")


def test_a_catalog_saved_again_keeps_the_day_it_came(store):
    store.save_catalog(INFO)
    store.save_catalog(replace(INFO, listings=9, created=7.0, updated=7.0))
    assert store.catalogs() == [replace(INFO, listings=9, created=1.0, updated=7.0)]


def test_only_one_job_of_a_kind_runs_for_a_catalog(store):
    assert store.add_job(Job("1", "encode", "shop", {}))
    assert not store.add_job(Job("2", "encode", "shop", {}))
    assert store.add_job(Job("3", "encode", "other", {}))
    store.update_job("1", state="done")
    assert store.add_job(Job("4", "encode", "shop", {"k": 50}, created=5.0))
    assert [job.id for job in store.jobs(kind="encode", catalog_id="shop")] == ["4", "1"]
    assert {job.id for job in store.jobs(active=True)} == {"3", "4"}
    assert store.job("4").config == {"k": 50}


def test_a_job_that_changes_listings_runs_alone_on_its_catalog(store):
    alone = ("import", "demo")
    assert store.add_job(Job("1", "train", "shop", {}), alone)
    assert store.add_job(Job("2", "encode", "shop", {}), alone)
    assert not store.add_job(Job("3", "import", "shop", {}), alone)
    assert store.add_job(Job("4", "import", "other", {}), alone)
    assert not store.add_job(Job("5", "encode", "other", {}), alone)
    assert not store.add_job(Job("6", "demo", "other", {}), alone)
    store.update_job("1", state="done")
    assert not store.add_job(Job("7", "import", "shop", {}), alone)
    store.update_job("2", state="failed")
    assert store.add_job(Job("8", "import", "shop", {}), alone)


ROUNDS, STARTERS = 10, 4
AT_ONCE = """
import sys, time
from multiprocessing import get_context
from sqlalchemy import event
from sqlalchemy.engine import Engine
from matcher.storage.database import Store
from matcher.storage.records import Job
url, starters, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
forking = get_context("fork")  # the libraries are loaded once for all of them
gate = forking.Barrier(starters, timeout=100)

@event.listens_for(Engine, "before_cursor_execute")
def dawdle(connection, cursor, statement, *_):
    if statement.startswith("INSERT INTO jobs"):
        time.sleep(0.02)  # between looking and writing, where others would come between

def start(number):
    store, kind = Store(url), "import" if number % 2 else "encode"
    for round in range(rounds):
        gate.wait()
        done = store.add_job(Job(f"{round}-{number}", kind, f"shop {round}", {}), ("import", "demo"))
        sys.stdout.write(f"{round} {done}\\n")
        sys.stdout.flush()

programs = [forking.Process(target=start, args=(number,)) for number in range(starters)]
for program in programs:
    program.start()
for program in programs:
    program.join()
sys.exit(max(program.exitcode for program in programs))
"""


def test_of_two_starters_at_once_the_database_lets_one_in(store, url):
    command = [sys.executable, "-c", AT_ONCE, url, str(STARTERS), str(ROUNDS)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, stdout=PIPE, text=True, cwd=root, timeout=120, check=True)
    said = sorted(done.stdout.splitlines())
    for number in range(ROUNDS):
        mine = [line for line in said if line.startswith(f"{number} ")]
        assert mine == [f"{number} False"] * (STARTERS - 1) + [f"{number} True"]
        assert len(store.jobs(catalog_id=f"shop {number}", active=True)) == 1


def test_the_end_of_a_job_is_final(store):
    store.add_job(Job("1", "encode", "shop", {}))
    assert store.update_job("1", state="cancelled")
    assert not store.update_job("1", state="done")
    assert store.job("1").state == "cancelled"
    with pytest.raises(JobError, match="start it again"):
        store.job("9")


def test_how_long_a_job_still_takes():
    job = Job("1", "encode", "shop", {}, done=50, total=200, rate=10.0)
    assert (job.fraction, job.seconds_left) == (0.25, 15.0)
    assert (replace(job, rate=0.0).seconds_left, replace(job, total=0).fraction) == (None, None)


def test_many_writers_wait_for_each_other(store):
    def write(number):
        say(store, f"a{number}", f"b{number}")
        store.set_setting("shop", "number", number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    assert len(store.verdicts("shop")) == 40


def test_two_programs_may_open_a_new_database_at_once(url, open_store):
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_store(url), range(8)))
    say(opened[0], "a", "b")
    assert len(opened[-1].verdicts("shop")) == 1


def test_a_new_database_that_another_program_writes_is_waited_for(tmp_path, monkeypatch):
    holder = sqlite3.connect(tmp_path / "matcher.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")  # SQLite refuses the change of mode at once then, without its own waiting
    monkeypatch.setattr(store_module.time, "sleep", lambda _: holder.execute("COMMIT"))
    opened = Store(sqlite_url(tmp_path / "matcher.db"))
    assert opened._rows(sa.text("PRAGMA journal_mode")) == [{"journal_mode": "wal"}]
    assert not holder.in_transaction
    holder.close()


def test_a_new_database_that_stays_held_is_given_up(tmp_path, monkeypatch):
    holder = sqlite3.connect(tmp_path / "matcher.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0)
    with pytest.raises(DataError, match=r"Cannot open the database .*locked"):
        Store(sqlite_url(tmp_path / "matcher.db"))
    holder.close()


def test_a_migration_that_fails_leaves_nothing_behind(url, open_store, monkeypatch):
    say(open_store(url), "a", "b")

    def half(connection):
        connection.exec_driver_sql("CREATE TABLE half (id INTEGER)")
        raise DataError("no further")

    monkeypatch.setattr(connections, "MIGRATIONS", (*connections.MIGRATIONS, half))
    with pytest.raises(DataError, match="no further"):
        open_store(url)
    monkeypatch.undo()
    assert len(open_store(url).verdicts("shop")) == 1
    assert tables(url).isdisjoint({"half"})


def test_an_older_database_is_brought_up_to_date(url, open_store, monkeypatch):
    say(open_store(url), "a", "b")
    more = lambda connection: connection.exec_driver_sql("CREATE TABLE more (id INTEGER)")  # noqa: E731
    monkeypatch.setattr(connections, "MIGRATIONS", (*connections.MIGRATIONS, more))
    assert len(open_store(url).verdicts("shop")) == 1
    assert "more" in tables(url)
    open_store(url)  # a second time there is nothing left to do
    monkeypatch.undo()
    with pytest.raises(DataError, match="newer program"):
        open_store(url)


def test_a_database_of_version_1_gets_what_it_lacks(store):
    with store._writer.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE catalogs DROP COLUMN problems_version")
        connection.exec_driver_sql("DELETE FROM migrations WHERE version > 1")
    again = Store(store._reader.url.render_as_string(hide_password=False))
    again.save_catalog(INFO)
    assert again.catalogs() == [INFO]
    again.close()


@pytest.mark.parametrize("url", ["nonsense", "oracle://host/base", "postgresql://nobody@127.0.0.1:1/none"])
def test_a_database_that_cannot_be_had_is_told_plainly(url):
    with pytest.raises(DataError, match=r"MATCHER_DATABASE_URL|Cannot open the database"):
        Store(url)


def test_a_file_that_is_no_database_is_told_plainly(tmp_path):
    (tmp_path / "matcher.db").write_text("this is a letter, not a database" * 100)
    with pytest.raises(DataError, match="database"):
        Store(sqlite_url(tmp_path / "matcher.db"))


def test_a_password_is_not_in_the_message():
    with pytest.raises(DataError) as caught:
        Store("postgresql://me:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)


def tables(url):
    engine = sa.create_engine(url)
    names = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    return names


def test_a_database_of_the_first_version_takes_verdicts_that_it_refused(empty_postgres, open_store, monkeypatch):
    monkeypatch.setattr(connections, "MIGRATIONS", connections.MIGRATIONS[:1])
    open_store(empty_postgres)
    monkeypatch.undo()
    ids = ("left_id", "right_id")
    old = [f'ALTER TABLE verdicts ALTER COLUMN {column} TYPE TEXT COLLATE "default"' for column in ids]
    [(in_order,)] = run_sql(empty_postgres, *old, "SELECT 'B-17' < 'a-17'")
    opened = open_store(empty_postgres)
    first = say(opened, "a", "b")
    assert not in_order  # else the server sorts by code point on its own, and this test shows nothing
    assert say(opened, "a-17", "B-17").left_id == "B-17"
    assert opened.verdicts("shop")[0] == first


ANA, TAB, BEN = f"{'a' * 16}.{'1' * 16}", f"{'a' * 16}.{'2' * 16}", f"{'b' * 16}.{'1' * 16}"


def by(store, session, one, other, kind="match", curator=""):
    return store.add_verdict("shop", one, other, kind, source="review", session=session, curator=curator)


def test_undo_takes_back_what_its_own_session_said_last_and_nothing_of_others(store):
    mine = by(store, ANA, "a", "b", curator="Ana")
    by(store, BEN, "a", "c", curator="Ben")
    by(store, TAB, "a", "d")
    say(store, "a", "e")
    assert store.last_verdict("shop", ANA) == mine
    assert store.undo_verdict("shop", session=ANA) == mine
    assert store.undo_verdict("shop", session=ANA) is None
    assert len(store.verdicts("shop")) == 3


def test_a_chosen_verdict_is_taken_back_by_its_browser_or_its_curator_alone(store):
    theirs = by(store, BEN, "a", "b", curator="Ben")
    assert store.undo_verdict("shop", theirs.id, session=ANA, curator="Ana") is None
    assert store.undo_verdict("shop", theirs.id, session=ANA) is None
    assert store.undo_verdict("shop", theirs.id, session=ANA, curator="Ben") == theirs
    ours = by(store, TAB, "a", "b")
    assert store.undo_verdict("shop", ours.id, session=ANA) == ours
    nobodys = say(store, "a", "b")
    assert store.undo_verdict("shop", nobodys.id, session=ANA) == nobodys


def test_a_skip_is_kept_beside_verdicts_and_taken_back_like_one(store):
    by(store, ANA, "a", "b")
    first = by(store, ANA, "c", "d", "skip")
    by(store, BEN, "e", "f", "skip")
    again = by(store, ANA, "c", "d", "skip")
    assert [skip.id for skip in store.skips("shop")] == [again.id - 1, again.id]  # skipped longest ago first
    assert kinds(store) == {("a", "b"): "match"}
    assert len(store.verdict_history("shop")) == 1
    assert [store.undo_verdict("shop", session=ANA).id for _ in range(2)] == [again.id, first.id]
    assert [skip.left_id for skip in store.skips("shop")] == ["e"]


def test_an_answer_that_arrives_twice_is_one_verdict(store):
    first = by(store, ANA, "a", "b")
    assert by(store, ANA, "b", "a") == first
    by(store, BEN, "a", "b")
    by(store, ANA, "a", "b")  # said again after another curator
    assert [verdict.session for verdict, _ in store.verdict_history("shop")] == [ANA, BEN, ANA]


def test_the_verdict_before_is_known(store):
    first = by(store, BEN, "a", "b", "different")
    by(store, BEN, "a", "c")
    assert store.verdict_before(by(store, ANA, "a", "b")) == first
    assert store.verdict_before(first) is None


def test_curators_who_skip_judge_and_undo_at_once_lose_nothing_and_take_back_their_own(url, open_store):
    sessions = [f"{letter * 16}.{'1' * 16}" for letter in "abcdef"]

    def work(session):
        store, undone = open_store(url), []
        for turn in range(12):
            by(store, session, f"{session[0]}{turn}", "x", "skip" if turn % 3 == 0 else "match")
            if turn % 4 == 3:
                undone.append(store.undo_verdict("shop", session=session))
        return undone

    with ThreadPoolExecutor(len(sessions)) as pool:
        undone = list(pool.map(work, sessions))
    store = open_store(url)
    for session, taken in zip(sessions, undone, strict=True):
        assert [{verdict.left_id, verdict.right_id} for verdict in taken] == [
            {f"{session[0]}{n}", "x"} for n in (3, 7, 11)
        ]
        assert {verdict.session for verdict in taken} == {session}
    assert len(store.skips("shop")) + len(store.verdicts("shop")) == len(sessions) * 9


def test_skips_of_an_older_database_become_rows(url, open_store):
    store = open_store(url)
    first = by(store, ANA, "a", "b")
    store.set_setting("shop", "skipped", [["c", "d"], ["f", "e"]])
    store.close()
    run_sql(url, "DELETE FROM migrations WHERE version >= 4")
    older = ["ALTER TABLE verdicts DROP COLUMN session", "ALTER TABLE verdicts DROP COLUMN curator"]
    kind = "kind IN ('match', 'different', 'unsure')"
    if url.startswith("postgresql"):
        run_sql(url, *older, f"ALTER TABLE verdicts ADD CONSTRAINT verdicts_kind CHECK ({kind})")
    else:
        run_sql(url, *older)
    opened = open_store(url)
    assert [(skip.left_id, skip.right_id) for skip in opened.skips("shop")] == [("c", "d"), ("e", "f")]
    assert opened.setting("shop", "skipped") is None
    assert [(kept.id, kept.kind, kept.session) for kept in opened.verdicts("shop")] == [(first.id, "match", "")]
    assert by(opened, ANA, "c", "d").id > first.id


def test_verdicts_on_other_goods_are_set_aside_and_given_back(store, tmp_path):
    def listed(*titles):
        columns = {"item_id": ["a", "b"], "title": titles, "photo": ["", ""], "phash": ["", ""]}
        return Listed(pd.DataFrame(columns), tmp_path)

    kettles, shoe = listed("Steel kettle", "Kettle of steel"), listed("Steel kettle", "Canvas shoe, white")
    store.save_catalog(INFO, kettles)
    said = say(store, "a", "b")
    store.save_catalog(INFO, shoe, kettles)
    assert store.verdicts("shop") == []
    (aside,) = store.verdicts_set_aside("shop")
    assert (aside.id, [goods.title for goods in aside.shown]) == (said.id, ["Steel kettle", "Kettle of steel"])
    store.save_catalog(INFO, kettles, shoe)
    assert store.verdicts("shop") == [said]
    store.save_catalog(INFO, shoe, kettles)
    assert store.give_back_verdict("shop", said.id)
    assert store.verdicts("shop") == [said]
    store.save_catalog(INFO, shoe, shoe)
    assert store.verdicts("shop") == [said]


def goods(folder, **titles):
    frame = pd.DataFrame([(item_id, title, "", "") for item_id, title in titles.items()])
    return Listed(frame.set_axis(["item_id", "title", "photo", "phash"], axis=1), folder)


def test_an_answer_on_listings_that_are_being_replaced_waits_and_is_refused(store, tmp_path, monkeypatch):
    """The upload is in the middle of its transaction when the answer comes: the page saw the version before."""
    before, now = goods(tmp_path, a="red kettle", b="kettle red"), goods(tmp_path, a="oak clock", b="garden hose")
    store.save_catalog(INFO, before)
    real, answers = main_rows.follow_ids, []

    def answer_meanwhile(*upload):
        answers.append(pool.submit(store.add_verdict, "shop", "a", "b", "match", source="review", version="v1"))
        lock = Intent("lock", (1,), ("a", "b"))
        answers.append(pool.submit(act, store, "shop", lock, seen=[], version="v1"))
        time.sleep(0.2)  # for both to have come as far as they get; one that comes later is refused as well
        return real(*upload)

    monkeypatch.setattr(main_rows, "follow_ids", answer_meanwhile)
    with ThreadPoolExecutor() as pool:
        store.save_catalog(replace(INFO, version="v2"), now, before)
    for each in answers:
        with pytest.raises(CatalogReplaced, match="imported again meanwhile"):
            each.result()
    assert (store.verdicts("shop"), store.locks("shop")) == ([], [])
    assert store.add_verdict("shop", "a", "b", "different", source="review", version="v2").kind == "different"


def test_an_upload_waits_for_an_answer_on_the_listings_that_it_replaces(store, tmp_path):
    before, now = goods(tmp_path, a="red kettle", b="kettle red"), goods(tmp_path, a="oak clock", b="garden hose")
    store.save_catalog(INFO, before)
    given = Verdict(0, "shop", "a", "b", "match", "review", "doubtful", 1.0)
    with ThreadPoolExecutor() as pool, store.writing() as connection:
        verdict_rows.add(connection, given, "v1")
        upload = pool.submit(store.save_catalog, replace(INFO, version="v2"), now, before)
        time.sleep(0.2)
        assert not upload.done()
        connection.commit()
        upload.result()
    assert kinds(store) == {}
    assert len(store.verdicts_set_aside("shop")) == 1
