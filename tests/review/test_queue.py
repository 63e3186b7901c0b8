import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.recipe import Recipe
from matcher.review.queue import DOUBTFUL, RANDOM, review_queue
from matcher.review.sampling import draw_matches, score_verdicts, shuffled
from matcher.review.verdicts import DIFFERENT, MATCH, UNSURE, VARIANT, judged_rows
from matcher.storage.records import Verdict
from matcher.vectors.candidate_pairs import CandidatePairs

RECIPE = Recipe(text_encoder="tfidf", text_threshold=0.5)


def all_pairs(n, seed=0, k=1):
    left, right = (side.astype(np.int32) for side in np.triu_indices(n, 1))
    distance = np.random.default_rng(seed).uniform(0, 1, len(left)).astype(np.float32)
    return CandidatePairs(n, left, right, np.full(len(left), k, np.uint16), {"text": distance})


def ids_of(n):
    return [f"item {row}" for row in range(n)]


def verdict(one, other, kind, sampled=DOUBTFUL):
    left, right = sorted((one, other))
    return Verdict(0, "shop", left, right, kind, "review", sampled, 0.0)


def on(pairs, item_ids, position, kind, sampled=DOUBTFUL):
    return verdict(item_ids[pairs.left[position]], item_ids[pairs.right[position]], kind, sampled)


def test_the_most_doubtful_pair_comes_first():
    pairs = all_pairs(20)
    first = review_queue(pairs, RECIPE, ids_of(20), [])[0]
    assert first.pair == np.argmin(np.abs(pairs.distance["text"] - 0.5))
    assert first.sampled == DOUBTFUL


def test_no_pair_is_asked_twice_and_all_are_asked():
    pairs, ids, verdicts = all_pairs(8), ids_of(8), []
    while questions := review_queue(pairs, RECIPE, ids, verdicts, count=3):
        verdicts += [on(pairs, ids, question.pair, UNSURE) for question in questions]
    asked = [(one.left_id, one.right_id) for one in verdicts]
    assert len(asked) == len(set(asked)) == len(pairs)


