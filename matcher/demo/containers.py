"""Bottles, jars, mugs and lipsticks: everything round, turned on a lathe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from matcher.demo.artwork import front, plain, wrap
from matcher.demo.goods import Product
from matcher.demo.motifs import mix
from matcher.demo.solids import GLASS, GLOSSY, MATTE, SATIN, Cushion, Finish, Turned, lathe, puff


@dataclass(frozen=True)
class Pose:
    """How the camera looks at a product."""

    turn: float = 0.0  # in turns about the upright axis, -0.5..0.5; 0.5 shows the back
    pitch: float = 0.1  # 0 level .. 0.5 from well above

    @property
    def from_behind(self) -> bool:
        """Whether the back of a flat thing shows."""
        return abs(self.turn) > 0.25


def shampoo(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A bottle with a pump, or with a flip cap for the framed look; the large size has broader shoulders."""
    wide, tall = 132 + 34 * product.scale, 470 + 60 * product.scale
    base, cx = 900.0, 260
    top = base - tall
    shell = product.line.colours[0]
    cap = mix(product.line.colours[2], "#20201f", 0.15) if product.line.look == "frame" else "#f4f2ee"
    body = [(top, 50), (top + 26, wide * 0.72), (top + 75, wide), (base - 40, wide), (base - 8, wide * 0.96), (base, wide * 0.9)]
    art = wrap(product, (1400, round(tall)))
    pieces = [Turned(body, art, GLOSSY, shell)]
    if product.line.look == "frame":
        pieces.append(Turned([(top - 105, 56), (top - 95, 62), (top + 6, 66)], plain(cap), SATIN, mix(cap, "#ffffff", 0.2)))
        return lathe((520, 960), pieces, turn=pose.turn, pitch=pose.pitch)
    pieces += [
        Turned([(top - 40, 46), (top + 8, 48)], plain(cap), SATIN, cap),
        Turned([(top - 115, 13), (top - 40, 13)], plain("#dcdad5"), GLOSSY, None),
        Turned([(top - 150, 34), (top - 112, 38)], plain(cap), SATIN, mix(cap, "#ffffff", 0.5)),
    ]
    bottle = lathe((520, 960), pieces[:3], turn=pose.turn, pitch=pose.pitch)
    reach = np.cos(2 * np.pi * (pose.turn + 0.06))
    nozzle = Image.new("L", bottle.size)
    tip = cx - 150 * reach
    ImageDraw.Draw(nozzle).polygon(
        [(cx, top - 148), (tip, top - 140), (tip - 6 * reach, top - 106), (tip + 22 * reach, top - 116), (cx, top - 112)], fill=255
    )
    bottle.alpha_composite(puff(plain(cap, bottle.size), nozzle, Cushion(16, 1.2, 0.4), rng))
    bottle.alpha_composite(lathe(bottle.size, pieces[3:], pitch=pose.pitch))
    return bottle


