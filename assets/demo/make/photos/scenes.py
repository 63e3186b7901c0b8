"""Where sellers photograph: studio sweeps, pastel sets, tables and textures."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from scipy.ndimage import gaussian_filter

from assets.demo.make.drawing.canvas import Array
from assets.demo.make.drawing.motifs import leaf, mix, sprig

SIDE = 480  # pixels, photos are square
FLOOR = 0.86  # where standing things stand, as a share of the height


def backdrop(name: str, tone: str, flat: bool, rng: np.random.Generator) -> Image.Image:
    """An empty set.

    Args:
        name: Key of BACKDROPS.
        tone: "#rrggbb" the set may pick up.
        flat: Whether the camera looks straight down, so that there is no horizon.
        rng: Its accidents.
    """
    return BACKDROPS[name](tone, flat, rng)


def _gradient(top: str, bottom: str, curve: float = 1.0) -> Image.Image:
    ramp = (np.linspace(0, 1, SIDE) ** curve * 255).astype(np.uint8)[:, None].repeat(SIDE, 1)
    return Image.composite(
        Image.new("RGB", (SIDE, SIDE), bottom), Image.new("RGB", (SIDE, SIDE), top), Image.fromarray(ramp)
    )


def _multiplied(image: Image.Image, field: Array) -> Image.Image:
    """The image with its brightness multiplied by a field of shape (SIDE, SIDE)."""
    pixels = np.asarray(image, np.float32) * field[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _pool(centre: tuple[float, float], width: float, depth: float) -> Array:
    """Light that falls off from a point: 1 at the centre, 1 - depth far away."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE
    nearness = np.exp(-(((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / width**2))
    light: Array = (1 - depth * (1 - nearness)).astype(np.float32)
    return light


def white(tone: str, flat: bool, rng: np.random.Generator) -> Image.Image:
    """Plain white, as marketplaces ask for."""
    return Image.new("RGB", (SIDE, SIDE), "#ffffff")


def grey(tone: str, flat: bool, rng: np.random.Generator) -> Image.Image:
    """A light grey paper sweep."""
    base = ("#e4e4e6", "#dcdfe3", "#e9e6e1")[int(rng.integers(3))]
    return _multiplied(_gradient(mix(base, "#ffffff", 0.35), base, 1.4), _pool((0.4, 0.5), 0.75, 0.16))


def gradient(tone: str, flat: bool, rng: np.random.Generator) -> Image.Image:
    """A saturated studio gradient behind the goods."""
    sheet = _gradient(mix(tone, "#ffffff", 0.78), mix(tone, "#ffffff", 0.42))
    return _multiplied(sheet, _pool((0.5, 0.45), 0.7, 0.2))


def pastel(tone: str, flat: bool, rng: np.random.Generator) -> Image.Image:
    """Two sheets of coloured card, wall and table."""
    wall = ("#f6d9d5", "#d8e6e1", "#e6def0", "#fbe7c6", "#d5e3f0")[int(rng.integers(5))]
    sheet = Image.new("RGB", (SIDE, SIDE), wall)
    if not flat:
        edge = int(SIDE * (0.66 + 0.08 * rng.random()))
        ImageDraw.Draw(sheet).rectangle((0, edge, SIDE, SIDE), fill=mix(wall, "#ffffff", 0.42))
    return _multiplied(sheet, _pool((0.3, 0.3), 0.9, 0.14))


def arch(tone: str, flat: bool, rng: np.random.Generator) -> Image.Image:
    """A card arch behind a table."""
    wall = mix(("#efe3d6", "#f4dfd8", "#e3e7db")[int(rng.integers(3))], tone, 0.08)
    sheet = Image.new("RGB", (SIDE, SIDE), wall)
    draw = ImageDraw.Draw(sheet)
    left, right, top = SIDE * 0.2, SIDE * 0.8, SIDE * 0.1
    shade = mix(wall, tone, 0.3)
    draw.ellipse((left, top, right, top + right - left), fill=shade)
    draw.rectangle((left, top + (right - left) / 2, right, SIDE), fill=shade)
    if not flat:
        draw.rectangle((0, SIDE * 0.76, SIDE, SIDE), fill=mix(wall, "#ffffff", 0.45))
    return _multiplied(sheet.filter(ImageFilter.GaussianBlur(0.8)), _pool((0.35, 0.35), 0.85, 0.15))


def podium(tone: str, flat: bool, rng: np.random.Generator) -> Image.Image:
    """A round plinth in a room of one colour."""
    wall = mix(tone, "#f7f3ee", 0.72)
    sheet = _gradient(wall, mix(wall, "#ffffff", 0.4))
    if flat:
        return sheet
    draw = ImageDraw.Draw(sheet)
    cx, cy, rx, ry = SIDE / 2, SIDE * FLOOR, SIDE * 0.37, SIDE * 0.06
    draw.ellipse((cx - rx * 1.05, cy + SIDE * 0.06, cx + rx * 1.25, cy + SIDE * 0.2), fill=mix(wall, "#3a2f2a", 0.12))
    sheet = sheet.filter(ImageFilter.GaussianBlur(7))
    draw = ImageDraw.Draw(sheet)
    drum = mix(wall, "#ffffff", 0.45)
    for step in range(int(SIDE * 0.07), 0, -1):
        draw.ellipse((cx - rx, cy - ry + step, cx + rx, cy + ry + step), fill=mix(drum, "#5a4a42", 0.22))
    draw.ellipse((cx - rx, cy - ry, cx + rx, cy + ry), fill=drum)
    return _multiplied(sheet, _pool((0.35, 0.35), 0.9, 0.12))


def _planks(colour: str, rng: np.random.Generator, rows: int, height: int) -> Image.Image:
    """Wooden boards side by side."""
    grain = gaussian_filter(rng.standard_normal((height, SIDE)), (1.1, 42)) * 5
    rings = gaussian_filter(rng.standard_normal((height, SIDE)), (7, 70)) * 14
    board = (np.arange(height) * rows // height).astype(int)
    field = 1 + 0.13 * grain + 0.1 * np.sin(rings * 6) * 0.5 + (rng.standard_normal(rows) * 0.05)[board][:, None]
    seams = np.flatnonzero(np.diff(board))
    for seam in seams:
        field[seam : seam + 2] *= 0.6
    rgb = np.array(Image.new("RGB", (1, 1), colour), np.float32)
    return Image.fromarray(np.clip(rgb * field[..., None], 0, 255).astype(np.uint8))


def wood(tone: str, flat: bool, rng: np.random.Generator) -> Image.Image:
    """A wooden table, with a room out of focus behind it."""
    colour = ("#b98a5c", "#8e6440", "#cfae84")[int(rng.integers(3))]
    if flat:
        return _multiplied(_planks(colour, rng, 5, SIDE), _pool((0.35, 0.35), 0.9, 0.25))
    room = _room(rng)
    table = _planks(colour, rng, 4, SIDE - int(SIDE * 0.7))
    room.paste(table, (0, int(SIDE * 0.7)))
    return _multiplied(room, _pool((0.45, 0.5), 0.8, 0.22))


def _room(rng: np.random.Generator) -> Image.Image:
    """A blurred interior: wall, window light, a plant and some things."""
    wall = ("#d9cfc2", "#c9d0cc", "#e2d6cb")[int(rng.integers(3))]
    room = Image.new("RGB", (SIDE, SIDE), wall)
    draw = ImageDraw.Draw(room)
    x = SIDE * (0.02 + 0.5 * rng.random())
    draw.rectangle((x, -10, x + SIDE * 0.32, SIDE * 0.45), fill="#fdf8ec")
    for _ in range(5):
        left, wide = rng.random() * SIDE, (0.06 + 0.1 * rng.random()) * SIDE
        tall = (0.1 + 0.25 * rng.random()) * SIDE
        colour = ("#7d8f78", "#b4785a", "#8a93a3", "#d3b38a", "#5e6b66")[int(rng.integers(5))]
        draw.rounded_rectangle((left, SIDE * 0.72 - tall, left + wide, SIDE * 0.75), 10, fill=colour)
    sprig(draw, (SIDE * rng.random(), SIDE * 0.7), SIDE * 0.4, -1.4, "#6f8f66")
    return room.filter(ImageFilter.GaussianBlur(15))


def linen(tone: str, flat: bool, rng: np.random.Generator) -> Image.Image:
    """Woven cloth with soft folds."""
    colour = ("#e8e0d2", "#d6dad3", "#eadcd6", "#cfd3da")[int(rng.integers(4))]
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    weave = 0.018 * (np.sin(x * 2.1) + np.sin(y * 2.1)) + 0.008 * rng.standard_normal((SIDE, SIDE))
    folds = gaussian_filter(rng.standard_normal((SIDE, SIDE)), (60, 24))
    slope = np.gradient(folds / folds.std(), axis=1) * 1.5
    return _multiplied(
        Image.new("RGB", (SIDE, SIDE), colour), (1 + weave + np.clip(slope, -0.1, 0.07)).astype(np.float32)
    )


def leaves(tone: str, flat: bool, rng: np.random.Generator) -> Image.Image:
    """A plain wall with the shadow of a plant falling on it."""
    sheet = _gradient("#f4ede2", "#e6dacb") if rng.random() < 0.5 else _gradient("#eef0ea", "#d9ded3")
    mask = Image.new("L", (SIDE, SIDE))
    draw = ImageDraw.Draw(mask)
    for _ in range(4):
        foot = (SIDE * (0.4 + 0.7 * rng.random()), -SIDE * 0.05)
        for index in range(7):
            angle = 1.2 + index * 0.24 + 0.2 * rng.random()
            leaf(draw, foot, SIDE * (0.35 + 0.4 * rng.random()), angle, "#ffffff", 0.12)
    shadow = mask.filter(ImageFilter.GaussianBlur(9)).point(lambda value: value * 0.34)
    sheet.paste(Image.new("RGB", sheet.size, "#6b5a48"), (0, 0), shadow)
    return sheet


def marble(tone: str, flat: bool, rng: np.random.Generator) -> Image.Image:
    """A marble slab."""
    cloud = gaussian_filter(rng.standard_normal((SIDE, SIDE)), 46)
    swirl = gaussian_filter(rng.standard_normal((SIDE, SIDE)), 9)
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    field = cloud / cloud.std() * 0.8 + 0.16 * swirl / swirl.std() + 2.2 * (x - 0.6 * y) - 1.0
    strength = np.clip(gaussian_filter(rng.standard_normal((SIDE, SIDE)), 40) * 60 + 0.5, 0, 1)
    veins = (np.exp(-((field / 0.03) ** 2)) * 0.13 + np.exp(-((field / 0.35) ** 2)) * 0.07) * strength
    veins += np.exp(-(((field - 1.1) / 0.2) ** 2)) * 0.05 * strength
    slab = _multiplied(Image.new("RGB", (SIDE, SIDE), "#f3f1ee"), (1 - veins).astype(np.float32))
    if not flat:
        slab.paste(_gradient("#e7e3dd", "#d9d4cc").crop((0, 0, SIDE, int(SIDE * 0.66))), (0, 0))
    return slab


def bokeh(tone: str, flat: bool, rng: np.random.Generator) -> Image.Image:
    """Evening lights out of focus over a dark table."""
    sheet = _gradient("#2b2a3a", "#4a3b3f") if rng.random() < 0.5 else _gradient("#2f3d3a", "#6b5a48")
    glow = Image.new("RGB", sheet.size)
    draw = ImageDraw.Draw(glow)
    for _ in range(26):
        x, y, radius = rng.random() * SIDE, rng.random() * SIDE * 0.7, SIDE * (0.02 + 0.05 * rng.random())
        colour = ("#ffcf87", "#ff9d6e", "#9fd0ff", "#ffe6b8")[int(rng.integers(4))]
        draw.ellipse(
            (x - radius, y - radius, x + radius, y + radius), fill=mix(colour, "#000000", 0.35 + 0.45 * rng.random())
        )
    lights = np.asarray(glow.filter(ImageFilter.GaussianBlur(3)), np.float32)
    bright = Image.fromarray(np.clip(np.asarray(sheet, np.float32) + lights, 0, 255).astype(np.uint8))
    if not flat:
        bright.paste(_planks("#5a4334", rng, 3, SIDE - int(SIDE * 0.74)), (0, int(SIDE * 0.74)))
    return _multiplied(bright, _pool((0.5, 0.6), 0.6, 0.25) * 1.1)


def shelf(tone: str, flat: bool, rng: np.random.Generator) -> Image.Image:
    """A shop: shelves full of blurred goods."""
    sheet = Image.new("RGB", (SIDE, SIDE), "#e8e3da")
    draw = ImageDraw.Draw(sheet)
    for row in range(4):
        foot, x = SIDE * (0.2 + row * 0.24), -10.0
        while x < SIDE:
            wide, tall = SIDE * (0.04 + 0.06 * rng.random()), SIDE * (0.08 + 0.1 * rng.random())
            colour = "#" + "".join(f"{int(v):02x}" for v in 70 + rng.random(3) * 170)
            draw.rectangle((x, foot - tall, x + wide, foot), fill=mix(colour, "#d8d0c4", 0.35))
            x += wide + SIDE * 0.01
        draw.rectangle((0, foot, SIDE, foot + SIDE * 0.03), fill="#b9ab98")
    sheet = sheet.filter(ImageFilter.GaussianBlur(9))
    if not flat:
        counter = _gradient("#f2eee7", "#cfc7ba").crop((0, 0, SIDE, SIDE - int(SIDE * 0.78)))
        sheet.paste(counter, (0, int(SIDE * 0.78)))
    return sheet


Backdrop = Callable[[str, bool, np.random.Generator], Image.Image]
BACKDROPS: dict[str, Backdrop] = {
    "white": white, "grey": grey, "gradient": gradient, "pastel": pastel, "arch": arch, "podium": podium,
    "wood": wood, "linen": linen, "leaves": leaves, "marble": marble, "bokeh": bokeh, "shelf": shelf,
}  # fmt: skip
