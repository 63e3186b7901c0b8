"""What verdicts say of pairs without one: shares by distance, whatever was asked first."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import matcher
from matcher.matching.metrics import listing_scores, truth_of
from matcher.matching.recipe import Recipe, decide
from matcher.matching.tuning import tune_recipe
from matcher.pipeline.default_recipe import default_recipe
from matcher.review.queue import review_queue
from matcher.review.sampling import draw_matches
from matcher.review.verdict_curve import estimate_chances
from matcher.storage.records import Verdict
from matcher.vectors.candidate_pairs import CandidatePairs

DATA = Path(os.environ.get("TWINSHELF_DATA", Path(__file__).parents[3] / "shared" / "data"))
RULE = Recipe("tfidf", text_threshold=0.4)


def law(n=200, seed=0, steep=10.0, at_edge=0.5):
    """All pairs of n listings whose log odds fall with the distance by a known law."""
    rng = np.random.default_rng(seed)
    left, right = (rows.astype(np.int32) for rows in np.triu_indices(n, 1))
    distance = rng.uniform(0, 0.8, len(left)).astype(np.float32)
    log_odds = np.log(at_edge / (1 - at_edge)) - steep * (distance - 0.4) / 0.4
    truth = 1 / (1 + np.exp(-log_odds))
    same = rng.random(len(left)) < truth
    return CandidatePairs(n, left, right, np.ones(len(left), np.uint16), {"text": distance}), same, truth


def rows_at(pairs, positions):
    return list(zip(pairs.left[positions].tolist(), pairs.right[positions].tolist(), strict=True))


def judged(pairs, same, asked):
    return rows_at(pairs, asked[same[asked]]), rows_at(pairs, asked[~same[asked]])


def queue_of(pairs, count):
    """The most doubtful pairs, and a third as many drawn from the matches."""
    distance = pairs.distance["text"]
    doubtful = np.argsort(np.abs(distance - 0.4))[: 3 * count // 4]
    drawn = np.random.default_rng(1).permutation(np.flatnonzero(distance <= 0.4))[: count // 4]
    return np.unique(np.append(doubtful, drawn))


@pytest.mark.parametrize("at_edge", [0.2, 0.5, 0.8])
def test_doubtful_pairs_asked_first_do_not_mislead(at_edge):
    pairs, same, truth = law(at_edge=at_edge)
    asked = queue_of(pairs, 400)
    chance = estimate_chances(pairs, RULE, *judged(pairs, same, asked))
    matches = pairs.distance["text"] <= 0.4
    assert chance[matches].mean() == pytest.approx(truth[matches].mean(), abs=0.04)
    assert chance[~matches].mean() == pytest.approx(truth[~matches].mean(), abs=0.04)
    assert abs(same[asked].mean() - truth[matches].mean()) > 0.1  # what is judged is no sample of the matches


@given(st.lists(st.booleans(), max_size=12), st.integers(0, 5))
@settings(deadline=None, max_examples=40)
def test_a_verdict_stands_and_nearer_is_never_less_likely(answers, seed):
    pairs, _, _ = law(20, seed)
    asked = np.random.default_rng(seed).permutation(len(pairs))[: len(answers)]
    said = np.array(answers, np.bool_)
    same, different = rows_at(pairs, asked[said]), rows_at(pairs, asked[~said])
    chance = estimate_chances(pairs, RULE, same, different)
    assert chance[asked].tolist() == said.astype(float).tolist()
    rest = np.setdiff1d(np.arange(len(pairs)), asked)
    assert (np.diff(chance[rest][np.argsort(pairs.distance["text"][rest])]) <= 0).all()
    assert ((chance >= 0) & (chance <= 1)).all()


def test_what_the_recipe_can_never_match_is_not_the_same():
    pairs, same, _ = law(30)
    far = CandidatePairs(
        pairs.n, pairs.left, pairs.right, np.where(np.arange(len(pairs)) % 2, 99, 1).astype(np.uint16), pairs.distance
    )
    assert not estimate_chances(far, RULE, *judged(pairs, same, np.arange(0, 40, 2)))[1::2].any()


def test_pairs_that_a_curator_picked_stand_for_no_others():
    pairs, same, _ = law(60)
    asked = queue_of(pairs, 60)
    picked = np.setdiff1d(np.flatnonzero(same), asked)[:50]  # whoever browses says what is the same
    yes, no = judged(pairs, same, asked)
    alone = estimate_chances(pairs, RULE, yes, no)
    chance = estimate_chances(pairs, RULE, [*yes, *rows_at(pairs, picked)], no, rows_at(pairs, picked))
    rest = np.setdiff1d(np.arange(len(pairs)), picked)
    assert chance[rest] == pytest.approx(alone[rest])
    only = estimate_chances(pairs, RULE, rows_at(pairs, picked), [], rows_at(pairs, picked))
    assert only[rest].mean() > estimate_chances(pairs, RULE, [], [])[rest].mean()


@pytest.mark.parametrize("name", ["relisted", "apparel"])
def test_answers_of_the_default_queue_do_not_make_a_recipe_worse(name):
    if not (DATA / name).is_dir():
        pytest.skip("evaluation data is not here; set TWINSHELF_DATA to its folder")
    listings, _ = matcher.read_catalog(DATA / name / "listings.csv")
    encoded = matcher.encode(listings, "tfidf-char")
    pairs, codes, ids = encoded.pairs, listings.codes, list(listings.listings["item_id"])
    recipe = default_recipe(encoded.config)
    same, drawn, verdicts = codes[pairs.left] == codes[pairs.right], draw_matches(pairs, recipe, ids), []
    truth, reached = truth_of(pairs, codes), {}
    for count in (60, 200, 400):
        while len(verdicts) < count:
            for question in review_queue(pairs, recipe, ids, verdicts, (), 20, drawn):
                one, other = sorted(ids[end[question.pair]] for end in (pairs.left, pairs.right))
                kind = "match" if same[question.pair] else "different"
                verdicts.append(Verdict(len(verdicts), "x", one, other, kind, "review", question.sampled, 0.0))
        row = {item: number for number, item in enumerate(ids)}
        said = {
            kind: [(row[v.left_id], row[v.right_id]) for v in verdicts if v.kind == kind]
            for kind in ("match", "different")
        }
        chance = estimate_chances(pairs, recipe, said["match"], said["different"])
        tuned = tune_recipe(pairs, np.full(len(ids), -1, np.int32), recipe, chance=chance)
        reached[count] = listing_scores(decide(pairs, tuned), truth).f1
    usual = listing_scores(decide(pairs, recipe), truth).f1
    assert np.mean(list(reached.values())) > usual - 0.005, (usual, reached)
    assert reached[400] > usual, (usual, reached)
