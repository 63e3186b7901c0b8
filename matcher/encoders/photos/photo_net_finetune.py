"""A timm network in two parts: a stem that may stay frozen, and the last layers that are trained."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from matcher.encoders.photos.likeness_map import GEM_POWER
from matcher.encoders.photos.photo_net import PhotoModule, generalised_mean

LAST_BLOCKS = 1  # of an EfficientNet that are trained where the rest is frozen


class GemPool(nn.Module):
    """The generalised mean of a feature map; its exponent is learned."""

    def __init__(self, power: float = GEM_POWER) -> None:
        """Start at an exponent; 1 is the plain mean, infinity the maximum."""
        super().__init__()
        self.power = nn.Parameter(torch.tensor(power))

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (B, C, H, W) to (B, C)."""
        return generalised_mean(maps, self.power.clamp(1.0, 8.0))


class PhotoNetwork(nn.Module):
    """A timm model in two parts: a stem that may stay frozen, and an EfficientNet's last layers with GeM pooling.

    Of models that are no EfficientNets all is stem, and they keep their own pooling: their features may be negative.
    """

    def __init__(self, photo: PhotoModule) -> None:
        """Take over the layers of a loaded model."""
        super().__init__()
        self.photo = photo
        self.pool = GemPool()
        self.has_tail = photo.is_efficientnet

    def freeze_stem(self) -> None:
        """Leave only the tail to be trained, whatever was frozen before; the pooling's exponent stays as it is.

        A training that was killed has to find the same weights to go on with.
        """
        self.requires_grad_(False)
        if self.has_tail:
            network: Any = self.photo.backbone
            for part in (network.blocks[-LAST_BLOCKS:], network.conv_head, network.bn2):
                part.requires_grad_(True)

    def stem(self, pixels: Tensor) -> Tensor:
        """Views, uint8 (B, R, side, side, 3), to the maps (B, R, C, H, W) that the tail takes."""
        network: Any = self.photo.backbone
        scaled = (pixels.flatten(0, 1).permute(0, 3, 1, 2).float() - self.photo.mean) * self.photo.scale
        if self.has_tail:
            maps = network.blocks[:-LAST_BLOCKS](network.bn1(network.conv_stem(scaled)))
        else:
            maps = network(scaled)[..., None, None]
        return maps.reshape(-1, pixels.shape[1], *maps.shape[1:])  # type: ignore[no-any-return]

    def tail(self, maps: Tensor) -> Tensor:
        """Maps (B, R, C, H, W) to features (B, F): the mean over the views."""
        network: Any = self.photo.backbone
        flat = maps.flatten(0, 1)
        if self.has_tail:
            flat = network.bn2(network.conv_head(network.blocks[-LAST_BLOCKS:](flat)))
        features = functional.normalize(self.pool(flat.float()) if self.has_tail else flat.flatten(1), dim=1)
        return features.reshape(-1, maps.shape[1], features.shape[1]).mean(dim=1)

    def forward(self, pixels: Tensor) -> Tensor:
        """Views, uint8 (B, R, side, side, 3), to features (B, F)."""
        return self.tail(self.stem(pixels))


class PhotoTail(nn.Module):
    """The last layers alone, as a backbone whose inputs are the stem's maps."""

    def __init__(self, network: PhotoNetwork) -> None:
        """Share the network's layers; its stem is frozen."""
        super().__init__()
        self.network = network

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (B, R, C, H, W), any float type, to features (B, F)."""
        return self.network.tail(maps.float())


class PhotoStem(nn.Module):
    """The frozen layers alone, the maps of each photo's views as one row."""

    def __init__(self, network: PhotoNetwork) -> None:
        """Share the network's layers."""
        super().__init__()
        self.network = network

    def forward(self, pixels: Tensor) -> Tensor:
        """Views, uint8 (B, R, side, side, 3), to rows (B, R * C * H * W)."""
        return self.network.stem(pixels).flatten(1)
