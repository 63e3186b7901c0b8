"""What all drawings share: sizes, plain colours, arrays made into pictures, and how the camera looks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.float32]
Size = tuple[int, int]  # width and height in pixels


@dataclass(frozen=True)
class Pose:
    """How the camera looks at a product."""

    turn: float = 0.0  # in turns about the upright axis, -0.5..0.5; 0.5 shows the back
    pitch: float = 0.1  # 0 level .. 0.5 from well above

    @property
    def from_behind(self) -> bool:
        """Whether the back of a flat thing shows."""
        return abs(self.turn) > 0.25


def plain(colour: str, size: Size = (8, 8)) -> Image.Image:
    """One colour, as artwork."""
    return Image.new("RGB", size, colour)


def to_image(rgb: Array, alpha: Array) -> Image.Image:
    """An "RGBA" picture from colours of shape (H, W, 3) and coverage of shape (H, W), both 0..1."""
    pixels = np.dstack([np.clip(rgb, 0, 1), alpha])
    return Image.fromarray((pixels * 255 + 0.5).astype(np.uint8))
