"""The small CharacterBERT opened up for training."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from matcher.encoders.characterbert_bundled import FOLDER, WindowModel, WindowSettings, is_small
from matcher.encoders.characterbert_small import SmallCharacterBert, load_small, save_small
from matcher.encoders.convert import ready
from matcher.encoders.letter_windows import title_windows
from matcher.encoders.sources import model_folder
from matcher.errors import EncoderError


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
        runner = ready(vectors, self.inputs(["one", "two, and longer"]))
        width = vectors(*self.inputs(["one"]).values()).shape[1]
        return WindowModel(runner, WindowSettings(width, self.module.config.buckets, self.max_words))


def open_characters(name: str, max_tokens: int) -> SmallCharacterBackbone:
    """Open a CharacterBERT for training.

    Args:
        name: Folder of a small one; "" for the bundled one.
        max_tokens: Words that titles are cut to.

    Raises:
        EncoderError: It cannot be had, or is of the published architecture.
    """
    folder = model_folder(name, ("*.safetensors", "pytorch_model.bin")) if name else FOLDER
    if name and not is_small(folder):
        raise EncoderError(
            f"{name} is a CharacterBERT of the published architecture, which encodes here but is not trained. "
            "Start from the bundled one (characterbert), or from a folder that python -m matcher.distil wrote."
        )
    return SmallCharacterBackbone(folder, max_tokens)
