"""Watches: smart ones and ones with hands."""

import numpy as np
from PIL import Image, ImageDraw

from assets.demo.make.drawing.canvas import Pose, plain
from assets.demo.make.drawing.lettering import write
from assets.demo.make.drawing.motifs import dot, mix, readable
from assets.demo.make.drawing.relief import Cushion, lay, outline, points, rounded, smooth
from assets.demo.make.goods.product import Product

CENTRE = (260.0, 500.0)  # of the dial, in a picture of 520 x 1000
STRAP = smooth(
    points(
        "188,330 196,190 212,60 260,34 308,60 324,190 332,330 332,670 324,820 310,950 260,972 210,950 196,820 188,670"
    )
)


def watch(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A watch with its strap laid straight; from behind, the back of its case."""
    size, tone, smart = (520, 1000), product.tone, product.line.look == "smart"
    art = plain(tone, size)
    draw = ImageDraw.Draw(art)
    if smart:
        for y in (*range(80, 260, 30), *range(750, 930, 30)):
            dot(draw, (260, y), 7, mix(tone, "#000000", 0.45))
    else:  # stitches along both edges
        for y in range(70, 940, 16):
            draw.line([(204, y), (204, y + 9)], fill=mix(tone, "#ffe9c0", 0.5), width=3)
            draw.line([(316, y), (316, y + 9)], fill=mix(tone, "#ffe9c0", 0.5), width=3)
    whole = Image.new("RGBA", size)
    strap = Cushion(34, 1.1, 0.25) if smart else Cushion(34, 1.1, 0.12, 0.12, 20)
    lay(whole, outline(size, STRAP), art, strap, rng)
    (_case_back if pose.from_behind else _screen if smart else _dial)(whole, product, rng)
    return whole


def _screen(whole: Image.Image, product: Product, rng: np.random.Generator) -> None:
    """A screen with activity rings: square on the Lite, round on the Pro."""
    (left, top, right, bottom), radius = ((100, 340, 420, 660), 160) if product.model == "Pro" else SQUARE
    metal = mix("#2b2d31", "#c9ced3", 0.15 if product.word == "black" else 0.8)
    lay(whole, rounded(whole.size, (left, top, right, bottom), radius), metal, Cushion(18, 1.2, 0.7), rng)
    screen, (cx, cy) = plain("#0b0d11", whole.size), CENTRE
    draw = ImageDraw.Draw(screen)
    for ring, colour in enumerate(("#4fb592", "#e9705c", "#f2c14e")):
        r = 124 - ring * 17
        draw.arc((cx - r, cy - r, cx + r, cy + r), -90, 150 + 40 * ring, fill=colour, width=10)
    write(screen, "10:08", (cx, cy - 14), 56, "#ffffff", width=140)
    write(screen, product.line.icon, (cx - 24, cy + 36), 28, "#e9705c", name="icon")
    write(screen, "72", (cx + 16, cy + 36), 28, "#ffffff")
    glass = rounded(whole.size, (left + 18, top + 18, right - 18, bottom - 18), radius - 16)
    whole.paste(screen, (0, 0), glass)
    ImageDraw.Draw(whole).rounded_rectangle((right - 4, 470, right + 14, 530), 8, fill=metal)


SQUARE = ((112, 312, 408, 688), 84)


def _dial(whole: Image.Image, product: Product, rng: np.random.Generator) -> None:
    """Hands, hour marks and a crown."""
    gold, face = product.line.colours[2], "#1d2a4a" if product.word == "navy" else "#f6f1e6"
    ink = readable(face)
    lay(whole, rounded(whole.size, (78, 318, 442, 682), 182), mix(gold, "#fff3cf", 0.25), Cushion(22, 1.4, 0.8), rng)
    draw = ImageDraw.Draw(whole)
    dot(draw, CENTRE, 156, mix(face, "#000000", 0.25))
    dot(draw, CENTRE, 152, face)
    for minute in range(60):
        hour = minute % 5 == 0
        ends = [_at(minute / 60, 118 if hour else 134), _at(minute / 60, 142)]
        draw.line(ends, fill=gold if hour else ink, width=6 if hour else 2)
    write(whole, product.line.brand, (260, 440), 24, ink, name="serif", width=120)
    for turn, reach, width, colour in ((-0.167, 78, 9, ink), (0.16, 116, 6, ink), (0.414, 126, 2, "#c5343a")):
        draw.line([_at(turn, -18), _at(turn, reach)], fill=colour, width=width)
    dot(draw, CENTRE, 9, gold)
    draw.rounded_rectangle((438, 482, 462, 518), 6, fill=gold)


def _case_back(whole: Image.Image, product: Product, rng: np.random.Generator) -> None:
    """Brushed steel with engraving."""
    lay(whole, rounded(whole.size, (90, 330, 430, 670), 150), "#b9bec5", Cushion(20, 1.2, 0.7), rng)
    for offset, text in ((-40, product.line.brand), (0, product.line.name), (40, "5 ATM")):
        write(whole, text, (CENTRE[0], CENTRE[1] + offset), 30, "#6a7078", name="spaced", width=220)


def _at(turn: float, reach: float) -> tuple[float, float]:
    """The point at a distance from the centre, `turn` of the way round the dial."""
    angle = 2 * np.pi * turn
    return CENTRE[0] + np.sin(angle) * reach, CENTRE[1] - np.cos(angle) * reach
