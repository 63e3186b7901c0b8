"""Groups joined anew where something changed, and the pairs within them, are what a start from nothing gives."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.clusters import in_order_of_appearance
from matcher.matching.groups.locks import find_locked
from matcher.matching.groups.within import find_touched
from matcher.matching.linkage import link_tree
from matcher.matching.recipe import LEARNED, LINKED, Recipe, decide
from matcher.matching.resolve import Outcome, outcome_of
from matcher.vectors.candidate_pairs import CandidatePairs

N = 9
EVERY = [(one, other) for one in range(N) for other in range(one + 1, N)]
SELLERS = np.array([0, 1, 0, 2, -1, 1, 3, 0, -1], np.int32)
PLAIN = Recipe("tfidf", None, text_threshold=0.5)
LIKELY = Recipe("tfidf", fusion="learned", learned_threshold=0.6)
RECIPES = [PLAIN, LIKELY, *(replace(rule, one_per="seller") for rule in (PLAIN, LIKELY))]

found = st.lists(st.sampled_from(EVERY), unique=True, min_size=3).map(sorted)
verdicts = st.dictionaries(st.sampled_from(EVERY), st.booleans(), max_size=6)
locks = st.lists(st.sets(st.integers(0, N - 1), min_size=2, max_size=4), max_size=2)
steps = st.lists(st.tuples(verdicts, locks), min_size=1, max_size=4)


def pairs_of(rows, distance, recipe):
    """Candidate pairs as a recipe reads them."""
    left, right = (np.array(column, np.int32) for column in zip(*rows, strict=True))
    apart = np.array(distance, np.float32)
    pairs = CandidatePairs(N, left, right, np.ones(len(rows), np.uint16), {"text": apart}, values={"seller": SELLERS})
    if recipe.fusion != "learned":
        return pairs
    tree = link_tree(N, left, right, 1 - apart, 0.05, (), SELLERS if recipe.one_per else None)
    linked = tree.distance(left, right)
    return replace(pairs, distance={"text": apart, LEARNED: apart, LINKED: linked})


def join(pairs, recipe, said, locked, before=None):
    same, different = ([pair for pair, alike in said.items() if alike is kind] for kind in (True, False))
    where = find_locked({str(row): row for row in range(N)}, [{str(row) for row in lock} for lock in locked])
    return outcome_of(pairs, recipe, decide(pairs, recipe), same, different, before, locked=where)


def assert_equal(one: Outcome, other: Outcome):
    assert one.distance.keys() == other.distance.keys()
    for name, values in one.distance.items():
        assert np.array_equal(values, other.distance[name])
    for name in ("group", "left", "right", "strength", "direct", "unjudged"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
        assert getattr(one, name).dtype == getattr(other, name).dtype
    assert (one.contradicted, one.held) == (other.contradicted, other.held)


@given(st.sampled_from(RECIPES), found, steps, st.data())
def test_one_change_after_the_other_comes_to_what_a_new_start_gives(recipe, rows, changes, data):
    distance = data.draw(st.lists(st.sampled_from([0.1, 0.3, 0.5, 0.9]), min_size=len(rows), max_size=len(rows)))
    pairs = pairs_of(rows, distance, recipe)
    outcome = join(pairs, recipe, {}, [])
    for said, locked in [*changes, ({}, [])]:
        outcome = join(pairs, recipe, said, locked, outcome)
        assert_equal(outcome, join(pairs, recipe, said, locked))


@given(st.lists(st.integers(0, 12), min_size=1, max_size=8), st.data())
def test_touched_are_the_groups_that_hold_an_affected_listing(group, data):
    before = in_order_of_appearance(np.array(group))
    now = in_order_of_appearance(np.array(data.draw(st.permutations(group))))
    affected = np.array(data.draw(st.lists(st.booleans(), min_size=len(group), max_size=len(group))))
    touched = find_touched(before, now, affected)
    for row in range(len(group)):
        beside = (before == before[row]) | (now == now[row])
        assert touched[row] == (affected & beside).any()


@given(st.lists(st.integers(0, 30), max_size=10))
def test_groups_are_numbered_as_they_appear(group):
    numbers = {number: place for place, number in enumerate(dict.fromkeys(group))}
    assert in_order_of_appearance(np.array(group, np.int64)).tolist() == [numbers[number] for number in group]


@given(found, st.sets(st.integers(0, N - 1)))
def test_pairs_among_some_listings_are_those_with_both_ends_there(rows, chosen):
    pairs = pairs_of(rows, [0.1] * len(rows), PLAIN)
    wanted = [place for place, pair in enumerate(rows) if set(pair) <= chosen]
    assert pairs.among(np.isin(np.arange(N), list(chosen))).tolist() == wanted
