"""Soft and flat things: an outline puffed up like a cushion and lit from the upper left."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy.interpolate import make_interp_spline
from scipy.ndimage import distance_transform_edt, gaussian_filter

from assets.demo.make.drawing.canvas import Array, Size, plain, to_image

Point = tuple[float, float]


@dataclass(frozen=True)
class Cushion:
    """How a flat shape is puffed up."""

    bevel: float  # pixels from the edge until the top is flat
    depth: float = 1.0  # how strongly the slopes take the light
    gloss: float = 0.3
    folds: float = 0.0  # height of random creases, 0..1
    fold_size: float = 40.0  # pixels
    stretch: tuple[float, float] = (1.0, 1.0)  # creases drawn out along (y, x)


def puff(art: Image.Image, mask: Image.Image, cushion: Cushion, rng: np.random.Generator) -> Image.Image:
    """Light flat artwork as if its mask were the outline of something soft.

    Args:
        art: "RGB" colours, shape (H, W).
        mask: "L" outline of the same size.
        cushion: The relief.
        rng: Source of the creases.

    Returns:
        "RGBA" image of the same size.
    """
    edge = mask.getbbox()
    if edge is None:
        return Image.new("RGBA", mask.size)
    box = (max(0, edge[0] - 4), max(0, edge[1] - 4), min(mask.width, edge[2] + 4), min(mask.height, edge[3] + 4))
    alpha = np.asarray(mask.crop(box), np.float32) / np.float32(255)
    diffuse, shine = _light(_height(alpha[::2, ::2], cushion, rng), cushion)  # slopes are smooth: half the pixels do
    full = [
        np.repeat(np.repeat(field, 2, 0), 2, 1)[: alpha.shape[0], : alpha.shape[1], None] for field in (diffuse, shine)
    ]
    colour = np.asarray(art.crop(box).convert("RGB"), np.float32) / np.float32(255)
    canvas = Image.new("RGBA", mask.size)
    canvas.paste(to_image(colour * (0.35 + 0.65 * full[0]) * (1 - full[1]) + full[1], alpha), box[:2])
    return canvas


def _height(alpha: Array, cushion: Cushion, rng: np.random.Generator) -> Array:
    """How far each point stands out, in pixels; shape of `alpha`, which has half the picture's resolution."""
    inner = np.minimum(distance_transform_edt(alpha > 0.5).astype(np.float32) * 2 / cushion.bevel, 1)
    height = np.sqrt(1 - (1 - inner) ** 2) * cushion.bevel * 0.5
    if cushion.folds:
        height += _creases(alpha.shape, cushion, rng) * cushion.folds * cushion.fold_size * 0.25
    smooth: Array = gaussian_filter(height, 1.5 + cushion.bevel * 0.035)  # no ridge where slopes meet
    return smooth


def _light(height: Array, cushion: Cushion) -> tuple[Array, Array]:
    """Diffuse light (about 1 on level ground) and shine, from the upper left."""
    slope_y, slope_x = np.gradient(height * np.float32(cushion.depth / 2))
    normal = np.stack([-slope_x, -slope_y, np.ones_like(slope_x)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    diffuse = normal @ np.array([-0.42, -0.5, 0.757], np.float32) / 0.757
    shine = np.clip(normal @ np.array([-0.25, -0.32, 0.914], np.float32), 0, 1) ** 40 * cushion.gloss * 0.5
    return diffuse.astype(np.float32), shine.astype(np.float32)


def lay(
    canvas: Image.Image, mask: Image.Image, art: Image.Image | str, cushion: Cushion, rng: np.random.Generator
) -> None:
    """Puff up one part, in artwork or in one colour, and put it on what is already there."""
    canvas.alpha_composite(puff(plain(art, mask.size) if isinstance(art, str) else art, mask, cushion, rng))


def points(text: str) -> list[Point]:
    """An outline written as in SVG: "x,y x,y ..."."""
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())]


def mirrored(shape: Sequence[Point], axis: float) -> list[Point]:
    """The shape seen in a mirror that stands on the vertical line x = axis."""
    return [(2 * axis - x, y) for x, y in shape]


def outline(size: Size, shape: Sequence[Point]) -> Image.Image:
    """The mask of a polygon."""
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).polygon(list(shape), fill=255)
    return mask


def rounded(size: Size, box: tuple[float, float, float, float], radius: float, wall: float = 0.0) -> Image.Image:
    """The mask of a rounded rectangle; with a wall, in pixels, only its rim."""
    mask = Image.new("L", size)
    draw, (left, top, right, bottom) = ImageDraw.Draw(mask), box
    draw.rounded_rectangle(box, radius, fill=255)
    if wall:
        draw.rounded_rectangle((left + wall, top + wall, right - wall, bottom - wall), max(1, radius - wall), fill=0)
    return mask


def smooth(points: Sequence[Point], steps: int = 12) -> list[Point]:
    """A closed curve through the points."""
    ring = np.array([*points, points[0]], np.float64)
    places = np.linspace(0, len(points), len(points) * steps, endpoint=False)
    curve = make_interp_spline(np.arange(len(ring)), ring, bc_type="periodic")(places)
    return [(float(x), float(y)) for x, y in curve]


def _creases(shape: Size, cushion: Cushion, rng: np.random.Generator) -> Array:
    """Smooth noise of unit deviation, made coarse and enlarged; `shape` is half the picture's."""
    step = 4
    coarse = rng.standard_normal((shape[0] // step + 3, shape[1] // step + 3)).astype(np.float32)
    coarse = gaussian_filter(coarse, np.asarray(cushion.stretch) * cushion.fold_size / (2 * step))
    coarse /= max(float(coarse.std()), 1e-6)
    fine = Image.fromarray(coarse).resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    return np.asarray(fine, np.float32)
