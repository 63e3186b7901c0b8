"""Encoders trained here: each opens like any other encoder. What lies in their folders is told in `card`."""

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from matcher.encoders.model_card import BACKBONE, WEIGHTS, Card, read_card
from matcher.encoders.photos.efficientnet import EfficientNetEncoder, PhotoModel
from matcher.encoders.registry import CARD
from matcher.encoders.runtime.openvino_runtime import Runner, keep, kept
from matcher.encoders.runtime.weights import file_digest
from matcher.encoders.titles.char_tfidf import Letters, open_letters
from matcher.encoders.titles.characterbert_bundled import WindowModel, is_published, is_small, keep_windows
from matcher.encoders.titles.characterbert_bundled import from_kept as kept_windows
from matcher.encoders.titles.sentence_bert import BertEncoder, TextModel, TitleModel
from matcher.encoders.titles.sentence_bert import from_kept as kept_titles
from matcher.errors import EncoderError
from matcher.progress import Report, silent
from matcher.vectors.embeddings import unit_rows
from matcher.vectors.whitening import Whitening

if TYPE_CHECKING:
    from matcher.encoders.backbones import Backbone, Vectors

WHITENING_WEIGHT, WHITENING_BIAS = "whitening.weight", "whitening.bias"  # as torch calls them, transposed
CONVERTED = ".converted"  # beside the runs; made again when missing


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
        self.id, self.version = folder.name, _version(folder, 3)
        self._folder, self._card = folder, card
        self._converted_folder = folder.parent / CONVERTED / self.version

    def encode(self, inputs: Sequence[str], report: Report = silent) -> NDArray[np.float32]:
        """Turn titles into vectors; see `BertEncoder.encode`."""
        vectors = super().encode(inputs, report)
        if self._whitening:
            vectors = self._whitening(vectors)
        if not self._card.letters:
            return vectors
        return side_by_side(vectors, self._letters.vectors(inputs), self._card.letter_share)

    @cached_property
    def _letters(self) -> Letters:
        return open_letters(self._folder / WEIGHTS)

    @cached_property
    def _whitening(self) -> Whitening | None:
        return read_whitening(self._folder / WEIGHTS, self._card.width)

    @cached_property
    def _model(self) -> TitleModel:
        if is_small(self._folder / BACKBONE):
            return kept_windows(self._converted_folder) or self._converted_windows()
        if is_published(self._folder / BACKBONE):
            return self._converted_characters()
        return kept_titles(self._converted_folder) or self._converted()

    def _converted_windows(self) -> WindowModel:
        from matcher.encoders.titles.characterbert_backbone import SmallCharacterBackbone

        backbone = SmallCharacterBackbone(self._folder / BACKBONE, self._card.max_tokens)
        model = backbone.runnable(self._network(backbone))
        keep_windows(self._converted_folder, model)
        return model

    def _converted_characters(self) -> TitleModel:
        from matcher.encoders.titles.characterbert import ready_characters
        from matcher.encoders.titles.characterbert_backbone import CharacterBackbone

        backbone = CharacterBackbone(self._folder / BACKBONE, self._card.max_tokens)
        return ready_characters(self._network(backbone), backbone.max_words)

    def _converted(self) -> TextModel:
        from matcher.encoders.backbones import TitleBackbone
        from matcher.encoders.runtime.openvino_export import ready
        from matcher.encoders.titles.sentence_bert import SETTINGS, TOKENIZER

        backbone = TitleBackbone(self.id, self._folder / BACKBONE, self._card.max_tokens)
        runner = ready(self._network(backbone), backbone.inputs(["one", "two, and longer"]))
        settings = {"width": self._card.width, "padding": backbone.padding, "prompt": backbone.prompt}
        keep(self._converted_folder, runner, {SETTINGS: json.dumps(settings), TOKENIZER: backbone.tokenizer.to_str()})
        return TextModel(backbone.tokenizer, runner, self._card.width, backbone.padding, backbone.prompt)

    def _network(self, backbone: "Backbone") -> "Vectors":
        """What runs in the CPU's own precision: all but the whitening, which would make its rounding louder."""
        from matcher.encoders.backbones import open_vectors

        vectors = open_vectors(backbone, self._folder / WEIGHTS, self._card.width)
        vectors.whitening = None
        return vectors


class TrainedPhotos(EfficientNetEncoder):
    """A trained photo network, with two looks at each photo."""

    def __init__(self, folder: Path, card: Card) -> None:
        """Read nothing yet but what names it."""
        self.id, self.version = folder.name, _version(folder, 1)
        self._folder, self._card = folder, card
        self._converted_folder = folder.parent / CONVERTED / self.version

    @cached_property
    def _model(self) -> PhotoModel:
        return PhotoModel(kept(self._converted_folder) or self._converted(), self._card.width, self._card.side)

    def _converted(self) -> Runner:
        from PIL import Image

        from matcher.encoders.backbones import open_backbone, open_vectors
        from matcher.encoders.runtime.openvino_export import ready

        backbone = open_backbone(f"efficientnet:{self._folder / BACKBONE}", side=self._card.side)
        noise = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
        pixels = backbone.inputs([Image.fromarray(photo) for photo in noise])["pixels"]
        runner = ready(open_vectors(backbone, self._folder / WEIGHTS, self._card.width), {"pixels": pixels})
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


def read_whitening(weights: Path, width: int) -> Whitening | None:
    """The whitening at the end of a run's vectors of `width` columns, None if it has none.

    Raises:
        EncoderError: The file is damaged.
    """
    try:
        with safe_open(weights, framework="numpy") as file:
            if not {WHITENING_WEIGHT, WHITENING_BIAS} <= {*file.keys()}:
                return None
            weight, bias = file.get_tensor(WHITENING_WEIGHT), file.get_tensor(WHITENING_BIAS)
    except (SafetensorError, OSError, TypeError) as error:  # TypeError: numbers of a kind that numpy does not know
        raise EncoderError(f"{weights} is damaged ({error}). Import the run again, or train it again.") from error
    if (weight.shape, bias.shape) != ((width, width), (width,)):
        raise EncoderError(
            f"{weights} holds a whitening of shapes {weight.shape} and {bias.shape} for vectors of {width} numbers. "
            "Import the run again, or train it again."
        )
    return Whitening(np.ascontiguousarray(weight.T, dtype=np.float32), bias.astype(np.float32))


def _version(folder: Path, way: int) -> str:
    """Changes with the run's weights and card, which the backbone belongs to, and with the way vectors are made."""
    return f"trained-{way}-{file_digest(folder / WEIGHTS)}-{file_digest(folder / CARD)}"
