"""The decoration of a pack: one function per look, drawn under the words."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from assets.demo.make.drawing.lettering import write
from assets.demo.make.drawing.motifs import (
    MOTIFS,
    bean,
    chili,
    dot,
    leaf,
    mix,
    mountains,
    rays,
    sprig,
    turned_hue,
    waves,
)
from assets.demo.make.goods.product import Product


def _motif(canvas: Image.Image, product: Product, at: tuple[float, float], size: float, angle: float = 0.0) -> None:
    """The variant's own motif, or the line's icon where it has none."""
    size = min(size, canvas.height * 0.27)
    if product.word in MOTIFS:
        drawing, colour = MOTIFS[product.word]
        drawing(ImageDraw.Draw(canvas), at, size, angle, colour)
    else:
        write(canvas, product.line.icon, at, size, product.line.colours[2], name="icon")


def botanical(canvas: Image.Image, product: Product) -> None:
    """Twigs and flowers growing in from two corners."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    soft = mix(product.tone, product.line.colours[0], 0.45)
    sprig(draw, (w * 0.02, h * 0.72), w * 0.55, -0.5, soft, 6)
    sprig(draw, (w * 1.02, h * 0.62), w * 0.5, np.pi + 0.5, mix(soft, product.line.colours[1], 0.2), 6)
    sprig(draw, (w * 0.06, h * 1.02), w * 0.5, -0.9, soft)
    sprig(draw, (w * 0.96, h * 1.02), w * 0.5, -2.2, mix(soft, product.line.colours[1], 0.25))
    _motif(canvas, product, (w * 0.5, h * 0.52), w * 0.34, -0.4)
    if product.word not in MOTIFS:
        return
    for x, y, size in ((0.28, 0.62, 0.17), (0.73, 0.6, 0.2), (0.68, 0.43, 0.13), (0.33, 0.44, 0.12)):
        _motif(canvas, product, (w * x, h * y), w * size, x * 7)


def wave(canvas: Image.Image, product: Product) -> None:
    """Rolling bands in the variant's colour."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    tone, pack = product.tone, product.line.colours[0]
    waves(draw, (w, h), h * 0.5, (mix(tone, pack, 0.6), mix(tone, pack, 0.3), tone, mix(tone, "#000000", 0.15)), 0.6)
    _motif(canvas, product, (w * 0.5, h * 0.47), w * 0.36, 0.3)


def frame(canvas: Image.Image, product: Product) -> None:
    """A fine double frame with an ornament: the apothecary look."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    accent = product.line.colours[2]
    for inset, line in ((0.12, 0.010), (0.15, 0.004)):
        draw.rounded_rectangle((w * inset, h * 0.06, w * (1 - inset), h * 0.95), w * 0.06, outline=accent,
                               width=max(2, int(w * line)))  # fmt: skip
    for turn in range(10):
        leaf(draw, (w * 0.5, h * 0.52), w * 0.2, turn * np.pi / 5, mix(accent, product.line.colours[0], 0.25))
    dot(draw, (w * 0.5, h * 0.52), w * 0.1, product.line.colours[0])
    _motif(canvas, product, (w * 0.5, h * 0.52), w * 0.15)


def sun(canvas: Image.Image, product: Product) -> None:
    """A sun over a warm horizon."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    accent, ink = product.line.colours[2], product.line.colours[1]
    rays(draw, (w * 0.5, h * 0.56), w * 0.62, mix(accent, product.line.colours[0], 0.55), 22)
    dot(draw, (w * 0.5, h * 0.56), w * 0.25, accent)
    waves(draw, (w, h), h * 0.62, (mix(ink, "#ffffff", 0.25), ink), 0.4)


def split(canvas: Image.Image, product: Product) -> None:
    """A coloured lower half under a slanted cut, with the motif on the edge."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    draw.polygon([(0, h * 0.6), (w, h * 0.44), (w, h), (0, h)], fill=mix(product.tone, "#ffffff", 0.15))
    draw.polygon([(0, h * 0.66), (w, h * 0.5), (w, h), (0, h)], fill=product.tone)
    dot(draw, (w * 0.5, h * 0.53), w * 0.21, "#ffffff")
    _motif(canvas, product, (w * 0.5, h * 0.53), w * 0.3, -0.6)


