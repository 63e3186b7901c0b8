"""The multilingual Universal Sentence Encoder opened up for training."""

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from matcher.encoders.runtime.weights import named_path
from matcher.encoders.titles.multilingual_use import PADDING, bundled_resources
from matcher.encoders.titles.multilingual_use_net import LONGEST, UseNetwork, load_use, load_use_tokenizer
from matcher.encoders.titles.sentence_bert import TextModel, make_text_model, pad_tokens
from matcher.errors import EncoderError

LAYERS = "model.safetensors"


class UseBackbone:
    """The bundled network, or one that a training made of it: the same table of word pieces, and layers of its own.

    Titles are read in small letters, as those of a catalog are given to the bundled encoder.
    """

    def __init__(self, folder: Path | None, max_tokens: int) -> None:
        """Load it.

        Args:
            folder: Where a training saved the layers; None for the bundled ones.
            max_tokens: Word pieces that titles are cut to.

        Raises:
            EncoderError: The package is not there, or the layers are damaged.
        """
        resources = bundled_resources()
        self.module: UseNetwork = load_use(resources)
        self.tokenizer = load_use_tokenizer(resources, lower_case=True)
        self.tokenizer.enable_truncation(min(max_tokens, LONGEST))
        self.width = self.module.width
        if folder is not None:
            load_layers(self.module, folder / LAYERS)

    def inputs(self, items: Sequence[str]) -> dict[str, Tensor]:
        """Token ids and mask, int64 (B, L)."""
        arrays = pad_tokens([encoding.ids for encoding in self.tokenizer.encode_batch([*items])], PADDING)
        return {name: torch.from_numpy(array) for name, array in arrays.items()}

    def convert(self, network: nn.Module, folder: Path) -> TextModel:
        """Make it ready to run with what a training put behind it, and keep that for `load_converted`."""
        with torch.inference_mode():
            width = int(network.eval()(*self.inputs(["one", "two, and longer"]).values()).shape[1])
        return make_text_model(network, self.tokenizer, {"width": width, "padding": PADDING, "prompt": ""}, folder)

    def save(self, folder: Path) -> None:
        """Write the layers, all that a training changes."""
        save_file({name: layer.contiguous() for name, layer in self.module.state_dict().items()}, folder / LAYERS)


def open_use_backbone(spec: str, max_tokens: int, side: int) -> UseBackbone:
    """Open it for training, as `open_backbone` says; the side of photos means nothing to it.

    Args:
        spec: "use", or "use:<folder>" for what a training saved.
        max_tokens: Word pieces that titles are cut to.
        side: Means nothing to titles.
    """
    name = spec.partition(":")[2]
    return UseBackbone(named_path(name) if name else None, max_tokens)


def load_layers(module: UseNetwork, file: Path) -> None:
    """Put the layers of a training into the network; raises EncoderError if they are damaged, or are no such layers."""
    try:
        module.load_state_dict(load_file(file))
    except (OSError, SafetensorError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise EncoderError(f"{file} is damaged ({reason}). Import the run again, or train it again.") from error
