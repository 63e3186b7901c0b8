"""Sentence vectors of titles from CharacterBERT's published weights, or from a training that began with them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from pickle import UnpicklingError  # raised where a .bin file holds more than weights; nothing is unpickled here
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file

from matcher.embeddings import unit_rows
from matcher.encoders.characterbert_model import CharacterBert, CharacterCNNConfig, character_ids
from matcher.encoders.convert import ready
from matcher.encoders.runtime import Batch, Runner
from matcher.encoders.sources import digest, model_folder
from matcher.encoders.torchvision_shim import import_torchvision
from matcher.errors import EncoderError
from matcher.progress import Progress, Report, silent

import_torchvision()

from transformers import BertConfig  # noqa: E402

PUBLISHED = "helboukkouri/character-bert"
MAX_WORDS = 64  # a title has about ten
TITLES_PER_BATCH = 32
STEP = "Encoding titles"
PREFIXES = ("character_bert.", "bert.")  # how the hub's weights and trainings call the encoder
# What stands in a published file besides the encoder: heads of its pre-training, and numbers that are no weights.
NOT_WANTED = ("cls.", "pooler.", "embeddings.position_ids")


class CharacterBertEncoder:
    """Encodes titles with CharacterBERT: the mean over a title's words, of unit length."""

    modality: Literal["text"] = "text"
    fitted = False

    def __init__(self, name: str) -> None:
        """Load the model.

        Args:
            name: Hub id or folder with config.json and the weights.

        Raises:
            EncoderError: The model cannot be had, or is no CharacterBERT.
        """
        self.id = f"characterbert:{name}"
        folder = model_folder(name, ("*.safetensors", "pytorch_model.bin"))
        self._module = load_character_bert(folder)
        self.version = f"characterbert-1-{digest(folder)}"

    def encode(self, inputs: Sequence[str], report: Report = silent) -> NDArray[np.float32]:
        """Turn titles into vectors.

        Args:
            inputs: N titles as sellers wrote them.
            report: Told after each batch how many different titles are done; may raise Cancelled.

        Returns:
            Shape (N, D). Unit rows; a row of zeros for an empty title.
        """
        different, row_of = np.unique(np.array([title.strip() for title in inputs], dtype=object), return_inverse=True)
        titles = [str(title) for title in different]
        full = np.array([row for row, title in enumerate(titles) if title], dtype=np.intp)
        vectors = np.zeros((len(titles), self._module.bert.config.hidden_size), np.float32)
        report(Progress(STEP, 0, len(full)))
        done = 0
        for rows, batch in self._runner.run(_batches(titles, full)):
            vectors[rows] = batch
            done += len(rows)
            report(Progress(STEP, done, len(full), self._runner.where))
        return unit_rows(vectors)[row_of]

    def encode_queries(
        self, queries: Sequence[str], inputs: Sequence[str], report: Report = silent
    ) -> NDArray[np.float32]:
        """Turn titles that are not in the catalog into vectors; shape (Q, D)."""
        return self.encode(queries, report)

    @cached_property
    def _runner(self) -> Runner:
        characters, mask = character_ids(["one", "two, and longer"], MAX_WORDS)
        example = {"characters": torch.from_numpy(characters), "mask": torch.from_numpy(mask)}
        return ready(self._module, example)


def _batches(titles: Sequence[str], rows: NDArray[np.intp]) -> Iterator[Batch]:
    """Titles of like length together, the longest first, so that little is filled up."""
    order = rows[np.argsort([-len(titles[row]) for row in rows], kind="stable")]
    for start in range(0, len(order), TITLES_PER_BATCH):
        some = order[start : start + TITLES_PER_BATCH]
        characters, mask = character_ids([titles[row] for row in some], MAX_WORDS)
        yield some, {"characters": characters, "mask": mask}


def load_character_bert(folder: Path) -> CharacterBert:
    """Load the model from a folder with config.json and weights; a .bin file is read as weights only, never run.

    Raises:
        EncoderError: A file is missing or damaged, or weights are missing or of another shape.
    """
    weights, config = _weights(folder), _config(folder)
    module = CharacterBert(config, cnn_config(config))
    wanted = module.state_dict()
    found = {f"bert.{_bare(name)}": tensor for name, tensor in weights.items()}
    found = {name: tensor for name, tensor in found.items() if not name.removeprefix("bert.").startswith(NOT_WANTED)}
    wrong = sorted(
        name for name in wanted.keys() | found.keys()
        if name not in wanted or name not in found or wanted[name].shape != found[name].shape
    )  # fmt: skip
    if wrong:
        raise EncoderError(
            f"{folder.name} is no CharacterBERT as its config.json describes it: {len(wrong)} weights are missing, "
            f"unknown or of another shape, the first {wrong[0].removeprefix('bert.')}. Choose the folder of one, or "
            f"{PUBLISHED} from the hub."
        )
    module.load_state_dict(found)
    return module


def cnn_config(config: BertConfig) -> CharacterCNNConfig:
    """Sizes of the character network as a config.json tells them; the published ones where it does not."""
    usual = CharacterCNNConfig()
    filters = getattr(config, "cnn_filters", usual.filters)
    return CharacterCNNConfig(
        character_dim=getattr(config, "character_embeddings_dim", usual.character_dim),
        filters=tuple((int(width), int(number)) for width, number in filters),
        highways=getattr(config, "num_highway_layers", usual.highways),
        output_dim=config.hidden_size,
    )


def _bare(name: str) -> str:
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _config(folder: Path) -> BertConfig:
    try:
        values = json.loads((folder / "config.json").read_text("utf-8"))
        # The vocabulary of whole words belongs to a head that is not loaded; no table is wanted for it.
        return BertConfig(**(values | {"model_type": "bert", "vocab_size": 1}))
    except (OSError, ValueError, TypeError) as error:
        raise EncoderError(
            f"{folder.name} has no readable config.json ({error}); expected that of a CharacterBERT."
        ) from error


def _weights(folder: Path) -> Mapping[str, torch.Tensor]:
    safe, plain = folder / "model.safetensors", folder / "pytorch_model.bin"
    try:
        if safe.is_file():
            return load_file(safe)
        return torch.load(plain, map_location="cpu", weights_only=True)  # type: ignore[no-any-return]
    except (
        OSError,
        RuntimeError,
        ValueError,
        EOFError,
        SafetensorError,
        UnpicklingError,
    ) as error:
        reason = " ".join(str(error).split())[:160]
        raise EncoderError(
            f"The weights in {folder.name} cannot be read ({reason}). Expected model.safetensors, or pytorch_model.bin "
            "with nothing but weights in it."
        ) from error
