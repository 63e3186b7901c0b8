"""What holds groups together, which hang by a thread, and which come first."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.clusters import connect
from matcher.matching.recipe import Recipe, decide
from matcher.matching.resolve import outcome_of
from matcher.review.groups.links import NONE, find_nearest_group, link_group, measure_sureness, span_groups
from matcher.review.groups.risk import find_signs, rank_groups
from matcher.vectors.candidate_pairs import CandidatePairs

N = 8
EVERY = [(i, j) for i in range(N) for j in range(i + 1, N)]
RULE = Recipe("tfidf", "phash", "either", text_threshold=0.5, image_threshold=0.2)
UNKNOWN = np.full(N, -1, np.int32)


def look(found, same=(), different=(), codes=UNKNOWN, sellers=None, conflicts=None, image=None, locked=None):
    """Pairs as {(left, right): distance of titles} to the outcome, what spans it, and the order of its groups."""
    ends = np.array(sorted(found), np.int32).reshape(-1, 2)
    distance = {"text": np.array([found[tuple(pair)] for pair in ends.tolist()], np.float32)}
    distance["image"] = np.array([(image or {}).get(tuple(pair), np.inf) for pair in ends.tolist()], np.float32)
    bits = np.array([(conflicts or {}).get(tuple(pair), 0) for pair in ends.tolist()], np.uint8)
    pairs = CandidatePairs(N, ends[:, 0], ends[:, 1], np.ones(len(ends), np.uint16), distance, bits)
    is_match = decide(pairs, RULE)
    locks = {} if locked is None else {"locked": np.array(locked, np.int64)}
    outcome = outcome_of(pairs, RULE, is_match, same, different, **locks)
    spanned, sure = span_groups(outcome), measure_sureness(outcome, RULE)
    return (
        outcome,
        spanned,
        sure,
        rank_groups(outcome, spanned, sure, find_signs(pairs, RULE, is_match), codes, sellers),
    )


@given(st.dictionaries(st.sampled_from(EVERY), st.sampled_from([0.0, 0.1, 0.3, 0.5]), min_size=1))
def test_the_weakest_link_is_where_a_group_comes_apart(found):
    outcome, spanned, sure, risks = look(found)
    for group in np.unique(outcome.group).tolist():
        rows = np.flatnonzero(outcome.group == group)
        if len(rows) == 1:
            assert spanned.weakest[group] == NONE
            continue
        links = link_group(outcome, spanned, sure, group)
        assert links.rows.tolist() == rows.tolist()
        assert set(links.side) == {0, 1}
        assert (sum(links.side), links.side[0]) <= (len(rows) / 2, 0)
        weakest = links.links[links.weakest]
        assert links.side[weakest.one] != links.side[weakest.other]
        assert weakest.sure == risks.weakest[risks.find(group)]
        # The slow, obvious way: of all ways to hold it together by links as sure as can be, the least sure.
        levels = sorted({link.sure for link in links.links}, reverse=True)
        ends = {level: [(x.one, x.other) for x in links.links if x.sure >= level] for level in levels}
        holds = [level for level in levels if len(set(connect(len(rows), *np.array(ends[level]).T).tolist())) == 1]
        assert weakest.sure == holds[0]
        for place, best in enumerate(links.strongest):
            mine = [link for link in links.links if place in (link.one, link.other)]
            assert links.links[best] == mine[0]
            assert mine[0].sure == max(link.sure for link in mine)


def test_each_reason_puts_a_group_before_one_without_it():
    pairs = {(0, 1): 0.1, (2, 3): 0.1, (4, 5): 0.1}
    places = {
        "labels": look(pairs, codes=np.array([0, 0, 1, 2, 3, 3, -1, -1], np.int32)),
        "sellers": look(pairs, sellers=np.array([0, 0, 1, 2, 3, 3, -1, -1])),
        "conflicts": look(pairs, conflicts={(2, 3): 1}),
        "disagreeing": look(pairs, image=dict.fromkeys(pairs, 0.1) | {(2, 3): 0.9}),
        "weakest": look(pairs | {(2, 3): 0.5}),
        "size": look(pairs | {(2, 6): 0.1, (3, 6): 0.1}),
        "contradicted": look(pairs | {(2, 6): 0.1}, [(2, 6), (3, 6)], [(2, 3)]),
    }
    for name, (outcome, _, _, risks) in places.items():
        first = np.flatnonzero(outcome.group == risks.group[0]).tolist()
        assert first[:2] == [2, 3], name
        assert risks.risk[0] > risks.risk[1], name
    assert places["labels"][3].labels.tolist() == [2, 1, 1]
    assert places["sellers"][3].sellers.tolist() == [2, 1, 1]
    assert places["conflicts"][3].conflicts.tolist() == [1, 0, 0]
    assert places["disagreeing"][3].disagreeing.tolist() == [1, 0, 0]
    assert places["contradicted"][3].contradicted.tolist() == [1, 0, 0]
    assert places["size"][3].size.tolist() == [3, 2, 2]


def test_what_is_judged_through_or_locked_comes_last():
    pairs = {(0, 1): 0.5, (2, 3): 0.1, (4, 5): 0.3, (5, 6): 0.3, (4, 6): 0.3}
    outcome, _, _, risks = look(pairs, same=[(4, 5), (5, 6)], locked=[(0, 0), (0, 1)])
    assert risks.group[0] == outcome.group[2]
    assert risks.risk.tolist()[1:] == [0, 0]
    assert risks.is_settled.tolist() == [False, True, False]
    assert risks.is_locked.tolist() == [False, False, True]
    assert risks.judged.tolist() == [0, 2, 0]


def test_what_a_lock_holds_back_is_counted_on_both_sides():
    pairs = {(0, 1): 0.1, (2, 3): 0.1, (4, 5): 0.1}
    outcome, _, _, risks = look(pairs, same=[(1, 2)], locked=[(0, 0), (0, 1)])
    held = {int(group): int(count) for group, count in zip(risks.group, risks.held, strict=True)}
    assert [held[int(outcome.group[row])] for row in (0, 2, 4)] == [1, 1, 0]


def test_nothing_at_all():
    _, spanned, _, risks = look({(0, 1): 0.9})
    assert len(risks) == 0
    assert len(spanned.match) == 0
    assert risks.find(0) is None


@pytest.mark.parametrize(("far", "nearest"), [([0.6, 0.7, 0.9], 1), ([0.8, 0.7, 0.9], 2), ([np.inf] * 3, None)])
def test_the_nearest_other_group(far, nearest):
    group = np.array([0, 0, 1, 2, 3])
    left, right = np.array([0, 1, 0, 2]), np.array([2, 3, 4, 3])
    distance = np.array([*far, 0.1], np.float32)  # the last is between two others
    assert find_nearest_group(left, right, distance, group, 0) == nearest
