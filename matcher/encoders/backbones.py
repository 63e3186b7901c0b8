"""Encoders opened up for training: one torch module each, from prepared inputs to features."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from matcher.encoders.base import resolve
from matcher.encoders.photos.efficientnet import PHOTOS_PER_BATCH, PhotoModel, bundled_weights, find_model
from matcher.encoders.photos.photo_net import BUNDLED_ARCHITECTURE, PhotoModule, load_bundled, load_named
from matcher.encoders.photos.photo_net_finetune import PhotoNetwork
from matcher.encoders.photos.photo_views import photo_views
from matcher.encoders.projection import Projection
from matcher.encoders.registry import find_encoder, trainable_encoders
from matcher.encoders.runtime.openvino_export import make_runner
from matcher.encoders.runtime.openvino_runtime import save_network
from matcher.encoders.runtime.sample_titles import SAMPLE_TITLES
from matcher.encoders.runtime.weights import model_folder
from matcher.encoders.titles.sentence_bert import TextModel, TitleModel, bundled_folder, make_text_model, pad_tokens
from matcher.encoders.titles.sentence_net import SentenceModule, load_sentence_model, quiet
from matcher.errors import EncoderError
from matcher.vectors.whitening import Whitening


class Backbone(Protocol):
    """A pretrained encoder to train.

    Attributes:
        module: From `inputs`, in their order, to features (B, width).
        width: Columns of a feature.
    """

    @property
    def module(self) -> nn.Module: ...
    @property
    def width(self) -> int: ...

    def inputs(self, items: Sequence[Any]) -> dict[str, Tensor]:
        """Titles, or RGB photos, made ready for the module; the first dimension is theirs."""
        ...

    def save(self, folder: Path) -> None:
        """Write all that opening it again takes into an existing folder."""
        ...

    def convert(self, network: nn.Module, folder: Path) -> TitleModel | PhotoModel:
        """Make it ready to run with what a training put behind it; keep that in a folder for the next start."""
        ...


class Vectors(nn.Module):
    """A backbone, the projection behind it and the whitening at the end, if any."""

    def __init__(
        self, backbone: nn.Module, projection: Projection | None = None, whitening: nn.Linear | None = None
    ) -> None:
        """Put them together; what is trained has no whitening, what encodes in the end usually has."""
        super().__init__()
        self.backbone = backbone
        self.projection: nn.Module = projection or nn.Identity()
        self.whitening = whitening

    def forward(self, *inputs: Tensor) -> Tensor:
        """The backbone's inputs to vectors (B, D), not normalised."""
        vectors: Tensor = self.projection(self.backbone(*inputs))
        return vectors if self.whitening is None else self.whitening(functional.normalize(vectors, dim=1))


def own_weights(vectors: Vectors) -> dict[str, Tensor]:
    """What a training put behind the backbone, for `open_vectors`."""
    behind = ("projection.", "whitening.", "backbone.pool.")
    return {name: tensor for name, tensor in vectors.state_dict().items() if name.startswith(behind)}


def whitening_layer(learned: Whitening) -> nn.Linear:
    """A whitening as the last layer of an encoder."""
    layer = nn.Linear(*learned.weight.shape)
    layer.weight.data.copy_(torch.from_numpy(learned.weight.T.copy()))
    layer.bias.data.copy_(torch.from_numpy(learned.bias))
    return layer


def open_vectors(backbone: Backbone, weights: Path, width: int) -> Vectors:
    """Put back what `own_weights` gave.

    Args:
        backbone: That it was trained behind.
        weights: The file.
        width: Columns of the vectors.

    Raises:
        EncoderError: The file is damaged, or does not fit the backbone or the width.
    """
    try:
        tensors = load_file(weights)
    except (SafetensorError, OSError) as error:
        raise EncoderError(f"{weights} is damaged ({error}). Import the run again, or train it again.") from error
    linear, white = tensors.get("projection.linear.weight"), tensors.get("whitening.weight")
    if any(weight is not None and weight.ndim != 2 for weight in (linear, white)):
        raise EncoderError(f"{weights} holds layers of no fit shape. Import the run again, or train it again.")
    shapes = (backbone.width,) if linear is None else (linear.shape[1], linear.shape[0])
    if (shapes[0], shapes[-1]) != (backbone.width, width) or (white is not None and white.shape != (width, width)):
        raise EncoderError(
            f"{weights} does not fit its network, which gives {backbone.width} numbers, or its card, which says "
            f"{width}. Import the run again, or train it again."
        )
    projection = None
    if linear is not None:
        normed = "projection.norm.weight" in tensors
        projection = Projection(linear.shape[1], linear.shape[0], batch_norm=normed)
    vectors = Vectors(backbone.module, projection, nn.Linear(*white.T.shape) if white is not None else None)
    try:
        vectors.load_state_dict(tensors, strict=False)
    except RuntimeError as error:
        raise EncoderError(f"{weights} does not fit its network. Import the run again, or train it again.") from error
    return vectors.eval()


