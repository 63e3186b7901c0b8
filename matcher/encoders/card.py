"""What an encoder trained here says of itself: one folder each, read without loading any network.

encoders/<id>/
  config.json           the card: settings, data, split, figures
  weights.safetensors   what training put behind the backbone, and what it learned of titles' letters
  backbone/             the trained backbone in its own standard form
  history.parquet       loss and F1 of each epoch
"""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from matcher.encoders import CARD
from matcher.errors import EncoderError

WEIGHTS, BACKBONE, HISTORY = "weights.safetensors", "backbone", "history.parquet"
COUNTS = ("listings", "classes", "single_classes", "learned_from", "tuned_on", "pool")
FIGURES = ("f1_before", "f1_network", "f1", "threshold", "best_epoch", "epochs", "seconds")
LONGEST_WORD = 2_000  # characters of a name; a path may be long


@dataclass(frozen=True)
class Card:
    """What there is to know of a training.

    Attributes:
        id: The folder's name, which stands wherever an encoder is named.
        modality: "text" or "image".
        encoder: What it started from.
        config: Its settings, as `TrainConfig.to_json` gives them.
        catalog: Name of the catalog it was trained on.
        data: Counts: listings, classes, listings learned from, listings and pool it was tuned on.
        split: Shares of products on the sides, and the salt.
        figures: F1 on the tune side before and after, the threshold, epochs, seconds.
        width: Columns of the trained network's vectors.
        side: px that photos are read at; 0 for titles.
        max_tokens: Word pieces that titles are cut to; 0 for photos.
        letters: Columns of letter vectors beside the network's; 0 for none.
        letter_share: Their share in the cosine, 0..1.
        created: When, in ISO 8601.
    """

    id: str
    modality: str
    encoder: str
    config: dict[str, Any]
    catalog: str
    data: dict[str, int]
    split: dict[str, Any]
    figures: dict[str, float]
    width: int
    side: int = 0
    max_tokens: int = 0
    letters: int = 0
    letter_share: float = 0.0
    created: str = ""

    def to_json(self) -> str:
        """Text that `read_card` reads back."""
        return json.dumps(asdict(self), indent=1)


def read_card(folder: Path) -> Card:
    """Read a run's card.

    Raises:
        EncoderError: There is none, or it is none of ours.
    """
    try:
        card = Card(**json.loads((folder / CARD).read_text(encoding="utf-8")))
        _check(card)
        return card
    except FileNotFoundError as error:
        raise EncoderError(f"There is no trained encoder {folder.name!r}. Train one, or import its file.") from error
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        raise EncoderError(f"{folder / CARD} is no card of a trained encoder ({error}). Delete the run.") from error


def _check(card: Card) -> None:
    """See that a card from anywhere holds what is shown of it.

    Raises:
        ValueError: It does not.
    """
    words = (card.id, card.encoder, card.catalog, card.created, card.split.get("measured_by"))
    counts = [card.data[name] for name in COUNTS]
    figures = [card.figures[name] for name in FIGURES]
    if not all(isinstance(word, str) and len(word) <= LONGEST_WORD for word in words):
        raise ValueError("a name in it is no text, or far too long")
    if not all(isinstance(number, int | float) and math.isfinite(number) for number in (*counts, *figures)):
        raise ValueError("a figure in it is no number")
    if card.modality not in ("text", "image") or not isinstance(card.config, dict):
        raise ValueError("it is for neither titles nor photos, or holds no settings")


def is_run(folder: Path) -> bool:
    """Whether a folder holds a trained encoder."""
    return (folder / CARD).is_file() and (folder / WEIGHTS).is_file()
