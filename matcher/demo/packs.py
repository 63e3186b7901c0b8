"""Bags, boxes, cartons and tubes."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from matcher.demo.artwork import back, front, plain
from matcher.demo.containers import Pose
from matcher.demo.goods import WORDS, Product
from matcher.demo.lettering import write
from matcher.demo.motifs import mix, readable
from matcher.demo.solids import Cushion, Turned, box, lathe, puff

Canvas = tuple[int, int]


def _face(product: Product, pose: Pose, size: Canvas) -> Image.Image:
    return back(product, size) if pose.from_behind else front(product, size)


def chips(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A pillow bag with crimped, zigzag ends."""
    width, height = (600, 820) if product.size != "160 g" else (680, 860)
    art = _face(product, pose, (width, height))
    draw = ImageDraw.Draw(art, "RGBA")
    for end in (0, height - 46):
        for x in range(0, width, 9):
            draw.line((x, end, x, end + 46), fill=(255, 255, 255, 70 if x % 18 else 20), width=4)
    mask = Image.new("L", (width, height))
    teeth = [(x, 6 + 9 * (i % 2)) for i, x in enumerate(range(14, width - 13, 12))]
    t = np.linspace(0.03, 0.97, 30)
    waist = 14 + 12 * np.sin(np.pi * t) ** 0.6 * np.cos(2 * np.pi * t)
    right = [(width - w, height * y) for w, y in zip(waist, t, strict=True)]
    left = [(w, height * y) for w, y in zip(waist[::-1], t[::-1], strict=True)]
    low = [(x, height - y) for x, y in teeth[::-1]]
    ImageDraw.Draw(mask).polygon([*teeth, *right, *low, *left], fill=255)
    return puff(art, mask, Cushion(190, 1.25, 0.9, 0.5, 60, (1.8, 0.7)), rng)


def coffee(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A stand-up pouch with a folded top, a valve and a rounded foot."""
    width, height = 560, round(760 + 90 * product.scale)
    art = _face(product, pose, (width, height))
    draw = ImageDraw.Draw(art)
    pack = product.line.colours[0]
    draw.rectangle((0, 0, width, height * 0.055), fill=mix(pack, "#000000", 0.25))
    draw.line((0, height * 0.075, width, height * 0.075), fill=mix(pack, "#888888", 0.5), width=4)
    if not pose.from_behind:
        draw.ellipse((width / 2 - 17, height * 0.335, width / 2 + 17, height * 0.335 + 34), outline=mix(pack, "#999999", 0.6), width=5)
    mask = Image.new("L", (width, height))
    shape = [(26, 8), (width - 26, 8), (width - 12, height * 0.2), (width - 6, height - 40), (width - 50, height - 8),
             (50, height - 8), (6, height - 40), (12, height * 0.2)]  # fmt: skip
    ImageDraw.Draw(mask).polygon(shape, fill=255)
    return puff(art, mask, Cushion(120, 1.2, 0.35, 0.35, 70, (1.6, 0.8)), rng)


def tube(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A squeeze tube standing on its cap."""
    wide, height = 300 + 40 * product.scale, round(620 + 120 * product.scale)
    width = round(wide) + 40
    art = _face(product, pose, (width, height))
    draw = ImageDraw.Draw(art, "RGBA")
    for x in range(0, width, 8):
        draw.line((x, 0, x, 34), fill=(90, 90, 90, 60), width=3)
    cap = Image.new("RGBA", (width, height + 130))
    foot, half = wide * 0.37, wide / 2
    tone = product.line.colours[2] if not product.word else product.tone
    cap.alpha_composite(lathe(cap.size, [Turned([(height - 20, foot), (height + 95, foot * 1.04)], plain(tone))], pitch=pose.pitch))
    mask = Image.new("L", (width, height))
    shape = [(width / 2 - half, 4), (width / 2 + half, 4), (width / 2 + half, 40), (width / 2 + foot + 14, height - 60),
             (width / 2 + foot, height - 8), (width / 2 - foot, height - 8), (width / 2 - foot - 14, height - 60),
             (width / 2 - half, 40)]  # fmt: skip
    ImageDraw.Draw(mask).polygon(shape, fill=255)
    cap.alpha_composite(puff(art, mask, Cushion(wide * 0.46, 1.0, 0.7, 0.06, 90, (2.0, 0.5)), rng))
    return cap


def tea(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A tea box on a table."""
    deep = 180 + 120 * product.scale
    return _boxed(product, pose, (430, 520, deep))


def _boxed(product: Product, pose: Pose, extent: tuple[float, float, float]) -> Image.Image:
    width, height, depth = (round(value) for value in extent)
    tone, line = product.tone, product.line
    side = plain(mix(tone, line.colours[0], 0.15), (depth, height))
    ink = readable(mix(tone, line.colours[0], 0.15))
    write(side, line.brand, (depth / 2, height * 0.4), height * 0.13, ink, name=line.font, width=height * 0.6, angle=90)
    write(side, product.size, (depth / 2, height * 0.88), height * 0.05, ink, width=depth * 0.8)
    top = plain(mix(line.colours[0], tone, 0.25), (width, depth))
    write(top, line.brand, (width / 2, depth / 2), depth * 0.3, readable(mix(line.colours[0], tone, 0.25)), name=line.font, width=width * 0.6)
    yaw = 0.42 if abs(pose.turn) < 0.02 else float(np.clip(pose.turn * 5, -0.85, 0.85))
    if pose.from_behind:
        yaw = 0.5
    span = round(1.15 * (width + depth + height))
    canvas = box((span, span), (_face(product, pose, (width, height)), side, top), extent, yaw=yaw, pitch=0.18 + pose.pitch)
    return canvas


def milk(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A small brick with a straw, or a tall carton with a screw cap."""
    if product.size != "1 L":
        carton = _boxed(product, pose, (330, 520, 210))
        straw = Image.new("L", carton.size)
        return carton
    return _boxed(product, pose, (330, 640, 300))


def diaper(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A soft pack with a carrying handle."""
    width, height = round(620 + 60 * product.scale), 700
    art = _face(product, pose, (width, height))
    draw = ImageDraw.Draw(art)
    if not pose.from_behind:
        letters = product.size.split()[0]
        draw.ellipse((width * 0.68, height * 0.62, width * 0.92, height * 0.62 + width * 0.24), fill="#e9503f", outline="#ffffff", width=8)
        write(art, letters, (width * 0.8, height * 0.62 + width * 0.12), width * 0.15, "#ffffff", name="heavy", width=width * 0.17)
    canvas = Image.new("RGBA", (width, height + 90))
    handle = Image.new("L", canvas.size)
    pen = ImageDraw.Draw(handle)
    pen.rounded_rectangle((width * 0.36, 6, width * 0.64, 150), 46, fill=255)
    pen.rounded_rectangle((width * 0.40, 42, width * 0.60, 150), 26, fill=0)
    canvas.alpha_composite(puff(plain(mix(product.line.colours[0], "#ffffff", 0.25), canvas.size), handle, Cushion(14, 0.9, 0.4), rng))
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).rounded_rectangle((6, 6, width - 6, height - 6), 64, fill=255)
    canvas.alpha_composite(puff(art, mask, Cushion(110, 1.1, 0.8, 0.5, 80, (0.7, 1.4)), rng), (0, 90))
    return canvas
