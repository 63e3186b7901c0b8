"""Card in space: boxes and cartons folded from flat faces, in perspective."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from assets.demo.make.drawing.canvas import Size

Faces = tuple[Image.Image, Image.Image, Image.Image]
Extent = tuple[float, float, float]
Corner = tuple[float, float, float]  # right, down, towards the eye; pixels


@dataclass(frozen=True)
class Panel:
    """A flat piece of card in space."""

    art: Image.Image
    corners: tuple[Corner, Corner, Corner, Corner]  # clockwise from the art's top left
    light: float = 1.0  # brightness


def fold(panels: Sequence[Panel], *, yaw: float, pitch: float) -> Image.Image:
    """Draw card in space, with a little perspective.

    Args:
        panels: From the farthest to the nearest; later ones cover earlier ones.
        yaw: Radians the thing is turned; positive shows its right side.
        pitch: Radians the eye looks down.

    Returns:
        "RGBA" image, just large enough.
    """
    points = np.array([panel.corners for panel in panels], np.float64)
    far = 3.2 * float(np.ptp(points.reshape(-1, 3), axis=0).sum())
    x, y, z = np.moveaxis(points, -1, 0)
    x, z = x * np.cos(yaw) - z * np.sin(yaw), x * np.sin(yaw) + z * np.cos(yaw)
    y, z = y * np.cos(pitch) + z * np.sin(pitch), z * np.cos(pitch) - y * np.sin(pitch)
    seen = np.stack([x, y], -1) / (1 - z / far)[..., None]
    seen -= seen.min((0, 1))
    size = (int(seen[..., 0].max()) + 2, int(seen[..., 1].max()) + 2)
    canvas = Image.new("RGBA", size)
    for panel, corners in zip(panels, seen.tolist(), strict=True):
        canvas.alpha_composite(warp(_shade(panel.art, panel.light), corners, size))
    return canvas


def box(faces: Faces, extent: Extent, *, yaw: float, pitch: float) -> Image.Image:
    """Fold a closed box.

    Args:
        faces: Front, the side that shows, and top, "RGB" images.
        extent: Width, height and depth in pixels.
        yaw: Radians, not 0: positive shows the right side, negative the left.
        pitch: Radians the eye looks down.

    Returns:
        "RGBA" image, just large enough.
    """
    w, h, d = (value / 2 for value in extent)
    s = w if yaw > 0 else -w
    near, far = (d, -d) if yaw > 0 else (-d, d)
    return fold(
        (
            Panel(faces[2], ((-w, -h, -d), (w, -h, -d), (w, -h, d), (-w, -h, d)), 1.08),
            Panel(faces[1], ((s, -h, near), (s, -h, far), (s, h, far), (s, h, near)), 0.78),
            Panel(faces[0], ((-w, -h, d), (w, -h, d), (w, h, d), (-w, h, d))),
        ),
        yaw=yaw,
        pitch=pitch,
    )


def gable(faces: Faces, extent: Extent, *, yaw: float, pitch: float) -> Image.Image:
    """Fold a carton with a pitched roof and a fin on its ridge; see `box`, with the roof's slope as third face."""
    w, h, d = (value / 2 for value in extent)
    s, ridge = (w if yaw > 0 else -w), -h - d * 1.1
    near, far = (d, -d) if yaw > 0 else (-d, d)
    t = 0.02 * d * (1 if yaw > 0 else -1)
    fin = Image.new("RGB", (8, 8), faces[2].getpixel((2, 2)))
    return fold(
        (
            Panel(faces[1], ((s, -h, near), (s, -h, far), (s, h, far), (s, h, near)), 0.78),
            Panel(fin, ((s, ridge, t), (s, ridge, -t), (s, -h, far), (s, -h, near)), 0.66),
            Panel(faces[2], ((-w, ridge, 0), (w, ridge, 0), (w, -h, d), (-w, -h, d)), 1.04),
            Panel(fin, ((-w, ridge - d * 0.35, 0), (w, ridge - d * 0.35, 0), (w, ridge, 0), (-w, ridge, 0)), 0.94),
            Panel(faces[0], ((-w, -h, d), (w, -h, d), (w, h, d), (-w, h, d))),
        ),
        yaw=yaw,
        pitch=pitch,
    )


def _shade(face: Image.Image, light: float) -> Image.Image:
    pixels = np.asarray(face.convert("RGB"), np.float32)
    falloff = np.linspace(1.04, 0.9, pixels.shape[0], dtype=np.float32)[:, None, None]
    return Image.fromarray(np.clip(pixels * light * falloff, 0, 255).astype(np.uint8))


def warp(art: Image.Image, corners: Sequence[tuple[float, float]], size: Size) -> Image.Image:
    """Place a picture so that its corners (clockwise from top left) land on four points of a new canvas."""
    width, height = art.size
    source = ((0, 0), (width, 0), (width, height), (0, height))
    rows, goal = [], []
    for (x, y), (u, v) in zip(corners, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        goal += [u, v]
    coefficients = np.linalg.solve(np.array(rows, float), np.array(goal, float))
    return art.convert("RGBA").transform(
        size, Image.Transform.PERSPECTIVE, list(coefficients), Image.Resampling.BICUBIC
    )
