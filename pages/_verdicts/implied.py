"""What verdicts imply of a pair that has none itself, as it is marked on a card."""

from dataclasses import replace

from pages._shared.answers import ANSWERS
from pages._shared.cards import Badge, Card


def mark_implied(card: Card, kind: str | None) -> Card:
    """The card with a badge for what follows from other verdicts; as it is where one was given, or nothing follows.

    Args:
        card: Of a listing beside another one.
        kind: What verdicts imply of the two, one of KINDS, or None.
    """
    if card.verdict is not None or kind is None:
        return card
    answer = ANSWERS[kind]
    badge = Badge(f"Follows from others: {answer.name.lower()}", "account_tree", answer.tone)
    return replace(card, badges=[*card.badges, badge])
