"""Sentence vectors of titles from CharacterBERT's published weights, or from a training that began with them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from pickle import UnpicklingError  # raised where a .bin file holds more than weights; nothing is unpickled here

import numpy as np
import torch
from huggingface_hub.errors import StrictDataclassError
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from matcher.encoders.runtime.length_batches import length_batches
from matcher.encoders.runtime.openvino_export import make_runner
from matcher.encoders.runtime.openvino_runtime import Batch, Result, Runner
from matcher.encoders.runtime.torchvision_stub import import_torchvision
from matcher.encoders.runtime.weights import digest, model_folder
from matcher.encoders.titles.characterbert_files import PUBLISHED_KIND
from matcher.encoders.titles.characterbert_net import CharacterBert, CharacterCNNConfig, character_ids
from matcher.encoders.titles.sentence_bert import BertEncoder
from matcher.encoders.titles.sentence_net import quiet
from matcher.errors import EncoderError

import_torchvision()

from transformers import BertConfig  # noqa: E402

PUBLISHED = "helboukkouri/character-bert"
MAX_WORDS = 64  # a title has about ten
TITLES_PER_BATCH = 32
WEIGHT_FILES = ("*.safetensors", "pytorch_model.bin")
PREFIXES = ("character_bert.", "bert.")  # how the hub's weights and trainings call the encoder
# What stands in a published file besides the encoder: heads of its pre-training, and numbers that are no weights.
NOT_WANTED = ("cls.", "pooler.", "embeddings.position_ids")


@dataclass(frozen=True)
class CharacterModel:
    """A CharacterBERT made ready to run.

    Attributes:
        runner: Takes character ids and mask, gives one vector per title.
        width: Columns of a vector.
        max_words: Words that it reads of a title.
    """

    runner: Runner
    width: int
    max_words: int

    def run(self, titles: Sequence[str], rows: NDArray[np.intp]) -> Iterator[Result]:
        """Encode some of the titles and give them batch by batch, with their row numbers."""
        return self.runner.run(self._batches(titles, rows))

    def _batches(self, titles: Sequence[str], rows: NDArray[np.intp]) -> Iterator[Batch]:
        for batch in length_batches([len(titles[row]) for row in rows], TITLES_PER_BATCH * self.runner.scale):
            some = rows[batch]
            characters, mask = character_ids([titles[row] for row in some], self.max_words)
            yield some, {"characters": characters, "mask": mask}


class CharacterBertEncoder(BertEncoder):
    """Encodes titles with CharacterBERT: the mean over a title's words, of unit length."""

    def __init__(self, name: str) -> None:
        """Load the model.

        Args:
            name: Hub id or folder with config.json and the weights.

        Raises:
            EncoderError: The model cannot be had, or is no CharacterBERT.
        """
        self.id = f"characterbert:{name}"
        folder = model_folder(name, WEIGHT_FILES)
        self._module = load_character_bert(folder)
        self.version = f"characterbert-1-{digest(folder)}"

    @cached_property
    def _model(self) -> CharacterModel:
        return convert_characters(self._module, MAX_WORDS)


def convert_characters(module: torch.nn.Module, max_words: int) -> CharacterModel:
    """Make a CharacterBERT, with what stands behind it, ready to run.

    Args:
        module: Takes character ids and mask, gives vectors.
        max_words: Words to read of a title.
    """
    ids, mask = (torch.from_numpy(array) for array in character_ids(["one", "two, and longer"], max_words))
    with torch.inference_mode():
        width = module.eval()(ids, mask).shape[1]
    with quiet():
        runner = make_runner(module, {"characters": ids, "mask": mask})
    return CharacterModel(runner, int(width), max_words)


def load_character_bert(folder: Path) -> CharacterBert:
    """Load the model from a folder with config.json and weights; a .bin file is read as weights only, never run.

    Raises:
        EncoderError: A file is missing or damaged, or weights are missing or of another shape.
    """
    weights, config = _weights(folder), _config(folder)
    try:
        module = CharacterBert(config, cnn_config(config))
    except (TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise EncoderError(
            f"{folder.name} has a config.json whose sizes do not go together ({error}); expected that of a "
            "CharacterBERT."
        ) from error
    wanted = module.state_dict()
    found = {f"bert.{_strip_prefixes(name)}": tensor for name, tensor in weights.items()}
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


def save_character_bert(module: CharacterBert, folder: Path) -> None:
    """Write config.json and model.safetensors, as `load_character_bert` reads them, into an existing folder."""
    cnn = module.words.config
    sizes = {
        "model_type": PUBLISHED_KIND,
        "character_embeddings_dim": cnn.character_dim,
        "cnn_filters": [list(one) for one in cnn.filters],
        "num_highway_layers": cnn.highways,
    }
    (folder / "config.json").write_text(json.dumps(module.bert.config.to_diff_dict() | sizes, indent=1) + "\n", "utf-8")
    tensors = {name.removeprefix("bert."): tensor.contiguous() for name, tensor in module.state_dict().items()}
    save_file(tensors, folder / "model.safetensors")


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


def _strip_prefixes(name: str) -> str:
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _config(folder: Path) -> BertConfig:
    try:
        values = json.loads((folder / "config.json").read_text("utf-8"))
        # The vocabulary of whole words belongs to a head that is not loaded; no table is wanted for it.
        return BertConfig(**(values | {"model_type": "bert", "vocab_size": 1}))
    except (OSError, ValueError, TypeError, RecursionError, StrictDataclassError) as error:
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
