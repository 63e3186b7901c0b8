"""Phone cases, earphones and power banks."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from assets.demo.make.drawing.canvas import Pose, Size, plain
from assets.demo.make.drawing.lettering import write
from assets.demo.make.drawing.motifs import dot, flower, leaf, mix, readable
from assets.demo.make.drawing.relief import Cushion, lay, rounded
from assets.demo.make.goods.product import Product

PHONE = (30, 20, 530, 940)  # box of a phone's back in a picture of 560 x 960


def _sheen(image: Image.Image, strength: int) -> Image.Image:
    """Add a slanted reflection, as on something flat and shiny; strength 0..255."""
    band, (w, h) = Image.new("L", image.size), image.size
    ImageDraw.Draw(band).polygon([(w * 0.05, 0), (w * 0.45, 0), (w * 0.1, h), (-w * 0.3, h)], fill=strength)
    band = band.filter(ImageFilter.GaussianBlur(w * 0.03))
    light = Image.new("RGBA", image.size, (255, 255, 255, 255))
    light.putalpha(Image.fromarray(np.minimum(np.asarray(band), np.asarray(image.getchannel("A")))))
    image.alpha_composite(light)
    return image


def case(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """The back of a case on its phone; from behind, the phone's screen over the case."""
    size, tone = (560, 960), product.tone
    art = plain(tone, size)
    if product.line.look == "flora":
        art = _meadow(tone, size)
    else:
        write(art, product.line.brand, (280, 780), 34, mix(tone, readable(tone), 0.45), name="spaced")
    shell = Image.new("RGBA", size)
    lay(shell, rounded(size, PHONE, 74), art, Cushion(26, 1.1, 0.35), rng)
    _camera(shell, product.model.endswith("Pro"), tone, rng)
    if not pose.from_behind:
        return _sheen(shell, 34)
    both = Image.new("RGBA", (820, 1000))
    both.alpha_composite(shell, (240, 20))
    both.alpha_composite(_screen(size, rng), (10, 0))
    return both


def _meadow(tone: str, size: Size) -> Image.Image:
    """Flowers and leaves strewn on a pale ground."""
    art, rng = plain(mix(tone, "#ffffff", 0.72), size), np.random.default_rng(12)
    draw = ImageDraw.Draw(art)
    for index in range(34):
        at, turn = (rng.random() * size[0], rng.random() * size[1]), rng.random() * 6
        if index % 3:
            leaf(draw, at, 70, turn, mix("#6f9a6c", tone, 0.2))
        else:
            flower(draw, at, 90, turn, mix(tone, "#ffffff", 0.2 * (index % 2)), 5 + index % 2)
    return art


def _screen(size: Size, rng: np.random.Generator) -> Image.Image:
    """The front of a phone, its screen on."""
    glow = Image.fromarray(np.linspace(0, 255, size[1], dtype=np.uint8)[:, None].repeat(size[0], 1))
    art = plain("#101318", size)
    picture = Image.composite(plain("#6f5bd0", size), plain("#e98a7a", size), glow)
    art.paste(picture, (0, 0), rounded(size, (46, 36, 514, 924), 60))
    write(art, "09:41", (280, 190), 96, "#ffffff", name="light")
    phone = Image.new("RGBA", size)
    lay(phone, rounded(size, PHONE, 74), art, Cushion(12, 0.6, 0.2), rng)
    return _sheen(phone, 50)


def _camera(shell: Image.Image, pro: bool, tone: str, rng: np.random.Generator) -> None:
    """The cut-out for the lenses: three on the Pro, two on the other."""
    box = (58, 48, 270, 262) if pro else (58, 48, 176, 292)
    lay(shell, rounded(shell.size, box, 46), mix(tone, "#000000", 0.35), Cushion(12, 1.0, 0.3), rng)
    draw = ImageDraw.Draw(shell)
    for x, y in ((114, 106), (214, 106), (114, 204)) if pro else ((117, 110), (117, 222)):
        for radius, shade in ((42, "#0d0f13"), (34, "#262a33"), (24, "#0a0c12"), (12, "#25336b")):
            dot(draw, (x, y), radius, shade)
        dot(draw, (x - 9, y - 10), 5, "#cfd8ff")
    dot(draw, (214, 204) if pro else (117, 166), 10, "#fff3d0")