class TitleBackbone:
    """A sentence-transformers model."""

    def __init__(self, name: str, folder: Path, max_tokens: int) -> None:
        """Load the model.

        Args:
            name: What the user called it, for messages.
            folder: Of a sentence-transformers or BERT model.
            max_tokens: Word pieces that titles are cut to.

        Raises:
            EncoderError: It cannot be loaded.
        """
        module, self.tokenizer, settings = load_sentence_model(name, folder)
        self.module: SentenceModule = module
        self.width = module.width
        self.padding, self.prompt = int(settings["padding"]), str(settings["prompt"])
        self.tokenizer.enable_truncation(max_tokens)

    def inputs(self, items: Sequence[str]) -> dict[str, Tensor]:
        """Token ids and mask, int64 (B, L)."""
        encodings = self.tokenizer.encode_batch([self.prompt + title for title in items])
        arrays = pad_tokens([encoding.ids for encoding in encodings], self.padding)
        return {name: torch.from_numpy(array) for name, array in arrays.items()}

    def save(self, folder: Path) -> None:
        """Write a sentence-transformers folder, safetensors."""
        from sentence_transformers import SentenceTransformer  # only after the shim that sentence_model runs

        prompts, default = ({"title": self.prompt}, "title") if self.prompt else (None, None)
        parts = [*self.module.parts]
        model = SentenceTransformer(modules=parts, device="cpu", prompts=prompts, default_prompt_name=default)
        with quiet():
            model.save_pretrained(str(folder), create_model_card=False, safe_serialization=True)

    def convert(self, network: nn.Module, folder: Path) -> TextModel:
        """Make it ready to run with what a training put behind it, and keep that for `load_converted`."""
        with torch.inference_mode():
            width = int(network.eval()(*self.inputs(["one", "two, and longer"]).values()).shape[1])
        settings = {"width": width, "padding": self.padding, "prompt": self.prompt}
        return make_text_model(network, self.tokenizer, settings, folder, SAMPLE_TITLES)


class PhotoBackbone:
    """A timm model."""

    def __init__(self, photo: PhotoModule, architecture: str, side: int) -> None:
        """Take over a loaded model.

        Args:
            photo: The model.
            architecture: timm's name of it.
            side: px that photos are read at; 0 for the model's own.
        """
        self.module = PhotoNetwork(photo)
        self.width = photo.width
        self.architecture = architecture
        self.side = side or photo.side

    def inputs(self, items: Sequence[Image.Image]) -> dict[str, Tensor]:
        """Two views of each photo, uint8 (B, 2, side, side, 3)."""
        return {"pixels": torch.from_numpy(np.stack([photo_views(photo, self.side) for photo in items]))}

    def save(self, folder: Path) -> None:
        """Write a timm folder: config.json, model.safetensors."""
        (folder / "config.json").write_text(json.dumps({"architecture": self.architecture}))
        save_file(self.module.photo.backbone.state_dict(), folder / "model.safetensors")

    def convert(self, network: nn.Module, folder: Path) -> PhotoModel:
        """Make it ready to run with what a training put behind it, and keep the network in a folder."""
        noise = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
        example = self.inputs([Image.fromarray(photo) for photo in noise])
        with torch.inference_mode():
            width = int(network.eval()(*example.values()).shape[1])
        runner = make_runner(network, example, rows=PHOTOS_PER_BATCH)
        save_network(folder, runner, {})
        return PhotoModel(runner, width, self.side)


def open_sentence_backbone(spec: str, max_tokens: int, side: int) -> TitleBackbone:
    """Open a sentence-transformers model, as `open_backbone` says; the side of photos means nothing to it."""
    name = spec.partition(":")[2]
    return TitleBackbone(spec, model_folder(name) if name else bundled_folder(), max_tokens)


def open_photo_backbone(spec: str, max_tokens: int, side: int) -> PhotoBackbone:
    """Open a timm model, as `open_backbone` says; the length of titles means nothing to it."""
    name = spec.partition(":")[2]
    if not name:
        return PhotoBackbone(load_bundled(bundled_weights()), BUNDLED_ARCHITECTURE, side)
    architecture, weights = find_model(name)
    return PhotoBackbone(load_named(spec, architecture, weights), architecture, side)


def open_backbone(spec: str, *, max_tokens: int = 64, side: int = 0) -> Backbone:
    """Open an encoder for training.

    Args:
        spec: Of an entry of the registry that can be trained, or "<id>:<name>" of another model of its kind.
        max_tokens: Word pieces that titles are cut to.
        side: px that photos are read at; 0 for the model's own.

    Raises:
        EncoderError: It cannot be trained, or cannot be had.
    """
    info = find_encoder(spec)
    if info is None or info.training is None:
        raise EncoderError(
            f"{spec[:80]!r} cannot be trained; start from {', '.join(trainable_encoders())}, or another of them."
        )
    backbone: Backbone = resolve(info.training.backbone)(info.id, max_tokens, side)
    return backbone
