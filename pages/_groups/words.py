"""What speaks against a group, and what an action on it does, in a curator's words."""

from collections.abc import Sequence

from matcher.errors import DataError
from matcher.review.groups.intents import ShownGroup, intend
from matcher.review.groups.risk import GroupRisks
from matcher.storage.history.actions import Intent
from matcher.storage.records import (
    LOCK,
    MERGE,
    NONE,
    RELATE,
    SAME,
    SPLIT,
    TAKE_OUT,
    TAKE_OUT_AS_VARIANTS,
    UNLOCK,
    Verdict,
)
from pages._shared.answers import AnswerKind
from pages._verdicts.action_words import count_of

OFFERED = (
    AnswerKind(SAME, "All the same", "Same", "S", "check", "match", "All listings of this group are one product."),
    AnswerKind(NONE, "None of these", "None", "D", "close", "different", "No two of these listings are one product."),
    AnswerKind(
        TAKE_OUT, "Take out ticked", "Out", "X", "logout", "different",
        "The ticked listings are other products; the rest is one product.",
    ),
    AnswerKind(
        SPLIT, "Split at weakest", "Split", "C", "content_cut", "different",
        "Two products, parted at the weakest link; each part is one product.",
    ),
    AnswerKind(MERGE, "Merge", "Merge", "G", "merge", "match", "This group and the other one below are one product."),
    AnswerKind(
        RELATE, "Variant", "Variant", "V", "category", "variant",
        "The same line in another size, colour or model: the ticked listings beside the rest, or this group beside the "
        "other one below.",
    ),
    AnswerKind(LOCK, "Lock", "Lock", "L", "lock", "", "The group stays as it is, whatever recipe or encoder comes."),
)  # fmt: skip
KINDS = (SAME, NONE, TAKE_OUT, SPLIT, MERGE, RELATE, LOCK)
"""What keys ask for; RELATE takes the ticked ones out as variants, LOCK unlocks what is locked."""


def kind_meant(kind: str, shown: ShownGroup, ticked: Sequence[str]) -> str:
    """The action that a key means on what is shown."""
    if kind == RELATE and ticked:
        return TAKE_OUT_AS_VARIANTS
    if kind == LOCK and shown.is_locked:
        return UNLOCK
    return kind


def preview(shown: ShownGroup, verdicts: Sequence[Verdict], kind: str, ticked: Sequence[str]) -> tuple[str, str]:
    """What an action would do, in a few words; and why it cannot be done, "" where it can."""
    meant = kind_meant(kind, shown, ticked)
    if meant == TAKE_OUT and not ticked and not shown.is_locked:
        return "tick some first", "Tick the listings that do not belong here: Space, their digits, or drag over them."
    try:
        return _say(intend(shown, verdicts, meant, ticked), shown), ""
    except DataError as error:
        return _short(meant, shown), str(error)


def say_risks(risks: GroupRisks, place: int) -> list[str]:
    """What speaks against a group, the gravest first."""
    said = []
    if risks.is_locked[place]:
        said.append("locked")
    if risks.is_settled[place]:
        said.append("judged")
    if count := int(risks.contradicted[place]):
        said.append(f"{count_of(count, 'pair', 'pairs')} judged different")
    if count := int(risks.held[place]):
        said.append(f"{count_of(count, 'verdict', 'verdicts')} of one product with others, held by a lock")
    if count := int(risks.conflicts[place]):
        said.append(f"{count_of(count, 'contradiction', 'contradictions')} in titles")
    if (count := int(risks.labels[place])) > 1:
        said.append(f"{count:,} labels")
    if not risks.is_settled[place]:
        said.append(f"weakest link {say_sureness(float(risks.weakest[place]))}")
    if risks.disagreeing[place] > 0:
        said.append(f"title and photo disagree on {100 * risks.disagreeing[place]:.0f} % of links")
    if (count := int(risks.sellers[place])) > 1:
        said.append(f"{count:,} sellers")
    return said


def say_sureness(sure: float) -> str:
    """ "87 %": how sure a link is."""
    return f"{100 * sure:.0f} %"


def _say(intent: Intent, shown: ShownGroup) -> str:
    """ "3 leave · 2 verdicts"."""
    written = count_of(len(intent.verdicts), "verdict", "verdicts") if intent.verdicts else "nothing new"
    before = {
        TAKE_OUT: f"{count_of(intent.count, 'leaves', 'leave')} · ",
        TAKE_OUT_AS_VARIANTS: f"{count_of(intent.count, 'leaves as a variant', 'leave as variants')} · ",
        SPLIT: f"{len(shown.item_ids) - sum(shown.sides):,} and {sum(shown.sides):,} · ",
        MERGE: f"{count_of(intent.count, 'comes', 'come')} from {shown.other} · ",
        RELATE: f"of group {shown.other} · ",
    }  # fmt: skip
    if intent.kind in (LOCK, UNLOCK):
        return "stays as it is" if intent.kind == LOCK else "may change again"
    return before.get(intent.kind, "") + written


def _short(kind: str, shown: ShownGroup) -> str:
    if shown.is_locked:
        return "locked"
    if kind in (MERGE, RELATE):
        return "no other group" if shown.other is None else f"{shown.other} is locked"
    return "too many"
