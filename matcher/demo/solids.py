"""Three ways to make a flat drawing look solid: turned on a lathe, folded into a box, or puffed up like a cushion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import distance_transform_edt, gaussian_filter

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Finish:
    """How a surface takes the light: each 0..1."""

    gloss: float = 0.5  # strength of highlights
    edge: float = 0.5  # how dark the sides of a round thing get
    clear: float = 0.0  # glass: sides lighter, body lets light through


MATTE, SATIN, GLOSSY, GLASS = Finish(0.12, 0.45), Finish(0.4, 0.5), Finish(0.8, 0.55), Finish(1.0, 0.35, 0.6)


@dataclass(frozen=True)
class Turned:
    """One piece of a turned thing, in pixels of its canvas."""

    profile: Sequence[tuple[float, float]]  # (height from the top, radius), at least two
    art: Image.Image  # wrapped once around: left half is the front
    finish: Finish = SATIN
    cap: str | None = None  # colour of the disc that closes the top, None leaves it out


def lathe(size: tuple[int, int], pieces: Sequence[Turned], *, turn: float = 0.0, pitch: float = 0.1) -> Image.Image:
    """Draw turned pieces standing on one axis, seen slightly from above.

    Args:
        size: Width and height of the canvas in pixels.
        pieces: From the lowest to the highest; later ones cover earlier ones.
        turn: Rotation about the axis in turns: 0 shows the front, 0.5 the back.
        pitch: How much circles open to ellipses: 0 seen level, 1 from the top.

    Returns:
        "RGBA" image of `size`.
    """
    canvas = Image.new("RGBA", size)
    for piece in pieces:
        canvas.alpha_composite(_turned(size, piece, turn, pitch))
        if piece.cap is not None:
            _disc(canvas, piece, pitch)
    return canvas


def _turned(size: tuple[int, int], piece: Turned, turn: float, pitch: float) -> Image.Image:
    heights, radii = (np.asarray(column, np.float32) for column in zip(*piece.profile, strict=True))
    top, bottom = float(heights[0]), float(heights[-1])
    widest = float(radii.max())
    left, upper = max(0, int(size[0] / 2 - widest) - 1), max(0, int(top))
    right, lower = min(size[0], int(size[0] / 2 + widest) + 2), min(size[1], int(bottom + pitch * widest) + 2)
    y, x = np.mgrid[upper:lower, left:right].astype(np.float32)
    x -= size[0] / 2
    rows = np.arange(int(bottom - top) + 2) + top
    table = np.maximum(PchipInterpolator(heights, radii)(np.clip(rows, top, bottom)), 1).astype(np.float32)

    def radius(height: Array) -> Array:
        return table[np.clip((height - top).astype(np.int32), 0, len(table) - 1)]

    # A point at height h on the front of the wall shows at y = h + pitch * depth: solve for h by fixed point.
    height = y
    for _ in range(5):
        depth = np.sqrt(np.maximum(radius(height) ** 2 - x**2, 0))
        height = y - pitch * depth
    reach = radius(height)
    inside = (height >= top) & (height <= bottom) & (np.abs(x) <= reach)
    sine = np.clip(x / reach, -1, 1)
    u = (np.arcsin(sine) / (2 * np.pi) + 0.25 + turn) % 1.0
    art = np.asarray(piece.art.convert("RGB"), np.float32) / 255
    v = np.clip((height - top) / max(bottom - top, 1), 0, 0.999)
    colour = art[(v * art.shape[0]).astype(int), (u * art.shape[1]).astype(int)]
    canvas = Image.new("RGBA", size)
    canvas.paste(_image(_lit_round(colour, sine, piece.finish), inside.astype(np.float32)), (left, upper))
    return canvas


def _lit_round(colour: Array, sine: Array, finish: Finish) -> Array:
    """Light for a vertical cylinder: a soft box on the left, a strip on the right, darker sides."""
    cosine = np.sqrt(1 - sine**2)
    facing = np.clip(0.55 + 0.6 * (cosine * 0.85 - sine * 0.35), 0, 1.15)
    diffuse = 1 - finish.edge * (1 - facing)
    window = np.exp(-(((sine + 0.52) / 0.13) ** 4)) * 0.55 + np.exp(-(((sine - 0.78) / 0.05) ** 2)) * 0.35
    rim = finish.clear * np.clip((np.abs(sine) - 0.8) / 0.2, 0, 1) ** 2 * 0.5
    light = (finish.gloss * window * 0.75 + rim)[..., None]
    return colour * diffuse[..., None] * (1 - light) + light


def _disc(canvas: Image.Image, piece: Turned, pitch: float) -> None:
    top, radius = piece.profile[0]
    width, height = max(2, round(2 * radius)), max(2, round(2 * radius * pitch))
    rgb = np.array(Image.new("RGB", (1, 1), piece.cap), np.float32) / 255
    slope = np.linspace(1.12, 0.92, width, dtype=np.float32)[None, :, None]
    disc = Image.new("L", (width, height))
    ImageDraw.Draw(disc).ellipse((0, 0, width - 1, height - 1), fill=255)
    lit = _image(np.broadcast_to(rgb * slope, (height, width, 3)).astype(np.float32), np.asarray(disc, np.float32) / 255)
    canvas.alpha_composite(lit, (round(canvas.width / 2 - radius), round(top - radius * pitch)))


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
    box = mask.getbbox()
    if box is None:
        return Image.new("RGBA", mask.size)
    box = (max(0, box[0] - 4), max(0, box[1] - 4), min(mask.width, box[2] + 4), min(mask.height, box[3] + 4))
    alpha = np.asarray(mask.crop(box), np.float32) / 255
    small = alpha[::2, ::2]  # slopes are smooth: half the resolution is enough
    inner = np.minimum(distance_transform_edt(small > 0.5) * 2 / cushion.bevel, 1)
    height = np.sqrt(1 - (1 - inner) ** 2) * cushion.bevel * 0.5
    if cushion.folds:
        sigma = np.asarray(cushion.stretch) * cushion.fold_size / 2
        creases = gaussian_filter(rng.standard_normal(small.shape).astype(np.float32), sigma)
        height = height + creases / max(float(creases.std()), 1e-6) * cushion.folds * cushion.fold_size * 0.25
    height = gaussian_filter(height, 1.5)
    slope_y, slope_x = np.gradient(height * cushion.depth / 2)
    normal = np.stack([-slope_x, -slope_y, np.ones_like(slope_x)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    diffuse = normal @ np.array([-0.42, -0.5, 0.757], np.float32) / 0.757
    shine = np.clip(normal @ np.array([-0.25, -0.32, 0.914], np.float32), 0, 1) ** 40 * cushion.gloss * 0.5
    tall = [np.repeat(np.repeat(field, 2, 0), 2, 1)[: alpha.shape[0], : alpha.shape[1]] for field in (diffuse, shine)]
    colour = np.asarray(art.crop(box).convert("RGB"), np.float32) / 255
    light = tall[1][..., None]
    canvas = Image.new("RGBA", mask.size)
    canvas.paste(_image(colour * (0.35 + 0.65 * tall[0][..., None]) * (1 - light) + light, alpha), box[:2])
    return canvas


def box(
    size: tuple[int, int],
    faces: tuple[Image.Image, Image.Image, Image.Image],
    extent: tuple[float, float, float],
    *,
    yaw: float = 0.5,
    pitch: float = 0.3,
    light: tuple[float, float, float] = (1.0, 0.78, 1.08),
) -> Image.Image:
    """Fold three faces into a box seen from its front corner, with a little perspective.

    Args:
        size: Canvas in pixels.
        faces: Front, side (right of the front, or left when `yaw` is negative) and top, "RGB" images.
        extent: Width, height and depth of the box in pixels.
        yaw: Radians the box is turned, not 0.
        pitch: Radians the eye looks down.
        light: Brightness of the three faces.

    Returns:
        "RGBA" image.
    """
    width, height, depth = (value / 2 for value in extent)
    side = width if yaw > 0 else -width
    quads = (
        ((-width, -height, depth), (width, -height, depth), (width, height, depth), (-width, height, depth)),
        ((side, -height, depth), (side, -height, -depth), (side, height, -depth), (side, height, depth)),
        ((-width, -height, -depth), (width, -height, -depth), (width, -height, depth), (-width, -height, depth)),
    )
    if yaw < 0:
        quads = (quads[0], tuple(quads[1][i] for i in (1, 0, 3, 2)), quads[2])  # type: ignore[assignment]
    canvas = Image.new("RGBA", size)
    for index in (2, 1, 0):
        corners = [_project(point, yaw, pitch, size) for point in quads[index]]
        canvas.alpha_composite(warp(_shade(faces[index], light[index]), corners, size))
    return canvas


def _shade(face: Image.Image, light: float) -> Image.Image:
    pixels = np.asarray(face.convert("RGB"), np.float32)
    falloff = np.linspace(1.04, 0.9, pixels.shape[0], dtype=np.float32)[:, None, None]
    return Image.fromarray(np.clip(pixels * light * falloff, 0, 255).astype(np.uint8))


def _project(point: tuple[float, float, float], yaw: float, pitch: float, size: tuple[int, int]) -> tuple[float, float]:
    x, y, z = point
    x, z = x * np.cos(yaw) - z * np.sin(yaw), x * np.sin(yaw) + z * np.cos(yaw)
    y, z = y * np.cos(pitch) + z * np.sin(pitch), z * np.cos(pitch) - y * np.sin(pitch)
    near = 1 / (1 - z / (3.2 * max(size)))
    return size[0] / 2 + x * near, size[1] / 2 + y * near


def warp(art: Image.Image, corners: Sequence[tuple[float, float]], size: tuple[int, int]) -> Image.Image:
    """Place a picture so that its corners (clockwise from top left) land on four points of a new canvas."""
    width, height = art.size
    source = ((0, 0), (width, 0), (width, height), (0, height))
    rows, goal = [], []
    for (x, y), (u, v) in zip(corners, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        goal += [u, v]
    coefficients = np.linalg.solve(np.array(rows, float), np.array(goal, float))
    return art.convert("RGBA").transform(size, Image.Transform.PERSPECTIVE, list(coefficients), Image.Resampling.BICUBIC)


def _image(rgb: Array, alpha: Array) -> Image.Image:
    pixels = np.dstack([np.clip(rgb, 0, 1), alpha])
    return Image.fromarray((pixels * 255 + 0.5).astype(np.uint8), "RGBA")
