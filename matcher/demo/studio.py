"""Takes the photo: poses a product, sets it down with its shadow, and arranges several views in one picture."""

from __future__ import annotations

from functools import partial
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from matcher.demo.containers import Pose
from matcher.demo.goods import Product
from matcher.demo.lettering import write
from matcher.demo.motifs import mix, readable
from matcher.demo.scenes import FLOOR, SIDE, backdrop
from matcher.demo.sellers import GENERAL_FACTS, Seller
from matcher.demo.shapes import FLAT, sprite
from matcher.demo.solids import warp

View = Literal["front", "angle", "back", "pair", "flat lay", "collage", "facts", "shop card"]


def photograph(product: Product, view: View, scene: str, seller: Seller, rng: np.random.Generator) -> Image.Image:
    """One photo before the seller's edits: "RGB", SIDE x SIDE pixels."""
    if view == "shop card":
        return shop_card(seller)
    if view == "facts":
        return facts_card(product, rng)
    if view == "collage":
        return _collage(product, scene, rng)
    flat = product.line.kind in FLAT or view == "flat lay"
    sheet = backdrop(scene, product.tone, flat, rng)
    pose = _pose(view, rng)
    thing = sprite(product, pose, rng)
    if flat:
        thing = _lying(thing, view, rng)
    if view == "pair":
        return _pair(sheet, thing, flat)
    reach = 0.62 + 0.14 * rng.random()
    _set_down(sheet, thing, (0.5 + 0.06 * rng.standard_normal(), 0), reach, flat)
    return sheet


def _pose(view: View, rng: np.random.Generator) -> Pose:
    if view == "back":
        return Pose(0.5 + 0.03 * rng.standard_normal(), 0.1)
    if view == "angle":
        return Pose(float(rng.choice((-1, 1)) * (0.07 + 0.07 * rng.random())), 0.06 + 0.16 * rng.random())
    return Pose(float(0.012 * rng.standard_normal()), 0.08 + 0.05 * rng.random())


def _lying(thing: Image.Image, view: View, rng: np.random.Generator) -> Image.Image:
    """Turn something that lies on the table; an angle view also leans it in perspective."""
    if view == "angle":
        w, h = thing.size
        lean = 0.1 + 0.1 * rng.random()
        corners = [(w * lean, h * lean * 0.6), (w * (1 - lean * 0.3), 0), (w * (1 - lean * 0.3), h), (w * lean, h * (1 - lean * 0.6))]
        thing = warp(thing, corners, thing.size)
    degrees = (12 if view in {"front", "pair"} else 35) * rng.standard_normal() * 0.6
    return thing.rotate(degrees, Image.Resampling.BICUBIC, expand=True)


