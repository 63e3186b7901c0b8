"""T-shirts, sneakers and backpacks, cut from flat shapes and puffed up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw
from scipy.interpolate import CubicSpline

from matcher.demo.artwork import plain
from matcher.demo.containers import Pose
from matcher.demo.goods import Product
from matcher.demo.lettering import write
from matcher.demo.motifs import Point, dot, mix, place, rays, readable, waves
from matcher.demo.solids import Cushion, puff


def smooth(points: Sequence[Point], steps: int = 12) -> list[Point]:
    """A closed curve through the points."""
    ring = np.array([*points, points[0]], float)
    t = np.arange(len(ring))
    curve = CubicSpline(t, ring, bc_type="periodic")(np.linspace(0, len(points), len(points) * steps, endpoint=False))
    return [(float(x), float(y)) for x, y in curve]


def _outline(size: tuple[int, int], shape: Sequence[Point]) -> Image.Image:
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).polygon(list(shape), fill=255)
    return mask


def tee(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A T-shirt laid flat, front or back."""
    size = (900, 900)
    half = [(450, 150), (385, 138), (335, 104), (268, 132), (190, 168), (128, 250), (62, 372), (74, 398), (190, 452), (212, 446),
            (244, 378), (252, 520), (246, 700), (240, 838), (252, 852), (450, 862)]  # fmt: skip
    shape = [*half, *((900 - x, y) for x, y in half[-2:0:-1])]
    tone = product.tone
    art = plain(tone, size)
    draw = ImageDraw.Draw(art)
    shade = mix(tone, "#000000", 0.22)
    if not pose.from_behind:
        _print(art, product)
    for side in (0, 1):
        flip = (lambda x, s=side: 900 - x if s else x)  # noqa: E731
        draw.line([(flip(252), 395), (flip(268), 300), (flip(300), 205), (flip(345), 112)], fill=shade, width=4)
        draw.line([(flip(82), 384), (flip(200), 438)], fill=shade, width=3)
    draw.line([(250, 826), (450, 838), (650, 826)], fill=shade, width=3, joint="curve")
    body = puff(art, _outline(size, shape), Cushion(34, 1.0, 0.05, 0.62, 46, (1.7, 0.8)), rng)
    neck = ImageDraw.Draw(body)
    drop = 40 if pose.from_behind else 96
    neck.ellipse((365, 112 - drop * 0.8, 535, 122 + drop * 0.75), fill=mix(tone, "#000000", 0.5))
    neck.arc((355, 106 - drop * 0.9, 545, 132 + drop * 0.8), 8, 172, fill=mix(tone, "#ffffff", 0.12), width=16)
    neck.arc((352, 104 - drop * 0.9, 548, 135 + drop * 0.8), 8, 172, fill=shade, width=2)
    neck.rounded_rectangle((425, 100, 475, 126), 4, fill=mix(tone, "#ffffff", 0.75))
    cut = Image.new("L", size, 255)
    ImageDraw.Draw(cut).ellipse((368, 20, 532, 104), fill=0)
    body.putalpha(Image.composite(body.getchannel("A"), plain("#000000", size).convert("L"), cut))
    return body


def _print(art: Image.Image, product: Product) -> None:
    """The chest print of a T-shirt."""
    line, ink = product.line, readable(product.tone)
    accent = line.colours[2]
    if line.look == "plain":
        write(art, line.brand, (330, 290), 22, mix(product.tone, ink, 0.6))
        return
    patch = Image.new("RGB", (330, 330), mix(product.tone, accent, 0.18))
    pen = ImageDraw.Draw(patch)
    if line.look == "mountain":
        rays(pen, (165, 200), 260, mix(product.tone, accent, 0.35), 24)
        dot(pen, (165, 180), 62, accent)
        for x, top, foot in ((80, 150, 330), (240, 120, 330), (165, 190, 330)):
            pen.polygon([(x - 130, foot), (x, top), (x + 130, foot)], fill=mix(ink, product.tone, 0.25 + 0.2 * (x == 165)))
            pen.polygon([(x - 25, top + 35), (x, top), (x + 25, top + 35), (x, top + 24)], fill="#f7f3e8")
    else:
        dot(pen, (165, 150), 100, accent)
        waves(pen, (330, 330), 175, ("#2f6f8d", "#58a0b8", "#9fd0d8", "#f3efe4"), 1.0)
    ring = Image.new("L", patch.size)
    ImageDraw.Draw(ring).ellipse((4, 4, 326, 326), fill=255)
    art.paste(patch, (285, 250), ring)
    write(art, line.brand.upper(), (450, 612), 50, ink, name=line.font, width=330)
    write(art, line.name, (450, 655), 25, ink, name="spaced", width=300)


