"""What the window says of a pair, in a curator's words, with strangers' text escaped."""

from dataclasses import replace

import numpy as np
import pytest

from matcher.matching.conflicts import with_conflicts
from matcher.matching.explain.facts import compare_facts
from matcher.matching.explain.links import Links
from matcher.matching.explain.pair import Explanation, SaidBy, explain_pair
from matcher.matching.explain.words import count_words
from matcher.matching.recipe import Recipe
from matcher.vectors.candidate_pairs import CandidatePairs
from pages._why.words import say_fact, say_side, say_step, say_ways, say_words

RULE = Recipe("tfidf", "phash", "either", text_threshold=0.3, image_threshold=0.2)


def explanation(
    text: float, image: float, links: Links, recipe: Recipe = RULE, verdict: str | None = None
) -> Explanation:
    distance = {"text": text, "image": image, "fused": (text + image) / 2}
    pair = CandidatePairs(
        9, np.zeros(1, np.int32), np.ones(1, np.int32), np.ones(1, np.uint16),
        {name: np.array([value], np.float32) for name, value in distance.items()}, np.zeros(1, np.uint8),
    )  # fmt: skip
    return explain_pair(pair, recipe, ("a", "b"), count_words(["a", "b"]), links, verdict)


def step(found: Explanation, recipe: Recipe = RULE) -> str:
    return say_step(found, recipe, lambda row: f"listing {row}")


@pytest.mark.parametrize(
    ("text", "image", "joined", "said", "ways"),
    [
        (0.1, 0.5, True, "The titles are near enough; the photos alone would not do.",
         ["It would no longer match at a title threshold of 0.099 or less."]),
        (0.35, 0.25, False, "The titles and photos are too far apart.",
         ["It would match from a title threshold of 0.350 on.", "It would match from a photo threshold of 0.250 on."]),
    ],
)  # fmt: skip
def test_thresholds_say_what_decided_and_what_would_change_it(text, image, joined, said, ways):
    found = explanation(text, image, Links(joined, joined))
    assert step(found) == said
    assert say_ways(found, RULE) == ways


def test_both_and_mean_and_likelihood_read_as_they_decide():
    both = replace(RULE, fusion="both")
    found = explanation(0.1, 0.5, Links(False, False), both)
    assert step(found, both) == "The photos are too far apart; both would have to be near."
    mean = replace(RULE, fusion="mean", fused_threshold=0.4)
    found = explanation(0.1, 0.5, Links(True, True), mean)
    assert step(found, mean) == "The title and photo together is near enough."
    assert [say_side(said, mean) for said in found.said] == [
        "Title and photo together **0.300** apart, within the threshold of 0.400.",
        "Titles **0.100** apart, weighed into that of both.",
        "Photos **0.500** apart, weighed into that of both.",
    ]
    likely = SaidBy("learned", 0.25, 0.5, True)
    assert (
        say_side(likely, RULE)
        == "The pair model takes it for **75 %** likely by itself, of the 50 % that a group needs."
    )


def test_figures_that_look_equal_are_told_apart():
    said = say_side(SaidBy("text", 0.30012, 0.3, False), RULE)
    assert said == "Titles **0.300120** apart, beyond the threshold of 0.300000."
    assert say_side(SaidBy("image", float("inf"), 0.2, False), RULE) == (
        "Photos cannot be compared: one of the two has none."
    )


def test_groups_and_verdicts_are_told():
    found = explanation(0.1, 0.1, Links(False, False, (), 1, 16))
    assert "of 16 pairs between their two groups 1 matches, and 25 % is needed" in step(found)
    found = explanation(0.5, 0.5, Links(True, True, (0, 7, 1)))
    assert step(found).endswith("brings them together, by way of listing 7, each matching the next.")
    assert say_ways(found, RULE)[0] == "A verdict on this pair gives the other answer at once."
    assert say_ways(found, RULE)[1].startswith("By the rule alone it would match from a title threshold")
    found = explanation(0.1, 0.1, Links(False, True), verdict="variant")
    assert step(found) == "A verdict on this very pair says variant, and verdicts stand above the rule."
    found = explanation(0.1, 0.1, Links(False, True))
    assert step(found).startswith("Verdicts on other pairs keep the two in different groups")


def test_a_lock_is_told():
    held = explanation(0.1, 0.1, Links(False, True, is_locked=True), verdict="match")
    assert step(held) == "A group is locked here, and lets no other listing in, whatever rule and verdicts say."
    assert say_ways(held, RULE) == ["Unlock the group first."]
    kept = explanation(0.9, 0.9, Links(True, False, is_locked=True), verdict="different")
    assert step(kept).startswith("A group is locked here, and keeps its listings")


def test_facts_say_whether_the_rule_heeds_them():
    (volume, *_) = compare_facts("soap 250 ml", "soap 500 ml")
    assert say_fact(volume, ("units",)).endswith("250 ml against 500 ml] :gray[parts them]")
    assert say_fact(volume, ()).endswith("250 ml against 500 ml] :gray[which this rule lets pass]")
    (same,) = compare_facts("soap 250 ml", "SOAP 250 ml")
    assert "in both" in say_fact(same, ())


def test_words_of_strangers_are_text():
    counts = count_words(["*bold* [link](http://x.example)"])
    said = say_words([f"w{number}" for number in range(10)], counts.listings)
    assert said.endswith("and 2 more")
    hostile = compare_facts("soap red", "soap size ](javascript:alert(1)) 40")
    assert all("](javascript" not in say_fact(fact, ()) for fact in hostile)
    assert say_words([], {}) == ":gray[none]"


def test_matches_that_contradicting_models_take_away_are_told():
    found = explanation(0.1, 0.5, Links(False, False, (), matching=2, against=1, between=6))
    assert step(found) == (
        "By themselves the two match, but too little else does: of 6 pairs between their two groups 2 match, and 25 % "
        "is needed. 1 other pair contradicts in its model numbers, and takes one match away."
    )
    found = explanation(0.1, 0.5, Links(False, False, (), matching=2, against=3, between=6))
    assert step(found).endswith("3 other pairs contradict in their model numbers, and each takes one match away.")
    found = explanation(0.1, 0.5, Links(False, False, (), matching=1, between=6))
    assert step(found).endswith("between their two groups 1 matches, and 25 % is needed.")


def test_brands_are_named_with_both_words():
    goods = ["oat biscuits", "rye crackers", "fig bars", "nut mix", "plum jam"]
    titles = [f"{brand} {each} 200 g" for brand in ("Velmora", "TARINDO") for each in goods]
    counts, rule = count_words(titles), Recipe("tfidf", None, text_threshold=0.3, veto=("brands",))
    pair = CandidatePairs(10, np.array([0]), np.array([5]), np.ones(1, np.uint16), {"text": np.zeros(1, np.float32)})
    found = explain_pair(with_conflicts(pair, titles), rule, (titles[0], titles[5]), counts, Links(False, False))
    assert say_step(found, rule, str).startswith("The titles contradict each other: Velmora against TARINDO.")
    assert "**brand** Velmora against TARINDO" in say_fact(found.facts[0], found.vetoes)