def serum(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A small glass bottle with a dropper."""
    wide, tall = 118 + 20 * product.scale, 320 + 40 * product.scale
    base, tone = 880.0, product.tone
    top = base - tall
    glass = mix("#7a4a22", product.line.colours[2], 0.25) if product.line.look == "minimal" else product.line.colours[0]
    label = Image.new("RGB", (1200, round(tall)), glass)
    label.paste(wrap(product, (1200, round(tall * 0.7))), (0, round(tall * 0.22)))
    metal = "#22252b" if product.line.look == "minimal" else product.line.colours[2]
    body = [(top, 48), (top + 22, wide * 0.85), (top + 50, wide), (base - 24, wide), (base, wide * 0.9)]
    pieces = [
        Turned(body, label, GLASS, glass),
        Turned([(top - 86, 52), (top + 6, 55)], _ribbed(metal), GLOSSY, mix(metal, "#ffffff", 0.2)),
        Turned([(top - 230, 22), (top - 215, 34), (top - 150, 36), (top - 86, 34)], plain(mix(tone, "#f4efe8", 0.5)), SATIN, None),
    ]
    return lathe((480, 920), pieces, turn=pose.turn, pitch=pose.pitch)


def _ribbed(colour: str, ribs: int = 90) -> Image.Image:
    """Vertical grooves, as on a screw cap."""
    art = Image.new("RGB", (ribs * 8, 4), colour)
    draw = ImageDraw.Draw(art)
    for rib in range(ribs):
        draw.rectangle((rib * 8, 0, rib * 8 + 2, 4), fill=mix(colour, "#000000", 0.3))
    return art


def lipstick(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """An open lipstick with its cap standing beside it."""
    case, ink, accent = product.line.colours
    gold = mix(accent, "#fff3cf", 0.2)
    wide = 74.0
    base_art = Image.new("RGB", (900, 260), case)
    base_art.paste(front(product, (450, 620)).crop((40, 60, 410, 200)).resize((300, 113)), (75, 90)) if False else None
    pieces = [
        Turned([(600, wide), (850, wide)], _branded(product, (900, 250)), GLOSSY, case),
        Turned([(500, wide * 0.86), (604, wide * 0.86)], plain(gold), GLOSSY, gold),
        Turned([(470, wide * 0.7), (504, wide * 0.7)], plain(mix(gold, "#8a6a2a", 0.25)), GLOSSY, gold),
    ]
    stick = lathe((720, 900), pieces, turn=pose.turn, pitch=pose.pitch)
    stick = _shifted(stick, -130)
    stick.alpha_composite(_bullet(product.tone, (720, 900), 230, 470, wide * 0.6, rng))
    cap = [Turned([(470, wide * 0.97), (850, wide * 1.02)], _branded(product, (900, 380)), GLOSSY, mix(case, "#ffffff", 0.15))]
    stick.alpha_composite(_shifted(lathe((720, 900), cap, turn=pose.turn + 0.1, pitch=pose.pitch), 120))
    return stick


def _bullet(tone: str, size: tuple[int, int], cx: float, foot: float, radius: float, rng: np.random.Generator) -> Image.Image:
    """The slanted stick of colour."""
    mask = Image.new("L", size)
    draw = ImageDraw.Draw(mask)
    t = np.linspace(0, np.pi, 30)
    arch = [(cx - radius * np.cos(a), foot - 165 - 95 * np.sin(a) * (0.55 + 0.45 * (a / np.pi))) for a in t]
    draw.polygon([(cx - radius, foot + 6), *arch, (cx + radius, foot + 6)], fill=255)
    draw.ellipse((cx - radius, foot - 2, cx + radius, foot + 14), fill=255)
    art = plain(tone, size)
    cut = [(cx - radius * 0.92 * np.cos(a), foot - 172 - 78 * np.sin(a) * (0.5 + 0.5 * a / np.pi)) for a in t]
    ImageDraw.Draw(art).polygon([*cut, (cx - radius * 0.2, foot - 130)], fill=mix(tone, "#ffffff", 0.22))
    return puff(art, mask, Cushion(radius, 1.1, 0.5), rng)


def _branded(product: Product, size: tuple[int, int]) -> Image.Image:
    """The pack's colour with the brand small in the middle of the front."""
    from matcher.demo.lettering import write

    art = Image.new("RGB", size, product.line.colours[0])
    write(art, product.line.brand, (size[0] / 4, size[1] * 0.5), size[0] * 0.05, product.line.colours[1],
          name=product.line.font, width=size[0] * 0.16)  # fmt: skip
    return art


def _shifted(image: Image.Image, dx: int) -> Image.Image:
    moved = Image.new("RGBA", image.size)
    moved.paste(image, (dx, 0))
    return moved


def jar(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A glass jar full of something tasty, with a label and a metal lid."""
    wide, tall = 175 + 15 * product.scale, 330 + 80 * product.scale
    base, tone = 760.0, product.tone
    top = base - tall
    filling = _filling(tone, (1600, round(tall)), rng)
    label = front(product, (560, round(tall * 0.74)))
    filling.paste(label, (400 - 280, round(tall * 0.2)))
    filling.paste(label.resize((300, label.height)), (1050, round(tall * 0.2)))
    lid = mix(product.line.colours[1], "#3a2a18", 0.2)
    body = [(top, wide * 0.78), (top + 24, wide * 0.93), (top + 55, wide), (base - 30, wide), (base, wide * 0.9)]
    pieces = [
        Turned(body, filling, GLASS, mix(tone, "#ffffff", 0.3)),
        Turned([(top - 70, wide * 0.84), (top - 60, wide * 0.86), (top + 4, wide * 0.86)], _ribbed(lid), GLOSSY, mix(lid, "#ffffff", 0.18)),
    ]
    return lathe((560, 800), pieces, turn=pose.turn, pitch=pose.pitch + 0.06)


def _filling(tone: str, size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """Sambal or honey seen through glass: blotches of light and dark."""
    coarse = rng.random((size[1] // 24 + 2, size[0] // 24 + 2))
    blotch = Image.fromarray((coarse * 255).astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
    dark, light = plain(mix(tone, "#2a0d00", 0.35), size), plain(mix(tone, "#ffd27a", 0.25), size)
    return Image.composite(light, dark, blotch)


def mug(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A mug with a handle, half full of coffee."""
    enamel = product.line.look == "enamel"
    wide, tall, top = (165.0, 300.0, 200.0) if enamel else (160.0, 330.0, 180.0)
    size, cx, pitch = (640, 640), 320, pose.pitch + 0.14
    art, rim = _mug_art(product, (1400, round(tall)))
    glaze = art.getpixel((2, round(tall / 2)))
    colour = "#{:02x}{:02x}{:02x}".format(*glaze)  # type: ignore[misc]
    side = 1 if np.cos(2 * np.pi * pose.turn) >= 0 else -1
    ring = Image.new("L", size)
    draw, x = ImageDraw.Draw(ring), cx + side * wide * 0.98
    reach = 105 * (0.65 + 0.35 * abs(np.cos(2 * np.pi * pose.turn)))
    draw.ellipse((x - reach, top + 60, x + reach, top + tall - 50), fill=255)
    draw.ellipse((x - reach * 0.62, top + 98, x + reach * 0.62, top + tall - 88), fill=0)
    canvas = puff(plain(colour, size), ring, Cushion(19, 1.3, 0.6), rng)
    body = [(top, wide), (top + tall * 0.85, wide * (0.98 if enamel else 0.95)), (top + tall, wide * 0.86)]
    cup = lathe(size, [Turned(body, art, GLOSSY, rim)], turn=pose.turn, pitch=pitch)
    canvas.alpha_composite(cup)
    draw = ImageDraw.Draw(canvas)
    for shrink, dy, fill in ((0.94, 0, mix(colour, "#5a5148", 0.35)), (0.88, 16, "#3d2416"), (0.8, 20, "#52321f")):
        rx = wide * shrink
        draw.ellipse((cx - rx, top + dy - rx * pitch, cx + rx, top + dy * 0.6 + rx * pitch), fill=fill)
    return canvas


def _mug_art(product: Product, size: tuple[int, int]) -> tuple[Image.Image, str]:
    """Print and rim colour of a mug."""
    from matcher.demo.lettering import write

    width, height = size
    ink, accent = product.line.colours[1], product.line.colours[2]
    if product.line.look == "enamel":
        art = plain(product.tone, size)
        draw, light = ImageDraw.Draw(art), "#f3efe6" if product.word != "white" else ink
        speck = np.random.default_rng(4)
        for _ in range(420):
            x, y, r = speck.random() * width, speck.random() * height, 1 + speck.random() * 2.5
            draw.ellipse((x - r, y - r, x + r, y + r), fill=mix(product.tone, light, 0.5))
        for x in (0.25, 0.75):
            write(art, product.line.icon, (width * x, height * 0.42), height * 0.36, light, name="icon")
            write(art, product.line.brand, (width * x, height * 0.72), height * 0.11, light, name="spaced")
        return art, "#2b2f36" if product.word != "navy" else "#f3efe6"
    art = plain(product.line.colours[0], size)
    draw = ImageDraw.Draw(art)
    if product.model == "Sunrise":
        for x in (0.25, 0.75):
            for r, shade in ((0.36, 0.55), (0.27, 0.25), (0.18, 0.0)):
                box = (width * x - height * r, height * (0.62 - r), width * x + height * r, height * (0.62 + r))
                draw.pieslice(box, 180, 360, fill=mix(accent, "#ffffff", shade))
    elif product.model == "Terrazzo":
        chips = np.random.default_rng(6)
        for _ in range(150):
            x, y, turn, r = *(chips.random(3) * (width, height, 6.3)), 8 + chips.random() * 16
            corners = [(x + np.cos(turn + a) * r, y + np.sin(turn + a) * r * 0.7) for a in (0, 1.2, 2.4, 4.1)]
            draw.polygon(corners, fill=("#c98d77", "#33424f", "#9db49a", "#d9a02f")[int(chips.integers(4))])
    else:
        for index in range(5):
            y = height * (0.16 + index * 0.15)
            draw.rectangle((0, y, width, y + height * 0.055), fill=(ink, accent)[index % 2])
    write(art, product.line.brand, (width * 0.25, height * 0.86), height * 0.08, ink, name=product.line.font)
    return art, mix(product.line.colours[0], "#8a7a66", 0.2)


def tumbler(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A steel bottle with a powder coat, or a big cup with a handle and a straw."""
    from matcher.demo.lettering import write

    handle = product.line.look == "handle"
    wide, tall = (140.0, 520.0) if handle else (88 + 12 * product.scale, 520 + 90 * product.scale)
    base = 900.0
    top, tone = base - tall, product.tone
    art = plain(tone, (1200, round(tall)))
    ink = "#f4f2ee" if product.word not in {"white", "mint", "pink"} else "#33383f"
    for x in (300, 900):
        write(art, product.line.icon, (x, tall * 0.34), 90, ink, name="icon")
        write(art, product.line.brand, (x, tall * 0.5), 64, ink, name="spaced", angle=0 if handle else 90)
        write(art, product.model or product.size, (x, tall * 0.76), 30, ink)
    steel = "#c9ced3"
    lid = "#2a2d33" if product.model != "Pro" else steel
    size = (560, 960)
    body = [(top, wide), (base - 20, wide * (0.74 if handle else 1)), (base, wide * (0.7 if handle else 0.94))]
    pieces = [
        Turned(body, art, Finish(0.35, 0.55), steel),
        Turned([(base - 34, wide * (0.76 if handle else 1.005)), (base, wide * (0.7 if handle else 0.95))], plain(steel), GLOSSY),
        Turned([(top - 12, wide * 1.01), (top + 14, wide * 1.01)], plain(steel), GLOSSY, steel),
        Turned([(top - (46 if handle else 110), wide * (0.98 if handle else 0.62)), (top - 10, wide * (1 if handle else 0.7))],
               _ribbed(lid, 60), MATTE, mix(lid, "#ffffff", 0.12)),
    ]  # fmt: skip
    canvas = Image.new("RGBA", size)
    if handle:
        canvas.alpha_composite(_loop(size, (280 + 118, top + 60), (110, 250), lid, rng))
        canvas.alpha_composite(lathe(size, [Turned([(top - 190, 15), (top - 30, 15)], plain(mix(tone, "#ffffff", 0.5)), GLOSSY, "#ffffff")]))
    else:
        canvas.alpha_composite(_loop(size, (280 - 46, top - 165), (92, 110), lid, rng))
    canvas.alpha_composite(lathe(size, pieces, turn=pose.turn, pitch=pose.pitch))
    return canvas


def _loop(size: tuple[int, int], at: tuple[float, float], extent: tuple[float, float], colour: str, rng: np.random.Generator) -> Image.Image:
    """A handle: a rounded ring."""
    ring = Image.new("L", size)
    draw, (x, y), (w, h) = ImageDraw.Draw(ring), at, extent
    draw.rounded_rectangle((x, y, x + w, y + h), 44, fill=255)
    draw.rounded_rectangle((x + 26, y + 26, x + w - 26, y + h - 26), 26, fill=0)
    return puff(plain(colour, size), ring, Cushion(13, 1.2, 0.3), rng)
