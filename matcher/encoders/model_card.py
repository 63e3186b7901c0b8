"""What an encoder trained here says of itself: one folder each, read without loading any network.

encoders/<id>/
  config.json           the card: settings, data, split, figures
  weights.safetensors   what training put behind the backbone, and what it learned of titles' letters
  backbone/             the trained backbone in its own standard form
  history.parquet       loss and F1 of each epoch
"""

import json
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from matcher.encoders.base import COLUMN_OF, Column
from matcher.errors import EncoderError

CARD, WEIGHTS, BACKBONE, HISTORY = "config.json", "weights.safetensors", "backbone", "history.parquet"
COUNTS = ("listings", "classes", "single_classes", "learned_from", "tuned_on", "pool")
FIGURES = ("f1_before", "f1_network", "f1", "threshold", "best_epoch", "epochs", "seconds")
LONGEST_WORD = 2_000  # characters of a name; a path may be long
MOST = 1_000_000_000  # of listings, epochs and seconds
WHOLE = ("width", "side", "max_tokens", "letters")
LIMITS = {
    "width": (1, 65_536), "side": (0, 1024), "max_tokens": (0, 512), "letters": (0, 4096), "letter_share": (0, 1),
    "f1_before": (0, 1.001), "f1_network": (0, 1.001), "f1": (0, 1.001), "threshold": (0, 2.001),
}  # fmt: skip
"""Least and most of a card's numbers, with room for rounding; of the others 0 and MOST."""


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

    @property
    def column(self) -> Column:
        """Of the listings: what it was trained on."""
        return COLUMN_OF["text" if self.modality == "text" else "image"]

    def to_json(self) -> str:
        """Text that `read_card` reads back."""
        return json.dumps(asdict(self), indent=1)


def read_card(folder: Path) -> Card:
    """Read a run's card.

    Raises:
        EncoderError: There is none, or it is none of ours.
    """
    try:
        return parse_card((folder / CARD).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise EncoderError(f"There is no trained encoder {folder.name!r}. Train one, or import its file.") from error
    except (ValueError, OSError) as error:
        raise EncoderError(f"{folder / CARD} is no card of a trained encoder ({error}). Delete the run.") from error


def parse_card(text: str) -> Card:
    """Read a card from anywhere; characters in it that cannot be shown are replaced.

    Raises:
        ValueError: It does not hold what is shown of it, or what encoding needs to know.
    """
    try:
        card = Card(**_replace_unshowable(json.loads(text)))
        _check(card)
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__}: {error}"[:200]) from error
    return card


def _replace_unshowable(value: Any) -> Any:
    """The value without halves of characters, which no page and no terminal takes, and without control characters."""
    if isinstance(value, str):
        return "".join("\ufffd" if unicodedata.category(letter) in ("Cc", "Cs") else letter for letter in value)
    if isinstance(value, list):
        return [_replace_unshowable(part) for part in value]
    if isinstance(value, dict):
        return {_replace_unshowable(name): _replace_unshowable(part) for name, part in value.items()}
    return value


def _check(card: Card) -> None:
    words = (card.id, card.encoder, card.catalog, card.created, card.split.get("measured_by"))
    if not all(isinstance(word, str) and len(word) <= LONGEST_WORD for word in words):
        raise ValueError("a name in it is no text, or far too long")
    if card.modality not in ("text", "image") or not isinstance(card.config, dict):
        raise ValueError("it is for neither titles nor photos, or holds no settings")
    numbers = {name: card.data[name] for name in COUNTS} | {name: card.figures[name] for name in FIGURES}
    numbers |= {name: getattr(card, name) for name in (*WHOLE, "letter_share")}
    for name, number in numbers.items():
        least, most = LIMITS.get(name, (0, MOST))
        kind = int if name in WHOLE else int | float
        # Compared as it is: a whole number may be too large for a float, and NaN is between no two numbers.
        if not isinstance(number, kind) or isinstance(number, bool) or not least <= number <= most:
            raise ValueError(f"{name} is {number!r:.40}; expected a number from {least} to {most}")


def is_run(folder: Path) -> bool:
    """Whether a folder holds a trained encoder."""
    return (folder / CARD).is_file() and (folder / WEIGHTS).is_file()