@given(st.integers(3, 12), st.integers(0, 5), st.integers(1, 40))
def test_a_queue_never_repeats_itself(n, seed, count):
    asked = [question.pair for question in review_queue(all_pairs(n, seed), RECIPE, ids_of(n), [], count=count)]
    assert len(asked) == len(set(asked)) == min(count, n * (n - 1) // 2)


def test_one_listing_does_not_fill_the_queue():
    pairs = all_pairs(40)
    near = (pairs.left == 0) | (pairs.right == 0)
    pairs.distance["text"][near] = 0.5  # the most doubtful pairs are all about listing 0
    asked = [q.pair for q in review_queue(pairs, RECIPE, ids_of(40), [], count=10) if q.sampled == DOUBTFUL]
    assert near[asked].sum() == 1
    every = review_queue(pairs, RECIPE, ids_of(40), [], count=len(pairs))
    assert len({question.pair for question in every}) == len(pairs)  # put off, not left out


def test_a_listing_just_asked_about_waits_also_when_questions_come_one_by_one():
    pairs, ids = all_pairs(40), ids_of(40)
    near = (pairs.left == 0) | (pairs.right == 0)
    pairs.distance["text"][near] = 0.5
    first = review_queue(pairs, RECIPE, ids, [], count=1)[0].pair
    second = review_queue(pairs, RECIPE, ids, [on(pairs, ids, first, MATCH)], count=1)[0].pair
    assert near[first]
    assert not near[second]


def test_a_skipped_pair_comes_back_only_at_the_end():
    pairs, ids = all_pairs(3), ids_of(3)
    first = review_queue(pairs, RECIPE, ids, [])[0].pair
    skipped = [tuple(sorted((ids[pairs.left[first]], ids[pairs.right[first]])))]
    later = [question.pair for question in review_queue(pairs, RECIPE, ids, [], skipped)]
    assert first not in later
    verdicts = [on(pairs, ids, pair, DIFFERENT) for pair in later]
    assert [question.pair for question in review_queue(pairs, RECIPE, ids, verdicts, skipped)] == [first]


def test_some_questions_are_drawn_from_the_matches():
    pairs = all_pairs(40)
    drawn = [q.pair for q in review_queue(pairs, RECIPE, ids_of(40), [], count=40) if q.sampled == RANDOM]
    assert len(drawn) == 10
    assert (pairs.distance["text"][drawn] <= 0.5).all()


def test_pairs_beyond_the_recipes_k_are_not_asked():
    assert review_queue(all_pairs(5, k=60), RECIPE, ids_of(5), []) == []


def test_ids_of_another_catalog_are_refused():
    with pytest.raises(DataError, match="encode the catalog again"):
        review_queue(all_pairs(5), RECIPE, ids_of(4), [])


def test_the_precision_of_a_random_sample_is_near_the_true_one():
    n = 80
    pairs, ids = all_pairs(n), ids_of(n)
    product = np.random.default_rng(1).integers(0, 8, n)  # answers that do not contradict each other
    is_same = product[pairs.left] == product[pairs.right]
    verdicts = []
    for _ in range(150):
        question = review_queue(pairs, RECIPE, ids, verdicts, count=1)[0]
        kind = MATCH if is_same[question.pair] else DIFFERENT
        verdicts.append(on(pairs, ids, question.pair, kind, question.sampled))
    scores = score_verdicts(pairs, RECIPE, ids, verdicts)
    true = is_same[pairs.distance["text"] <= 0.5].mean()
    assert scores.sample >= 30
    assert scores.low <= true <= scores.high


def test_doubtful_verdicts_alone_say_nothing_of_all_matches():
    pairs, ids = all_pairs(60), ids_of(60)
    worst = np.argsort(np.abs(pairs.distance["text"] - 0.5))[:50]
    scores = score_verdicts(pairs, RECIPE, ids, [on(pairs, ids, pair, DIFFERENT) for pair in worst])
    assert scores.sample <= 2  # where the random order happens to start
    assert scores.different == 50


def test_pairs_chosen_by_doubt_are_no_fair_sample_without_an_audit_pair():
    for seed in range(40):
        pairs, ids = all_pairs(6, seed), ids_of(6)
        matches = np.flatnonzero(pairs.distance["text"] <= 0.5)
        chosen = matches[np.argsort(-pairs.distance["text"][matches])][:-1]  # all but the nearest match
        scores = score_verdicts(pairs, RECIPE, ids, [on(pairs, ids, pair, DIFFERENT) for pair in chosen])
        assert (scores.sample, scores.precision) == (0, None)


def test_what_was_judged_behind_the_last_audit_pair_is_not_in_the_sample():
    pairs, ids = all_pairs(12), ids_of(12)
    order = shuffled(pairs, np.flatnonzero(pairs.distance["text"] <= 0.5), ids)
    verdicts = [on(pairs, ids, pair, MATCH, RANDOM if place == 3 else DOUBTFUL) for place, pair in enumerate(order[:8])]
    assert score_verdicts(pairs, RECIPE, ids, verdicts).sample == 4


def test_a_skipped_audit_pair_does_not_end_the_sample():
    pairs, ids, verdicts, skipped = all_pairs(40), ids_of(40), [], []
    for _ in range(100):
        question = review_queue(pairs, RECIPE, ids, verdicts, skipped, count=1)[0]
        if question.sampled == RANDOM and not skipped:
            skipped.append(tuple(sorted((ids[pairs.left[question.pair]], ids[pairs.right[question.pair]]))))
        else:
            verdicts.append(on(pairs, ids, question.pair, DIFFERENT, question.sampled))
    scores = score_verdicts(pairs, RECIPE, ids, verdicts, skipped)
    assert scores.sample >= 20
    assert scores.left_out == 1
    assert not scores.is_complete
    assert score_verdicts(pairs, RECIPE, ids, verdicts).sample == 0  # as if it had not come up yet


def test_skipped_pairs_come_again_in_turn():
    pairs, ids = all_pairs(3), ids_of(3)
    skipped = [tuple(sorted((ids[pairs.left[pair]], ids[pairs.right[pair]]))) for pair in (2, 0, 1)]
    assert [question.pair for question in review_queue(pairs, RECIPE, ids, [], skipped)] == [2, 0, 1]
    assert review_queue(all_pairs(3, k=60), RECIPE, ids, [], skipped) == []


def test_with_every_match_reviewed_the_precision_is_exact():
    pairs, ids = all_pairs(12), ids_of(12)
    matches = np.flatnonzero(pairs.distance["text"] <= 0.5)
    kinds = [MATCH, DIFFERENT, UNSURE]
    verdicts = [on(pairs, ids, pair, kinds[place % 3]) for place, pair in enumerate(matches)]
    scores = score_verdicts(pairs, RECIPE, ids, verdicts)
    same, different = len(matches[0::3]), len(matches[1::3])
    assert scores.precision == pytest.approx(same / (same + different))
    assert (scores.sample, scores.matches) == (same + different, len(matches))
    assert (scores.same_found, scores.different_matched, scores.unsure) == (same, different, len(matches[2::3]))


def test_a_variant_is_no_match_in_the_figures():
    pairs, ids = all_pairs(12, seed=2), ids_of(12)
    matches = np.flatnonzero(pairs.distance["text"] <= 0.5)
    kinds = [(MATCH, VARIANT, DIFFERENT)[place % 3] for place in range(len(matches))]
    scores = score_verdicts(
        pairs, RECIPE, ids, [on(pairs, ids, row, kind) for row, kind in zip(matches, kinds, strict=True)]
    )
    same = kinds.count(MATCH)
    assert (scores.precision, scores.sample) == (same / len(matches), len(matches))
    assert scores.different == scores.different_matched == len(matches) - same


def test_variants_are_among_the_pairs_that_are_not_one_product():
    said = [
        verdict("a", "b", MATCH),
        verdict("a", "c", VARIANT),
        verdict("b", "c", DIFFERENT),
        verdict("c", "d", UNSURE),
    ]
    rows = judged_rows(["a", "b", "c", "d"], said)
    assert rows == {MATCH: [(0, 1)], VARIANT: [(0, 2)], DIFFERENT: [(0, 2), (1, 2)], UNSURE: [(2, 3)]}


def test_the_interval_is_wilsons():
    pairs = CandidatePairs(2, *(np.array([row], np.int32) for row in (0, 1)), np.ones(1, np.uint16), {"text": zero()})
    scores = score_verdicts(pairs, RECIPE, ["a", "b"], [verdict("a", "b", MATCH)])
    assert (scores.low, scores.high) == (pytest.approx(0.2065, abs=1e-4), 1.0)  # 1 of 1, as in Wilson's own tables


def test_without_verdicts_there_is_no_precision():
    scores = score_verdicts(all_pairs(4), RECIPE, ids_of(4), [])
    assert (scores.precision, scores.low, scores.sample) == (None, None, 0)


def test_the_sample_does_not_depend_on_the_order_of_the_catalog():
    pairs, ids = all_pairs(10), ids_of(10)
    verdicts = [on(pairs, ids, pair, MATCH) for pair in range(0, len(pairs), 2)]
    turned = CandidatePairs(
        10, (9 - pairs.right)[::-1], (9 - pairs.left)[::-1], pairs.rank, {"text": pairs.distance["text"][::-1]}
    )
    order = np.lexsort((turned.right, turned.left))
    again = score_verdicts(turned.chosen(order), RECIPE, ids[::-1], verdicts)
    assert again == score_verdicts(pairs, RECIPE, ids, verdicts)


def test_verdicts_on_listings_that_left_are_no_rows():
    verdicts = [verdict("b", "a", MATCH), verdict("a", "gone", DIFFERENT)]
    assert judged_rows(["a", "b"], verdicts) == {MATCH: [(0, 1)], VARIANT: [], DIFFERENT: [], UNSURE: []}


def zero():
    return np.zeros(1, np.float32)


@given(st.integers(0, 99), st.integers(0, 12))
def test_an_order_that_was_kept_gives_the_same_questions_and_scores(seed, answered):
    pairs, ids = all_pairs(8, seed), ids_of(8)
    verdicts = [on(pairs, ids, row, MATCH, RANDOM) for row in np.random.default_rng(seed).permutation(28)[:answered]]
    drawn = draw_matches(pairs, RECIPE, ids)
    assert score_verdicts(pairs, RECIPE, ids, verdicts, (), drawn) == score_verdicts(pairs, RECIPE, ids, verdicts)
    kept = review_queue(pairs, RECIPE, ids, verdicts, (), 20, drawn)
    assert kept == review_queue(pairs, RECIPE, ids, verdicts, (), 20)
