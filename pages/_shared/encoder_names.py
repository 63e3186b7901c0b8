"""Every encoder that can be had here: those that come with the program, those named, and those trained here."""

from collections.abc import Mapping
from dataclasses import dataclass

from matcher.benchmark.setup import is_of_comparison
from matcher.encoders.model_card import Card, is_run
from matcher.encoders.registry import ENCODERS
from matcher.pipeline.check_encoder import opened_encoders
from matcher.storage.workspace import Workspace
from matcher.training.runs import runs
from matcher.vectors.candidate_pairs import Modality
from pages._shared.escape import literal
from pages._shared.modality import NAMES
from pages._shared.wording import name_encoder


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
        Known(card.id, card.modality, card.id, describe_run(card), card=card, compared=is_of_comparison(card.id))
        for card in runs(workspace.encoders)
    ]
    opened = opened_encoders(workspace)
    bundled = [
        Known(info.id, info.modality, info.title, info.one_line, info.bundled or info.id in opened)
        for info in ENCODERS.values()
    ]
    named = [
        Known(spec, read, name_encoder(spec), f"Opened here by name: {spec}.") for spec, read in opened.items()
        if spec not in ENCODERS
    ]  # fmt: skip
    everything = sorted([*own, *bundled, *named], key=lambda known: known.compared)
    return {known.id: known for known in everything if known.modality == modality}


def describe_run(card: Card) -> str:
    """What a run is good for, in a line."""
    how = "the products" if card.config.get("use_labels") else "the listings, without labels,"
    return f"Learned {how} of {card.catalog}, from {name_encoder(card.encoder)}."


def find_deleted(workspace: Workspace, used: Mapping[Modality, str | None]) -> dict[Modality, str]:
    """Encoders in use, by side, that were trained here and have been deleted since."""
    return {
        side: name for side, name in used.items()
        if name and ":" not in name and name not in ENCODERS and not is_run(workspace.encoders / name)
    }  # fmt: skip


def warn_of_deleted(missing: Mapping[Modality, str]) -> str:
    """What that means and what to do."""
    names = " and ".join(
        f"**{literal(name)}**, which read the {NAMES[side].lower()}," for side, name in missing.items()
    )
    return (
        f"{names} {'was' if len(missing) == 1 else 'were'} deleted. Matches found before stay; for new listings and "
        "questions use another encoder, or import this one again from its file."
    )
