"""Takes the photo: poses a product, sets it down with its shadow, and arranges several views in one picture."""

from typing import Literal

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from assets.demo.make.drawing.canvas import Pose
from assets.demo.make.drawing.folding import warp
from assets.demo.make.goods.product import Product
from assets.demo.make.goods.sellers import Seller
from assets.demo.make.photos.cards import facts_card, shop_card
from assets.demo.make.photos.scenes import FLOOR, SIDE, backdrop
from assets.demo.make.shapes.sprite import FLAT, sprite

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
    _set_down(sheet, thing, (0.5 + 0.035 * rng.standard_normal(), 0), reach, flat)
    return sheet


def _pose(view: View, rng: np.random.Generator) -> Pose:
    if view == "back":
        return Pose(0.5 + 0.03 * rng.standard_normal(), 0.1)
    if view == "angle":
        return Pose(float(rng.choice((-1, 1)) * (0.04 + 0.06 * rng.random())), 0.06 + 0.16 * rng.random())
    return Pose(float(0.012 * rng.standard_normal()), 0.08 + 0.05 * rng.random())


def _lying(thing: Image.Image, view: View, rng: np.random.Generator) -> Image.Image:
    """Turn something that lies on the table; an angle view also leans it in perspective."""
    if view == "angle":
        w, h = thing.size
        lean = 0.1 + 0.1 * rng.random()
        corners = [
            (w * lean, h * lean * 0.6),
            (w * (1 - lean * 0.3), 0),
            (w * (1 - lean * 0.3), h),
            (w * lean, h * (1 - lean * 0.6)),
        ]
        thing = warp(thing, corners, thing.size)
    degrees = (12 if view in {"front", "pair"} else 35) * rng.standard_normal() * 0.6
    return thing.rotate(degrees, Image.Resampling.BICUBIC, expand=True)


def _set_down(sheet: Image.Image, thing: Image.Image, at: tuple[float, float], reach: float, flat: bool) -> None:
    """Scale a cut-out, give it a shadow and put it on the set.

    Args:
        sheet: The set, drawn on in place.
        thing: "RGBA" cut-out.
        at: Centre from the left, and a shift down, as shares of the set.
        reach: Height as a share of the set; wide things are held to a little more than that in width.
        flat: Whether it lies under the camera rather than stands on the floor.
    """
    scale = min(reach * SIDE / thing.height, reach * 1.12 * SIDE / thing.width)
    size = (max(1, round(thing.width * scale)), max(1, round(thing.height * scale)))
    small = thing.resize(size, Image.Resampling.LANCZOS)
    x = round(at[0] * SIDE - size[0] / 2)
    y = round(SIDE * (0.5 + at[1]) - size[1] / 2) if flat else round(SIDE * (FLOOR + at[1]) - size[1])
    shadow = (_shadow_beneath if flat else _shadow_on_floor)(small.getchannel("A"), (x, y))
    sheet.paste(Image.new("RGB", sheet.size, "#1c1714"), (0, 0), shadow)
    sheet.paste(small, (x, y), small)


def _shadow_beneath(alpha: Image.Image, at: tuple[int, int]) -> Image.Image:
    """The soft shadow of something lying on a surface, as a mask of the set."""
    shadow = Image.new("L", (SIDE, SIDE))
    shadow.paste(alpha, (at[0] + 7, at[1] + 10))
    return shadow.filter(ImageFilter.GaussianBlur(9)).point(lambda value: value * 0.42)


def _shadow_on_floor(alpha: Image.Image, at: tuple[int, int]) -> Image.Image:
    """A shadow cast to the right along the floor, and a dark seam where the thing touches it."""
    (x, y), (width, height) = at, alpha.size
    far, near = Image.new("L", (SIDE, SIDE)), Image.new("L", (SIDE, SIDE))
    low = alpha.resize((width, max(1, height // 5)))
    slant = (1, 0.9, -low.height * 0.9, 0, 1, 0)
    far.paste(low.transform((width + 90, low.height), Image.Transform.AFFINE, slant), (x, y + height - low.height + 3))
    fade = np.clip(np.linspace(-3, 1, height), 0, 1)[:, None] * 0.8
    near.paste(Image.fromarray((np.asarray(alpha) * fade).astype(np.uint8)), (x + 2, y + 6))
    far = far.filter(ImageFilter.GaussianBlur(8)).point(lambda value: value * 0.30)
    return ImageChops.lighter(far, near.filter(ImageFilter.GaussianBlur(4)))


def _pair(sheet: Image.Image, thing: Image.Image, flat: bool) -> Image.Image:
    """Two of the same, one a little behind the other."""
    wide = thing.width > thing.height * 1.15
    reach = 0.42 if wide else 0.56
    _set_down(sheet, thing, (0.33, -0.09 if wide else -0.05), reach, flat)
    _set_down(sheet, thing, (0.64, 0.06 if wide else 0.02), reach, flat)
    return sheet


def _collage(product: Product, scene: str, rng: np.random.Generator) -> Image.Image:
    """A large picture and two small ones of other views."""
    sheet, gap = Image.new("RGB", (SIDE, SIDE), "#ffffff"), 4
    wide, half = round(SIDE * 0.66), (SIDE - gap) // 2
    margin = (SIDE - wide) // 2
    sheet.paste(_single(product, "front", scene, 0.6, rng).crop((margin, 0, margin + wide, SIDE)), (0, 0))
    rest = SIDE - wide - gap
    frames: tuple[tuple[View, str], ...] = (("angle", "grey"), ("back", "white"))
    for row, (view, other) in enumerate(frames):
        small = _single(product, view, other, 0.58, rng).resize((half, half), Image.Resampling.LANCZOS)
        sheet.paste(small.crop(((half - rest) // 2, 0, (half + rest) // 2, half)), (wide + gap, row * (half + gap)))
    return sheet


def _single(product: Product, view: View, scene: str, reach: float, rng: np.random.Generator) -> Image.Image:
    flat = product.line.kind in FLAT
    sheet = backdrop(scene, product.tone, flat, rng)
    _set_down(sheet, sprite(product, _pose(view, rng), rng), (0.5, 0), reach, flat)
    return sheet
