"""Encoders trained here: each opens like any other encoder. What lies in their folders is told in `model_card`."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from matcher.encoders.base import EncoderInfo, Training, resolve
from matcher.encoders.model_card import BACKBONE, CARD, WEIGHTS, Card, read_card
from matcher.encoders.photos.efficientnet import PHOTOS_PER_BATCH, EfficientNetEncoder, PhotoModel
from matcher.encoders.registry import find_encoder
from matcher.encoders.runtime.openvino_runtime import Runner, load_network
from matcher.encoders.runtime.weights import file_digest
from matcher.encoders.titles.char_tfidf import Letters, open_letters
from matcher.encoders.titles.sentence_bert import BertEncoder, TitleModel
from matcher.errors import EncoderError
from matcher.progress import Report, silent
from matcher.vectors.embeddings import unit_rows
from matcher.vectors.whitening import Whitening

if TYPE_CHECKING:
    from matcher.encoders.backbones import Backbone, Vectors

WHITENING_WEIGHT, WHITENING_BIAS = "whitening.weight", "whitening.bias"  # as torch calls them, transposed
CONVERTED = ".converted"  # beside the runs; made again when missing


def open_run(spec: str, folder: Path) -> "TrainedTitles | TrainedPhotos":
    """Open the encoder of this name in the workspace's folder of encoders; see `open_trained`."""
    return open_trained(folder / spec)


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
        self.id, self.version = folder.name, _version(folder, 5)
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
        _, training = find_origin(self._card)
        model: TitleModel | None = resolve(training.converted)(self._converted_folder)
        if model is None:
            backbone, network = _open_network(self._folder, self._card)
            # The whitening stays out of what runs in the CPU's own precision: it would make its rounding louder.
            network.whitening = None
            model = backbone.convert(network, self._converted_folder)  # type: ignore[assignment]
        assert model is not None
        return model


class TrainedPhotos(EfficientNetEncoder):
    """A trained photo network, with two views of each photo."""

    def __init__(self, folder: Path, card: Card) -> None:
        """Read nothing yet but what names it."""
        self.id, self.version = folder.name, _version(folder, 1)
        self._folder, self._card = folder, card
        self._converted_folder = folder.parent / CONVERTED / self.version

    @cached_property
    def _model(self) -> PhotoModel:
        runner = load_network(self._converted_folder, rows=PHOTOS_PER_BATCH) or self._convert()
        return PhotoModel(runner, self._card.width, self._card.side)

    def _convert(self) -> Runner:
        backbone, network = _open_network(self._folder, self._card)
        return backbone.convert(network, self._converted_folder).runner


def find_origin(card: Card) -> tuple[EncoderInfo, Training]:
    """The entry of the encoder that a training started from.

    Raises:
        EncoderError: It is not known here, cannot be trained, or is of another modality than the run.
    """
    info = find_encoder(card.encoder)
    if info is None or info.training is None or info.modality != card.modality:
        raise EncoderError(
            f"The card of {card.id[:80]!r} says that it was trained from {card.encoder[:80]!r}, which is no encoder "
            f"for {card.modality} that can be trained here. Import the run again, or train it again."
        )
    return info, info.training


def _open_network(folder: Path, card: Card) -> tuple["Backbone", "Vectors"]:
    """The trained backbone, and the network with all that the training put behind it."""
    from matcher.encoders.backbones import open_vectors

    info, training = find_origin(card)
    spec = f"{info.id.partition(':')[0]}:{(folder / BACKBONE).absolute()}"
    backbone = resolve(training.backbone)(spec, card.max_tokens, card.side)
    return backbone, open_vectors(backbone, folder / WEIGHTS, card.width)


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
