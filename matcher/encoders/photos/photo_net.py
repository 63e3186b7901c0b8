"""Load a timm model as one torch module from 8-bit pixels to vectors, never unpickling anything."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from pickle import UnpicklingError  # what torch.load's weights-only reader raises; nothing is unpickled
from typing import Any

import torch

from matcher.encoders.photos.likeness_map import GEM_POWER
from matcher.encoders.runtime.torchvision_stub import import_torchvision
from matcher.errors import EncoderError

import_torchvision()

import timm  # noqa: E402
from safetensors import SafetensorError  # noqa: E402
from safetensors.torch import load_file  # noqa: E402
from timm.data.config import resolve_model_data_config  # noqa: E402
from timm.models.efficientnet import EfficientNet  # noqa: E402

LEAST_ACTIVATION = 1e-6  # no root of a negative number is taken
BUNDLED_ARCHITECTURE = "tf_efficientnet_lite0"


class PhotoModule(torch.nn.Module):
    """A timm backbone with pooling behind it and the model's own scaling of pixels in front.

    EfficientNets are pooled by generalised mean, which listens more to what stands out: sellers' backgrounds are
    large and plain. Other networks keep their own pooling.
    """

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, backbone: torch.nn.Module) -> None:
        """Wrap a timm model made with num_classes=0."""
        super().__init__()
        self.backbone = backbone
        self.is_efficientnet = isinstance(backbone, EfficientNet)
        settings = resolve_model_data_config(backbone)  # type: ignore[no-untyped-call]
        self.side = int(settings["input_size"][1])  # px
        self.width = int(backbone.num_features)  # type: ignore[arg-type]
        self.register_buffer("mean", torch.tensor(settings["mean"]).view(1, 3, 1, 1) * 255)
        self.register_buffer("scale", 1 / (torch.tensor(settings["std"]).view(1, 3, 1, 1) * 255))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Views, uint8 (B, R, side, side, 3), to vectors (B, D): the mean over the views."""
        scaled = (pixels.flatten(0, 1).permute(0, 3, 1, 2).float() - self.mean) * self.scale
        if self.is_efficientnet:
            network: Any = self.backbone
            features = generalised_mean(network.forward_features(scaled), GEM_POWER)
        else:
            features = self.backbone(scaled)
        each = torch.nn.functional.normalize(features, dim=1)
        return each.reshape(-1, pixels.shape[1], each.shape[1]).mean(dim=1)


def generalised_mean(maps: torch.Tensor, power: float | torch.Tensor) -> torch.Tensor:
    """Pool feature maps (B, C, H, W) to (B, C), with more weight on what stands out.

    Source: Radenovic, Tolias & Chum, "Fine-tuning CNN Image Retrieval with No Human Annotation", TPAMI 2019, eq. 3.

    Args:
        maps: Shape (B, C, H, W).
        power: 1 is the plain mean, infinity the maximum.
    """
    return maps.clamp(min=LEAST_ACTIVATION).pow(power).mean(dim=(2, 3)).pow(1.0 / power)


def hub_id(name: str) -> str:
    """Where the hub keeps the pretrained weights of one of timm's models.

    Args:
        name: timm's, as in "tf_efficientnet_b3", with or without a tag (".ns_jft_in1k").

    Raises:
        EncoderError: timm knows no such model, or it was never published on the hub.
    """
    if not timm.is_model(name):
        raise _unknown(name)
    settings = timm.models.get_pretrained_cfg(name)
    if settings is None or not settings.hf_hub_id:
        raise EncoderError(f"timm has no weights on the hub for {name}. Take another, or name a checkpoint file.")
    published = str(settings.hf_hub_id)
    tag = f".{settings.tag}" if settings.tag else ""
    return f"{published}{settings.architecture}{tag}" if published.endswith("/") else published


def load_bundled(weights: Path) -> PhotoModule:
    """EfficientNet-Lite0 from its package, whose tensors are timm's, in the same order, under other names."""
    backbone = timm.create_model(BUNDLED_ARCHITECTURE, num_classes=1000)
    theirs = _read_weights(weights)
    ours = backbone.state_dict()
    if [tensor.shape for tensor in theirs.values()] != [tensor.shape for tensor in ours.values()]:
        raise EncoderError(
            f"{weights.name} is not the EfficientNet-Lite0 that was expected; install the package again."
        )
    backbone.load_state_dict(dict(zip(ours, theirs.values(), strict=True)))
    backbone.reset_classifier(0)  # type: ignore[operator]
    return PhotoModule(backbone)


def load_named(name: str, architecture: str, weights: Path) -> PhotoModule:
    """A timm architecture with weights from a file; the file's classifier, of whatever classes, is left out.

    Args:
        name: What the user called it, for messages.
        architecture: timm's name of it.
        weights: A .safetensors file, or a .pth of tensors alone.

    Raises:
        EncoderError: timm has no such architecture, or the file is damaged, a pickle of more than tensors, or of
            another architecture.
    """
    if not timm.is_model(architecture):
        raise _unknown(architecture)
    backbone = timm.create_model(architecture, num_classes=0)
    wanted = backbone.state_dict()
    found = _read_weights(weights)
    missing = [key for key in wanted if key not in found and not key.endswith("num_batches_tracked")]
    other = [key for key in wanted if key in found and found[key].shape != wanted[key].shape]
    if missing or other:
        what = f"{missing[0]} is missing" if missing else f"{other[0]} has shape {tuple(found[other[0]].shape)}"
        raise EncoderError(
            f"{name} does not hold a {architecture}: {len(missing) + len(other)} of {len(wanted)} tensors do not fit "
            f"({what}). Name the architecture that it was trained as, spelt as timm does."
        )
    backbone.load_state_dict({key: found[key] for key in wanted if key in found}, strict=False)
    return PhotoModule(backbone)


def _unknown(name: str) -> EncoderError:
    close = get_close_matches(name, timm.list_models(), n=3, cutoff=0.5) or ["tf_efficientnet_b3"]
    return EncoderError(
        f"timm has no model {name!r}; did you mean {' or '.join(close)}? For a checkpoint of your own give its path "
        "and let its name begin with timm's name of the architecture: tf_efficientnet_b3-mine.safetensors."
    )


def _read_weights(path: Path) -> dict[str, torch.Tensor]:
    """Tensors by name; an outer "state_dict" and the "module." of parallel training are taken off."""
    try:
        if path.suffix == ".safetensors":
            content: Any = load_file(path)
        else:
            content = torch.load(path, map_location="cpu", weights_only=True)
    except SafetensorError as error:
        raise EncoderError(f"{path.name} is damaged or no safetensors file ({error}). Copy it again.") from error
    except (OSError, EOFError, RuntimeError, ValueError, KeyError, UnpicklingError) as error:
        raise EncoderError(
            f"{path.name} is damaged, or holds more than tensors and could run any code when read. Save its "
            "state_dict() as safetensors (safetensors.torch.save_file) and name that file."
        ) from error
    for wrapper in ("state_dict", "model", "model_state_dict"):
        if isinstance(content, Mapping) and isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
    if not isinstance(content, Mapping) or not all(isinstance(value, torch.Tensor) for value in content.values()):
        raise EncoderError(f"{path.name} holds no table of tensors; expected a model's state_dict().")
    return {str(key).removeprefix("module."): value for key, value in content.items()}