SOLE = {
    "runner": [(70, 470), (60, 520), (90, 560), (300, 566), (560, 566), (800, 560), (868, 528), (872, 486), (700, 470), (420, 462), (200, 452)],
    "court": [(86, 480), (78, 520), (92, 556), (300, 562), (560, 562), (800, 560), (862, 540), (862, 492), (700, 484), (420, 484), (200, 482)],
}
UPPER = {
    "runner": [(84, 478), (92, 392), (84, 300), (98, 232), (140, 240), (178, 286), (240, 296), (310, 262), (372, 236), (430, 270),
               (520, 352), (640, 398), (760, 420), (846, 452), (866, 494), (700, 500), (400, 500), (180, 494)],
    "court": [(92, 490), (96, 400), (92, 318), (104, 268), (150, 262), (196, 296), (260, 296), (330, 262), (392, 246), (446, 286),
              (540, 362), (660, 392), (770, 402), (842, 440), (858, 500), (700, 506), (400, 506), (180, 504)],
}  # fmt: skip


def sneaker(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """One shoe from the side; its fellow shows behind it."""
    shoe = _shoe(product, rng)
    canvas = Image.new("RGBA", (1000, 700))
    fellow = shoe.resize((round(shoe.width * 0.94), round(shoe.height * 0.94)))
    dark = Image.new("RGBA", fellow.size, (0, 0, 0, 255))
    dark.putalpha(fellow.getchannel("A").point(lambda a: a // 6))
    fellow.alpha_composite(dark)
    canvas.alpha_composite(fellow, (66, 0))
    canvas.alpha_composite(shoe, (0, 62))
    return canvas.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if pose.turn < -0.02 or pose.from_behind else canvas


def _shoe(product: Product, rng: np.random.Generator) -> Image.Image:
    size, look, tone = (930, 620), product.line.look, product.tone
    accent = product.line.colours[2]
    trim = mix(tone, "#000000" if product.word == "white" else "#ffffff", 0.14)
    sole_colour = "#f4f1ea" if product.word != "white" or look == "court" else mix(accent, "#ffffff", 0.55)
    upper = smooth(UPPER[look])
    art = plain(tone, size)
    _panels(art, product, trim)
    shoe = Image.new("RGBA", size)
    inside = [(104, 244), (180, 296), (300, 276), (372, 240), (300, 330), (170, 340)]
    shoe.alpha_composite(puff(plain(mix(tone, "#000000", 0.55), size), _outline(size, smooth(inside)), Cushion(30), rng))
    shoe.alpha_composite(puff(art, _outline(size, upper), Cushion(105, 1.05, 0.25, 0.12, 26), rng))
    sole_art = plain(sole_colour, size)
    pen = ImageDraw.Draw(sole_art)
    pen.line([(60, 540), (880, 540)], fill=mix(accent, sole_colour, 0.15 if look == "runner" else 0.6), width=16)
    if look == "runner":
        stripes = 9 if product.model else 6
        for index in range(stripes):
            x = 110 + index * (300 / stripes)
            pen.line([(x, 480), (x + 26, 530)], fill=mix(sole_colour, "#000000", 0.16), width=8)
    else:
        pen.line([(60, 500), (880, 500)], fill=mix(sole_colour, "#000000", 0.14), width=4)
    shoe.alpha_composite(puff(sole_art, _outline(size, smooth(SOLE[look])), Cushion(34, 1.0, 0.3), rng))
    _laces(shoe, product, rng)
    return shoe


def _panels(art: Image.Image, product: Product, trim: str) -> None:
    """Toe cap, heel counter, side mark and the brand on an upper."""
    draw, accent = ImageDraw.Draw(art), product.line.colours[2]
    if product.line.look == "runner":
        for x in range(420, 900, 12):  # mesh
            for y in range(340, 500, 12):
                dot(draw, (x + 6 * (y // 12 % 2), y), 2.2, mix(product.tone, "#000000", 0.13))
        draw.polygon([(60, 240), (190, 300), (210, 420), (150, 510), (60, 510)], fill=trim)
        draw.polygon([(230, 500), (330, 330), (392, 330), (300, 500)], fill=accent)
        draw.polygon([(330, 500), (420, 348), (456, 356), (384, 500)], fill=mix(accent, product.tone, 0.35 if not product.model else 0.0))
        draw.line([(700, 400), (800, 510)], fill=trim, width=60)
    else:
        draw.polygon([(60, 240), (170, 280), (180, 380), (150, 400), (60, 400)], fill=accent)
        draw.polygon([(640, 380), (880, 400), (880, 520), (700, 510), (660, 450)], fill=trim)
        for x in range(720, 830, 24):
            for y in (416, 436):
                dot(draw, (x, y), 3.5, mix(product.tone, "#000000", 0.5))
        star = [(np.sin(i * np.pi / 5) * (1 if i % 2 == 0 else 0.42), -np.cos(i * np.pi / 5) * (1 if i % 2 == 0 else 0.42)) for i in range(10)]
        draw.polygon(place(star, (330, 420), 52), fill=accent)
        draw.line([(190, 505), (210, 400), (300, 320)], fill=mix(product.tone, "#000000", 0.25), width=3)
    write(art, product.line.brand, (128, 330), 20, readable(trim if product.line.look == "runner" else accent), width=84)


def _laces(shoe: Image.Image, product: Product, rng: np.random.Generator) -> None:
    tongue = smooth([(352, 236), (398, 214), (440, 262), (500, 318), (560, 362), (520, 378), (430, 330)])
    shoe.alpha_composite(puff(plain(mix(product.tone, "#ffffff", 0.1), shoe.size), _outline(shoe.size, tongue), Cushion(20, 0.8, 0.1), rng))
    lace = Image.new("L", shoe.size)
    draw = ImageDraw.Draw(lace)
    for index in range(6):
        x, y = 392 + index * 28, 262 + index * 21
        draw.line([(x - 22, y + 46), (x + 30, y - 4)], fill=255, width=11)
    colour = "#fbfaf6" if product.word != "white" else mix(product.line.colours[2], "#ffffff", 0.1)
    shoe.alpha_composite(puff(plain(colour, shoe.size), lace, Cushion(6, 1.0, 0.1), rng))


def backpack(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A backpack from the front, or its straps from behind."""
    size, tone, trail = (760, 940), product.tone, product.line.look == "trail"
    accent = product.line.colours[2]
    tall = 60 * (1 - product.scale)
    dark = mix(tone, "#000000", 0.3)
    canvas = Image.new("RGBA", size)

    def part(shape: Sequence[Point], colour: str | Image.Image, bevel: float, folds: float = 0.25) -> None:
        art = colour if isinstance(colour, Image.Image) else plain(colour, size)
        canvas.alpha_composite(puff(art, _outline(size, shape), Cushion(bevel, 1.05, 0.12, folds, 50), rng))

    for side in (-1, 1):
        part(smooth([(380 + side * 60, 110), (380 + side * 150, 92), (380 + side * 268, 260), (380 + side * 275, 620),
                     (380 + side * 236, 640), (380 + side * 220, 280)]), dark, 18)  # fmt: skip
    loop = Image.new("L", size)
    pen = ImageDraw.Draw(loop)
    pen.rounded_rectangle((318, 36 + tall, 442, 170), 44, fill=255)
    pen.rounded_rectangle((340, 60 + tall, 420, 170), 28, fill=0)
    canvas.alpha_composite(puff(plain(dark, size), loop, Cushion(11), rng))
    body = smooth([(380, 88 + tall), (560, 112 + tall), (628, 250 + tall), (640, 600), (628, 850), (380, 888), (132, 850), (120, 600), (132, 250 + tall), (200, 112 + tall)])
    art = plain(tone, size)
    draw = ImageDraw.Draw(art)
    draw.arc((150, 150 + tall, 610, 700), 190, 350, fill=dark, width=9)
    draw.line([(380, 88), (380, 300)], fill=dark, width=3)
    part(body, art, 120)
    if pose.from_behind:
        for side in (-1, 1):
            part(smooth([(380 + side * 40, 170 + tall), (380 + side * 120, 170 + tall), (380 + side * 170, 500), (380 + side * 200, 800), (380 + side * 150, 800), (380 + side * 90, 480)]), dark, 30)
        return canvas
    pocket = plain(mix(tone, "#000000", 0.1), size)
    pen = ImageDraw.Draw(pocket)
    pen.line([(190, 600), (570, 600)], fill=dark, width=10)
    write(pocket, product.line.brand, (380, 690), 52, readable(tone), name=product.line.font, width=260)
    write(pocket, product.size or product.line.name, (380, 742), 24, readable(tone), name="spaced")
    part(smooth([(380, 545), (540, 552), (594, 620), (600, 760), (580, 840), (380, 862), (180, 840), (160, 760), (166, 620), (220, 552)]), pocket, 60)
    if trail:
        part(smooth([(380, 250 + tall), (590, 262 + tall), (622, 330 + tall), (600, 424), (380, 446), (160, 424), (138, 330 + tall), (170, 262 + tall)]), mix(tone, "#ffffff", 0.08), 40)
        for x in (250, 510):
            part([(x - 15, 300 + tall), (x + 15, 300 + tall), (x + 15, 640), (x - 15, 640)], accent, 8, 0)
            part([(x - 24, 470), (x + 24, 470), (x + 24, 520), (x - 24, 520)], "#2b2d31", 10, 0)
    else:
        part([(300, 330), (460, 330), (460, 392), (300, 392)], accent, 10, 0.1)
        write(canvas, product.line.brand, (380, 361), 26, "#f7efe0", name="serif", width=130)
    return canvas
