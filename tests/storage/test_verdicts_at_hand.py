"""Verdicts that a store has at hand are those of the database, whoever gave, took back or gave again meanwhile."""

import time
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.storage import verdict_rows
from matcher.storage.database import Store, sqlite_url
from matcher.storage.history.redo import redo_verdict
from matcher.storage.schema import verdicts

NUMBERS = count(time.time_ns())  # PostgreSQL keeps what earlier tests wrote
PAIRS = [("a", "b"), ("a", "c"), ("b", "c")]
kinds = st.sampled_from(["match", "different", "unsure", "skip"])
gives = st.tuples(st.just("give"), st.sampled_from(PAIRS), kinds, st.integers(0, 1))
others = st.tuples(st.sampled_from(["take back", "again", "read"]), st.just(PAIRS[0]), st.just(""), st.integers(0, 1))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stores(request, tmp_path_factory):
    """Two programs on one database."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path_factory.mktemp("verdicts") / "matcher.db")
    else:
        url = request.getfixturevalue("postgres_server")
    opened = [Store(url), Store(url)]
    yield opened
    for store in opened:
        store.close()


def read_anew(store, catalog_id):
    with store.reading() as connection:
        return verdict_rows.in_force(connection, catalog_id)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(gives, others), max_size=10))
def test_what_is_at_hand_is_what_stands(stores, steps):
    shop = f"shop-{next(NUMBERS)}"
    for step, pair, kind, who in steps:
        store, session = stores[who], f"{who}.1"
        if step == "give":
            store.add_verdict(shop, *pair, kind, source="review", session=session)
        elif step == "take back":
            store.undo_verdict(shop, session=session)
        elif step == "again":
            redo_verdict(store, shop, session=session)
        assert stores[0].verdicts(shop) == read_anew(stores[1], shop)  # the other one reads now and then
        if step == "read":
            assert stores[1].verdicts(shop) == stores[0].verdicts(shop)


def test_one_that_was_given_with_a_lower_id_and_is_there_later_is_seen(stores):
    shop = f"shop-{next(NUMBERS)}"
    first, second = (stores[1].add_verdict(shop, *pair, "match", source="review") for pair in PAIRS[:2])
    with stores[1].writing() as connection:  # as a slower writer's row is not there yet
        connection.execute(verdicts.update().where(verdicts.c.id == first.id).values(catalog_id="later"))
    assert stores[0].verdicts(shop) == [second]
    with stores[1].writing() as connection:
        connection.execute(verdicts.update().where(verdicts.c.id == first.id).values(catalog_id=shop))
    third = stores[1].add_verdict(shop, *PAIRS[2], "match", source="review")
    assert stores[0].verdicts(shop) == [first, second, third]


def test_of_a_verdict_that_is_taken_back_or_given_again_the_others_are_not_read_anew(stores):
    shop = f"shop-{next(NUMBERS)}"
    for pair in PAIRS:
        stores[0].add_verdict(shop, *pair, "match", source="review", session="0.1")
    stores[0].add_verdict(shop, *PAIRS[0], "different", source="review", session="0.1")
    read = stores[0].verdicts(shop)
    stores[0].undo_verdict(shop, session="0.1")
    assert [verdict.kind for verdict in stores[0].verdicts(shop)] == ["match"] * 3
    redo_verdict(stores[1], shop, session="0.1")
    again = stores[0].verdicts(shop)
    assert again == read
    assert again[0] is read[0]
    assert again[1] is read[1]


@pytest.mark.parametrize("before", ["_undone", "_rows_since", "_latest"])
def test_a_reading_sees_one_moment_whatever_is_written_in_its_middle(stores, monkeypatch, before):
    shop, (reader, writer) = f"shop-{next(NUMBERS)}", stores
    given = [writer.add_verdict(shop, *pair, "match", source="review", session="0.1") for pair in PAIRS]
    if before == "_rows_since":  # which is asked of those that have read before
        assert reader.verdicts(shop) == given
        writer.undo_verdict(shop, session="0.1")
    real, meanwhile = getattr(verdict_rows, before), [True]

    def write_first(connection, *rest):
        if meanwhile and meanwhile.pop():
            writer.undo_verdict(shop, given[0].id, session="0.1")
            writer.add_verdict(shop, "a", "d", "match", source="review", session="0.1")
        return real(connection, *rest)

    monkeypatch.setattr(verdict_rows, before, write_first)
    reader.verdicts(shop)
    monkeypatch.undo()
    redo_verdict(writer, shop, given[0].id, session="0.1")
    writer.undo_verdict(shop, given[1].id, session="0.1")
    assert reader.verdicts(shop) == read_anew(writer, shop)
