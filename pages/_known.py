"""Every encoder that can be had here: those that come with the program, those named, and those trained here."""

from dataclasses import dataclass

from matcher.compare_field import of_comparison
from matcher.encoders import ENCODERS
from matcher.encoders.card import Card
from matcher.runs import runs
from matcher.trial import opened_encoders
from matcher.workspace import Workspace
from pages._words import encoder_name


@dataclass(frozen=True)
class Known:
    """One encoder on the screen.

    Attributes:
        id: What stands wherever an encoder is named.
        modality: "text" or "image".
        title: Its name.
        one_line: What it is good for.
        ready: Whether it opens without a download; one that was opened by name is here already.
        card: Of an encoder trained here, else None.
        compared: Whether a comparison trained it, to be measured rather than used.
    """

    id: str
    modality: str
    title: str
    one_line: str
    ready: bool = True
    card: Card | None = None
    compared: bool = False


def known_encoders(workspace: Workspace, modality: str) -> dict[str, Known]:
    """All encoders for titles ("text") or photos ("image"): own runs first, newest at the top, a comparison's last."""
    own = [
        Known(card.id, card.modality, card.id, run_line(card), card=card, compared=of_comparison(card.id))
        for card in runs(workspace.encoders)
    ]
    opened = opened_encoders(workspace)
    bundled = [
        Known(info.id, info.modality, info.title, info.one_line, info.bundled or info.id in opened)
        for info in ENCODERS.values()
    ]
    named = [
        Known(spec, read, encoder_name(spec), f"Opened here by name: {spec}.") for spec, read in opened.items()
        if spec not in ENCODERS
    ]  # fmt: skip
    everything = sorted([*own, *bundled, *named], key=lambda known: known.compared)
    return {known.id: known for known in everything if known.modality == modality}


def run_line(card: Card) -> str:
    """What a run is good for, in a line."""
    how = "the products" if card.config.get("use_labels") else "the listings, without labels,"
    return f"Learned {how} of {card.catalog}, from {encoder_name(card.encoder)}."
