"""Encoders trained here: one folder each, that opens like any other encoder and says how it came about.

encoders/<id>/
  config.json           the card: settings, data, split, figures
  weights.safetensors   what training put behind the backbone, and what it learned of titles' letters
  backbone/             the trained backbone in its own standard form
  history.parquet       loss and F1 of each epoch
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.embeddings import unit_rows
from matcher.encoders import CARD
from matcher.encoders.bert import BertEncoder, TextModel
from matcher.encoders.bert import from_kept as kept_titles
from matcher.encoders.efficientnet import EfficientNetEncoder, PhotoModel
from matcher.encoders.lexical import Letters, open_letters
from matcher.encoders.runtime import Runner, keep, kept
from matcher.encoders.sources import file_digest
from matcher.errors import EncoderError
from matcher.progress import Report, silent

WEIGHTS, BACKBONE, HISTORY = "weights.safetensors", "backbone", "history.parquet"
CONVERTED = ".converted"  # beside the runs; made again when missing


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
        return Card(**json.loads((folder / CARD).read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise EncoderError(f"There is no trained encoder {folder.name!r}. Train one, or import its file.") from error
    except (ValueError, TypeError, OSError) as error:
        raise EncoderError(f"{folder / CARD} is no card of a trained encoder ({error}). Delete the run.") from error


def is_run(folder: Path) -> bool:
    """Whether a folder holds a trained encoder."""
    return (folder / CARD).is_file() and (folder / WEIGHTS).is_file()


def open_trained(folder: Path) -> "TrainedTitles | TrainedPhotos":
    """Open an encoder trained here.

    Raises:
        EncoderError: It is not whole.
    """
    card = read_card(folder)
    return TrainedTitles(folder, card) if card.modality == "text" else TrainedPhotos(folder, card)


class TrainedTitles(BertEncoder):
    """A trained text network and, beside its vectors, those of the titles' letters."""

    def __init__(self, folder: Path, card: Card) -> None:
        """Read nothing yet but what names it."""
        self.id, self.version = folder.name, _version(folder)
        self._folder, self._card = folder, card
        self._converted_folder = folder.parent / CONVERTED / self.version

    def encode(self, inputs: Sequence[str], report: Report = silent) -> NDArray[np.float32]:
        """Turn titles into vectors; see `BertEncoder.encode`."""
        vectors = super().encode(inputs, report)
        if not self._card.letters:
            return vectors
        return side_by_side(vectors, self._letters.vectors(inputs), self._card.letter_share)

    @cached_property
    def _letters(self) -> Letters:
        return open_letters(self._folder / WEIGHTS)

    @cached_property
    def _model(self) -> TextModel:
        return kept_titles(self._converted_folder) or self._converted()

    def _converted(self) -> TextModel:
        from matcher.encoders.bert import SETTINGS, TOKENIZER
        from matcher.encoders.convert import ready
        from matcher.encoders.trainable import TitleBackbone, open_vectors

        backbone = TitleBackbone(self.id, self._folder / BACKBONE, self._card.max_tokens)
        vectors = open_vectors(backbone, self._folder / WEIGHTS)
        example = backbone.inputs(["one", "two, and longer"])
        runner = ready(vectors, example)
        settings = {"width": self._card.width, "padding": backbone.padding, "prompt": backbone.prompt}
        keep(self._converted_folder, runner, {SETTINGS: json.dumps(settings), TOKENIZER: backbone.tokenizer.to_str()})
        return TextModel(backbone.tokenizer, runner, self._card.width, backbone.padding, backbone.prompt)


class TrainedPhotos(EfficientNetEncoder):
    """A trained photo network, with two looks at each photo."""

    def __init__(self, folder: Path, card: Card) -> None:
        """Read nothing yet but what names it."""
        self.id, self.version = folder.name, _version(folder)
        self._folder, self._card = folder, card
        self._converted_folder = folder.parent / CONVERTED / self.version

    @cached_property
    def _model(self) -> PhotoModel:
        return PhotoModel(kept(self._converted_folder) or self._converted(), self._card.width, self._card.side)

    def _converted(self) -> Runner:
        from PIL import Image

        from matcher.encoders.convert import ready
        from matcher.encoders.trainable import open_backbone, open_vectors

        backbone = open_backbone(f"efficientnet:{self._folder / BACKBONE}", side=self._card.side)
        noise = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
        pixels = backbone.inputs([Image.fromarray(photo) for photo in noise])["pixels"]
        runner = ready(open_vectors(backbone, self._folder / WEIGHTS), {"pixels": pixels})
        keep(self._converted_folder, runner, {})
        return runner


def side_by_side(vectors: NDArray[np.float32], letters: NDArray[np.float32], share: float) -> NDArray[np.float32]:
    """Put letter vectors beside a network's, so that the cosine is the weighted mean of the two.

    Args:
        vectors: Shape (N, D), unit rows.
        letters: Shape (N, L), unit rows.
        share: Of the letters, 0..1.

    Returns:
        Shape (N, D + L), unit rows.
    """
    weights = np.sqrt(np.array([1 - share, share], dtype=np.float32))
    return unit_rows(np.concatenate([weights[0] * vectors, weights[1] * letters], axis=1))


def _version(folder: Path) -> str:
    """Changes with the run's weights and card; the backbone is part of the card by its training."""
    return f"trained-1-{file_digest(folder / WEIGHTS)}-{file_digest(folder / CARD)}"
