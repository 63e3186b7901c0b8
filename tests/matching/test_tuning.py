"""Tuned recipes: as good as the best that a slow search finds, and never on a tie."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.metrics import listing_scores, pair_scores, per_listing_scores, truth_of
from matcher.matching.recipe import Recipe, decide
from matcher.matching.tuning import midway, tune_recipe
from matcher.vectors.candidate_pairs import CandidatePairs

TEMPLATE = Recipe("tfidf", "efficientnet")


def catalog(products=40, size=4, seed=0, noise=0.15):
    """All pairs of a catalog; true pairs are near in one modality, or in both, others far."""
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(products), size).astype(np.int32)
    left, right = (rows.astype(np.int32) for rows in np.triu_indices(len(codes), 1))
    same = codes[left] == codes[right]
    found_by = rng.integers(0, 3, len(left))
    distance = {}
    for number, modality in enumerate(("text", "image")):
        near = same & (found_by != number)
        center = np.where(near, 0.25 + 0.1 * number, 0.8)
        distance[modality] = np.clip(rng.normal(center, noise), 0, 2).astype(np.float32)
    distance["fused"] = ((distance["text"] + distance["image"]) / 2).astype(np.float32)
    return CandidatePairs(len(codes), left, right, np.ones(len(left), np.uint16), distance), codes


def best_by_hand(pairs, codes, recipe):
    """The largest F1 over a dense grid of thresholds."""
    truth = truth_of(pairs, codes)
    tried = np.linspace(0, 1, 41)
    return max(
        listing_scores(decide(pairs, replace(recipe, text_threshold=a, image_threshold=b, fused_threshold=a)), truth).f1
        for a in tried
        for b in (tried if recipe.fusion in ("either", "both") else [None])
    )


@pytest.mark.parametrize("fusion", ["either", "both", "mean", "fused"])
def test_f1_comes_close_to_the_best_there_is(fusion):
    pairs, codes = catalog()
    tuned = tune_recipe(pairs, codes, replace(TEMPLATE, fusion=fusion), growth=1)
    reached = listing_scores(decide(pairs, tuned), truth_of(pairs, codes)).f1
    assert reached > best_by_hand(pairs, codes, tuned) - 0.01


@pytest.mark.parametrize("mean", ["arithmetic", "geometric"])
def test_listings_with_a_photo_only_give_a_threshold_that_a_recipe_may_have(mean):
    pairs, codes = catalog()
    no_titles = replace(
        pairs, distance={"text": np.full(len(pairs), np.inf, np.float32), "image": pairs.distance["image"]}
    )
    tuned = tune_recipe(no_titles, codes, replace(TEMPLATE, fusion="mean", mean=mean, image_alone=9.0))
    assert 0 < tuned.fused_threshold <= 2
    assert tuned.image_alone == 9


def test_the_weight_goes_to_the_better_modality():
    pairs, codes = catalog()
    noise = np.random.default_rng(1).permutation(pairs.distance["image"])
    useless = replace(pairs, distance=dict(pairs.distance) | {"image": noise})
    assert tune_recipe(useless, codes, replace(TEMPLATE, fusion="mean")).text_weight == 0.8
    swapped = {"text": noise, "image": pairs.distance["text"]}
    assert tune_recipe(replace(pairs, distance=swapped), codes, replace(TEMPLATE, fusion="mean")).text_weight == 0.2


def test_counting_false_matches_more_often_is_stricter():
    pairs, codes = catalog(noise=0.25)
    loose = tune_recipe(pairs, codes, replace(TEMPLATE, fusion="mean"), growth=1)
    strict = tune_recipe(pairs, codes, replace(TEMPLATE, fusion="mean", text_weight=loose.text_weight), growth=5)
    truth = truth_of(pairs, codes)
    assert (
        pair_scores(decide(pairs, strict), truth).precision > pair_scores(decide(pairs, loose), truth).precision + 0.02
    )


@pytest.mark.parametrize("fusion", ["either", "both", "mean", "fused"])
@pytest.mark.parametrize("precision", [0.6, 0.95, 1.0])
def test_precision_is_kept_and_recall_comes_close_to_the_most(fusion, precision):
    pairs, codes = catalog()
    truth = truth_of(pairs, codes)
    tuned = tune_recipe(pairs, codes, replace(TEMPLATE, fusion=fusion), f"precision@{precision}")
    scores = pair_scores(decide(pairs, tuned), truth)
    assert scores.precision >= precision
    tried = np.linspace(0, 1, 41)
    by_hand = [
        pair_scores(decide(pairs, replace(tuned, text_threshold=a, image_threshold=b, fused_threshold=a)), truth)
        for a in tried
        for b in (tried if fusion in ("either", "both") else [None])
    ]
    assert scores.recall > max(each.recall for each in by_hand if each.precision >= precision) - 0.02


def test_a_recipe_of_one_modality_is_tuned_on_it_alone():
    pairs, codes = catalog()
    titles = tune_recipe(pairs, codes, replace(TEMPLATE, image_encoder=None))
    assert (titles.image_threshold, titles.fused_threshold) == (None, None)
    assert 0.25 < titles.text_threshold < 0.8
    photos = tune_recipe(pairs, codes, replace(TEMPLATE, text_encoder=None, fusion="both"))
    assert photos.text_threshold is None
    assert 0.35 < photos.image_threshold < 0.8
    alone = tune_recipe(pairs, codes, replace(TEMPLATE, image_encoder=None, fusion="mean"))
    assert 0.25 < alone.fused_threshold < 0.8


def test_pairs_beyond_k_are_not_tuned_on():
    pairs, codes = catalog()
    same = codes[pairs.left] == codes[pairs.right]
    far = replace(pairs, rank=np.where(same, 20, 3).astype(np.uint16))
    with pytest.raises(DataError, match="No two listings found near each other have the same label"):
        tune_recipe(far, codes, replace(TEMPLATE, k=10))


def test_only_the_products_asked_about_decide():
    """The others lie so near that their best threshold would miss nearly all pairs of the queries."""
    pairs, codes = catalog()
    is_query = codes < 20
    other = ~is_query[pairs.left] & ~is_query[pairs.right]
    learned = {kind: np.where(other, 0.3 * values, values) for kind, values in pairs.distance.items()}
    pairs = replace(pairs, distance={kind: values.astype(np.float32) for kind, values in learned.items()})
    truth = truth_of(pairs, codes)

    def reached(recipe):
        return per_listing_scores(decide(pairs, recipe), truth)[2][is_query].mean()

    template = replace(TEMPLATE, fusion="fused")
    best = max(reached(replace(template, fused_threshold=at)) for at in np.linspace(0, 1, 101))
    assert reached(tune_recipe(pairs, codes, template, growth=1, is_query=is_query)) > best - 0.015
    assert reached(tune_recipe(pairs, codes, template, growth=1, is_query=~is_query)) < best - 0.1


def test_it_is_the_same_every_time():
    pairs, codes = catalog()
    assert tune_recipe(pairs, codes, TEMPLATE) == tune_recipe(pairs, codes, TEMPLATE)


def test_unlabelled_listings_do_not_count():
    pairs, codes = catalog()
    some = codes.copy()
    some[codes >= 30] = -1
    known = np.flatnonzero(some >= 0)
    inside = (pairs.right < len(known)).nonzero()[0]
    labelled_only = replace(pairs.chosen(inside), n=len(known))
    assert tune_recipe(pairs, some, TEMPLATE).text_threshold == pytest.approx(
        tune_recipe(labelled_only, some[known], TEMPLATE).text_threshold, abs=0.01
    )


@given(st.lists(st.sampled_from([0.0, 0.1, 0.10000001, 0.2, 0.7, np.inf]), min_size=1), st.floats(0, 1))
@settings(deadline=None)
def test_a_threshold_in_the_middle_of_a_gap_accepts_the_same_pairs(distance, threshold):
    distance = np.array(distance, np.float32)
    moved = midway(distance, threshold)
    accepted = distance <= np.float32(threshold)
    assert (accepted == (distance <= np.float32(moved))).all()
    gap = np.sort(np.unique(distance[np.isfinite(distance)]))
    inside = (gap[:-1] < moved) & (moved < gap[1:])
    if accepted.any() and (~accepted & np.isfinite(distance)).any() and 0.15 < moved:
        assert moved == pytest.approx((gap[:-1][inside][0] + gap[1:][inside][0]) / 2)


def test_between_neighbouring_floats_there_is_no_middle():
    three = np.nextafter(np.float32(0.1), np.float32([0, 0.1, 1]))  # the middle of one of the two gaps is rounded up
    for below, above in itertools.pairwise(three):
        assert midway(np.array([below, above]), float(below)) == float(below)


@pytest.mark.parametrize(
    "objective", ["recall", "precision@", "precision@0", "precision@1.5", "f1@0.5", "precision@nan"]
)
def test_an_unknown_objective_is_refused(objective):
    with pytest.raises(DataError, match="expected f1, or precision@"):
        tune_recipe(*catalog(products=3), TEMPLATE, objective)


def test_a_precision_that_nothing_reaches_is_said():
    pairs, codes = catalog(products=5)
    same = codes[pairs.left] == codes[pairs.right]
    upside_down = {modality: np.where(same, 0.5, 0.5).astype(np.float32) for modality in ("text", "image")}
    with pytest.raises(DataError, match="right 95% of the time"):
        tune_recipe(replace(pairs, distance=upside_down), codes, TEMPLATE, "precision@0.95")


def two_peaks(apart=0.9, products=60):
    """Half of the products lie near and half far, with false pairs between: every second draw likes the far half."""
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(products), 4).astype(np.int32)
    left, right = (rows.astype(np.int32) for rows in np.triu_indices(len(codes), 1))
    same = codes[left] == codes[right]
    near = codes[left] < products // 2
    middle = ~same & (rng.random(len(left)) < 1.15 * same.mean())
    distance = np.where(same, np.where(near, 0.1, apart), np.where(middle, 0.5, 1.5))
    distance = (distance + rng.uniform(0, 0.05, len(left))).astype(np.float32)
    return CandidatePairs(len(codes), left, right, np.ones(len(left), np.uint16), {"text": distance}), codes


TITLES = Recipe("tfidf", None)


@pytest.mark.parametrize("seed", range(5))
def test_two_good_ranges_give_one_of_them_and_not_what_lies_between(seed):
    pairs, codes = two_peaks()
    drawn = np.random.default_rng(seed).permutation(codes.max() + 1)[:50]  # which of the peaks is higher is luck
    keep = np.isin(codes, drawn)
    some, codes = reordered(pairs, codes, np.flatnonzero(keep))
    truth = truth_of(some, codes)
    best = max(listing_scores(some.distance["text"] <= at, truth).f1 for at in np.linspace(0, 1, 101))
    tuned = tune_recipe(some, codes, TITLES, growth=1)
    assert listing_scores(decide(some, tuned), truth).f1 > best - 0.02


def reordered(pairs, codes, order):
    """The listings in another order, or some of them only: new row i is old row order[i]."""
    place = np.full(pairs.n, -1)
    place[order] = np.arange(len(order))
    inside = np.flatnonzero((place[pairs.left] >= 0) & (place[pairs.right] >= 0))
    ends = np.sort(place[np.stack([pairs.left[inside], pairs.right[inside]])], axis=0).astype(np.int32)
    sorting = np.lexsort((ends[1], ends[0]))
    distance = {modality: values[inside][sorting] for modality, values in pairs.distance.items()}
    moved = CandidatePairs(len(order), *ends[:, sorting], pairs.rank[inside][sorting], distance)
    _, first, number = np.unique(codes[order], return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int32)
    rank[np.argsort(first)] = np.arange(len(first))  # labels are numbered as they come
    return moved, rank[number]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from(["either", "both", "mean"]), st.sampled_from(["f1", "precision@0.4"]))
def test_the_order_of_the_rows_decides_nothing(seed, fusion, objective):
    pairs, codes = catalog(products=10, size=3, seed=seed % 7, noise=0.25)
    order = np.random.default_rng(seed).permutation(pairs.n)
    moved, moved_codes = reordered(pairs, codes, order)
    rule = replace(TEMPLATE, fusion=fusion)
    tuned = tune_recipe(pairs, codes, rule, objective)
    assert tune_recipe(moved, moved_codes, rule, objective) == tuned
    matches = {
        frozenset(pair) for pair in zip(*(end[decide(pairs, tuned)] for end in (pairs.left, pairs.right)), strict=True)
    }
    again = decide(moved, tuned)
    assert {frozenset(order[[a, b]]) for a, b in zip(moved.left[again], moved.right[again], strict=True)} == matches


def chances(pairs, codes):
    return (codes[pairs.left] == codes[pairs.right]).astype(np.float64)


NOBODY = np.full(160, -1, np.int32)
IN_FORCE = {
    "either": replace(TEMPLATE, text_threshold=0.4, image_threshold=0.5),
    "both": replace(TEMPLATE, fusion="both", text_threshold=0.4, image_threshold=0.5),
    "mean": replace(TEMPLATE, fusion="mean", fused_threshold=0.45),
}


@pytest.mark.parametrize("fusion", IN_FORCE)
@pytest.mark.parametrize("start", [0.8, 1.0, 1.3])
def test_chances_move_the_thresholds_in_force_to_where_f1_is_best(fusion, start):
    pairs, codes = catalog()
    rule = IN_FORCE[fusion]
    rule = rule.with_thresholds({name: start * rule.threshold(name) for name in rule.thresholds})
    tuned = tune_recipe(pairs, NOBODY, rule, chance=chances(pairs, codes))
    assert replace(tuned, **dict.fromkeys(("text_threshold", "image_threshold", "fused_threshold"))) == replace(
        rule, **dict.fromkeys(("text_threshold", "image_threshold", "fused_threshold"))
    )
    truth = truth_of(pairs, codes)

    def f1(factor):
        moved = rule.with_thresholds({name: factor * rule.threshold(name) for name in rule.thresholds})
        return listing_scores(decide(pairs, moved), truth).f1

    assert (
        listing_scores(decide(pairs, tuned), truth).f1 > max(f1(factor) for factor in np.linspace(0.5, 1.5, 21)) - 0.005
    )
    exact = tune_recipe(pairs, NOBODY, rule, "precision@0.9", chance=chances(pairs, codes))
    assert pair_scores(decide(pairs, exact), truth).precision >= 0.9


def test_without_labels_or_a_pair_judged_the_same_it_is_said_what_is_missing():
    pairs, _ = catalog()
    with pytest.raises(DataError, match="no listing has a label, and of 1 pairs judged different and none the same"):
        tune_recipe(pairs, NOBODY, TEMPLATE, different=[(0, 1)])
