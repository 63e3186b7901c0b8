from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.clusters import contradictions
from matcher.review.contradictions import find_contradictions
from matcher.storage.records import KINDS, Verdict

LISTINGS = "ABCDEFG"
answers = st.dictionaries(st.sampled_from([*combinations(LISTINGS, 2)]), st.sampled_from(KINDS), max_size=12)


def said(given_answers):
    return [
        Verdict(number, "shop", one, other, kind, "review", "doubtful", 0.0)
        for number, ((one, other), kind) in enumerate(given_answers.items())
    ]


@given(answers)
def test_what_is_found_is_what_groups_call_a_contradiction_with_an_unbroken_chain(given_answers):
    rows = {kind: [] for kind in ("same", "apart")}
    for (one, other), kind in given_answers.items():
        if kind != "unsure":
            rows["same" if kind == "match" else "apart"].append((LISTINGS.index(one), LISTINGS.index(other)))
    found = find_contradictions(said(given_answers))
    as_rows = [(LISTINGS.index(each.apart.left_id), LISTINGS.index(each.apart.right_id)) for each in found]
    assert as_rows == contradictions(len(LISTINGS), rows["same"], rows["apart"])
    for each in found:
        at = each.apart.left_id
        for link in each.chain:
            assert link.kind == "match"
            assert at in (link.left_id, link.right_id)
            at = link.right_id if at == link.left_id else link.left_id
        assert at == each.apart.right_id


def test_the_shortest_chain_is_named():
    chain = {("A", "B"): "match", ("B", "C"): "match", ("C", "D"): "match", ("A", "C"): "match", ("A", "D"): "variant"}
    (found,) = find_contradictions(said(chain))
    assert [(link.left_id, link.right_id) for link in found.chain] == [("A", "C"), ("C", "D")]
    assert [each.id for each in found.verdicts] == [4, 3, 2]