def earbuds(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """An open charging case with both earphones coming out of it."""
    size, tone, stem = (860, 900), product.tone, product.line.look == "stem"
    (left, top, right, bottom), radius = ((200, 430, 660, 830), 130) if stem else ((190, 470, 670, 800), 160)
    canvas = Image.new("RGBA", size)
    lid = rounded(size, (left + 8, top - 130, right - 8, top + 120), radius * 0.8)
    lay(canvas, lid, mix(tone, "#000000", 0.12), Cushion(40, 1.0, 0.5), rng)
    inside = rounded(size, (left + 32, top - 108, right - 32, top + 120), radius * 0.7)
    lay(canvas, inside, "#2a2c31", Cushion(30, 0.6, 0.2), rng)
    for side in (-1, 1):
        _bud(canvas, (430 + side * 105, top - (40 if stem else 0)), side, product, rng)
    art, ink = plain(tone, size), mix(tone, readable(tone), 0.5)
    if not pose.from_behind:
        write(art, product.line.brand, (430, bottom - 130), 44, ink, name="spaced", width=260)
        write(art, product.model, (430, bottom - 80), 28, ink)
    lay(canvas, rounded(size, (left, top, right, bottom), radius), art, Cushion(95, 0.9, 0.8), rng)
    dot(ImageDraw.Draw(canvas), (430, top + 70), 8, "#2a2c31" if pose.from_behind else "#58d68d")
    return canvas


def _bud(canvas: Image.Image, at: tuple[float, float], side: int, product: Product, rng: np.random.Generator) -> None:
    """One earphone, left (-1) or right (1): with a stem or round, with a rubber tip on the Pro."""
    (x, y), size, tone = at, canvas.size, product.tone
    if product.line.look == "stem":
        middle = x + side * 22
        lay(canvas, rounded(size, (middle - 30, y - 60, middle + 30, y + 170), 28), tone, Cushion(28, 1.0, 0.8), rng)
    lay(canvas, rounded(size, (x - 74, y - 120, x + 74, y + 20), 72), tone, Cushion(68, 1.0, 0.8), rng)
    draw, hole = ImageDraw.Draw(canvas), x - side * 44
    draw.ellipse((hole - 22, y - 84, hole + 22, y - 28), fill=mix(tone, "#000000", 0.7))
    if product.model == "Pro":
        tip = x - side * 70
        draw.ellipse((tip - 34, y - 92, tip + 34, y - 20), fill=mix("#3a3d44", tone, 0.2))


def powerbank(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A slab with lights and ports; the large capacity is longer."""
    slim = product.line.look == "slim"
    width, height = (400, 640) if slim else (430, round(720 + 130 * product.scale))
    size, tone = (width + 60, height + 60), product.tone
    cx, face = 30 + width / 2, (30, 30, width + 30, height + 30)
    art = plain(tone, size)
    (_powerbank_back if pose.from_behind else _powerbank_front)(art, product, cx, width, height)
    slab = Image.new("RGBA", size)
    edge = rounded(size, (42, 42, width + 42, height + 42), 54)
    lay(slab, edge, mix(tone, "#000000", 0.4), Cushion(16), rng)
    lay(slab, rounded(size, face, 54), art, Cushion(24, 1.0, 0.5), rng)
    draw = ImageDraw.Draw(slab)
    draw.rounded_rectangle((cx - 70, 33, cx - 14, 45), 6, fill="#16181c")
    draw.rounded_rectangle((cx + 20, 33, cx + 84, 45), 2, fill="#16181c")
    return _sheen(slab, 40)


def _powerbank_front(art: Image.Image, product: Product, cx: float, width: int, height: int) -> None:
    draw, tone, slim = ImageDraw.Draw(art), product.tone, product.line.look == "slim"
    ink, accent = mix(tone, readable(tone), 0.75), "#ffffff" if slim else product.line.colours[2]
    if not slim:
        draw.rectangle((30, height * 0.62, width + 30, height * 0.66), fill=accent)
    write(art, product.line.icon, (cx, height * 0.32), 150, accent, name="icon")
    write(art, product.line.brand, (cx, height * 0.52), 64, ink, name="spaced", width=width * 0.72)
    write(art, product.size, (cx, height * 0.78), 50, ink, width=width * 0.7)
    for light in range(4):
        dot(draw, (cx - 45 + light * 30, height * 0.9), 7, "#58d68d" if light < 3 else mix(tone, "#888888", 0.5))


def _powerbank_back(art: Image.Image, product: Product, cx: float, width: int, height: int) -> None:
    draw, ink = ImageDraw.Draw(art), mix(product.tone, readable(product.tone), 0.6)
    write(art, product.size, (cx, height * 0.3), 44, ink)
    for row in range(8):
        y, right = height * 0.4 + row * 30, cx + (120 if row % 3 else 60)
        draw.rectangle((cx - 120, y, right, y + 9), fill=mix(product.tone, ink, 0.6))
