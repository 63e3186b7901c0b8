"""Verdicts that are placed from those before are placed as if all were looked up anew."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.review.placed_verdicts import place_verdicts
from matcher.review.verdicts import KINDS, find_verdicts, judged_rows
from matcher.storage.records import Verdict
from matcher.vectors.candidate_pairs import CandidatePairs

IDS = ["d", "a", "c", "b"]
ROWS = {item_id: row for row, item_id in enumerate(IDS)}
EVERY = [(one, other) for one in "abcdxy" for other in "abcdxy" if one < other]  # x and y have left the catalog
ENDS = np.array([(0, 1), (0, 3), (1, 2), (2, 3)], np.int32)
PAIRS = CandidatePairs(4, ENDS[:, 0], ENDS[:, 1], np.ones(4, np.uint16), {})
MADE = [
    Verdict(number, "shop", *pair, kind, "review", sampled, 0.0, "", "", "")
    for number, (pair, kind, sampled) in enumerate(
        ((pair, kind, sampled) for pair in EVERY for kind in KINDS for sampled in ("random", "doubtful")), 1
    )
]


@given(st.lists(st.lists(st.sampled_from(MADE), unique_by=lambda verdict: verdict.id), min_size=1, max_size=5))
def test_each_is_where_it_is_without_those_before(lists):
    before = None
    for chosen in lists:
        verdicts = sorted(chosen, key=lambda verdict: verdict.id)
        before = place_verdicts(ROWS, verdicts, before)
        assert before.verdicts == verdicts
        expected = judged_rows(ROWS, verdicts)
        found = {kind: sorted(map(tuple, rows.tolist())) for kind, rows in before.judged_rows().items()}
        assert found == {kind: sorted(rows) for kind, rows in expected.items()}
        for placed, wanted in zip(before.find(PAIRS), find_verdicts(PAIRS, IDS, verdicts), strict=True):
            assert placed.tolist() == wanted.tolist()
        numbers = {}
        for verdict, ends in zip(verdicts, before.ends.tolist(), strict=True):
            for item_id, number in zip((verdict.left_id, verdict.right_id), ends, strict=True):
                assert number == ROWS.get(item_id, number)
                assert (number >= len(ROWS)) == (item_id not in ROWS)
                assert numbers.setdefault(item_id, number) == number
        assert len(set(numbers.values())) == len(numbers)


def test_what_stays_is_not_looked_up_again():
    class Counted(dict):
        asked = 0

        def get(self, *arguments):
            Counted.asked += 1
            return super().get(*arguments)

    rows = Counted(ROWS)
    first = place_verdicts(rows, MADE[:100])
    assert Counted.asked == 200
    second = place_verdicts(rows, [*MADE[:40], *MADE[41:100], MADE[100]], first)
    assert Counted.asked == 202
    assert place_verdicts(rows, MADE[:3], second).number.tolist() == [1, 2, 3]
    assert Counted.asked == 202
