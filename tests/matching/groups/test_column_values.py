"""At most one listing of each seller in a group, matches only across sellers; a verdict "same" stands above both."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.clusters import connect
from matcher.matching.groups.column_values import number_values, same_value, with_columns
from matcher.matching.linkage import average_linkage, link_tree
from matcher.matching.recipe import LEARNED, LINKED, Recipe, decide
from matcher.matching.resolve import outcome_of
from matcher.vectors.candidate_pairs import CandidatePairs

N = 7
LEFT, RIGHT = (ends.astype(np.int32) for ends in np.triu_indices(N, 1))
PLAIN = Recipe("tfidf", None, text_threshold=0.5, k=9)
LISTINGS = pd.DataFrame({"seller": ["Ann", "ann ", "Bo", "", "", "Cy", "Bo"]})
SOLD = number_values(LISTINGS["seller"].tolist())

# Few distinct values on purpose: ties are where a choice goes wrong.
distances = st.lists(st.sampled_from([0.1, 0.3, 0.5, 0.9]), min_size=len(LEFT), max_size=len(LEFT))
rows = st.integers(0, N - 1)
verdicts = st.lists(st.tuples(rows, rows, st.booleans()).filter(lambda said: said[0] < said[1]), max_size=5)


def pairs_of(distance):
    values = np.array(distance, np.float32)
    pairs = CandidatePairs(N, LEFT, RIGHT, np.ones(len(LEFT), np.uint16), {"text": values})
    return with_columns(pairs, LISTINGS, ("seller",))


def judged_of(said):
    """What was said last of each pair."""
    last = {(one, other): alike for one, other, alike in said}
    return [[pair for pair, alike in last.items() if alike is kind] for kind in (True, False)]


def assert_one_of_each(group, same):
    """Two of one seller are in one group only where verdicts join them."""
    by_verdict = connect(N, *np.array(same, dtype=np.int64).reshape(-1, 2).T)
    for one in range(N):
        for other in range(one):
            if SOLD[one] >= 0 and SOLD[one] == SOLD[other] and group[one] == group[other]:
                assert by_verdict[one] == by_verdict[other]


@given(distances, verdicts, verdicts)
def test_no_group_holds_two_of_one_seller_unless_a_verdict_says_so(distance, said, later):
    pairs, recipe = pairs_of(distance), replace(PLAIN, one_per="seller")
    before = outcome_of(pairs, recipe, decide(pairs, recipe), *judged_of(said))
    assert_one_of_each(before.group, judged_of(said)[0])
    for one, other in judged_of(said)[0]:
        assert before.group[one] == before.group[other]
    both = judged_of([*said, *later])
    after = outcome_of(pairs, recipe, decide(pairs, recipe), *both, before)
    assert_one_of_each(after.group, both[0])
    assert np.array_equal(after.group, outcome_of(pairs, recipe, decide(pairs, recipe), *both).group)


@given(distances, verdicts)
def test_nor_does_one_of_a_pair_model(distance, said):
    pairs, recipe = pairs_of(distance), Recipe("tfidf", fusion="learned", learned_threshold=0.6, one_per="seller")
    tree = link_tree(N, LEFT, RIGHT, 1 - pairs.distance["text"], 0.05, (), SOLD)
    judged = replace(pairs, distance={LEARNED: pairs.distance["text"], LINKED: tree.distance(LEFT, RIGHT)})
    same, different = judged_of(said)
    assert_one_of_each(outcome_of(judged, recipe, decide(judged, recipe), same, different).group, same)


@given(distances, st.sampled_from([0.2, 0.6]))
def test_values_that_are_all_different_or_unknown_change_nothing(distance, cut):
    probability = 1 - np.array(distance)
    plain = average_linkage(N, LEFT, RIGHT, probability, cut)
    for values in (np.arange(N, dtype=np.int32), np.full(N, -1, np.int32)):
        assert np.array_equal(average_linkage(N, LEFT, RIGHT, probability, cut, values=values), plain)


@given(distances)
def test_only_across_leaves_out_the_pairs_of_one_seller_and_no_other(distance):
    pairs, recipe = pairs_of(distance), replace(PLAIN, only_across="seller")
    plain, across = decide(pairs, PLAIN), decide(pairs, recipe)
    for place in range(len(pairs)):
        one, other = SOLD[LEFT[place]], SOLD[RIGHT[place]]
        assert across[place] == (plain[place] and not (one == other and one >= 0))


def test_the_surest_of_a_seller_stays_and_the_other_is_parted():
    distance = np.full(len(LEFT), 0.9)
    for one, other, apart in ((0, 2, 0.3), (1, 2, 0.1), (0, 1, 0.1)):
        distance[(LEFT == one) & (RIGHT == other)] = apart
    pairs, recipe = pairs_of(distance), replace(PLAIN, one_per="seller")
    group = outcome_of(pairs, recipe, decide(pairs, recipe), (), ()).group
    assert group[1] == group[2] != group[0]  # 0 and 1 are of one seller, however she writes herself
    joined = outcome_of(pairs, recipe, decide(pairs, recipe), [(0, 1)], ()).group
    assert joined[0] == joined[1] == joined[2]


def test_more_copies_than_are_all_paired_hold_one_of_each_seller_too():
    n = 600
    left, right = (ends.astype(np.int32) for ends in np.triu_indices(n, 1))
    near = right - left < 200
    left, right = left[near], right[near]
    pairs = CandidatePairs(n, left, right, np.ones(len(left), np.uint16), {"text": np.zeros(len(left), np.float32)})
    sellers = pd.DataFrame({"seller": [str(row % 500) for row in range(n)]})
    pairs, recipe = with_columns(pairs, sellers, ("seller",)), replace(PLAIN, one_per="seller", k=50)
    group = outcome_of(pairs, recipe, decide(pairs, recipe), (), ()).group
    values = number_values(sellers["seller"].tolist())
    assert len(np.unique(np.stack([group, values]), axis=1)[0]) == n
    assert np.bincount(group).max() == 500


def test_a_column_that_is_not_there_is_named():
    pairs = pairs_of([0.1] * len(LEFT))
    with pytest.raises(DataError, match="column 'shop', which the catalog does not have"):
        with_columns(pairs, LISTINGS, ("shop",))
    assert with_columns(pairs, LISTINGS, ()) is pairs
    with pytest.raises(DataError, match="'price', and these pairs do not know it"):
        decide(pairs, replace(PLAIN, only_across="price"))
    assert same_value(pairs.chosen(np.array([0])), "seller").tolist() == [True]
    for wrong in ("", 3, "x" * 201):
        with pytest.raises(DataError, match="one_per is"):
            Recipe("tfidf", one_per=wrong)
    assert Recipe.from_json(replace(PLAIN, one_per="a", only_across="b").to_json()).columns == ("a", "b")
