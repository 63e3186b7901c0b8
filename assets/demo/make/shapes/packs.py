"""Bags, boxes, cartons and tubes."""

from typing import Protocol

import numpy as np
from PIL import Image, ImageDraw

from assets.demo.make.drawing.canvas import Pose, Size, plain
from assets.demo.make.drawing.folding import Extent, Faces, box, gable
from assets.demo.make.drawing.lathe import Turned, lathe
from assets.demo.make.drawing.lettering import write
from assets.demo.make.drawing.motifs import mix, readable
from assets.demo.make.drawing.relief import Cushion, lay, mirrored, outline, puff, rounded
from assets.demo.make.goods.product import Product
from assets.demo.make.shapes.artwork import back, front


class Shape(Protocol):
    """A way to fold a carton: `folding.box` or `folding.gable`."""

    def __call__(self, faces: Faces, extent: Extent, *, yaw: float, pitch: float) -> Image.Image: ...


def _face(product: Product, pose: Pose, size: Size) -> Image.Image:
    return back(product, size) if pose.from_behind else front(product, size)


def chips(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A pillow bag with crimped, zigzag ends."""
    width, height = (680, 860) if product.size == "160 g" else (600, 820)
    art = _face(product, pose, (width, height))
    draw = ImageDraw.Draw(art, "RGBA")
    for end in (0, height - 46):
        for x in range(0, width, 9):
            draw.line((x, end, x, end + 46), fill=(255, 255, 255, 70 if x % 18 else 20), width=4)
    teeth = [(float(x), 6.0 + 9 * (i % 2)) for i, x in enumerate(range(14, width - 13, 12))]
    along = np.linspace(0.03, 0.97, 30)
    waist = 14 + 12 * np.sin(np.pi * along) ** 0.6 * np.cos(2 * np.pi * along)
    right = [(float(width - inset), float(height * y)) for inset, y in zip(waist, along, strict=True)]
    low = [(x, height - y) for x, y in teeth[::-1]]
    mask = outline((width, height), [*teeth, *right, *low, *mirrored(right[::-1], width / 2)])
    return puff(art, mask, Cushion(190, 1.25, 0.9, 0.5, 60, (1.8, 0.7)), rng)


def coffee(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A stand-up pouch with a folded top, a valve and a rounded foot."""
    width, height = 560, round(760 + 90 * product.scale)
    pack, middle = product.line.colours[0], width / 2
    art = _face(product, pose, (width, height))
    draw = ImageDraw.Draw(art)
    draw.rectangle((0, 0, width, height * 0.055), fill=mix(pack, "#000000", 0.25))
    draw.line((0, height * 0.075, width, height * 0.075), fill=mix(pack, "#888888", 0.5), width=4)
    if not pose.from_behind:
        valve = (middle - 17, height * 0.335, middle + 17, height * 0.335 + 34)
        draw.ellipse(valve, outline=mix(pack, "#999999", 0.6), width=5)
    side = [(26, 8), (12, height * 0.2), (6, height - 40), (50, height - 8)]
    mask = outline((width, height), [*side, *mirrored(side[::-1], middle)])
    return puff(art, mask, Cushion(120, 1.2, 0.35, 0.35, 70, (1.6, 0.8)), rng)


def tube(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A squeeze tube standing on its cap."""
    wide, height = 300 + 40 * product.scale, round(620 + 120 * product.scale)
    width, foot = round(wide) + 40, wide * 0.37
    art = _face(product, pose, (width, height))
    draw = ImageDraw.Draw(art, "RGBA")
    for x in range(0, width, 8):  # the crimped end
        draw.line((x, 0, x, 34), fill=(90, 90, 90, 60), width=3)
    cap = Turned([(height - 20, foot), (height + 95, foot * 1.04)], plain(product.tone))
    whole = lathe((width, height + 130), [cap], pitch=pose.pitch)
    middle = width / 2
    left = [
        (middle - wide / 2, 4),
        (middle - wide / 2, 40),
        (middle - foot - 14, height - 60),
        (middle - foot, height - 8),
    ]
    mask = outline((width, height), [*left, *mirrored(left[::-1], middle)])
    whole.alpha_composite(puff(art, mask, Cushion(wide * 0.46, 1.0, 0.7, 0.06, 90, (2.0, 0.5)), rng))
    return whole


def tea(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A box of tea bags."""
    return _carton(product, pose, (430, 520, 180 + 120 * product.scale), box)


def milk(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A small brick, or a tall carton with a roof and a screw cap."""
    if product.size == "1 L":
        return _carton(product, pose, (330, 560, 320), gable)
    return _carton(product, pose, (330, 520, 210), box)


def _carton(product: Product, pose: Pose, extent: Extent, shape: Shape) -> Image.Image:
    width, height, depth = (round(value) for value in extent)
    tone, line = product.tone, product.line
    card, lid = mix(tone, line.colours[0], 0.15), mix(line.colours[0], tone, 0.25)
    side, top, ink = plain(card, (depth, height)), plain(lid, (width, depth)), readable(card)
    reach = height * 0.6
    write(side, line.brand, (depth / 2, height * 0.4), height * 0.13, ink, name=line.font, width=reach, angle=90)
    write(side, product.size, (depth / 2, height * 0.88), height * 0.05, ink, width=depth * 0.8)
    if shape is gable:
        cap = (width / 2 - 44, depth * 0.62 - 44, width / 2 + 44, depth * 0.62 + 44)
        ImageDraw.Draw(top).ellipse(cap, fill=mix(tone, "#ffffff", 0.1), outline=mix(tone, "#000000", 0.35), width=9)
    else:
        write(top, line.brand, (width / 2, depth / 2), depth * 0.3, readable(lid), name=line.font, width=width * 0.6)
    yaw = 0.42 if abs(pose.turn) < 0.02 else float(np.clip(pose.turn * 6, -0.8, 0.8))
    yaw = 0.5 if pose.from_behind else yaw
    return shape((_face(product, pose, (width, height)), side, top), extent, yaw=yaw, pitch=0.18 + pose.pitch)


def diaper(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A soft pack with a carrying handle and its size in a red dot."""
    width, height = round(620 + 60 * product.scale), 700
    art = _face(product, pose, (width, height))
    if not pose.from_behind:
        x, y, r = width * 0.8, height * 0.62 + width * 0.12, width * 0.12
        ImageDraw.Draw(art).ellipse((x - r, y - r, x + r, y + r), fill="#e9503f", outline="#ffffff", width=8)
        write(art, product.size.split()[0], (x, y), width * 0.15, "#ffffff", name="heavy", width=width * 0.17)
    whole, strip = Image.new("RGBA", (width, height + 90)), mix(product.line.colours[0], "#ffffff", 0.25)
    handle = rounded(whole.size, (width * 0.36, 6, width * 0.64, 186), 46, wall=30)
    lay(whole, handle, strip, Cushion(14, 0.9, 0.4), rng)
    mask = rounded((width, height), (6, 6, width - 6, height - 6), 64)
    whole.alpha_composite(puff(art, mask, Cushion(110, 1.1, 0.8, 0.5, 80, (0.7, 1.4)), rng), (0, 90))
    return whole
