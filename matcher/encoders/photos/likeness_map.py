"""Which regions of a photo carry its likeness to another one: their shares of the cosine of the two vectors."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from matcher.encoders.photos.photo_views import MIDDLE

GEM_POWER = 3.0  # of the generalised mean by which EfficientNets are pooled
GRID = 56  # cells of a map along each side
_COLOUR = (232, 93, 4)  # of photos, as on every page
_STRONGEST = 0.72  # how much of the colour lies over the region that carries most


def region_shares(powered: NDArray[np.float32], other: NDArray[np.float32], power: float) -> NDArray[np.float64]:
    """Share the cosine of two photos out among the regions of one; the shares sum to it exactly.

    A generalised mean m^(1/p) of a channel, m being the mean over the regions of x^p, is m^(1/p - 1) times that mean.
    So it is a sum over regions, and with it the vector and the cosine.

    Args:
        powered: Shape (V, C, H, W). Feature maps of V views, raised to the power.
        other: Shape (C,). The other photo's unit vector.
        power: p of the generalised mean.

    Returns:
        Shape (V, H, W). Below 0 where a region speaks against the likeness.
    """
    maps = powered.astype(np.float64)
    means = maps.mean(axis=(2, 3))
    pooled = means ** (1 / power)
    lengths = np.linalg.norm(pooled, axis=1, keepdims=True)
    whole = np.linalg.norm((pooled / lengths).mean(axis=0))
    weight = means ** (1 / power - 1) * other / lengths
    regions = maps.shape[2] * maps.shape[3]
    return np.asarray(np.einsum("vchw,vc->vhw", maps, weight) / (regions * len(maps) * whole))


def lay_over(shares: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float64]:
    """Lay the shares of the two views of `photo_views` over the photo they were taken from.

    Args:
        shares: Shape (2, H, W). Of the middle, and of the whole photo, which is mirrored.
        size: Width and height of the photo, px.

    Returns:
        Shape (GRID, GRID), 0..1: rows from the top, columns from the left; 1 at the region that carries most.
    """
    middle, whole = np.maximum(shares, 0)
    heat = _spread(whole[:, ::-1], GRID, GRID)
    shorter = MIDDLE * min(size)
    columns, rows = (max(1, round(GRID * shorter / length)) for length in size)
    top, left = (GRID - rows) // 2, (GRID - columns) // 2
    # The same share on less of the photo is the denser there.
    heat[top : top + rows, left : left + columns] += _spread(middle, rows, columns) * GRID * GRID / (rows * columns)
    return heat / max(float(heat.max()), 1e-12)


def draw_over(photo: Image.Image, heat: NDArray[np.float64]) -> Image.Image:
    """The photo in grey, in colour where a region carries the likeness."""
    alpha = Image.fromarray((heat * 255 * _STRONGEST).astype(np.uint8)).resize(photo.size, Image.Resampling.BILINEAR)
    return Image.composite(Image.new("RGB", photo.size, _COLOUR), photo.convert("L").convert("RGB"), alpha)


def _spread(values: NDArray[np.float64], rows: int, columns: int) -> NDArray[np.float64]:
    grid = Image.fromarray(values.astype(np.float32)).resize((columns, rows), Image.Resampling.BILINEAR)
    return np.asarray(grid, dtype=np.float64)
