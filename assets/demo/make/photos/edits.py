"""What sellers do to a photo: crop, tilt, colour, banners, stickers, watermarks, frames, and hard JPEG."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance

from assets.demo.make.drawing.lettering import write
from assets.demo.make.drawing.motifs import mix, readable
from assets.demo.make.goods.sellers import Seller

SLOGANS = ("PROMO", "READY STOCK", "BISA COD", "TERMURAH", "GRATIS ONGKIR", "BEST SELLER", "100% ORI")


def edit(photo: Image.Image, seller: Seller, strength: float, rng: np.random.Generator) -> Image.Image:
    """Dress a photo in the seller's manner.

    Args:
        photo: "RGB", square.
        seller: Whose habits and colours.
        strength: 0 leaves the photo alone, 1 is the most a seller does.
        rng: What happens to this one.

    Returns:
        "RGB" image of the same size.
    """
    if rng.random() < 0.5 * strength:
        photo = _tilted(photo, rng.normal() * 3 * strength)
    if rng.random() < 0.6 * strength:
        photo = _cropped(photo, rng.random(3), 0.18 * strength)
    photo = _coloured(photo, rng.normal(size=5) * strength)
    mark = str(rng.choice(seller.marks))
    if mark and rng.random() < 0.65:
        photo = MARKS[mark](photo, seller, rng)
    return photo


def encode_jpeg(photo: Image.Image, quality: int) -> bytes:
    """The photo as JPEG bytes, without metadata."""
    buffer = BytesIO()
    photo.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
    return buffer.getvalue()


def _tilted(photo: Image.Image, degrees: float) -> Image.Image:
    """Turn and enlarge just enough that no corner is empty."""
    side = photo.width
    grown = 1 + abs(np.sin(np.radians(degrees))) * 1.05
    turned = photo.resize((round(side * grown), round(side * grown)), Image.Resampling.BICUBIC).rotate(
        degrees, Image.Resampling.BICUBIC
    )
    inset = (turned.width - side) // 2
    return turned.crop((inset, inset, inset + side, inset + side))


def _cropped(photo: Image.Image, where: np.ndarray, amount: float) -> Image.Image:
    side = photo.width
    keep = side * (1 - amount * where[0])
    left, top = (side - keep) * where[1], (side - keep) * where[2]
    return photo.resize((side, side), Image.Resampling.BICUBIC, box=(left, top, left + keep, top + keep))


def _coloured(photo: Image.Image, drift: np.ndarray) -> Image.Image:
    """A cast, brighter or darker, stronger or paler."""
    gain = (1 + 0.03 * drift[:3]) * (1 + 0.05 * drift[3])
    pixels = np.clip(np.asarray(photo, np.float32) * gain.astype(np.float32), 0, 255).astype(np.uint8)
    return ImageEnhance.Color(Image.fromarray(pixels)).enhance(float(np.clip(1 + 0.13 * drift[4], 0.5, 1.5)))


def banner(photo: Image.Image, seller: Seller, rng: np.random.Generator) -> Image.Image:
    """A strip with a slogan along the top or the bottom."""
    side, tall = photo.width, round(photo.width * (0.11 + 0.05 * rng.random()))
    top = 0 if rng.random() < 0.35 else side - tall
    draw = ImageDraw.Draw(photo)
    draw.rectangle((0, top, side, top + tall), fill=seller.colour)
    edge = top + tall if top == 0 else top
    draw.rectangle((0, edge - 4, side, edge + 2), fill="#ffd23f")
    words = [str(word) for word in rng.choice(SLOGANS, 2, replace=False)]
    ink = readable(seller.colour)
    for index, word in enumerate(words):
        write(
            photo, word, (side * (0.27 + 0.46 * index), top + tall / 2), tall * 0.5, ink, name="heavy", width=side * 0.4
        )
    return photo


def corner(photo: Image.Image, seller: Seller, rng: np.random.Generator) -> Image.Image:
    """A ribbon across a corner and the shop's name at the foot."""
    side = photo.width
    draw = ImageDraw.Draw(photo)
    a, b = side * 0.24, side * 0.4
    draw.polygon([(a, 0), (b, 0), (0, b), (0, a)], fill=seller.colour)
    write(photo, str(rng.choice(("PROMO", "READY", "COD", "NEW"))), (side * 0.155, side * 0.155), side * 0.062,
          readable(seller.colour), name="heavy", angle=45)  # fmt: skip
    write(photo, seller.name, (side * 0.8, side * 0.955), side * 0.04, seller.colour, width=side * 0.36)
    return photo


def sticker(photo: Image.Image, seller: Seller, rng: np.random.Generator) -> Image.Image:
    """A round star sticker with a discount."""
    side = photo.width
    cx, cy, r = (
        side * (0.84 if rng.random() < 0.5 else 0.16),
        side * (0.16 if rng.random() < 0.6 else 0.84),
        side * 0.125,
    )
    turns = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    points = [
        (cx + np.cos(t) * r * (1.08 if i % 2 else 0.95), cy + np.sin(t) * r * (1.08 if i % 2 else 0.95))
        for i, t in enumerate(turns)
    ]
    draw = ImageDraw.Draw(photo)
    draw.polygon(points, fill=seller.colour)
    draw.ellipse(
        (cx - r * 0.84, cy - r * 0.84, cx + r * 0.84, cy + r * 0.84),
        outline=mix(seller.colour, "#ffffff", 0.7),
        width=2,
    )
    ink = readable(seller.colour)
    write(photo, f"-{int(rng.integers(2, 9)) * 5}%", (cx, cy - r * 0.12), r * 0.72, ink, name="heavy")
    write(photo, "DISKON", (cx, cy + r * 0.42), r * 0.3, ink)
    return photo


def watermark(photo: Image.Image, seller: Seller, rng: np.random.Generator) -> Image.Image:
    """The shop's name, half transparent, once in the middle or all over."""
    side, ink = photo.width, "#ffffff" if np.asarray(photo).mean() < 165 else "#30343a"
    if rng.random() < 0.6:
        write(
            photo,
            seller.name,
            (side / 2, side * (0.4 + 0.2 * rng.random())),
            side * 0.09,
            ink,
            name="spaced",
            width=side * 0.8,
            opacity=0.38,
        )
        return photo
    for row in range(4):
        for column in range(2):
            at = (side * (0.25 + 0.5 * column + 0.1 * (row % 2)), side * (0.14 + 0.25 * row))
            write(photo, seller.name, at, side * 0.045, ink, opacity=0.3, angle=24, width=side * 0.4)
    return photo


def frame(photo: Image.Image, seller: Seller, rng: np.random.Generator) -> Image.Image:
    """A coloured frame with the shop's name in its foot."""
    side, edge = photo.width, round(photo.width * 0.035)
    foot = round(side * 0.1)
    framed = Image.new("RGB", photo.size, seller.colour)
    inner = photo.resize((side - 2 * edge, side - edge - foot), Image.Resampling.BICUBIC)
    framed.paste(inner, (edge, edge))
    write(framed, seller.name, (side * 0.3, side - foot / 2), foot * 0.52, readable(seller.colour), width=side * 0.5)
    write(
        framed,
        str(rng.choice(SLOGANS)),
        (side * 0.78, side - foot / 2),
        foot * 0.42,
        "#ffe08a",
        name="heavy",
        width=side * 0.36,
    )
    return framed


MARKS = {"banner": banner, "corner": corner, "sticker": sticker, "watermark": watermark, "frame": frame}
