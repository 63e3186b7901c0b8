"""Mugs, bottles and travel cups."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from assets.demo.make.drawing.canvas import Pose, Size, plain
from assets.demo.make.drawing.lathe import GLOSSY, MATTE, Finish, Turned, around, lathe, ribbed
from assets.demo.make.drawing.lettering import write
from assets.demo.make.drawing.motifs import mix
from assets.demo.make.drawing.relief import Cushion, puff, rounded
from assets.demo.make.goods.product import Product

STEEL = "#c9ced3"


def mug(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A mug with a handle, half full of coffee."""
    enamel = product.line.look == "enamel"
    wide, tall, top = (165.0, 300.0, 200.0) if enamel else (160.0, 330.0, 180.0)
    size, cx, pitch = (640, 640), 320, pose.pitch + 0.14
    art, glaze, rim = _print(product, (around(wide), round(tall)))
    facing = np.cos(2 * np.pi * pose.turn)
    x, reach = cx + (1 if facing >= 0 else -1) * wide * 0.98, 105 * (0.65 + 0.35 * abs(facing))
    ring = Image.new("L", size)
    draw = ImageDraw.Draw(ring)
    draw.ellipse((x - reach, top + 60, x + reach, top + tall - 50), fill=255)
    draw.ellipse((x - reach * 0.62, top + 98, x + reach * 0.62, top + tall - 88), fill=0)
    canvas = puff(plain(glaze, size), ring, Cushion(19, 1.3, 0.6), rng)
    body = [(top, wide), (top + tall * 0.85, wide * (0.98 if enamel else 0.95)), (top + tall, wide * 0.86)]
    canvas.alpha_composite(lathe(size, [Turned(body, art, GLOSSY, rim)], turn=pose.turn, pitch=pitch))
    draw = ImageDraw.Draw(canvas)
    for shrink, dy, fill in ((0.94, 0, mix(glaze, "#5a5148", 0.35)), (0.88, 16, "#3d2416"), (0.8, 20, "#52321f")):
        rx = wide * shrink
        draw.ellipse((cx - rx, top + dy - rx * pitch, cx + rx, top + dy * 0.6 + rx * pitch), fill=fill)
    return canvas


def _print(product: Product, size: Size) -> tuple[Image.Image, str, str]:
    """Artwork of a mug, the colour of its glaze and of its rim."""
    width, height = size
    pack, ink, _ = product.line.colours
    if product.line.look == "enamel":
        art, dark = plain(product.tone, size), product.word == "navy"
        light = ink if product.word == "white" else "#f3efe6"
        _specks(art, product)
        for x in (0.25, 0.75):
            write(art, product.line.icon, (width * x, height * 0.42), height * 0.36, light, name="icon")
            write(art, product.line.brand, (width * x, height * 0.72), height * 0.11, light, name="spaced")
        return art, product.tone, "#f3efe6" if dark else "#2b2f36"
    art = plain(pack, size)
    PATTERNS[product.model](art, product)
    write(art, product.line.brand, (width * 0.25, height * 0.86), height * 0.08, ink, name=product.line.font)
    return art, ink if product.model == "Stripe" else pack, mix(pack, "#8a7a66", 0.2)


def _specks(art: Image.Image, product: Product) -> None:
    draw, rng = ImageDraw.Draw(art), np.random.default_rng(4)
    light = product.line.colours[1] if product.word == "white" else "#f3efe6"
    for _ in range(420):
        x, y, r = rng.random() * art.width, rng.random() * art.height, 1 + rng.random() * 2.5
        draw.ellipse((x - r, y - r, x + r, y + r), fill=mix(product.tone, light, 0.5))


def _sunrise(art: Image.Image, product: Product) -> None:
    draw, (width, height) = ImageDraw.Draw(art), art.size
    for x in (0.25, 0.75):
        for r, shade in ((0.36, 0.55), (0.27, 0.25), (0.18, 0.0)):
            box = (width * x - height * r, height * (0.62 - r), width * x + height * r, height * (0.62 + r))
            draw.pieslice(box, 180, 360, fill=mix(product.line.colours[2], "#ffffff", shade))


