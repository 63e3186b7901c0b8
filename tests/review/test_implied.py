"""What verdicts imply, held against following every chain by hand."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.recipe import Recipe
from matcher.review.implied import NOTHING, implied_by
from matcher.review.queue import review_queue
from matcher.review.sampling import score_verdicts
from matcher.review.verdicts import DIFFERENT, KINDS, MATCH, RANDOM, UNSURE, VARIANT
from matcher.storage.records import Verdict
from matcher.vectors.candidate_pairs import CandidatePairs

LISTINGS = "ABCDEFG"
IDS = list(LISTINGS[:-1])  # G has left the catalog
answers = st.dictionaries(st.sampled_from([*combinations(LISTINGS, 2)]), st.sampled_from(KINDS), max_size=9)


def said(given_answers):
    return [
        Verdict(number, "shop", one, other, kind, "review", "doubtful", 0.0)
        for number, ((one, other), kind) in enumerate(given_answers.items())
    ]


def follow_chains(given_answers):
    """Everything that is one product as A, by walking; and what is known of two such sets."""
    same = {item: {item} for item in LISTINGS}
    for _ in LISTINGS:
        for (one, other), kind in given_answers.items():
            if kind == MATCH:
                whole = same[one] | same[other]
                for item in whole:
                    same[item] = same[item] | whole
    apart = {pair: kind for pair, kind in given_answers.items() if kind in (DIFFERENT, VARIANT)}
    torn = {item for one, other in apart if other in same[one] for item in same[one]}
    expected = {}
    for one, other in combinations(IDS, 2):
        if {one, other} & torn:
            continue
        if other in same[one]:
            expected[one, other] = {MATCH}
        elif found := {
            kind for (a, b), kind in apart.items()
            if (a in same[one] and b in same[other]) or (b in same[one] and a in same[other])
        }:  # fmt: skip
            expected[one, other] = found
    return expected


@given(answers, st.sets(st.integers(0, len(IDS) - 1), min_size=2))
def test_a_lock_says_all_of_its_listings_and_nothing_of_others(given_answers, lock):
    locked = np.array([(min(lock), row) for row in sorted(lock)])
    implied, free = implied_by(IDS, said(given_answers), locked), implied_by(IDS, said(given_answers))
    for one, other in combinations(range(len(IDS)), 2):
        touched = len({one, other} & lock)
        expected = {0: free.kind_of(one, other), 1: DIFFERENT, 2: MATCH}[touched]
        assert implied.kind_of(one, other) == expected


@given(answers)
def test_what_is_implied_is_what_following_every_chain_finds(given_answers):
    implied, expected = implied_by(IDS, said(given_answers)), follow_chains(given_answers)
    for one, other in combinations(IDS, 2):
        kinds = expected.get((one, other), set())
        found = implied.kind_of(IDS.index(other), IDS.index(one))
        assert found == (DIFFERENT if DIFFERENT in kinds else next(iter(kinds), None))


def test_a_chain_through_a_listing_that_has_left_still_holds():
    assert implied_by(IDS, said({("A", "G"): MATCH, ("B", "G"): VARIANT})).kind_of(0, 1) == VARIANT


def test_unsure_and_no_verdict_imply_nothing():
    left, right = (side.astype(np.int32) for side in np.triu_indices(len(IDS), 1))
    for given_answers in ({}, {("A", "B"): UNSURE, ("B", "C"): MATCH}):
        kinds = implied_by(IDS, said(given_answers)).kinds(left, right)
        assert (kinds != NOTHING).sum() == (1 if given_answers else 0)


def near_pairs(n):
    left, right = (side.astype(np.int32) for side in np.triu_indices(n, 1))
    distance = np.linspace(0.1, 0.3, len(left), dtype=np.float32)
    return CandidatePairs(n, left, right, np.ones(len(left), np.uint16), {"text": distance})


@given(st.lists(st.integers(0, 3), min_size=7, max_size=7), st.integers(1, 4))
def test_a_curator_is_asked_nothing_that_follows_and_all_comes_out_known(products, count):
    """Seven listings of up to four products, answered truly: what was asked implies all the rest."""
    pairs, ids, verdicts = near_pairs(7), [f"i{row}" for row in range(7)], []
    recipe = Recipe(text_encoder="tfidf", text_threshold=0.2)
    while questions := review_queue(pairs, recipe, ids, verdicts, count=count):
        question = questions[0]
        one, other = int(pairs.left[question.pair]), int(pairs.right[question.pair])
        assert implied_by(ids, verdicts).kind_of(one, other) is None
        kind = MATCH if products[one] == products[other] else DIFFERENT
        verdicts.append(Verdict(len(verdicts), "shop", ids[one], ids[other], kind, "review", question.sampled, 0.0))
    implied = implied_by(ids, verdicts)
    kinds = implied.kinds(pairs.left, pairs.right)
    truth = np.array(products)[pairs.left] == np.array(products)[pairs.right]
    assert np.array_equal(kinds == KINDS.index(MATCH), truth)
    assert (kinds != NOTHING).all()


def test_the_fair_sample_holds_implied_answers_and_counts_them_as_no_verdict():
    pairs, ids = near_pairs(3), ["i0", "i1", "i2"]
    recipe = Recipe(text_encoder="tfidf", text_threshold=0.5)
    verdicts = [Verdict(n, "shop", "i0", f"i{n}", MATCH, "review", RANDOM, 0.0) for n in (1, 2)]
    scores = score_verdicts(pairs, recipe, ids, verdicts)
    assert (scores.sample, scores.implied, scores.same, scores.precision) == (3, 1, 2, 1.0)
    assert scores.is_complete
