"""Strata, what verdicts count in them, what is asked next, and how far it carries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.recipe import Recipe, decide
from matcher.review.implied import implied_by
from matcher.review.proof.bound import bound_precision
from matcher.review.proof.counts import Counts
from matcher.review.proof.estimate import estimate_scores
from matcher.review.proof.plan import allocate, next_stratum, plan_precision, seconds_per_verdict, spend
from matcher.review.proof.sample import order_strata, proof_questions, read_sample
from matcher.review.proof.strata import cut_strata, rank_pairs
from matcher.review.proof.walk import walk_thresholds
from matcher.review.verdicts import CHOSEN, DIFFERENT, DOUBTFUL, MATCH, PROOF, RANDOM, UNSURE, VARIANT
from matcher.storage.records import Verdict
from matcher.vectors.candidate_pairs import CandidatePairs

scores = st.lists(st.sampled_from([-1.0, -0.5, -0.5001, 0.0, 0.25, 1.0, 3.0, np.inf]), min_size=1, max_size=60)


def counts_of(size, drawn, same, accepted):
    return Counts(*(np.array(values, float) for values in (size, drawn, same)), np.array(accepted, bool))


@given(scores, st.integers(1, 40), st.sampled_from([-0.6, 0.0, 0.3]))
def test_strata_part_the_pairs_at_the_threshold_and_never_within_a_tie(drawn, listings, threshold):
    score = np.array(drawn)
    strata = cut_strata(score, score <= threshold, listings)
    assert strata.size.tolist() == np.bincount(strata.of).tolist()
    assert (strata.size > 0).all()
    for stratum in range(len(strata.size)):
        inside = score[strata.of == stratum]
        assert (inside <= threshold).all() == strata.is_accepted[stratum]
        assert strata.is_accepted[stratum] or (inside > threshold).all()
        assert strata.farthest[stratum] == inside.max()
    assert (np.diff(strata.is_accepted.astype(int)) <= 0).all()  # those that match come first
    order = np.argsort(score, kind="stable")
    assert (np.diff(strata.of[order]) >= 0).all()
    for value in set(drawn):
        assert len(set(strata.of[score == value].tolist())) == 1


@given(scores, st.integers(1, 40), st.sampled_from([-0.6, 0.0, 0.3]), st.sampled_from([-0.6, 0.0, 0.3]))
def test_a_moved_threshold_cuts_one_stratum_and_leaves_the_others(drawn, listings, before, after):
    score = np.array(drawn)
    one, other = (cut_strata(score, score <= threshold, listings) for threshold in (before, after))
    both = len({(int(a), int(b)) for a, b in zip(one.of, other.of, strict=True)})
    assert both <= max(len(one.size), len(other.size)) + 1


def test_scores_that_are_none_are_refused():
    with pytest.raises(DataError, match="not a number"):
        cut_strata(np.array([np.nan]), np.array([True]), 3)
    with pytest.raises(DataError, match="one of each"):
        cut_strata(np.zeros(2), np.zeros(3, bool), 3)


def catalog(n=60, seed=0):
    left, right = (side.astype(np.int32) for side in np.triu_indices(n, 1))
    rng = np.random.default_rng(seed)
    distance = rng.uniform(0, 1, len(left)).astype(np.float32)
    pairs = CandidatePairs(n, left, right, rng.integers(1, 9, len(left)).astype(np.uint16), {"text": distance})
    return pairs, [f"item {row}" for row in range(n)], rng.random(len(left)) > distance**0.3


def recipe(threshold):
    return Recipe(text_encoder="tfidf", text_threshold=threshold)


def said(pairs, ids, position, kind, sampled=PROOF):
    left, right = sorted((ids[pairs.left[position]], ids[pairs.right[position]]))
    return Verdict(0, "shop", left, right, kind, "review", sampled, 0.0)


def sample_of(pairs, ids, threshold, verdicts, **more):
    rule = recipe(threshold)
    is_match = decide(pairs, rule)
    strata = cut_strata(rank_pairs(pairs, rule, is_match), is_match, pairs.n)
    order = order_strata(pairs, strata, ids, more.pop("salt", ""))
    return strata, read_sample(pairs, strata, order, ids, verdicts, **more)


def answer(pairs, ids, is_same, threshold, verdicts, count, goal="f1"):
    _, sample = sample_of(pairs, ids, threshold, verdicts)
    for question in proof_questions(sample, goal, count):
        verdicts.append(said(pairs, ids, question.pair, MATCH if is_same[question.pair] else DIFFERENT))


def test_what_a_proof_asks_it_counts():
    pairs, ids, is_same = catalog()
    verdicts = []
    for _ in range(5):
        answer(pairs, ids, is_same, 0.2, verdicts, 10)
    strata, sample = sample_of(pairs, ids, 0.2, verdicts)
    asked = pairs.positions(*np.array([[ids.index(v.left_id), ids.index(v.right_id)] for v in verdicts]).T)
    assert len(set(asked.tolist())) == 50 == sample.counts.drawn.sum()
    assert sample.counts.drawn.tolist() == np.bincount(strata.of[asked], minlength=len(strata.size)).tolist()
    assert sample.counts.same.sum() == is_same[asked].sum()


def test_verdicts_chosen_by_doubt_or_hand_are_no_sample():
    pairs, ids, _ = catalog()
    near = np.argsort(np.abs(pairs.distance["text"] - 0.2))[:80]
    verdicts = [said(pairs, ids, place, DIFFERENT, DOUBTFUL if place % 2 else CHOSEN) for place in near]
    _, sample = sample_of(pairs, ids, 0.2, verdicts)
    assert sample.counts.drawn.sum() == 0
    asked = {question.pair for question in proof_questions(sample, "f1", 100)}
    assert not asked & set(near.tolist())  # nor asked again


def test_verdicts_stay_a_sample_when_the_threshold_moves():
    """Of what was drawn at one threshold, most counts at another, and the rate is not bent by where it was drawn."""
    shares, kept = [], []
    for seed in range(30):
        pairs, ids, is_same = catalog(60, seed)
        verdicts = []
        answer(pairs, ids, is_same, 0.2, verdicts, 120)
        strata, sample = sample_of(pairs, ids, 0.3, verdicts)
        counts = sample.counts
        kept.append(counts.drawn.sum() / len(verdicts))
        inside = strata.is_accepted
        truth = np.bincount(strata.of, is_same)[inside].sum()
        shares.append(truth - (counts.size * counts.same / np.maximum(counts.drawn, 1))[inside].sum())
        found = bound_precision(counts)
        assert found.low <= truth / strata.accepted <= found.high
    assert np.mean(kept) > 0.6
    assert abs(np.mean(shares)) < 3 * np.std(shares) / np.sqrt(len(shares))


def test_a_verdict_of_the_audit_counts_where_nothing_before_it_is_open():
    pairs, ids, _ = catalog()
    rule = recipe(0.2)
    is_match = decide(pairs, rule)
    strata = cut_strata(rank_pairs(pairs, rule, is_match), is_match, pairs.n)
    largest = int(np.argmax(strata.size * strata.is_accepted))
    order = order_strata(pairs, strata, ids)[largest]
    verdicts = [said(pairs, ids, place, MATCH, RANDOM) for place in order[:4]]
    verdicts.append(said(pairs, ids, order[5], MATCH, RANDOM))  # the one between was never answered
    assert sample_of(pairs, ids, 0.2, verdicts)[1].counts.drawn[largest] == 4
    verdicts.append(said(pairs, ids, order[4], UNSURE, DOUBTFUL))
    counts = sample_of(pairs, ids, 0.2, verdicts)[1].counts
    assert (counts.drawn[largest], counts.size[largest]) == (5, strata.size[largest] - 1)
    del verdicts[-1]
    ids_4 = tuple(sorted((ids[pairs.left[order[4]]], ids[pairs.right[order[4]]])))
    assert sample_of(pairs, ids, 0.2, verdicts, skipped=[ids_4])[1].counts.drawn[largest] == 5


def test_verdicts_that_a_rule_was_fitted_to_speak_for_themselves_alone():
    """A rule that has learned its verdicts by heart looks perfect on them, and is not believed."""
    pairs, ids, is_same = catalog()
    verdicts = []
    answer(pairs, ids, is_same, 0.3, verdicts, 150, "precision")
    asked = pairs.positions(*np.array([[ids.index(v.left_id), ids.index(v.right_id)] for v in verdicts]).T)
    distance = pairs.distance["text"].copy()
    distance[asked[~is_same[asked]]] = 0.99  # what was learned
    learned = CandidatePairs(pairs.n, pairs.left, pairs.right, pairs.rank, {"text": distance})
    strata, naive = sample_of(learned, ids, 0.3, verdicts)
    truth = np.bincount(strata.of, is_same)[strata.is_accepted].sum() / strata.accepted
    assert bound_precision(naive.counts).low > truth  # the trap
    taught = [(v.left_id, v.right_id) for v in verdicts]
    _, honest = sample_of(learned, ids, 0.3, verdicts, taught=taught, salt="model 1")
    assert honest.counts.drawn.sum() == 0
    assert honest.counts.sure_same.sum() == is_same[asked].sum()
    assert honest.counts.total.tolist() == strata.size.tolist()
    assert bound_precision(honest.counts).low < truth


def test_another_salt_is_another_order():
    pairs, ids, _ = catalog()
    strata, _ = sample_of(pairs, ids, 0.3, [])
    one, same, other = (order_strata(pairs, strata, ids, salt) for salt in ("", "", "model 1"))
    assert [part.tolist() for part in one] == [part.tolist() for part in same]
    assert [part.tolist() for part in one] != [part.tolist() for part in other]
    assert [sorted(part) for part in one] == [sorted(part) for part in other]


def test_strata_of_other_pairs_are_refused():
    pairs, ids, _ = catalog()
    strata, _ = sample_of(pairs, ids, 0.3, [])
    with pytest.raises(DataError, match="cut them anew"):
        order_strata(pairs.chosen(np.arange(5)), strata, ids)


def test_estimates_are_the_slow_obvious_sum():
    counts = counts_of([10, 20, 100], [5, 10, 20], [5, 8, 1], [True, True, False])
    found = estimate_scores(counts)
    right, missed = 10 * 5 / 5 + 20 * 8 / 10, 100 * 1 / 20
    assert found.precision.value == pytest.approx(right / 30)
    assert found.recall.value == pytest.approx(right / (right + missed))
    assert found.f1.value == pytest.approx(2 * right / (30 + right + missed))
    assert found.precision.low < found.precision.value < found.precision.high


def test_an_interval_holds_its_figure_also_where_nothing_wrong_was_seen_yet():
    size, drawn, same = [50, 200, 400, 800, 1600, 3200], [20, 1, 1, 1, 1, 1], [20, 0, 0, 0, 0, 0]
    recall = estimate_scores(counts_of(size, drawn, same, [True, *[False] * 5])).recall
    assert (recall.value, recall.high) == (1, 1)
    assert recall.low < 0.9


def test_all_judged_leaves_nothing_open():
    counts = counts_of([10, 20], [10, 20], [9, 2], [True, False])
    found = estimate_scores(counts)
    for figure, value in ((found.precision, 0.9), (found.recall, 9 / 11)):
        assert (figure.low, figure.value, figure.high) == (pytest.approx(value),) * 3
    assert not allocate(counts, "f1").any()
    assert next_stratum(counts, allocate(counts, "f1")) is None


def test_questions_go_where_a_figure_varies_most():
    counts = counts_of([100, 100, 1000, 1000], [20, 20, 20, 20], [20, 12, 4, 0], [True, True, False, False])
    precision, recall = allocate(counts, "precision"), allocate(counts, "recall")
    assert precision[1] > 2 * precision[0]
    assert precision[2:].tolist() == [0, 0]
    assert recall[2] > recall[3] > recall[1]
    assert precision.sum() == pytest.approx(1)
    assert (recall > 0).all()


@given(st.integers(1, 400), st.lists(st.tuples(st.integers(1, 300), st.integers(0, 20)), min_size=1, max_size=4))
def test_a_plan_spends_what_it_says_and_no_more_than_there_is(verdicts, rows):
    size, drawn = (np.array(values, float) for values in zip(*rows, strict=True))
    drawn = np.minimum(size, drawn)
    counts = Counts(size, drawn, drawn.copy(), np.ones(len(size), bool))
    later = spend(counts, verdicts)
    assert (later.drawn >= counts.drawn - 1e-9).all()
    assert later.drawn.sum() - drawn.sum() == pytest.approx(min(verdicts, (size - drawn).sum()), abs=1e-3)


def test_what_a_plan_asks_for_proves_it():
    counts = counts_of([200, 300, 5000], [10, 10, 10], [10, 10, 1], [True, True, False])
    plan = plan_precision(counts, 0.95)
    assert plan.total
    assert plan.more[2] == 0
    later = counts.with_more(plan.more.astype(float), plan.more.astype(float))
    assert bound_precision(later).low >= 0.95
    assert plan_precision(later, 0.95).total == 0


def test_a_plan_says_when_a_precision_is_out_of_reach():
    counts = counts_of([400, 400], [40, 40], [40, 20], [True, True])
    assert plan_precision(counts, 0.95).total is None


def test_the_walk_ends_at_the_first_threshold_that_cannot_be_shown():
    counts = counts_of([300, 300, 300, 900], [150, 150, 150, 20], [150, 149, 90, 0], [True, True, True, False])
    assert bound_precision(counts).low < 0.95
    found = walk_thresholds(counts, 0.95)
    assert found.strata == 2
    assert found.low >= 0.95
    assert walk_thresholds(counts, 0.999).strata == 0
    unknown = counts_of([300, 300], [0, 200], [0, 200], [True, True])
    assert walk_thresholds(unknown, 0.95).strata == 0  # the strict one cannot be shown, whatever comes after it


def test_pauses_are_not_part_of_how_long_a_verdict_takes():
    made = [5.0 * step for step in range(12)]
    assert seconds_per_verdict([*made, 4000.0, 9000.0]) == pytest.approx(5)
    assert seconds_per_verdict([*made, *[made[2]] * 50]) == pytest.approx(5)  # those of one action on a group
    assert seconds_per_verdict(made[:3]) == 8  # too few to tell
    assert seconds_per_verdict([]) == 8


def test_a_proof_asks_nothing_that_is_implied_and_counts_it_with_its_answer():
    pairs, ids, _ = catalog(12)
    product = np.arange(12) % 3
    is_same = product[pairs.left] == product[pairs.right]
    verdicts, asked = [], []
    while True:
        implied = implied_by(ids, verdicts)
        _, sample = sample_of(pairs, ids, 0.9, verdicts, implied=implied)
        questions = proof_questions(sample, "f1", 1)
        if not questions:
            break
        pair = questions[0].pair
        assert implied.kind_of(int(pairs.left[pair]), int(pairs.right[pair])) is None
        verdicts.append(said(pairs, ids, pair, MATCH if is_same[pair] else (DIFFERENT, VARIANT)[pair % 2]))
        asked.append(pair)
    assert len(asked) == len(set(asked)) < len(pairs)
    assert sample.answered.all()
    assert sample.counts.drawn.sum() == len(pairs)
    assert sample.counts.same.sum() == is_same.sum()


def test_what_one_order_misses_another_one_sees():
    """A photo that is the same under another title stands near, though the rule compares titles alone with a limit."""
    rng = np.random.default_rng(0)
    left, right = np.triu_indices(40, 1)
    text = rng.uniform(0.3, 1, len(left)).astype(np.float32)
    image = rng.uniform(0.3, 1, len(left)).astype(np.float32)
    text[0], image[0], text[1], image[1] = 0.95, 0.01, 0.95, 0.95
    text[2], image[2] = 0.1, 0.5
    far = text == text[3]
    image[far] = np.inf
    pairs = CandidatePairs(40, left, right, np.ones(len(left), np.uint16), {"text": text, "image": image})
    rule = Recipe("tfidf", "phash", "both", text_threshold=0.2, image_threshold=0.6)
    is_match = decide(pairs, rule)
    score = rank_pairs(pairs, rule, is_match)
    assert np.flatnonzero(score <= 0).tolist() == np.flatnonzero(is_match).tolist() == [2]
    assert score[0] < np.median(score) < score[1]
    assert np.isfinite(score).all()
    doubled = CandidatePairs(40, left, right, pairs.rank * np.uint16(2), pairs.distance)
    assert (rank_pairs(doubled, rule, is_match)[~is_match] > score[~is_match]).all()
