"""T-shirts and backpacks, cut from flat shapes and puffed up."""

import numpy as np
from PIL import Image, ImageDraw

from assets.demo.make.drawing.canvas import Pose, plain
from assets.demo.make.drawing.lettering import write
from assets.demo.make.drawing.motifs import dot, mix, rays, readable, waves
from assets.demo.make.drawing.relief import Cushion, lay, mirrored, outline, points, rounded, smooth
from assets.demo.make.goods.product import Product

HALF_TEE = points(
    "450,150 385,138 335,104 268,132 190,168 128,250 62,372 74,398 190,452 212,446 "
    "244,378 252,520 246,700 240,838 252,852 450,862"
)
SEAMS = ((points("252,395 268,300 300,205 345,112"), 4), (points("82,384 200,438"), 3))


def tee(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A T-shirt laid flat, front or back."""
    size, tone = (900, 900), product.tone
    art, shade = plain(tone, size), mix(tone, "#000000", 0.22)
    draw = ImageDraw.Draw(art)
    if not pose.from_behind:
        _print(art, product)
    for seam, width in SEAMS:
        draw.line(seam, fill=shade, width=width)
        draw.line(mirrored(seam, 450), fill=shade, width=width)
    draw.line(points("250,826 450,838 650,826"), fill=shade, width=3, joint="curve")
    shirt = Image.new("RGBA", size)
    shape = [*HALF_TEE, *mirrored(HALF_TEE[-2:0:-1], 450)]
    lay(shirt, outline(size, shape), art, Cushion(34, 1.0, 0.05, 0.62, 46, (1.7, 0.8)), rng)
    _collar(shirt, tone, 40 if pose.from_behind else 96)
    return shirt


def _collar(shirt: Image.Image, tone: str, drop: float) -> None:
    """The neck hole with its ribbing and a label; cut open at the top."""
    draw, shade = ImageDraw.Draw(shirt), mix(tone, "#000000", 0.22)
    draw.ellipse((365, 112 - drop * 0.8, 535, 122 + drop * 0.75), fill=mix(tone, "#000000", 0.5))
    draw.arc((355, 106 - drop * 0.9, 545, 132 + drop * 0.8), 8, 172, fill=mix(tone, "#ffffff", 0.12), width=16)
    draw.arc((352, 104 - drop * 0.9, 548, 135 + drop * 0.8), 8, 172, fill=shade, width=2)
    draw.rounded_rectangle((425, 100, 475, 126), 4, fill=mix(tone, "#ffffff", 0.75))
    hole = Image.new("L", shirt.size)
    ImageDraw.Draw(hole).ellipse((368, 20, 532, 104), fill=255)
    shirt.paste((0, 0, 0, 0), (0, 0), hole)


def _print(art: Image.Image, product: Product) -> None:
    """The chest print of a T-shirt: a small name, or a roundel with a view."""
    line, ink = product.line, readable(product.tone)
    if line.look == "plain":
        write(art, line.brand, (330, 290), 22, mix(product.tone, ink, 0.6))
        return
    side, accent = 330, line.colours[2]
    patch = plain(mix(product.tone, accent, 0.18), (side, side))
    pen = ImageDraw.Draw(patch)
    if line.look == "mountain":
        rays(pen, (165, 200), 260, mix(product.tone, accent, 0.35), 24)
        dot(pen, (165, 180), 62, accent)
        for x, top, shade in ((80, 150, 0.25), (240, 120, 0.25), (165, 190, 0.45)):
            pen.polygon([(x - 130, side), (x, top), (x + 130, side)], fill=mix(ink, product.tone, shade))
            pen.polygon([(x - 25, top + 35), (x, top), (x + 25, top + 35), (x, top + 24)], fill="#f7f3e8")
    else:
        dot(pen, (165, 150), 100, mix(accent, "#fff1c9", 0.5 if product.word == "coral" else 0.0))
        waves(pen, (side, side), 175, ("#2f6f8d", "#58a0b8", "#9fd0d8", "#f3efe4"), 1.0)
    art.paste(patch, (285, 250), rounded((side, side), (4, 4, side - 4, side - 4), side / 2))
    write(art, line.brand.upper(), (450, 612), 50, ink, name=line.font, width=330)
    write(art, line.name, (450, 655), 25, ink, name="spaced", width=300)


# Parts of a backpack about its axis x = 380; those marked by the functions below are lowered for the small size.
BODY = "380,{0} 560,{1} 628,{2} 640,600 628,850 380,888 132,850 120,600 132,{2} 200,{1}"
FLAP = "380,{0} 590,{1} 622,{2} 600,424 380,446 160,424 138,{2} 170,{1}"
POCKET = smooth(points("380,545 540,552 594,620 600,760 580,840 380,862 180,840 160,760 166,620 220,552"))
STRAP = smooth(points("440,110 530,92 648,260 655,620 616,640 600,280"))
HARNESS = "420,{0} 500,{0} 550,500 580,800 530,800 470,480"


def backpack(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A backpack from the front, or its harness from behind."""
    size, tone, low = (760, 940), product.tone, 60 * (1 - product.scale)
    dark = mix(tone, "#000000", 0.3)
    pack = Image.new("RGBA", size)
    for strap in (STRAP, mirrored(STRAP, 380)):
        lay(pack, outline(size, strap), dark, Cushion(18, 1.05, 0.12, 0.25, 50), rng)
    lay(pack, rounded(size, (318, 36 + low, 442, 190 + low), 44, wall=23), dark, Cushion(11), rng)
    art = plain(tone, size)
    draw = ImageDraw.Draw(art)
    draw.arc((150, 150 + low, 610, 700), 190, 350, fill=dark, width=9)
    draw.line([(380, 88), (380, 300)], fill=dark, width=3)
    body = smooth(points(BODY.format(88 + low, 112 + low, 250 + low)))
    lay(pack, outline(size, body), art, Cushion(120, 1.05, 0.12, 0.25, 50), rng)
    if pose.from_behind:
        harness = smooth(points(HARNESS.format(170 + low)))
        for side in (harness, mirrored(harness, 380)):
            lay(pack, outline(size, side), dark, Cushion(30, 1.05, 0.12, 0.25, 50), rng)
        return pack
    _front_pocket(pack, product, rng)
    (_flap if product.line.look == "trail" else _patch)(pack, product, low, rng)
    return pack


def _front_pocket(pack: Image.Image, product: Product, rng: np.random.Generator) -> None:
    art, ink = plain(mix(product.tone, "#000000", 0.1), pack.size), readable(product.tone)
    ImageDraw.Draw(art).line([(190, 600), (570, 600)], fill=mix(product.tone, "#000000", 0.3), width=10)
    write(art, product.line.brand, (380, 690), 52, ink, name=product.line.font, width=260)
    write(art, product.size or product.line.name, (380, 742), 24, ink, name="spaced")
    lay(pack, outline(pack.size, POCKET), art, Cushion(60, 1.05, 0.12, 0.25, 50), rng)


def _flap(pack: Image.Image, product: Product, low: float, rng: np.random.Generator) -> None:
    """A top flap held by two buckled straps."""
    size = pack.size
    flap = smooth(points(FLAP.format(250 + low, 262 + low, 330 + low)))
    lay(pack, outline(size, flap), mix(product.tone, "#ffffff", 0.08), Cushion(40, 1.05, 0.12, 0.25, 50), rng)
    for x in (250, 510):
        lay(pack, rounded(size, (x - 15, 300 + low, x + 15, 640), 4), product.line.colours[2], Cushion(8), rng)
        lay(pack, rounded(size, (x - 24, 470, x + 24, 520), 6), "#2b2d31", Cushion(10), rng)


def _patch(pack: Image.Image, product: Product, low: float, rng: np.random.Generator) -> None:
    """A leather patch with the brand."""
    lay(pack, rounded(pack.size, (300, 330, 460, 392), 6), product.line.colours[2], Cushion(10), rng)
    write(pack, product.line.brand, (380, 361), 26, "#f7efe0", name="serif", width=130)