def minimal(canvas: Image.Image, product: Product) -> None:
    """White space, one rule, one icon."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    tone = product.tone if not product.model else turned_hue(product.tone, 0.13 * (len(product.model) % 5))
    draw.rectangle((w * 0.16, h * 0.36, w * 0.84, h * 0.366), fill=product.line.colours[1])
    draw.rectangle((0, h * 0.955, w, h), fill=tone)
    dot(draw, (w * 0.5, h * 0.56), w * 0.2, mix(tone, product.line.colours[0], 0.35))
    write(canvas, product.line.icon, (w * 0.5, h * 0.56), w * 0.24, product.line.colours[1], name="icon")


def burst(canvas: Image.Image, product: Product) -> None:
    """A loud snack bag: rays behind a bowl of motifs, the whole bag in the flavour's colour."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    tone = product.tone
    draw.rectangle((0, 0, w, h), fill=tone)
    rays(draw, (w * 0.5, h * 0.52), h, mix(tone, "#ffffff", 0.18), 20)
    draw.ellipse((-w * 0.2, h * 0.07, w * 1.2, h * 0.38), fill=product.line.colours[1])
    draw.ellipse((-w * 0.2, h * 0.05, w * 1.2, h * 0.355), fill=product.line.colours[0])
    rng = np.random.default_rng(5)
    for _ in range(26):  # golden crisps
        at = (w * (0.5 + rng.normal() * 0.17), h * (0.59 + rng.normal() * 0.055))
        rx, ry = w * 0.11, w * 0.11 * (0.45 + rng.random() * 0.4)
        shade = mix("#f2bf4a", "#c9802a", rng.random() * 0.5)
        draw.ellipse((at[0] - rx, at[1] - ry, at[0] + rx, at[1] + ry), fill=shade, outline=mix(shade, "#6b3d0c", 0.5),
                     width=max(1, w // 220))  # fmt: skip
    for x, y, size, angle in ((0.2, 0.69, 0.3, 0.3), (0.82, 0.49, 0.22, -0.4)):
        dot(draw, (w * x, h * y), w * size * 0.62, mix(tone, "#ffffff", 0.75))
        _motif(canvas, product, (w * x, h * y), w * size, angle)


def kraft(canvas: Image.Image, product: Product) -> None:
    """Brown paper with a window of colour."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    pixels = np.asarray(canvas, np.float32)
    grain = np.random.default_rng(8).normal(0, 7, (h, w, 1))
    canvas.paste(Image.fromarray(np.clip(pixels * (0.86, 0.76, 0.62) + grain, 0, 255).astype(np.uint8)))
    draw.rounded_rectangle((w * 0.14, h * 0.1, w * 0.86, h * 0.94), w * 0.08, fill=product.line.colours[0])
    draw.pieslice((w * 0.14, h * 0.36, w * 0.86, h * 0.36 + w * 0.72), 180, 360, fill=product.tone)
    draw.rectangle((w * 0.14, h * 0.36 + w * 0.36, w * 0.86, h * 0.7), fill=product.tone)
    dot(draw, (w * 0.5, h * 0.56), w * 0.25, mix(product.tone, "#ffffff", 0.8))
    for x in (0.4, 0.6, 0.5):
        _motif(canvas, product, (w * x, h * (0.54 + 0.06 * (x == 0.5))), w * 0.24, x * 3 - 1.4)


def mountain(canvas: Image.Image, product: Product) -> None:
    """Layered peaks under a low sun."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    pack, tone = product.line.colours[0], product.tone
    dot(draw, (w * 0.66, h * 0.46), w * 0.13, mix(product.line.colours[2], "#ffffff", 0.3))
    mountains(draw, (w, h), 0.74, (mix(tone, pack, 0.6), mix(tone, pack, 0.25), tone))
    draw.rectangle((0, h * 0.73, w, h), fill=mix(tone, "#000000", 0.12))


def splash(canvas: Image.Image, product: Product) -> None:
    """Milk poured over the flavour's colour."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    tone = product.tone
    draw.rectangle((0, 0, w, h * 0.36), fill=tone)
    waves(draw, (w, h), h * 0.33, ("#ffffff",), 2.2)
    waves(draw, (w, h), h * 0.66, (mix(tone, "#ffffff", 0.55), mix(tone, "#ffffff", 0.25), tone), 0.9)
    dot(draw, (w * 0.5, h * 0.55), w * 0.24, mix(tone, "#ffffff", 0.7))
    _motif(canvas, product, (w * 0.5, h * 0.55), w * 0.4, 0.2)


def circle(canvas: Image.Image, product: Product) -> None:
    """A large roundel with beans around it."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    tone = product.line.colours[2] if product.model != "Filter" else turned_hue(product.line.colours[2], 0.45)
    dot(draw, (w * 0.5, h * 0.54), w * 0.26, tone)
    for turn in np.linspace(0, 2 * np.pi, 14, endpoint=False):
        at = (w * 0.5 + np.cos(turn) * w * 0.33, h * 0.54 + np.sin(turn) * w * 0.33)
        bean(draw, at, w * 0.085, turn, product.line.colours[1])
    write(canvas, product.line.icon, (w * 0.5, h * 0.54), w * 0.27, product.line.colours[0], name="icon")


def chilies(canvas: Image.Image, product: Product) -> None:
    """A crossing of chilies under a red band."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    draw.rectangle((0, 0, w, h * 0.33), fill=product.line.colours[1])
    draw.rectangle((0, h * 0.84, w, h), fill=product.tone)
    for angle, shade in ((0.5, "#d8322a"), (-0.6, "#b3201c"), (2.4, product.tone)):
        chili(draw, (w * 0.5, h * 0.56), w * 0.44, angle, shade)


def honey(canvas: Image.Image, product: Product) -> None:
    """Honeycomb cells running out at the bottom."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    corner = np.arange(6) * np.pi / 3
    cell, rng = w * 0.085, np.random.default_rng(3)
    for row in range(12):
        for column in range(9):
            at = ((column + 0.5 * (row % 2)) * cell * 1.78, h * 0.36 + row * cell * 1.54)
            if rng.random() < 0.25 + 0.05 * row:
                points = [(at[0] + np.sin(a) * cell * 0.92, at[1] + np.cos(a) * cell * 0.92) for a in corner]
                draw.polygon(points, fill=mix(product.tone, "#ffffff", 0.35 * rng.random()))
    write(canvas, product.line.icon, (w * 0.5, h * 0.54), w * 0.3, product.line.colours[1], name="icon")


def cloud(canvas: Image.Image, product: Product) -> None:
    """Clouds, and the face of a bear cub."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    for x, y, r in ((0.1, 0.9, 0.22), (0.38, 0.95, 0.25), (0.7, 0.94, 0.24), (0.95, 0.9, 0.22)):
        dot(draw, (w * x, h * y), w * r, "#ffffff")
    _cub(draw, (w * 0.5, h * 0.58), w * 0.2, "#b98557", "#f3dcc0")


def moon(canvas: Image.Image, product: Product) -> None:
    """A moon, stars and a sleeping cub."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    dot(draw, (w * 0.5, h * 0.58), w * 0.33, product.line.colours[2])
    rng = np.random.default_rng(9)
    for _ in range(26):
        dot(draw, (w * rng.random(), h * rng.random()), w * (0.004 + 0.008 * rng.random()), "#fdf3d8")
    _cub(draw, (w * 0.5, h * 0.6), w * 0.19, "#8d7bb5", "#e6ddf5")


def _cub(draw: ImageDraw.ImageDraw, at: tuple[float, float], size: float, fur: str, muzzle: str) -> None:
    x, y = at
    for side in (-1, 1):
        dot(draw, (x + side * size * 0.78, y - size * 0.72), size * 0.36, fur)
        dot(draw, (x + side * size * 0.78, y - size * 0.72), size * 0.2, muzzle)
    draw.ellipse((x - size * 1.1, y - size, x + size * 1.1, y + size * 0.95), fill=fur)
    draw.ellipse((x - size * 0.5, y - size * 0.05, x + size * 0.5, y + size * 0.7), fill=muzzle)
    for side in (-1, 1):
        dot(draw, (x + side * size * 0.45, y - size * 0.2), size * 0.11, "#2b221c")
        dot(draw, (x + side * size * 0.72, y + size * 0.2), size * 0.15, mix(fur, "#ff8a8a", 0.5))
    draw.ellipse((x - size * 0.16, y + size * 0.05, x + size * 0.16, y + size * 0.27), fill="#2b221c")
    draw.arc((x - size * 0.2, y + size * 0.15, x + size * 0.2, y + size * 0.5), 20, 160, fill="#2b221c",
             width=max(2, int(size * 0.06)))  # fmt: skip


Look = Callable[[Image.Image, Product], None]
LOOKS: dict[str, Look] = {
    "botanical": botanical, "wave": wave, "frame": frame, "sun": sun, "split": split, "minimal": minimal,
    "burst": burst, "kraft": kraft, "mountain": mountain, "splash": splash, "circle": circle, "chili": chilies,
    "honey": honey, "cloud": cloud, "moon": moon,
}  # fmt: skip
