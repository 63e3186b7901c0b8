"""Flat label artwork: what is printed on a pack before it is wrapped around anything."""

import numpy as np
from PIL import Image, ImageDraw

from assets.demo.make.drawing.lettering import write
from assets.demo.make.drawing.motifs import mix, readable
from assets.demo.make.goods.product import WORDS, Product
from assets.demo.make.shapes.looks import LOOKS

# Looks whose upper part is not the pack's own colour: the brand's ink there.
TOP_INK = {"splash": "#ffffff", "chili": "#ffe9b0"}

ROUND = frozenset({"shampoo", "serum", "jar"})  # the sides of their labels turn away from the eye


def front(product: Product, size: tuple[int, int]) -> Image.Image:
    """The front of a pack: decoration by the line's look, then brand, name, variant and size.

    Args:
        product: What it is; decides colours and words.
        size: Width and height in pixels.
    """
    canvas = Image.new("RGB", size, product.line.colours[0])
    LOOKS[product.line.look](canvas, product)
    width, height = size
    line, unit = product.line, min(width, height * 0.8)
    reach = width * (0.58 if line.look == "kraft" or line.kind in ROUND else 0.68)
    ink = TOP_INK.get(line.look, line.colours[1])
    write(canvas, line.brand, (width / 2, height * 0.16), unit * 0.22, ink, name=line.font, width=reach)
    write(canvas, line.name, (width / 2, height * 0.275), unit * 0.085, ink, name="spaced", width=reach * 0.92)
    _variant(canvas, product, (width / 2, height * 0.79), unit)
    low = np.asarray(canvas.crop((int(width * 0.4), int(height * 0.88), int(width * 0.6), int(height * 0.92))))
    shade = "#{:02x}{:02x}{:02x}".format(*low.reshape(-1, 3).mean(0).astype(int))
    size_ink = line.colours[1] if abs(_light(shade) - _light(line.colours[1])) > 90 else readable(shade)
    write(canvas, product.size, (width / 2, height * 0.9), unit * 0.08, size_ink, width=reach * 0.7)
    return canvas


def _light(colour: str) -> float:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _variant(canvas: Image.Image, product: Product, centre: tuple[float, float], unit: float) -> None:
    """The flavour, scent or model in a pill of its own colour."""
    text = WORDS[product.word].english if product.word else product.model
    if not text:
        return
    fill = product.tone if product.word else product.line.colours[1]
    half, tall = unit * 0.34, unit * 0.07
    box = (centre[0] - half, centre[1] - tall, centre[0] + half, centre[1] + tall)
    ImageDraw.Draw(canvas).rounded_rectangle(box, tall, fill=fill, outline=mix(fill, "#ffffff", 0.6), width=2)
    write(canvas, text, centre, unit * 0.09, readable(fill), width=half * 1.7)


def back(product: Product, size: tuple[int, int]) -> Image.Image:
    """The back of a pack: small print, a table and a bar code."""
    width, height = size
    pack, ink, accent = product.line.colours
    canvas = Image.new("RGB", size, mix(pack, accent, 0.06))
    draw = ImageDraw.Draw(canvas)
    write(canvas, product.line.brand, (width / 2, height * 0.1), height * 0.07, ink, name=product.line.font,
          width=width * 0.7)  # fmt: skip
    for row in range(9):
        y, length = height * (0.2 + row * 0.032), 0.78 if row % 3 < 2 else 0.5
        draw.rectangle((width * 0.11, y, width * (0.11 + length), y + height * 0.011), fill=mix(pack, ink, 0.5))
    _table(draw, (width * 0.11, height * 0.53, width * 0.89, height * 0.73), ink)
    _bar_code(draw, (width * 0.5, height * 0.8, width * 0.89, height * 0.93), len(product.key))
    write(canvas, product.size or product.line.name, (width * 0.28, height * 0.86), height * 0.05, ink,
          width=width * 0.34)  # fmt: skip
    return canvas


def _table(draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float], ink: str) -> None:
    left, top, right, bottom = box
    line = max(2, int((right - left) / 160))
    draw.rectangle(box, outline=ink, width=line)
    for row in range(1, 5):
        y = top + (bottom - top) * row / 5
        draw.line((left, y, right, y), fill=ink, width=line)


def _bar_code(draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float], seed: int) -> None:
    left, top, right, bottom = box
    draw.rectangle(box, fill="#ffffff")
    unit, x = (right - left) / 80, left + (right - left) * 0.08
    for index, bar in enumerate(np.random.default_rng(seed).integers(1, 4, 60)):
        if x > right - unit * 8:
            break
        if index % 2 == 0:
            draw.rectangle((x, top + unit * 3, x + bar * unit, bottom - unit * 6), fill="#111111")
        x += bar * unit


def wrap(product: Product, size: tuple[int, int]) -> Image.Image:
    """Front and back side by side, to go once around a bottle; size is that of the whole wrap."""
    width, height = size[0] // 2, size[1]
    label = min(width, round(height * 0.95))  # a low bottle has a label narrower than its half
    whole = Image.new("RGB", (width * 2, height), product.line.colours[0])
    whole.paste(front(product, (label, height)), ((width - label) // 2, 0))
    whole.paste(back(product, (label, height)), (width + (width - label) // 2, 0))
    return whole
