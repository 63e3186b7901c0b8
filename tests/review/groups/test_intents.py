"""From what was on the screen to what is written: by ids, with locks and bounds in the way where they are."""

from dataclasses import replace

import pytest

from matcher.errors import DataError
from matcher.review.groups.intents import MOST_AT_A_GLANCE, ShownGroup, intend
from matcher.storage.history.actions import Intent
from matcher.storage.records import ACTIONS, Verdict

SHOWN = ShownGroup(12, ("p", "q", "r"), (0, 0, 1), [("q", "r"), ("p", "q"), ("r", "x")], other=15, other_ids=("x", "y"))


def said(one: str, other: str, kind: str) -> Verdict:
    return Verdict(1, "shop", one, other, kind, "review", "doubtful", 0.0)


def test_what_each_key_writes() -> None:
    own, both = ("p", "q", "r"), ("p", "q", "r", "x", "y")
    expected = {
        "same": (own, 0, {"pq match", "qr match"}),
        "none": (own, 2, {"pq different", "pr different", "qr different"}),
        "take out": (own, 1, {"pq different", "qr match"}),
        "take out as variants": (own, 1, {"pq variant", "qr match"}),
        "split": (own, 1, {"pq match", "qr different"}),
        "merge": (both, 2, {"pq match", "qr match", "rx match", "py match"}),
        "relate": (both, 0, {"rx variant"}),
        "lock": (own, 0, set()),
    }
    for kind, (ids, count, verdicts) in expected.items():
        ticked = ["p", "x"] if kind.startswith("take out") else []  # of the other group nothing is taken out
        found = intend(SHOWN, [], kind, ticked)
        groups = (12, 15) if ids == both else (12,)
        assert (found.kind, found.groups, found.item_ids, found.count) == (kind, groups, ids, count)
        assert {f"{min(pair)}{max(pair)} {word}" for *pair, word in found.verdicts} == verdicts, kind
        assert len(found.verdicts) == len(verdicts)


def test_what_is_known_is_not_written_again() -> None:
    verdicts = [said("p", "q", "match"), said("q", "r", "match"), said("r", "z", "match"), said("p", "x", "unsure")]
    assert intend(SHOWN, verdicts, "same").verdicts == []
    assert intend(SHOWN, verdicts, "split").verdicts == [("q", "r", "different")]
    assert [SHOWN.is_about(verdict) for verdict in verdicts] == [True, True, False, True]


@pytest.mark.parametrize("kind", [kind for kind in ACTIONS if kind not in ("lock", "unlock")])
def test_a_locked_group_is_left_alone(kind: str) -> None:
    with pytest.raises(DataError, match="Group 12 is locked; unlock it first"):
        intend(replace(SHOWN, is_locked=True), [], kind, ["p"])


def test_a_lock_is_opened_and_closed_once() -> None:
    assert intend(replace(SHOWN, is_locked=True), [], "unlock") == Intent("unlock", (12,), ("p", "q", "r"))
    with pytest.raises(DataError, match="locked already"):
        intend(replace(SHOWN, is_locked=True), [], "lock")
    with pytest.raises(DataError, match="not locked"):
        intend(SHOWN, [], "unlock")
    with pytest.raises(DataError, match="Group 15 is locked"):
        intend(replace(SHOWN, is_other_locked=True), [], "merge")
    assert intend(replace(SHOWN, is_other_locked=True), [], "relate").verdicts  # a variant changes no group


def test_there_has_to_be_another_group_and_no_more_than_can_be_seen() -> None:
    for kind in ("merge", "relate"):
        with pytest.raises(DataError, match="no other group"):
            intend(replace(SHOWN, other=None, other_ids=()), [], kind)
    many = tuple(f"i{number}" for number in range(MOST_AT_A_GLANCE + 1))
    large = replace(SHOWN, item_ids=many, sides=(0,) * len(many))
    with pytest.raises(DataError, match="301 listings, more than the 300"):
        intend(large, [], "same")
    with pytest.raises(DataError, match="301 listings"):
        intend(replace(SHOWN, other_ids=many), [], "merge")
    assert intend(large, [], "lock").item_ids == many
    with pytest.raises(DataError, match="which a group does not know"):
        intend(SHOWN, [], "melt")
