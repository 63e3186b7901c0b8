"""CharacterBERT opened up for training: the published architecture, and the small one."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from matcher.encoders.runtime.openvino_export import make_runner
from matcher.encoders.runtime.weights import model_folder
from matcher.encoders.titles.char_ngrams import title_windows
from matcher.encoders.titles.characterbert import (
    MAX_WORDS,
    WEIGHT_FILES,
    CharacterModel,
    convert_characters,
    load_character_bert,
    save_character_bert,
)
from matcher.encoders.titles.characterbert_bundled import WindowModel, WindowSettings, save_converted
from matcher.encoders.titles.characterbert_files import FOLDER, is_small
from matcher.encoders.titles.characterbert_net import CharacterBert, character_ids
from matcher.encoders.titles.characterbert_student import SmallCharacterBert, load_small, save_small
from matcher.encoders.titles.sentence_net import quiet


class SmallCharacterBackbone:
    """A small CharacterBERT."""

    def __init__(self, folder: Path, max_tokens: int) -> None:
        """Load the model from its folder; titles are cut to so many words, or to what it reads.

        Raises:
            EncoderError: It cannot be loaded.
        """
        self.module: SmallCharacterBert = load_small(folder)
        self.width = self.module.config.hidden
        self.max_words = min(max_tokens, self.module.config.max_words)

    def inputs(self, items: Sequence[str]) -> dict[str, Tensor]:
        """Windows (B, S, G) and mask (B, S), int64."""
        arrays = title_windows(items, self.max_words, self.module.config.buckets)
        return {name: torch.from_numpy(array) for name, array in arrays.items()}

    def save(self, folder: Path) -> None:
        """Write config.json and model.safetensors in full precision."""
        save_small(self.module, folder)

    def convert(self, network: nn.Module, folder: Path) -> WindowModel:
        """Make it ready to run with what a training put behind it, and keep that for `load_converted`."""
        with quiet():
            runner = make_runner(network, self.inputs(["one", "two, and longer"]))
        width = network(*self.inputs(["one"]).values()).shape[1]
        model = WindowModel(runner, WindowSettings(width, self.module.config.buckets, self.max_words))
        save_converted(folder, model)
        return model


class CharacterBackbone:
    """A CharacterBERT of the published architecture."""

    def __init__(self, folder: Path, max_tokens: int) -> None:
        """Load the model from its folder; titles are cut to so many words, or to what it reads.

        Raises:
            EncoderError: It cannot be loaded.
        """
        self.module: CharacterBert = load_character_bert(folder)
        self.width = int(self.module.bert.config.hidden_size)
        self.max_words = min(max_tokens, MAX_WORDS)

    def inputs(self, items: Sequence[str]) -> dict[str, Tensor]:
        """Character ids (B, S, C) and mask (B, S), int64."""
        characters, mask = character_ids(items, self.max_words)
        return {"characters": torch.from_numpy(characters), "mask": torch.from_numpy(mask)}

    def save(self, folder: Path) -> None:
        """Write config.json and model.safetensors."""
        save_character_bert(self.module, folder)

    def convert(self, network: nn.Module, folder: Path) -> CharacterModel:
        """Make it ready to run with what a training put behind it; it is converted anew at every start."""
        return convert_characters(network, self.max_words)


def open_character_backbone(spec: str, max_tokens: int, side: int) -> SmallCharacterBackbone | CharacterBackbone:
    """Open a CharacterBERT for training, bundled or named, of the published architecture or the small one.

    Args:
        spec: "characterbert", or "characterbert:<hub id or folder>".
        max_tokens: Words that titles are cut to.
        side: Means nothing to titles.

    Raises:
        EncoderError: It cannot be had, or is no CharacterBERT.
    """
    name = spec.partition(":")[2]
    folder = model_folder(name, WEIGHT_FILES) if name else FOLDER
    if not name or is_small(folder):
        return SmallCharacterBackbone(folder, max_tokens)
    return CharacterBackbone(folder, max_tokens)
