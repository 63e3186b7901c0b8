"""The search for the best recipe: what helps is taken, what does not is told, and who measures had no say."""

from dataclasses import replace

import numpy as np
import pytest

from matcher.errors import DataError
from matcher.matching.bootstrap import Figure
from matcher.matching.conflicts import VETOES
from matcher.matching.recipe import LEARNED, LINKED, Recipe
from matcher.matching.recipe_search.climb import Search, climb
from matcher.matching.recipe_search.ladder import Rung, cross_fit
from matcher.matching.recipe_search.steps import STEPS, first_recipe, options_of
from matcher.matching.recipe_search.words import name_step, tell_doubt, tell_ladder, tell_step
from matcher.vectors.candidate_pairs import CandidatePairs

PRODUCTS, SIZE = 60, 3
USUAL = Recipe("tfidf", "efficientnet", "mean", fused_threshold=0.5, veto=("models",), text_alone=1.3)


def made_pairs(seed=0):
    """Every second product lies as near to the one before it as its own listings do, and states another amount."""
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(PRODUCTS), SIZE).astype(np.int32)
    left, right = (rows.astype(np.int32) for rows in np.triu_indices(len(codes), 1))
    same, line = codes[left] == codes[right], codes // 2
    near = line[left] == line[right]
    distance = {
        name: np.clip(rng.normal(np.where(near, 0.3, 0.9), 0.1), 0, 2).astype(np.float32) for name in ("text", "image")
    }
    units, colours = (np.uint8(1 << VETOES.index(veto)) for veto in ("units", "colours"))
    conflicts = np.where(near & ~same, units, 0) | np.where(same & (rng.random(len(left)) < 0.7), colours, 0)
    pairs = CandidatePairs(
        len(codes), left, right, np.ones(len(left), np.uint16), distance, conflicts=conflicts.astype(np.uint8)
    )
    return pairs, codes


