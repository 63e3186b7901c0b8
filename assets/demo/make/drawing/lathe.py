"""Round things: a profile turned about an upright axis, wrapped in artwork and lit like a cylinder."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageColor, ImageDraw
from scipy.interpolate import PchipInterpolator

from assets.demo.make.drawing.canvas import Array, Size, plain, to_image
from assets.demo.make.drawing.motifs import mix


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


def lathe(size: Size, pieces: Sequence[Turned], *, turn: float = 0.0, pitch: float = 0.1) -> Image.Image:
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


def _turned(size: Size, piece: Turned, turn: float, pitch: float) -> Image.Image:
    heights, radii = (np.asarray(column, np.float32) for column in zip(*piece.profile, strict=True))
    top, bottom, widest = float(heights[0]), float(heights[-1]), float(radii.max())
    left, upper = max(0, int(size[0] / 2 - widest) - 1), max(0, int(top))
    right, lower = min(size[0], int(size[0] / 2 + widest) + 2), min(size[1], int(bottom + pitch * widest) + 2)
    y, x = np.mgrid[upper:lower, left:right].astype(np.float32)
    x -= size[0] / 2
    rows = np.clip(np.arange(int(bottom - top) + 2) + top, top, bottom)
    radius_of_row = np.maximum(PchipInterpolator(heights, radii)(rows), 1).astype(np.float32)
    height = reach = y
    # A point at height h on the front of the wall shows at y = h + pitch * depth: solve for h by fixed point.
    for _ in range(6):
        reach = radius_of_row[np.clip((height - top).astype(np.int32), 0, len(rows) - 1)]
        height = y - pitch * np.sqrt(np.maximum(reach**2 - x**2, 0))
    inside = (height >= top) & (height <= bottom) & (np.abs(x) <= reach)
    sine = np.clip(x / reach, -1, 1)
    art = np.asarray(piece.art.convert("RGB"), np.float32) / 255
    across = (np.arcsin(sine) / (2 * np.pi) + 0.25 + turn) % 1.0 * art.shape[1]
    down = np.clip((height - top) / max(bottom - top, 1), 0, 0.999) * art.shape[0]
    colour = art[down.astype(np.int32), np.minimum(across.astype(np.int32), art.shape[1] - 1)]
    canvas = Image.new("RGBA", size)
    canvas.paste(to_image(_lit_round(colour, sine, piece.finish), inside.astype(np.float32)), (left, upper))
    return canvas


def _lit_round(colour: Array, sine: Array, finish: Finish) -> Array:
    """Light for a vertical cylinder: a soft box on the left, a strip on the right, darker sides."""
    cosine = np.sqrt(1 - sine**2)
    facing = np.clip(0.55 + 0.6 * (cosine * 0.85 - sine * 0.35), 0, 1.15)
    diffuse = 1 - finish.edge * (1 - facing)
    window = np.exp(-(((sine + 0.52) / 0.13) ** 4)) * 0.55 + np.exp(-(((sine - 0.78) / 0.05) ** 2)) * 0.35
    rim = finish.clear * np.clip((np.abs(sine) - 0.8) / 0.2, 0, 1) ** 2 * 0.5
    light = (finish.gloss * window * 0.75 + rim)[..., None]
    lit: Array = colour * diffuse[..., None] * (1 - light) + light
    return lit


def _disc(canvas: Image.Image, piece: Turned, pitch: float) -> None:
    top, radius = piece.profile[0]
    width, height = max(2, round(2 * radius)), max(2, round(2 * radius * pitch))
    rgb = np.array(ImageColor.getrgb(piece.cap or "#000000"), np.float32) / 255
    slope = np.linspace(1.12, 0.92, width, dtype=np.float32)[None, :, None]
    disc = Image.new("L", (width, height))
    ImageDraw.Draw(disc).ellipse((0, 0, width - 1, height - 1), fill=255)
    colour = np.broadcast_to(rgb * slope, (height, width, 3)).astype(np.float32)
    lit = to_image(colour, np.asarray(disc, np.float32) / np.float32(255))
    canvas.alpha_composite(lit, (round(canvas.width / 2 - radius), round(top - radius * pitch)))


def around(radius: float) -> int:
    """Width of artwork, in pixels, that goes once around without being stretched."""
    return round(2 * np.pi * radius)


def ribbed(colour: str, ribs: int = 90) -> Image.Image:
    """Artwork of vertical grooves, as on a screw cap."""
    art = plain(colour, (ribs * 8, 4))
    draw = ImageDraw.Draw(art)
    for rib in range(ribs):
        draw.rectangle((rib * 8, 0, rib * 8 + 2, 4), fill=mix(colour, "#000000", 0.3))
    return art
