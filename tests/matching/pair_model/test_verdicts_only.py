"""Learning from verdicts alone: curators are asked about doubtful pairs, and the rest has to come out right too."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_pair_features import pairs_of

from matcher.matching.pair_model.features import PairFeatures, pair_features
from matcher.matching.pair_model.fit import fit_part
from matcher.matching.pair_model.learn import FOLDS, known_pairs, learn_pair_model
from matcher.matching.pair_model.model import PairModel
from matcher.matching.pair_model.sample import guess_margin
from matcher.vectors.candidate_pairs import CandidatePairs

THRESHOLD = 0.5


def asked(answers, seed=0, listings=300):
    """Pairs whose distance decides, and verdicts only on those near a rule's threshold; the true one lies beyond it."""
    rng = np.random.default_rng(seed)
    left, right = np.triu_indices(listings, 1)
    rows = np.sort(rng.choice(len(left), 6_000, replace=False))
    left, right = left[rows].astype(np.int32), right[rows].astype(np.int32)
    distance = rng.uniform(0, 2, len(rows)).astype(np.float32)
    pairs = CandidatePairs(listings, left, right, np.ones(len(rows), np.uint16), {"text": distance})
    is_same = distance + rng.normal(0, 0.05, len(rows)) < 1.2 * THRESHOLD
    doubtful = np.argsort(np.abs(distance - THRESHOLD))[: 3 * answers]
    drawn = rng.choice(doubtful, answers, replace=False)
    ends = [(int(left[row]), int(right[row])) for row in drawn]
    same = [pair for pair, row in zip(ends, drawn, strict=True) if is_same[row]]
    different = [pair for pair, row in zip(ends, drawn, strict=True) if not is_same[row]]
    noise = rng.normal(size=(len(rows), 4)).astype(np.float32)
    names = ("distance.text", "words.jaccard", "words.containment", "letters.sorted_words", "list.a")
    features = PairFeatures(names, np.column_stack([distance, noise]))
    known = known_pairs(pairs, np.full(listings, -1, np.int32), np.arange(listings) % FOLDS, same, different)
    return features, known, is_same, distance


@pytest.mark.parametrize("answers", [80, 300])
@pytest.mark.parametrize("is_given", [True, False])
def test_what_nobody_was_asked_about_comes_out_right_too(answers, is_given):
    features, known, is_same, distance = asked(answers)
    model = learn_pair_model(features, known, margin=distance / THRESHOLD - 1 if is_given else None)
    found = model.probability(features)
    assert (found[distance > 1] < model.cut).mean() > 0.995
    assert (found[distance < 0.2] > model.cut).mean() > 0.995
    assert (found[distance > 1] < 0.1).mean() > 0.9
    assert ((found >= 0.5) == is_same).mean() > 0.93


def test_a_verdict_weighs_more_than_a_rule():
    """The rule's threshold is too strict; answers move it to where the truth lies."""
    features, known, is_same, distance = asked(300)
    model = learn_pair_model(features, known, margin=distance / THRESHOLD - 1)
    beyond = (distance > THRESHOLD) & (distance < 1.1 * THRESHOLD)
    assert is_same[beyond].mean() > 0.8
    assert (model.probability(features)[beyond] >= 0.5).mean() > 0.8


def test_a_threshold_is_guessed_where_the_verdicts_put_it():
    distance = np.array([0.1, 0.2, 0.3, 0.4, np.nan], np.float32)
    pairs = pairs_of(4, np.zeros(6)).chosen(np.arange(5))
    known = known_pairs(pairs, np.full(4, -1, np.int32), np.zeros(4, int), [(0, 1), (0, 2)], [(0, 3), (1, 2)])
    features = PairFeatures(("words.shared", "distance.text"), np.column_stack([-distance, distance]))
    assert guess_margin(features, known) == pytest.approx(np.array([-0.5, 0, 0.5, 1, np.inf]))
    nothing = known_pairs(pairs, np.full(4, -1, np.int32), np.zeros(4, int), [], [(0, 3)])
    assert guess_margin(features, nothing) is None
    assert guess_margin(PairFeatures(("words.shared",), distance[:, None]), known) is None


rows = st.lists(st.sampled_from(["red lamp 5 kg", "lamp K120", "lamp 6kg", "", "blue lamp"]), min_size=2, max_size=6)


def fitted(names):
    """A model of noise, which is enough to ask whether it depends on an order."""
    rng = np.random.default_rng(0)
    values = rng.normal(1, 1, (300, len(names))).astype(np.float32)
    part = fit_part("small trees", values, values[:, 0] > values[:, 3], np.ones(300), 0)
    return PairModel("small trees", names, (part,), np.array([-3.0, 3.0]), np.array([0.05, 0.95]), 0.4, 0.1, 100)


EMPTY = pair_features(pairs_of(2, [0.5]), ["a", "b"])
MODEL = fitted(EMPTY.names)


@given(rows, st.randoms(), st.data())
@settings(max_examples=30)
def test_probabilities_depend_on_no_order(titles, random, data):
    n = len(titles)
    count = n * (n - 1) // 2
    distance = data.draw(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=count, max_size=count))
    pairs = pairs_of(n, distance)
    before = MODEL.probability(pair_features(pairs, titles))
    order = list(range(n))
    random.shuffle(order)
    place = np.argsort(order)
    ends = np.sort(np.stack([place[pairs.left], place[pairs.right]]), axis=0).astype(np.int32)
    at = np.lexsort((ends[1], ends[0]))
    moved = CandidatePairs(n, ends[0][at], ends[1][at], pairs.rank, {"text": pairs.distance["text"][at]})
    after = MODEL.probability(pair_features(moved, [titles[row] for row in order]))
    assert after == pytest.approx(before[at], abs=1e-6)
