"""Actions on groups: written whole or not at all, taken back and done again as one, beside single answers."""

import secrets
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.storage.database import Store, sqlite_url
from matcher.storage.history.actions import Intent, act, count_verdicts
from matcher.storage.history.redo import (
    find_last,
    find_redo,
    list_last,
    redo_action,
    redo_verdict,
    take_back,
    take_back_action,
)

ANA, BEN = "a" * 16 + "." + "1" * 16, "b" * 16 + "." + "3" * 16
IDS = tuple("abcd")
SPLIT = Intent("split", (12,), IDS, 1, [("a", "b", "match"), ("c", "b", "match"), ("d", "c", "different")])
LOCK, UNLOCK = Intent("lock", (12,), IDS), Intent("unlock", (12,), IDS)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    url = sqlite_url(tmp_path / "matcher.db")
    if request.param == "postgresql":
        url = request.getfixturevalue("empty_postgres")
    store = Store(url)
    yield store
    store.close()


def do(store, intent, session=ANA, **more):
    ids = set(intent.item_ids)
    seen = [verdict.id for verdict in store.verdicts("shop") if {verdict.left_id, verdict.right_id} <= ids]
    return act(store, "shop", intent, seen=seen, session=session, **more)


def say(store, one, other, kind="match", session=ANA):
    return store.add_verdict("shop", one, other, kind, source="review", session=session)


def kinds(store):
    return {verdict.left_id + verdict.right_id: verdict.kind for verdict in store.verdicts("shop")}


def locked(store):
    return [lock.item_ids for lock in store.locks("shop")]


def test_an_action_is_taken_back_and_done_again_as_one(store):
    say(store, "c", "d")
    done = do(store, SPLIT, curator="Ana")
    after = {"ab": "match", "bc": "match", "cd": "different"}
    assert kinds(store) == after
    assert {verdict.action for verdict in store.verdicts("shop")} == {done.id}
    assert {(verdict.source, verdict.curator) for verdict in store.verdicts("shop")} == {("groups", "Ana")}
    assert count_verdicts(store, done.id) == 3
    assert find_last(store, "shop", ANA) == done
    assert take_back(store, "shop", session=ANA) == done
    assert kinds(store) == {"cd": "match"}
    assert count_verdicts(store, done.id) == 0
    assert find_redo(store, "shop", ANA) == done
    assert redo_verdict(store, "shop", session=ANA) == done
    assert kinds(store) == after
    assert find_redo(store, "shop", ANA) is None


def test_answers_and_actions_are_taken_back_in_the_order_in_which_they_came(store):
    first = say(store, "x", "y")
    second = do(store, SPLIT)
    third = say(store, "x", "z")
    fourth = do(store, LOCK)
    back = [take_back(store, "shop", session=ANA) for _ in range(5)]
    assert back == [fourth, third, second, first, None]
    again = [redo_verdict(store, "shop", session=ANA) for _ in range(5)]
    assert again == [first, second, third, fourth, None]
    assert list_last(store, "shop", session=ANA) == [(each, False) for each in (fourth, third, second, first)]


def test_a_lock_holds_until_it_is_ended_or_taken_back(store):
    do(store, LOCK, curator="Ana")
    assert [(lock.item_ids, lock.curator) for lock in store.locks("shop")] == [(IDS, "Ana")]
    assert store.locks("other") == []
    unlocked = do(store, UNLOCK)
    assert locked(store) == []
    assert take_back(store, "shop", session=ANA) == unlocked
    assert locked(store) == [IDS]
    assert take_back(store, "shop", session=ANA).kind == "lock"
    assert locked(store) == []
    redo_verdict(store, "shop", session=ANA)
    assert locked(store) == [IDS]


def test_nothing_is_done_to_what_somebody_judged_or_locked_meanwhile(store):
    seen = [verdict.id for verdict in store.verdicts("shop")]
    theirs = say(store, "a", "b", "different", session=BEN)
    assert act(store, "shop", SPLIT, seen=seen, session=ANA) is None
    assert kinds(store) == {"ab": "different"}
    assert find_last(store, "shop", ANA) is None
    say(store, "a", "x", session=BEN)  # not within the group
    assert act(store, "shop", UNLOCK, seen=[theirs.id], session=ANA) is None
    assert act(store, "shop", LOCK, seen=[theirs.id], session=BEN)
    assert act(store, "shop", SPLIT, seen=[theirs.id], session=ANA) is None
    assert act(store, "shop", LOCK, seen=[theirs.id], session=ANA) is None
    related = Intent("relate", (12, 15), ("x", "y", *IDS), 0, [("a", "x", "variant")])
    assert do(store, related)  # with a locked group, which stays as it is
    assert kinds(store)["ax"] == "variant"


