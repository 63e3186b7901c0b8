"""Taking back and giving again, in any order, one's own alone; on SQLite."""

import secrets

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.storage.database import Store, sqlite_url
from matcher.storage.history.redo import find_redo, list_last, redo_verdict

ANA, OTHER_TAB, BEN = "a" * 16 + "." + "1" * 16, "a" * 16 + "." + "2" * 16, "b" * 16 + "." + "3" * 16


@pytest.fixture
def store(tmp_path):
    store = Store(sqlite_url(tmp_path / "matcher.db"))
    yield store
    store.close()


def say(store, other, kind="match", session=ANA, **more):
    return store.add_verdict("shop", "a", other, kind, source="review", session=session, **more)


def standing(store):
    return {(verdict.right_id, verdict.kind) for verdict in [*store.verdicts("shop"), *store.skips("shop")]}


def test_three_taken_back_and_one_given_again(store):
    given_answers = [say(store, other, kind) for other, kind in (("b", "match"), ("c", "skip"), ("d", "variant"))]
    for _ in given_answers:
        store.undo_verdict("shop", session=ANA)
    assert standing(store) == set()
    assert find_redo(store, "shop", ANA) == given_answers[0]
    assert redo_verdict(store, "shop", session=ANA) == given_answers[0]
    assert redo_verdict(store, "shop", session=ANA) == given_answers[1]
    assert standing(store) == {("b", "match"), ("c", "skip")}
    assert store.last_verdict("shop", ANA) == given_answers[1]


def test_after_a_new_answer_nothing_is_given_again(store):
    say(store, "b")
    store.undo_verdict("shop", session=ANA)
    say(store, "c")
    assert find_redo(store, "shop", ANA) is None
    assert redo_verdict(store, "shop", session=ANA) is None
    assert standing(store) == {("c", "match")}


def test_what_others_took_back_stays_so(store):
    theirs = say(store, "b", session=BEN, curator="Ben")
    store.undo_verdict("shop", session=BEN)
    assert redo_verdict(store, "shop", session=ANA) is None
    assert redo_verdict(store, "shop", theirs.id, session=ANA, curator="Ana") is None
    assert redo_verdict(store, "shop", theirs.id, session=ANA, curator="Ben") == theirs


def test_a_later_word_of_another_stays_in_force(store):
    say(store, "b")
    store.undo_verdict("shop", session=ANA)
    say(store, "b", "different", session=BEN)
    redo_verdict(store, "shop", session=ANA)
    assert standing(store) == {("b", "different")}


def test_one_given_again_while_another_is_taken_back_is_seen_at_once(store):
    first, second = say(store, "b"), say(store, "c")
    store.undo_verdict("shop", first.id, session=ANA)
    assert standing(store) == {("c", "match")}
    redo_verdict(store, "shop", first.id, session=ANA)
    store.undo_verdict("shop", second.id, session=ANA)
    assert standing(store) == {("b", "match")}


def test_the_last_ones_are_of_the_browser_and_of_the_name(store):
    mine, there = say(store, "b"), say(store, "c", "skip", session=OTHER_TAB)
    away = say(store, "d", session=BEN, curator="Ana")
    say(store, "e", session=BEN, curator="Ben")
    store.undo_verdict("shop", session=ANA)
    assert list_last(store, "shop", session=ANA) == [(there, False), (mine, True)]
    assert list_last(store, "shop", session=ANA, curator="Ana") == [(away, False), (there, False), (mine, True)]
    assert list_last(store, "shop", session=ANA, count=1) == [(there, False)]


def test_a_note_is_kept_on_one_line_and_the_same_word_with_another_note_is_a_new_one(store):
    first = say(store, "b", note="  two\nlines\0and  more ")
    assert first.note == "two lines and more"
    assert say(store, "b", note="two lines and more") == first
    assert say(store, "b", note="other").id != first.id
    assert [verdict.note for verdict in store.verdicts("shop")] == ["other"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["say", "undo", "redo"]), max_size=14))
def test_it_is_a_list_with_a_place_in_it(store, actions):
    """Against the plain model: what was said, and how much of it stands."""
    shop, said, place = secrets.token_hex(8), [], 0
    for number, action in enumerate(actions):
        if action == "say":
            store.add_verdict(shop, "a", f"b{number}", "match", source="review", session=ANA)
            said = [*said[:place], f"b{number}"]
            place += 1
        elif action == "undo":
            store.undo_verdict(shop, session=ANA)
            place = max(0, place - 1)
        else:
            redo_verdict(store, shop, session=ANA)
            place = min(len(said), place + 1)
        assert [verdict.right_id for verdict in store.verdicts(shop)] == said[:place]
