"""Photos edited as sellers edit them: the same product, framed, stamped, cropped and saved badly.

What the edits leave alone is what an encoder trained on the copies learns to look at. No edit changes the kind, model
or colour of a product beyond what another lamp would do.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

WORDS = (
    "PROMO", "SALE", "COD", "ORIGINAL", "READY STOCK", "BEST SELLER", "GRATIS ONGKIR", "DISKON 50%", "MURAH", "NEW",
    "100% ORI", "FREE SHIPPING", "GARANSI RESMI", "LIMITED", "HOT DEAL", "TERLARIS", "BONUS", "FLASH SALE",
)  # fmt: skip


@dataclass(frozen=True)
class PhotoEdits:
    """How often each edit is made, 0..1. The defaults make about three edits a copy."""

    crop: float = 0.65
    tilt: float = 0.30
    colour: float = 0.60
    banner: float = 0.35
    watermark: float = 0.25
    frame: float = 0.40
    flip: float = 0.30
    jpeg: float = 0.40
    blur: float = 0.15


def edit_photo(photo: Image.Image, rng: np.random.Generator, edits: PhotoEdits | None = None) -> Image.Image:
    """Return an edited copy of a photo.

    Args:
        photo: RGB, any size; best reduced to near the size it will be read at, since edits cost time by the pixel.
        rng: Decides which edits are made and how.
        edits: How often each edit is made.
    """
    edits = edits or PhotoEdits()
    # In a seller's order: the picture is changed first, then stamped; some mirror the whole, words and all.
    steps: tuple[tuple[float, Callable[[Image.Image, np.random.Generator], Image.Image]], ...] = (
        (edits.tilt, _tilt),
        (edits.crop, _crop),
        (edits.colour, _colour),
        (edits.watermark, _watermark),
        (edits.banner, _banner),
        (edits.frame, _frame),
        (edits.flip, _flip),
        (edits.blur, _blur),
        (edits.jpeg, _jpeg),
    )
    for share, edit in steps:
        if rng.random() < share:
            photo = edit(photo, rng)
    return photo


def _crop(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    width, height = photo.size
    kept_width, kept_height = (max(8, round(side * rng.uniform(0.6, 1.0))) for side in (width, height))
    left = int(rng.integers(0, max(1, width - kept_width + 1)))
    top = int(rng.integers(0, max(1, height - kept_height + 1)))
    return photo.crop((left, top, min(width, left + kept_width), min(height, top + kept_height)))


def _tilt(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    fill = (255, 255, 255) if rng.random() < 0.5 else _any_colour(rng)
    angle = float(rng.uniform(-14.0, 14.0))
    return photo.rotate(angle, Image.Resampling.BILINEAR, expand=bool(rng.random() < 0.5), fillcolor=fill)


def _colour(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    for change in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        photo = change(photo).enhance(float(rng.uniform(0.7, 1.3)))
    return photo


def _banner(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    photo = photo.copy()
    width, height = photo.size
    thickness = max(4, round(height * rng.uniform(0.08, 0.22)))
    top = 0 if rng.random() < 0.5 else height - thickness
    draw = ImageDraw.Draw(photo)
    draw.rectangle((0, top, width, top + thickness), fill=_any_colour(rng))
    left = float(rng.uniform(0.02, 0.3)) * width
    _write(draw, str(rng.choice(WORDS)), (left, top + thickness * 0.15), thickness * 0.65, rng)
    return photo


def _watermark(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    layer = photo.copy()
    draw = ImageDraw.Draw(layer)
    word = f"{rng.choice(('shop', 'toko', 'store', 'official'))}{rng.choice(('_', '.', ' '))}{rng.integers(1, 999)}"
    for _ in range(int(rng.integers(1, 5))):
        place = (float(rng.uniform(0.0, 0.8)) * photo.width, float(rng.uniform(0.0, 0.9)) * photo.height)
        _write(draw, word, place, photo.height * float(rng.uniform(0.05, 0.12)), rng)
    return Image.blend(photo, layer, float(rng.uniform(0.4, 1.0)))


def _frame(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    if rng.random() < 0.5:  # the same all round
        left = right = top = bottom = round(min(photo.size) * rng.uniform(0.02, 0.15))
    else:  # bars at the sides, above and below, as when a photo is squeezed into a square
        left = right = round(photo.width * rng.uniform(0.0, 0.35))
        top = bottom = round(photo.height * rng.uniform(0.0, 0.2))
    framed = Image.new("RGB", (photo.width + left + right, photo.height + top + bottom), _any_colour(rng))
    framed.paste(photo, (left, top))
    return framed


def _flip(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    return photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def _blur(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    if rng.random() < 0.5:
        return photo.filter(ImageFilter.BoxBlur(float(rng.uniform(0.5, 2.0))))
    shrink = float(rng.uniform(0.4, 0.8))
    return photo.resize((max(8, round(photo.width * shrink)), max(8, round(photo.height * shrink))))


def _jpeg(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=int(rng.integers(20, 75)))
    with Image.open(buffer) as saved:
        return saved.convert("RGB")


def _write(
    draw: ImageDraw.ImageDraw, words: str, place: tuple[float, float], size: float, rng: np.random.Generator
) -> None:
    fill = (255, 255, 255) if rng.random() < 0.7 else _any_colour(rng)
    draw.text(place, words, fill=fill, font=ImageFont.load_default(max(6, round(size))))


def _any_colour(rng: np.random.Generator) -> tuple[int, int, int]:
    if rng.random() < 0.3:
        grey = int(rng.choice((0, 230, 255)))
        return grey, grey, grey
    red, green, blue = rng.integers(0, 256, 3)
    return int(red), int(green), int(blue)