def test_only_ones_own_is_taken_back_and_done_again(store):
    theirs = do(store, SPLIT, session=BEN, curator="Ben")
    assert take_back(store, "shop", session=ANA) is None
    assert take_back_action(store, "shop", theirs.id, session=ANA, curator="Ana") is None
    assert take_back_action(store, "other", theirs.id, session=BEN) is None
    assert take_back_action(store, "shop", theirs.id, session=ANA, curator="Ben") == theirs
    assert take_back_action(store, "shop", theirs.id, session=BEN) is None  # it is taken back
    assert redo_action(store, "shop", theirs.id, session=ANA) is None
    assert redo_action(store, "shop", theirs.id, session=BEN) == theirs
    assert redo_action(store, "shop", theirs.id, session=BEN) is None  # it stands


def test_a_verdict_of_an_action_that_is_taken_back_alone_stays_so(store):
    done = do(store, SPLIT)
    one = store.verdicts("shop")[0]
    assert store.undo_verdict("shop", one.id, session=ANA) == one
    assert find_redo(store, "shop", ANA) == one
    assert store.undo_verdict("shop", session=ANA) is None  # the others are taken back as one
    take_back(store, "shop", session=ANA)
    assert kinds(store) == {}
    assert redo_action(store, "shop", done.id, session=ANA) == done
    assert kinds(store) == {"bc": "match", "cd": "different"}
    assert list_last(store, "shop", session=ANA) == [(done, False)]


def test_what_is_no_action_is_refused_and_leaves_nothing(store):
    for intent, words in (
        (Intent("melt", (1,), IDS), "expected one of same, none"),
        (Intent("same", (1,), ("a",)), "on 1 listings"),
        (Intent("same", (1,), ("a", "a")), "1 of them different"),
        (Intent("same", (1,), IDS, verdicts=[("a", "z", "match")]), "not one on two listings of the group"),
        (Intent("same", (1,), IDS, verdicts=[("a", "b", "skip")]), "not one on two listings of the group"),
    ):
        with pytest.raises(DataError, match=words):
            do(store, intent)
    assert find_last(store, "shop", ANA) is None


def test_a_full_disk_in_the_middle_leaves_no_half_of_an_action(tmp_path):
    store = Store(sqlite_url(tmp_path / "matcher.db"))
    with sqlite3.connect(tmp_path / "matcher.db") as beside:
        beside.execute(
            "CREATE TRIGGER full BEFORE INSERT ON verdicts WHEN NEW.left_id = 'c' "
            "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        )
    beside.close()
    with pytest.raises(Exception, match="full"):
        do(store, SPLIT)
    assert kinds(store) == {}
    assert find_last(store, "shop", ANA) is None
    store.close()


def test_a_database_of_before_gets_the_tables(tmp_path):
    url = sqlite_url(tmp_path / "matcher.db")
    store = Store(url)
    said = say(store, "a", "b")
    store.close()
    with sqlite3.connect(tmp_path / "matcher.db") as beside:
        for name in ("actions", "locks"):
            beside.execute(f"DROP TABLE {name}")
        beside.execute("DROP INDEX verdicts_by_action")
        beside.execute("ALTER TABLE verdicts DROP COLUMN action")
        beside.execute("DELETE FROM migrations WHERE version >= 9")
    beside.close()
    store = Store(url)
    assert store.verdicts("shop") == [said]
    assert do(store, SPLIT)
    assert take_back(store, "shop", session=ANA)
    store.close()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["say", "act", "undo", "redo"]), max_size=12))
def test_it_is_a_list_with_a_place_in_it(store, steps):
    """Against the plain model: what was done, and how much of it stands."""
    if store._reader.dialect.name == "postgresql":
        steps = steps[:4]
    shop, done, place = secrets.token_hex(8), [], 0
    for number, step in enumerate(steps):
        ids = (f"a{number}", f"b{number}", f"c{number}")
        if step == "say":
            store.add_verdict(shop, *ids[:2], "match", source="review", session=ANA)
            done, place = [*done[:place], {ids[:2]}], place + 1
        elif step == "act":
            said = [(*ids[:2], "match"), (*ids[1:], "different")]
            act(store, shop, Intent("split", (1,), ids, 1, said), seen=[], session=ANA)
            done, place = [*done[:place], {ids[:2], ids[1:]}], place + 1
        elif step == "undo":
            take_back(store, shop, session=ANA)
            place = max(0, place - 1)
        else:
            redo_verdict(store, shop, session=ANA)
            place = min(len(done), place + 1)
        standing = {(verdict.left_id, verdict.right_id) for verdict in store.verdicts(shop)}
        assert standing == set().union(*done[:place])
