"""CharacterBERT opened up for training: the published architecture, and the small one."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from matcher.encoders.runtime.openvino_export import ready
from matcher.encoders.runtime.weights import model_folder
from matcher.encoders.titles.char_ngrams import title_windows
from matcher.encoders.titles.characterbert import MAX_WORDS, WEIGHT_FILES, load_character_bert, save_character_bert
from matcher.encoders.titles.characterbert_bundled import FOLDER, WindowModel, WindowSettings, is_small
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

    def runnable(self, vectors: nn.Module) -> WindowModel:
        """This backbone with what a training put behind it, made ready to run."""
        with quiet():
            runner = ready(vectors, self.inputs(["one", "two, and longer"]))
        width = vectors(*self.inputs(["one"]).values()).shape[1]
        return WindowModel(runner, WindowSettings(width, self.module.config.buckets, self.max_words))


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


def open_characters(name: str, max_tokens: int) -> SmallCharacterBackbone | CharacterBackbone:
    """Open a CharacterBERT for training.

    Args:
        name: Hub id or folder, of the published architecture or a small one; "" for the bundled one.
        max_tokens: Words that titles are cut to.

    Raises:
        EncoderError: It cannot be had, or is no CharacterBERT.
    """
    folder = model_folder(name, WEIGHT_FILES) if name else FOLDER
    if not name or is_small(folder):
        return SmallCharacterBackbone(folder, max_tokens)
    return CharacterBackbone(folder, max_tokens)
