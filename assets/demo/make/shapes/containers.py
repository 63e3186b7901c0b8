"""Bottles, jars and lipsticks: everything round that is sold full."""

import numpy as np
from PIL import Image, ImageDraw

from assets.demo.make.drawing.canvas import Pose, Size, plain
from assets.demo.make.drawing.lathe import GLASS, GLOSSY, SATIN, Turned, around, lathe, ribbed
from assets.demo.make.drawing.lettering import write
from assets.demo.make.drawing.motifs import mix
from assets.demo.make.drawing.relief import Cushion, outline, puff
from assets.demo.make.goods.product import Product
from assets.demo.make.shapes.artwork import back, front, wrap


def shampoo(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A bottle with a pump, or with a flip cap for the framed look; the large size has broader shoulders."""
    size, base = (520, 960), 900.0
    wide, tall = 132 + 34 * product.scale, 470 + 60 * product.scale
    top, shell = base - tall, product.line.colours[0]
    body = [(top, 50), (top + 26, wide * 0.72), (top + 75, wide), (base - 40, wide), (base - 8, wide * 0.96)]
    pieces = [Turned([*body, (base, wide * 0.9)], wrap(product, (around(wide), round(tall))), GLOSSY, shell)]
    if product.line.look == "frame":
        cap = mix(product.line.colours[2], "#20201f", 0.15)
        profile = [(top - 105, 56), (top - 95, 62), (top + 6, 66)]
        pieces.append(Turned(profile, plain(cap), SATIN, mix(cap, "#ffffff", 0.2)))
        return lathe(size, pieces, turn=pose.turn, pitch=pose.pitch)
    bottle = lathe(size, pieces, turn=pose.turn, pitch=pose.pitch)
    bottle.alpha_composite(_pump(size, top, pose, rng))
    return bottle


def _pump(size: Size, top: float, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A pump standing on the neck of a bottle, its nozzle to the left when the front shows."""
    white, cx = "#f4f2ee", size[0] / 2
    stem = [
        Turned([(top - 40, 46), (top + 8, 48)], plain(white), SATIN, white),
        Turned([(top - 115, 13), (top - 40, 13)], plain("#dcdad5"), GLOSSY),
    ]
    pump = lathe(size, stem, pitch=pose.pitch)
    reach = np.cos(2 * np.pi * (pose.turn + 0.06))
    tip = cx - 150 * reach
    nozzle = [(cx, top - 148), (tip, top - 140), (tip - 6 * reach, top - 106), (tip + 22 * reach, top - 116)]
    pump.alpha_composite(
        puff(plain(white, size), outline(size, [*nozzle, (cx, top - 112)]), Cushion(16, 1.2, 0.4), rng)
    )
    head = Turned([(top - 150, 34), (top - 112, 38)], plain(white), SATIN, "#ffffff")
    pump.alpha_composite(lathe(size, [head], pitch=pose.pitch))
    return pump


def serum(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A small glass bottle with a dropper."""
    wide, tall, base = 118 + 20 * product.scale, 320 + 40 * product.scale, 880.0
    top, amber = base - tall, product.line.look == "minimal"
    glass = mix("#7a4a22", product.line.colours[2], 0.25) if amber else product.line.colours[0]
    metal = "#22252b" if amber else product.line.colours[2]
    label = plain(glass, (around(wide), round(tall)))
    label.paste(wrap(product, (label.width, round(tall * 0.7))), (0, round(tall * 0.22)))
    body = [(top, 48), (top + 22, wide * 0.85), (top + 50, wide), (base - 24, wide), (base, wide * 0.9)]
    bulb = [(top - 230, 22), (top - 215, 34), (top - 150, 36), (top - 86, 34)]
    pieces = [
        Turned(body, label, GLASS, glass),
        Turned([(top - 86, 52), (top + 6, 55)], ribbed(metal), GLOSSY, mix(metal, "#ffffff", 0.2)),
        Turned(bulb, plain(mix(product.tone, "#f4efe8", 0.5)), SATIN),
    ]
    return lathe((480, 920), pieces, turn=pose.turn, pitch=pose.pitch)


def lipstick(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """An open lipstick with its cap standing beside it."""
    size, wide, case = (720, 900), 74.0, product.line.colours[0]
    gold = mix(product.line.colours[2], "#fff3cf", 0.2)
    holder = [
        Turned([(600, wide), (850, wide)], _branded(product, (around(wide), 250)), GLOSSY, case),
        Turned([(500, wide * 0.86), (604, wide * 0.86)], plain(gold), GLOSSY, gold),
        Turned([(470, wide * 0.7), (504, wide * 0.7)], plain(mix(gold, "#8a6a2a", 0.25)), GLOSSY, gold),
    ]
    cap_art, cap_top = _branded(product, (around(wide), 380)), mix(case, "#ffffff", 0.15)
    cap = Turned([(470, wide * 0.97), (850, wide * 1.02)], cap_art, GLOSSY, cap_top)
    both = Image.new("RGBA", size)
    both.paste(lathe(size, holder, turn=pose.turn, pitch=pose.pitch), (-130, 0))
    both.alpha_composite(_bullet(product.tone, size, (230, 470), wide * 0.6, rng))
    both.alpha_composite(lathe(size, [cap], turn=pose.turn + 0.05, pitch=pose.pitch), (120, 0))
    return both


def _bullet(tone: str, size: Size, foot: tuple[float, float], radius: float, rng: np.random.Generator) -> Image.Image:
    """The slanted stick of colour."""
    (x, y), turns = foot, np.linspace(0, np.pi, 30)
    arch = [(x - radius * np.cos(t), y - 165 - 95 * np.sin(t) * (0.55 + 0.45 * t / np.pi)) for t in turns]
    sole = [(x + radius * np.cos(t), y + 6 + 8 * np.sin(t)) for t in turns]
    cut = [(x - radius * 0.92 * np.cos(t), y - 172 - 78 * np.sin(t) * (0.5 + 0.5 * t / np.pi)) for t in turns]
    art = plain(tone, size)
    ImageDraw.Draw(art).polygon([*cut, (x - radius * 0.2, y - 130)], fill=mix(tone, "#ffffff", 0.22))
    return puff(art, outline(size, [*arch, *sole]), Cushion(radius, 1.1, 0.5), rng)


def _branded(product: Product, size: Size) -> Image.Image:
    """The pack's colour with the brand small in the middle of the front."""
    art = plain(product.line.colours[0], size)
    at, ink = (size[0] / 4, size[1] * 0.5), product.line.colours[1]
    write(art, product.line.brand, at, size[0] * 0.09, ink, name=product.line.font, width=size[0] * 0.27)
    return art


def jar(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A glass jar full of something tasty, with a label and a metal lid."""
    wide, tall, base = 175 + 15 * product.scale, 330 + 80 * product.scale, 760.0
    top, once = base - tall, around(wide)
    wall = _filling(product, (once, round(tall)), rng)
    label = front(product, (round(once * 0.36), round(tall * 0.74)))
    small_print = back(product, (round(once * 0.24), label.height))
    wall.paste(label, (once // 4 - label.width // 2, round(tall * 0.2)))
    wall.paste(small_print, (once * 3 // 4 - small_print.width // 2, round(tall * 0.2)))
    lid = mix(product.line.colours[1], "#3a2a18", 0.2)
    body = [(top, wide * 0.78), (top + 24, wide * 0.93), (top + 55, wide), (base - 30, wide), (base, wide * 0.9)]
    screw = [(top - 70, wide * 0.84), (top - 60, wide * 0.86), (top + 4, wide * 0.86)]
    pieces = [
        Turned(body, wall, GLASS, mix(product.tone, "#ffffff", 0.3)),
        Turned(screw, ribbed(lid), GLOSSY, mix(lid, "#ffffff", 0.18)),
    ]
    return lathe((560, 800), pieces, turn=pose.turn, pitch=pose.pitch + 0.06)


def _filling(product: Product, size: Size, rng: np.random.Generator) -> Image.Image:
    """What shows through the glass: clear honey, or sambal with its bits and seeds."""
    tone, honey = product.tone, product.line.look == "honey"
    cell, depth = (90, 0.12) if honey else (11, 0.3)
    coarse = rng.random((size[1] // cell + 2, size[0] // cell + 2))
    blotch = Image.fromarray((coarse * 255).astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
    light, dark = plain(mix(tone, "#ffd98a", depth), size), plain(mix(tone, "#3a0d00", depth), size)
    filling = Image.composite(light, dark, blotch)
    draw = ImageDraw.Draw(filling)
    for _ in range(0 if honey else 260):
        x, y, r = rng.random() * size[0], rng.random() * size[1], 2 + 2 * rng.random()
        draw.ellipse((x - r, y - r * 0.7, x + r, y + r * 0.7), fill=mix("#f4dc9a", tone, 0.4 * rng.random()))
    return filling