def made_search(learn=lambda has_say, beside: None, **more):
    pairs, codes = made_pairs()
    everyone = np.ones(len(codes), np.bool_)
    return replace(Search(pairs, codes, [], [], codes // 2 % 3, everyone, learn), **more)


def test_what_helps_is_taken_and_what_does_not_is_told():
    search, seen = made_search(), []
    in_force = np.full(len(search.codes), 0.25)
    ladder = cross_fit(search, first_recipe(USUAL), in_force, seen.append)
    assert seen == [*STEPS] * 4
    rungs = {rung.step: rung for rung in ladder.rungs}
    assert set(rungs) == {"groups", "thresholds", "fusion", "mean", "weight", "units", "colours"}
    assert rungs["units"].taken
    assert rungs["units"].folds == 3
    assert rungs["units"].gain.low > 0.2
    assert not rungs["colours"].taken
    assert rungs["colours"].gain.high < -0.1
    assert ladder.recipe.veto == ("units",)
    assert ladder.start.value + sum(rung.added for rung in ladder.rungs) == pytest.approx(ladder.end.value)
    assert ladder.end.value > 0.95
    assert ladder.in_force.value == 0.25
    assert (ladder.listings, ladder.products) == (PRODUCTS * SIZE, PRODUCTS)
    assert tell_ladder(ladder).startswith(f"F1 {ladder.end.value:.3f} on products that had no say, ")
    assert "Reading amounts (250 ml is not 500 ml) adds " in tell_ladder(ladder)


def test_who_has_no_say_changes_nothing_that_is_chosen():
    search = made_search()
    has_say = search.fold != 1
    chosen = [(tried.recipe, tried.taken) for tried in climb(search, first_recipe(USUAL), has_say)]
    codes = search.codes.copy()
    codes[~has_say] = codes[~has_say][::-1] % 7
    one, other = np.flatnonzero(~has_say)[:2].tolist()
    others = replace(search, codes=codes, same=[(one, 0)], different=[(one, other)])
    assert [(tried.recipe, tried.taken) for tried in climb(others, first_recipe(USUAL), has_say)] == chosen
    with pytest.raises(DataError, match="No listing that could choose has a label"):
        list(climb(replace(search, codes=np.where(has_say, -1, codes)), first_recipe(USUAL), has_say))


def test_a_pair_model_is_the_last_step_and_asked_with_those_who_have_a_say():
    pairs, codes = made_pairs()
    same = codes[pairs.left] == codes[pairs.right]
    distance = np.where(same, np.float32(0.1), np.float32(0.9))
    judged = replace(pairs, distance={**pairs.distance, LEARNED: distance, LINKED: distance})
    asked = []

    def learn(has_say, beside):
        asked.append((has_say.copy(), beside))
        return judged, replace(beside, fusion="learned", learned_threshold=0.5, pair_model="0" * 32, veto=())

    search = made_search(learn, pairs=replace(pairs, conflicts=np.zeros(len(pairs), np.uint8)))
    ladder = cross_fit(search, first_recipe(USUAL), np.ones(len(codes)))
    assert ladder.recipe.fusion == "learned"
    assert ladder.rungs[-1].step == "learned"
    assert ladder.end.value == 1.0
    assert [set(search.fold[has_say]) for has_say, _ in asked] == [{1, 2}, {0, 2}, {0, 1}, {0, 1, 2}]
    assert all(beside.fusion != "learned" and None not in beside.thresholds.values() for _, beside in asked)
    assert "no more than the rule in force (1.000)" in tell_ladder(ladder)


def test_one_alone_is_tried_where_a_listing_has_only_one():
    pairs, _ = made_pairs()
    recipe = first_recipe(USUAL)
    assert options_of("alone", recipe, pairs) == []
    image = np.where(pairs.left == 0, np.float32(np.inf), pairs.distance["image"])
    lacking = replace(pairs, distance={**pairs.distance, "image": image})
    assert {option.image_alone for option in options_of("alone", recipe, lacking)} == {1.0}
    assert len({option.text_alone for option in options_of("alone", recipe, lacking)}) == 6
    assert options_of("weight", replace(recipe, fusion="either"), lacking) == []
    assert options_of("fusion", Recipe("tfidf", None), pairs) == []


@pytest.mark.parametrize(
    ("step", "set_to", "gain", "said"),
    [
        ("models", "", 0.024, "Reading model numbers adds 2.4 points."),
        ("sizes", "", -0.106, "Reading clothes sizes costs 10.6 points."),
        ("counts", "", 0.0004, "Reading how many are in a pack changes nothing."),
        ("fusion", "either", 0.01, "Matching by title or photo adds 1.0 point."),
        ("weight", "0.7", -0.001, "Weighing the title 70 % costs 0.1 points."),
        ("weight", "", 0.013, "Weighing the title otherwise adds 1.3 points."),
        ("mean", "", 0.013, "Taking the other mean adds 1.3 points."),
        ("fusion", "", 0.013, "Matching by title and photo in another way adds 1.3 points."),
        ("mean", "geometric", 0.5, "Taking the lenient mean adds 50.0 points."),
    ],
)
def test_a_step_is_told_in_a_sentence(step, set_to, gain, said):
    rung = Rung(step, set_to, True, 3, Figure(gain, gain - 0.01, gain + 0.005), gain)
    assert tell_step(rung) == said
    assert tell_doubt(rung) == f"{100 * gain - 1:+.1f} to {100 * gain + 0.5:+.1f} points"


def test_an_interval_has_no_zero_below_zero():
    assert tell_doubt(Rung("sizes", "", False, 0, Figure(-0.003, -0.0072, -0.0001), 0.0)) == "-0.7 to +0.0 points"


def test_every_step_has_a_name():
    names = {name_step(Rung(step, "", True, 3, Figure(0, 0, 0), 0.0)) for step in STEPS}
    assert len(names) == len(STEPS)
