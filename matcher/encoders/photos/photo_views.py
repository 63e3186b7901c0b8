"""How photos are read before a network sees them."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

VIEWS = 2
MIDDLE = 0.875  # share of the shorter side that is the middle: timm's


def photo_views(photo: Image.Image, side: int) -> NDArray[np.uint8]:
    """Two views of a photo, (2, side, side, 3): its middle as it is, and the whole of it, squeezed and mirrored.

    The middle shows the goods large, without frames and banners; the whole misses nothing of what is long and narrow.
    Sellers mirror photos, so that one view each way brings a photo and its mirror image together.
    """
    scale = side / MIDDLE / min(photo.size)
    half_width, half_height = (min(side / scale, length) / 2 for length in photo.size)
    x, y = photo.width / 2, photo.height / 2
    box = (x - half_width, y - half_height, x + half_width, y + half_height)
    middle = photo.resize((side, side), Image.Resampling.BICUBIC, box, reducing_gap=2.0)
    whole = photo.resize((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    mirrored = whole.transpose(Image.Transpose.FLIP_LEFT_RIGHT)  # by whole pixels: numpy would turn byte by byte
    return np.stack([np.asarray(middle), np.asarray(mirrored)])
