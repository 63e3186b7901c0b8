"""A timm network in two parts: a stem that may stay frozen, and the last layers that are trained."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from matcher.encoders.image_model import PhotoModule

LAST_BLOCKS = 1  # of an EfficientNet that are trained where the rest is frozen
MIDDLE = 0.875  # share of the shorter side that is read: timm's, and it leaves frames and banners out


class GemPool(nn.Module):
    """Mean of a feature map with more weight on what stands out; the exponent is learned.

    Source: Radenovic, Tolias & Chum, "Fine-tuning CNN Image Retrieval with No Human Annotation", TPAMI 2019, eq. 3.
    """

    def __init__(self, power: float = 3.0) -> None:
        """Start at an exponent; 1 is the plain mean, infinity the maximum."""
        super().__init__()
        self.power = nn.Parameter(torch.tensor(power))

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (B, C, H, W) to (B, C)."""
        power = self.power.clamp(1.0, 8.0)
        return maps.clamp(min=1e-6).pow(power).mean(dim=(2, 3)).pow(1.0 / power)


class PhotoNetwork(nn.Module):
    """A timm model in two parts: a stem that may stay frozen, and the last layers with GeM pooling.

    Models that are not built of `blocks` like EfficientNet have no last layers of their own: all of them is stem.
    """

    def __init__(self, photo: PhotoModule) -> None:
        """Take over the layers of a loaded model."""
        super().__init__()
        self.photo = photo
        self.pool = GemPool()
        network = photo.backbone
        self.has_tail = all(hasattr(network, part) for part in ("conv_stem", "bn1", "blocks", "conv_head", "bn2"))

    def stem(self, pixels: Tensor) -> Tensor:
        """Pixels, uint8 (B, side, side, 3), to the maps (B, C, H, W) that the tail takes."""
        network: Any = self.photo.backbone
        scaled = (pixels.permute(0, 3, 1, 2).float() - self.photo.mean) * self.photo.scale
        if not self.has_tail:
            features: Tensor = network.forward_features(scaled)
            return features if features.ndim == 4 else network.forward_head(features, pre_logits=True)[..., None, None]
        maps: Tensor = network.bn1(network.conv_stem(scaled))
        return network.blocks[:-LAST_BLOCKS](maps)  # type: ignore[no-any-return]

    def tail(self, maps: Tensor) -> Tensor:
        """Maps to features (B, F)."""
        network: Any = self.photo.backbone
        if self.has_tail:
            maps = network.bn2(network.conv_head(network.blocks[-LAST_BLOCKS:](maps)))
        features: Tensor = self.pool(maps)
        return features

    def forward(self, pixels: Tensor) -> Tensor:
        """Pixels, uint8 (B, side, side, 3), to features (B, F)."""
        return self.tail(self.stem(pixels))


class PhotoTail(nn.Module):
    """The last layers alone, as a backbone whose inputs are the stem's maps."""

    def __init__(self, network: PhotoNetwork) -> None:
        """Share the network's layers; its stem is frozen."""
        super().__init__()
        self.network = network

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (B, C, H, W), any float type, to features (B, F)."""
        return self.network.tail(maps.float())


class PhotoStem(nn.Module):
    """The frozen layers alone, each photo's maps as one row."""

    def __init__(self, network: PhotoNetwork) -> None:
        """Share the network's layers."""
        super().__init__()
        self.network = network

    def forward(self, pixels: Tensor) -> Tensor:
        """Pixels, uint8 (B, side, side, 3), to rows (B, C * H * W)."""
        return self.network.stem(pixels).flatten(1)


def middle(photo: Image.Image, side: int) -> NDArray[np.uint8]:
    """The middle square of a photo, (side, side, 3): where the goods are, with their own proportions."""
    scale = side / MIDDLE / min(photo.size)
    width, height = (max(side, round(length * scale)) for length in photo.size)
    left, top = (width - side) // 2, (height - side) // 2
    box = (left / scale, top / scale, (left + side) / scale, (top + side) / scale)
    cut = photo.resize((side, side), Image.Resampling.BICUBIC, _within(box, photo.size), reducing_gap=2.0)
    return np.asarray(cut.convert("RGB"))


def _within(box: tuple[float, ...], size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Cut rounding off at the photo's edges."""
    left, top, right, bottom = box
    return max(0.0, left), max(0.0, top), min(float(size[0]), right), min(float(size[1]), bottom)