def _terrazzo(art: Image.Image, product: Product) -> None:
    draw, rng = ImageDraw.Draw(art), np.random.default_rng(6)
    for _ in range(150):
        (x, y, turn), r = rng.random(3) * (art.width, art.height, 6.3), 8 + rng.random() * 16
        corners = [(x + np.cos(turn + a) * r, y + np.sin(turn + a) * r * 0.7) for a in (0, 1.2, 2.4, 4.1)]
        draw.polygon(corners, fill=("#c98d77", "#33424f", "#9db49a", "#d9a02f")[int(rng.integers(4))])


def _stripe(art: Image.Image, product: Product) -> None:
    draw, (width, height) = ImageDraw.Draw(art), art.size
    for index in range(5):
        y = height * (0.16 + index * 0.15)
        draw.rectangle((0, y, width, y + height * 0.055), fill=product.line.colours[1 + index % 2])


PATTERNS: dict[str, Callable[[Image.Image, Product], None]] = {
    "Sunrise": _sunrise,
    "Terrazzo": _terrazzo,
    "Stripe": _stripe,
}


def tumbler(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A slim steel bottle with a powder coat, or a travel cup with a handle and a straw."""
    return (_cup if product.line.look == "handle" else _bottle)(product, pose, rng)


def _bottle(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    size, base, lid = (560, 960), 900.0, "#2a2d33"
    wide, tall = 88 + 12 * product.scale, 520 + 90 * product.scale
    top = base - tall
    art = _coat(product, (around(wide), round(tall)), upright=True)
    pieces = [
        Turned([(top, wide), (base - 20, wide), (base, wide * 0.94)], art, Finish(0.35, 0.55), STEEL),
        Turned([(base - 34, wide * 1.005), (base, wide * 0.95)], plain(STEEL), GLOSSY),
        Turned([(top - 12, wide * 1.01), (top + 14, wide * 1.01)], plain(STEEL), GLOSSY, STEEL),
        Turned([(top - 110, wide * 0.62), (top - 10, wide * 0.7)], ribbed(lid, 60), MATTE, mix(lid, "#ffffff", 0.12)),
    ]
    canvas = _handle(size, (234, top - 165, 326, top - 55), lid, rng)
    canvas.alpha_composite(lathe(size, pieces, turn=pose.turn, pitch=pose.pitch))
    return canvas


def _cup(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    size, base, wide, tall = (560, 960), 900.0, 140.0, 520.0
    top, lid = base - tall, STEEL if product.model == "Pro" else "#2a2d33"
    art = _coat(product, (around(wide), round(tall)), upright=False)
    straw = Turned([(top - 190, 15), (top - 30, 15)], plain(mix(product.tone, "#ffffff", 0.5)), GLOSSY, "#ffffff")
    pieces = [
        straw,
        Turned([(top, wide), (base - 20, wide * 0.74), (base, wide * 0.7)], art, Finish(0.35, 0.55), STEEL),
        Turned([(base - 34, wide * 0.76), (base, wide * 0.7)], plain(STEEL), GLOSSY),
        Turned([(top - 12, wide * 1.01), (top + 14, wide * 1.01)], plain(STEEL), GLOSSY, STEEL),
        Turned([(top - 46, wide * 0.98), (top - 10, wide)], ribbed(lid, 60), MATTE, mix(lid, "#ffffff", 0.12)),
    ]
    canvas = _handle(size, (398, top + 60, 508, top + 310), lid, rng)
    canvas.alpha_composite(lathe(size, pieces, turn=pose.turn, pitch=pose.pitch))
    return canvas


def _coat(product: Product, size: Size, *, upright: bool) -> Image.Image:
    """Powder coat with the brand on both sides, along or across the bottle."""
    art, tall = plain(product.tone, size), size[1]
    ink = "#33383f" if product.word in {"white", "mint", "pink"} else "#f4f2ee"
    for x in (size[0] / 4, size[0] * 3 / 4):
        write(art, product.line.icon, (x, tall * (0.17 if upright else 0.34)), 90, ink, name="icon")
        width = None if upright else size[0] * 0.21
        write(art, product.line.brand, (x, tall * 0.5), 64, ink, name="spaced", angle=90 * upright, width=width)
        write(art, product.model or product.size, (x, tall * 0.76), 30, ink)
    return art


def _handle(size: Size, box: tuple[float, float, float, float], colour: str, rng: np.random.Generator) -> Image.Image:
    return puff(plain(colour, size), rounded(size, box, 44, wall=26), Cushion(13, 1.2, 0.3), rng)