def _set_down(sheet: Image.Image, thing: Image.Image, at: tuple[float, float], reach: float, flat: bool) -> None:
    """Scale a cut-out, give it a shadow and put it on the set; `at` is the centre's x and a shift in y, as shares."""
    scale = min(reach * SIDE / thing.height, reach * 1.12 * SIDE / thing.width)
    size = (max(1, round(thing.width * scale)), max(1, round(thing.height * scale)))
    small = thing.resize(size, Image.Resampling.LANCZOS)
    x = round(at[0] * SIDE - size[0] / 2)
    y = round(SIDE * (0.5 + at[1]) - size[1] / 2) if flat else round(SIDE * (FLOOR + at[1]) - size[1])
    alpha = small.getchannel("A")
    shadow = Image.new("L", sheet.size)
    if flat:
        shadow.paste(alpha, (x + 7, y + 10))
        dark = shadow.filter(ImageFilter.GaussianBlur(9)).point(lambda value: value * 0.42)
    else:
        low = alpha.resize((size[0], max(1, size[1] // 5)))
        lean = low.transform((size[0] + 90, low.height), Image.Transform.AFFINE, (1, 0.9, -low.height * 0.9, 0, 1, 0))
        shadow.paste(lean, (x, y + size[1] - low.height + 3))
        far = shadow.filter(ImageFilter.GaussianBlur(8)).point(lambda value: value * 0.30)
        near = Image.new("L", sheet.size)
        half = size[0] * 0.5
        ImageDraw.Draw(near).ellipse((x + size[0] / 2 - half, y + size[1] - 9, x + size[0] / 2 + half, y + size[1] + 6), fill=150)
        dark = Image.fromarray(np.maximum(np.asarray(far), np.asarray(near.filter(ImageFilter.GaussianBlur(4)))))
    sheet.paste(Image.new("RGB", sheet.size, "#1c1714"), (0, 0), dark)
    sheet.paste(small, (x, y), small)


def _pair(sheet: Image.Image, thing: Image.Image, flat: bool) -> Image.Image:
    """Two of the same, one a little behind the other."""
    wide = thing.width > thing.height * 1.15
    reach = 0.42 if wide else 0.56
    _set_down(sheet, thing, (0.33, -0.09 if wide else -0.05), reach, flat)
    _set_down(sheet, thing, (0.64, 0.06 if wide else 0.02), reach, flat)
    return sheet


def _collage(product: Product, scene: str, rng: np.random.Generator) -> Image.Image:
    """A large picture and two small ones of other views."""
    sheet = Image.new("RGB", (SIDE, SIDE), "#ffffff")
    shoot = partial(_single, product, rng=rng)
    split, gap = round(SIDE * 0.66), 4
    large = shoot("front", scene).resize((SIDE, SIDE)).crop((round(SIDE * 0.17), 0, round(SIDE * 0.83), SIDE))
    sheet.paste(large, (0, 0))
    half = (SIDE - gap) // 2
    for row, (view, other) in enumerate((("angle", "grey"), ("back", "white"))):
        small = shoot(view, other).resize((half, half)).crop((half // 6, 0, half // 6 + SIDE - split - gap, half))
        sheet.paste(small, (split + gap, row * (half + gap)))
    return sheet


def _single(product: Product, view: View, scene: str, *, rng: np.random.Generator) -> Image.Image:
    flat = product.line.kind in FLAT
    sheet = backdrop(scene, product.tone, flat, rng)
    thing = sprite(product, _pose(view, rng), rng)
    _set_down(sheet, thing, (0.5, 0), 0.66, flat)
    return sheet


def facts_card(product: Product, rng: np.random.Generator) -> Image.Image:
    """An infographic: a table of facts instead of the goods, in the brand's colours."""
    line = product.line
    ground = mix(line.colours[0], "#ffffff", 0.5) if readable(line.colours[0]) == "#1f2226" else line.colours[0]
    card, ink = Image.new("RGB", (SIDE, SIDE), ground), readable(ground)
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, SIDE, SIDE * 0.2), fill=product.tone)
    wearable = line.kind in {"tee", "sneaker"}
    write(card, "SIZE CHART" if wearable else "PRODUCT INFO", (SIDE / 2, SIDE * 0.1), 44, readable(product.tone), name="heavy")
    if wearable:
        _size_table(card, line.kind, ink)
    else:
        facts = [*rng.permutation(list(product.kind.claims_indonesian))[:3], *rng.permutation(list(product.kind.claims_english))[:2]]
        for row, fact in enumerate(facts):
            y = SIDE * (0.31 + row * 0.125)
            draw.ellipse((56, y - 22, 100, y + 22), fill=mix(product.tone, ground, 0.2))
            write(card, "check", (78, y), 34, readable(product.tone), name="icon")
            write(card, str(fact), (300, y), 32, ink, width=340)
    write(card, line.icon, (SIDE * 0.86, SIDE * 0.88), 80, mix(product.tone, ground, 0.35), name="icon")
    return card


def _size_table(card: Image.Image, kind: str, ink: str) -> None:
    draw = ImageDraw.Draw(card)
    rows = (("", "P", "L"), ("M", "70", "50"), ("L", "72", "52"), ("XL", "74", "54"), ("XXL", "76", "57"))
    if kind == "sneaker":
        rows = (("EU", "UK", "cm"), ("39", "6", "24.5"), ("40", "6.5", "25"), ("41", "7.5", "26"), ("42", "8", "26.5"))
    for r, row in enumerate(rows):
        y = SIDE * (0.3 + r * 0.125)
        draw.line((60, y + 32, SIDE - 60, y + 32), fill=ink, width=2)
        for c, cell in enumerate(row):
            write(card, cell, (SIDE * (0.24 + 0.26 * c), y), 34, ink, name="sans" if r == 0 or c == 0 else "light")


def shop_card(seller: Seller) -> Image.Image:
    """The shop's own card, the same for whatever it sells."""
    card = Image.new("RGB", (SIDE, SIDE), mix(seller.colour, "#ffffff", 0.88))
    draw, ink = ImageDraw.Draw(card), readable(seller.colour)
    draw.rounded_rectangle((28, 28, SIDE - 28, 190), 26, fill=seller.colour)
    write(card, "storefront", (92, 110), 80, ink, name="icon")
    write(card, seller.name, (300, 110), 50, ink, width=320)
    for row, (icon, fact) in enumerate(GENERAL_FACTS):
        y = 246 + row * 64
        write(card, icon, (92, y), 48, seller.colour, name="icon")
        write(card, fact, (290, y), 32, "#2b2d31", width=320)
    return card
