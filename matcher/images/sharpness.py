"""How large a photo is, and how sharp."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from matcher.images import open_image

SHARP = 100.0  # grey levels squared; a photo out of focus, or blown up from a small one, is below it


@dataclass(frozen=True)
class PhotoQuality:
    """What can be seen in a photo.

    Attributes:
        width: px.
        height: px.
        sharpness: Variance of the Laplacian, in grey levels (0..255) squared.
    """

    width: int
    height: int
    sharpness: float

    @property
    def is_sharp(self) -> bool:
        """Whether edges in it are edges."""
        return self.sharpness >= SHARP


def measure_photo(photo: Path) -> PhotoQuality:
    """Measure a working copy.

    Raises:
        DataError: It cannot be read.
    """
    image = open_image(photo)
    return PhotoQuality(image.width, image.height, measure_sharpness(image))


def measure_sharpness(image: Image.Image) -> float:
    """Variance of the Laplacian over the inner pixels; 0 where there are none.

    Source: Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy: a comparative study", ICPR 2000, the
    measure LAPV, with the Laplacian of four neighbours.
    """
    grey: NDArray[np.int16] = np.asarray(image.convert("L")).astype(np.int16)
    if min(grey.shape) < 3:
        return 0.0
    inner = grey[1:-1, 1:-1]
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * inner
    return float(laplacian.var(dtype=np.float64))
