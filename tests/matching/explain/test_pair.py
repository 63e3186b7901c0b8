"""Why a pair is a match: the step that decided, what each side says, and the way through a group."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from matcher.errors import DataError
from matcher.matching.conflicts import CONTRADICTED, VETOES, with_conflicts
from matcher.matching.explain.facts import compare_facts
from matcher.matching.explain.links import Links, find_links
from matcher.matching.explain.pair import explain_pair
from matcher.matching.explain.words import compare_words, count_words
from matcher.matching.groups.column_values import with_columns
from matcher.matching.recipe import Recipe, decide
from matcher.matching.resolve import outcome_of
from matcher.vectors.candidate_pairs import NOT_FOUND, CandidatePairs

TITLES = ["Dish soap lemon 250 ml", "dish soap LEMON 500ml", "Dish soap lemon", "garden hose green", "hose green 10 m"]
APART, JOINED = Links(False, False), Links(True, True)


def made(rows, n=5):
    """Candidate pairs of (left, right, distance of titles)."""
    left, right, distance = zip(*sorted(rows), strict=True)
    pairs = CandidatePairs(
        n, np.array(left, np.int32), np.array(right, np.int32), np.ones(len(left), np.uint16),
        {"text": np.array(distance, np.float32)},
    )  # fmt: skip
    return with_conflicts(pairs, TITLES) if n == len(TITLES) else pairs


def explained(rows, recipe, one, other, same=(), different=(), verdict=None):
    pairs = made(rows)
    matches = decide(pairs, recipe)
    outcome = outcome_of(pairs, recipe, matches, same, different)
    links = find_links(pairs, matches, outcome, one, other)
    pair = pairs.chosen(pairs.positions(np.array([one]), np.array([other])))
    return explain_pair(pair, recipe, (TITLES[one], TITLES[other]), count_words(TITLES), links, verdict)


def by_titles(threshold=0.3, **more):
    return Recipe("tfidf", None, text_threshold=threshold, **more)


def test_the_threshold_decides_where_nothing_else_does():
    found = explained([(0, 2, 0.2), (3, 4, 0.5)], by_titles(), 0, 2)
    assert (found.is_match, found.by_itself, found.step) == (True, True, "threshold")
    (said,) = found.said
    assert (said.name, said.threshold, said.is_within) == ("text", 0.3, True)
    assert found.ways == ({"text_threshold": 0.199},)
    far = explained([(0, 2, 0.2), (3, 4, 0.5)], by_titles(), 3, 4)
    assert (far.is_match, far.step, far.ways) == (False, "threshold", ({"text_threshold": 0.5},))


def test_a_contradiction_decides_whatever_the_distances_say():
    found = explained([(0, 1, 0.1)], by_titles(veto=("units",)), 0, 1)
    assert (found.is_match, found.step, found.vetoes) == (False, "veto", ("units",))
    assert found.facts[0].contradicts
    assert (found.facts[0].left, found.facts[0].right) == (("250 ml",), ("500ml",))
    assert found.ways == ({"veto": ()},)


def test_a_pair_that_no_search_found_says_so():
    pair = made([(0, 2, 0.2)])
    pair = CandidatePairs(pair.n, pair.left, pair.right, np.array([NOT_FOUND], np.uint16), pair.distance)
    found = explain_pair(pair, by_titles(), (TITLES[0], TITLES[2]), count_words(TITLES), APART)
    assert (found.by_itself, found.step, found.ways) == (False, "search", ())


def test_others_of_a_group_bring_two_together_and_the_way_is_told():
    rows = [(0, 1, 0.2), (1, 2, 0.2), (2, 3, 0.2), (0, 2, 0.2), (1, 3, 0.2), (0, 3, 0.9)]
    found = explained(rows, by_titles(), 0, 3)
    assert (found.is_match, found.by_itself, found.step) == (True, False, "group")
    assert found.links.way in ((0, 1, 3), (0, 2, 3))


def test_two_groups_with_little_between_them_stay_apart_against_one_match():
    n = 8
    rows = [(one, other, 0.1) for side in (0, 4) for one in range(side, side + 4) for other in range(one + 1, side + 4)]
    pairs = made([*rows, (3, 4, 0.29)], n)
    recipe = by_titles()
    matches = decide(pairs, recipe)
    links = find_links(pairs, matches, outcome_of(pairs, recipe, matches, (), ()), 3, 4)
    assert links == Links(False, False, (), matching=1, between=16)
    pair = pairs.chosen(pairs.positions(np.array([3]), np.array([4])))
    assert explain_pair(pair, recipe, ("a", "b"), count_words(["a", "b"]), links).step == "group"


def test_pairs_that_name_other_models_are_told_where_they_keep_groups_apart():
    pairs = made([(0, 1, 0.1), (0, 2, 0.2), (1, 3, 0.2), (2, 3, 0.1)], 4)
    against = np.array([0, 0, CONTRADICTED, 0], np.uint16)
    recipe = by_titles(veto=("models",))
    pairs = replace(pairs, conflicts=against | (against > 0) * np.uint16(1 << VETOES.index("models")))
    matches = decide(pairs, recipe)
    outcome = outcome_of(pairs, recipe, matches, (), ())
    assert outcome.group.tolist() == [0, 0, 1, 1]
    assert find_links(pairs, matches, outcome, 0, 2, vetoes=recipe.veto) == Links(False, False, (), 1, 4, against=1)
    assert find_links(pairs, matches, outcome, 0, 2).against == 0


def test_a_lock_has_the_last_word_over_verdicts():
    pairs = made([(0, 2, 0.1), (3, 4, 0.1)])
    matches = decide(pairs, by_titles())
    locked = np.array([[0, 0], [0, 3]])
    outcome = outcome_of(pairs, by_titles(), matches, [(0, 2)], [(0, 3)], locked=locked)
    words = count_words(TITLES)
    for pair, ends, is_match in (((0, 2), 0, False), ((3, 4), 1, False)):
        links = find_links(pairs, matches, outcome, *pair)
        found = explain_pair(pairs.chosen(np.array([ends])), by_titles(), ("a", "b"), words, links, "match")
        assert (found.is_match, found.step) == (is_match, "lock")
    assert find_links(pairs, matches, outcome, 0, 3).is_locked
    assert not find_links(pairs, matches, outcome, 1, 2).is_locked


@pytest.mark.parametrize(("verdict", "is_match"), [("match", True), ("different", False), ("variant", False)])
def test_a_verdict_on_the_pair_has_the_last_word(verdict, is_match):
    judged = {"same": [(0, 2)]} if is_match else {"different": [(0, 2)]}
    found = explained([(0, 2, 0.9 if is_match else 0.1)], by_titles(), 0, 2, **judged, verdict=verdict)
    assert (found.is_match, found.step) == (is_match, "verdict")
    assert found.by_itself is not is_match
    unsure = explained([(0, 2, 0.1)], by_titles(), 0, 2, verdict="unsure")
    assert unsure.step == "threshold"


def test_verdicts_on_others_part_and_join_a_pair_too():
    found = explained([(0, 2, 0.9), (0, 1, 0.2)], by_titles(), 0, 2, same=[(1, 2)])
    assert (found.is_match, found.step, found.links.way) == (True, "verdicts", (0, 1, 2))
    around = explained([(0, 1, 0.1), (1, 2, 0.9), (0, 2, 0.2)], by_titles(), 0, 2, [(0, 1), (1, 2)], [(0, 2)])
    assert (around.is_match, around.links.way) == (True, (0, 1, 2))  # not by the match that was refused
    parted = explained([(0, 1, 0.2), (1, 2, 0.25), (0, 2, 0.28)], by_titles(), 1, 2, different=[(0, 2)])
    assert (parted.is_match, parted.by_itself, parted.step) == (False, True, "verdicts")


def test_a_column_that_keeps_two_apart_is_what_decided():
    sellers = pd.DataFrame({"seller": ["Ann", "Bo", "Ann", "Cy", "Bo"]})
    pairs = with_columns(made([(0, 1, 0.1), (0, 2, 0.1), (1, 2, 0.2)]), sellers, ["seller"])

    def step(recipe, one, other):
        matches = decide(pairs, recipe)
        links = find_links(pairs, matches, outcome_of(pairs, recipe, matches, (), ()), one, other, recipe.one_per)
        pair = pairs.chosen(pairs.positions(np.array([one]), np.array([other])))
        titles = TITLES[2], "dish soap"
        found = explain_pair(pair, recipe, titles, count_words(TITLES), links)
        return found.is_match, found.step, found.ways

    assert step(by_titles(one_per="seller"), 0, 1)[:2] == (True, "threshold")
    assert step(by_titles(one_per="seller"), 0, 2)[:2] == (False, "column")  # 0 went with 1, and 2 is Ann's too
    assert step(by_titles(only_across="seller"), 0, 2) == (True, "group", ({"only_across": None},))
    parted = step(by_titles(only_across="seller", one_per="seller"), 0, 2)
    assert parted == (False, "column", ({"only_across": None},))
    assert step(by_titles(0.05, only_across="seller"), 0, 2)[2] == ({"only_across": None, "text_threshold": 0.101},)


def test_rare_words_stand_first_and_stand_for_one_spelling():
    counts = count_words(["soap lemon", "soap zest", "soap zest", "Sóap Wi-Fi", "wifi"])
    found = compare_words(counts, "wi fi SOAP zest", "soap lemon zest")
    assert (found.common, found.left, found.right) == (("zest", "soap"), ("wifi",), ("lemon",))
    turned = compare_words(counts, "soap lemon zest", "wi fi SOAP zest")
    assert (turned.common, turned.left, turned.right) == (found.common, found.right, found.left)


def test_facts_name_contradictions_before_what_agrees_and_what_one_says():
    facts = compare_facts("Acme MA460 red 64GB 2 pcs", "acme ma463 64 gb for men 5 pcs RED")
    assert [fact.kind for fact in facts if fact.contradicts] == ["count", "model"]
    assert [(fact.left, fact.right) for fact in facts if fact.kind == "model"] == [(("ma460",), ("ma463",))]
    assert [fact.kind for fact in facts][2:] == ["storage", "colour", "gender"]
    assert not compare_facts("bag 4471X", "bag QR88")[0].contradicts  # numbers of two sellers say nothing
    assert compare_facts("", "") == ()


def test_brands_that_contradict_each_other_are_named():
    goods = ["oat biscuits", "rye crackers", "fig bars", "nut mix", "plum jam"]
    titles = [f"{brand} {each} 200 g" for brand in ("Velmora", "TARINDO") for each in goods]
    counts = count_words(titles)
    (fact, amount) = compare_facts(titles[0], titles[5], counts.brands)
    assert (fact.kind, fact.veto, fact.contradicts) == ("brand", "brands", True)
    assert (fact.left, fact.right) == (("Velmora",), ("TARINDO",))
    assert amount.kind == "mass"
    assert [fact.kind for fact in compare_facts(titles[0], titles[1], counts.brands)] == ["mass"]


def test_an_explanation_is_of_one_pair():
    with pytest.raises(DataError, match="2 pairs came to be explained"):
        explain_pair(made([(0, 1, 0.2), (1, 2, 0.2)]), by_titles(), ("", ""), count_words([]), JOINED)
