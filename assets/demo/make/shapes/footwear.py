"""Sneakers, from the side."""

import numpy as np
from PIL import Image, ImageDraw

from assets.demo.make.drawing.canvas import Pose, plain
from assets.demo.make.drawing.lettering import write
from assets.demo.make.drawing.motifs import dot, mix, place, readable
from assets.demo.make.drawing.relief import Cushion, lay, outline, points, smooth
from assets.demo.make.goods.product import Product

SOLES = {
    "runner": smooth(
        points("70,470 60,520 90,560 300,566 560,566 800,560 868,528 872,486 700,470 420,462 200,452"),
    ),
    "court": smooth(
        points("86,480 78,520 92,556 300,562 560,562 800,560 862,540 862,492 700,484 420,484 200,482"),
    ),
}
UPPERS = {
    "runner": smooth(
        points(
            "84,478 92,392 84,300 98,232 140,240 178,286 240,296 310,262 372,236 430,270 520,352 640,398 "
            "760,420 846,452 866,494 700,500 400,500 180,494"
        )
    ),
    "court": smooth(
        points(
            "92,490 96,400 92,318 104,268 150,262 196,296 260,296 330,262 392,246 446,286 540,362 660,392 "
            "770,402 842,440 858,500 700,506 400,506 180,504"
        )
    ),
}
LINING = smooth(points("118,268 180,296 300,276 372,240 300,330 170,340"))
TONGUE = smooth(points("352,236 398,214 440,262 500,318 560,362 520,378 430,330"))
STAR = [
    (np.sin(i * np.pi / 5) * (0.42 if i % 2 else 1.0), -np.cos(i * np.pi / 5) * (0.42 if i % 2 else 1.0))
    for i in range(10)
]


def sneaker(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """One shoe from the side; its fellow shows behind it. From behind, the inner side."""
    shoe = _shoe(product, not pose.from_behind, rng)
    fellow = shoe.resize((round(shoe.width * 0.94), round(shoe.height * 0.94)))
    shade = Image.new("RGBA", fellow.size, (0, 0, 0, 255))
    shade.putalpha(fellow.getchannel("A").point(lambda alpha: alpha // 6))
    fellow.alpha_composite(shade)
    pair = Image.new("RGBA", (1000, 700))
    pair.alpha_composite(fellow, (66, 0))
    pair.alpha_composite(shoe, (0, 62))
    return pair.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if pose.from_behind else pair


def _shoe(product: Product, named: bool, rng: np.random.Generator) -> Image.Image:
    size, look, tone = (930, 620), product.line.look, product.tone
    trim = mix(tone, "#000000" if product.word == "white" else "#ffffff", 0.14)
    art = plain(tone, size)
    (_running_panels if look == "runner" else _court_panels)(art, product, trim)
    if named:
        heel = trim if look == "runner" else product.line.colours[2]
        write(art, product.line.brand, (128, 330), 20, readable(heel), width=84)
    shoe = Image.new("RGBA", size)
    lay(shoe, outline(size, LINING), mix(tone, "#000000", 0.55), Cushion(30), rng)
    lay(shoe, outline(size, UPPERS[look]), art, Cushion(105, 1.05, 0.25, 0.12, 26), rng)
    lay(shoe, outline(size, SOLES[look]), _sole(product), Cushion(34, 1.0, 0.3), rng)
    lay(shoe, outline(size, TONGUE), mix(tone, "#ffffff", 0.1), Cushion(20, 0.8, 0.1), rng)
    laces = Image.new("L", size)
    for step in range(6):
        x, y = 392 + step * 28, 262 + step * 21
        ImageDraw.Draw(laces).line([(x - 22, y + 46), (x + 30, y - 4)], fill=255, width=11)
    lace = mix(product.line.colours[2], "#ffffff", 0.1) if product.word == "white" else "#fbfaf6"
    lay(shoe, laces, lace, Cushion(6, 1.0, 0.1), rng)
    return shoe


def _sole(product: Product) -> Image.Image:
    """Artwork of the sole: grooves on a running shoe, more of them on the newer model; a rim on a court shoe."""
    accent, runner = product.line.colours[2], product.line.look == "runner"
    colour = mix(accent, "#ffffff", 0.55) if product.word == "white" and runner else "#f4f1ea"
    art = plain(colour, (930, 620))
    draw = ImageDraw.Draw(art)
    draw.line([(60, 540), (880, 540)], fill=mix(accent, colour, 0.15 if runner else 0.6), width=16)
    if not runner:
        draw.line([(60, 500), (880, 500)], fill=mix(colour, "#000000", 0.14), width=4)
        return art
    grooves = 9 if product.model else 6
    for groove in range(grooves):
        x = 110 + groove * 300 / grooves
        draw.line([(x, 480), (x + 26, 530)], fill=mix(colour, "#000000", 0.16), width=8)
    return art


def _running_panels(art: Image.Image, product: Product, trim: str) -> None:
    """Mesh, heel counter and two slanted bands."""
    draw, tone, accent = ImageDraw.Draw(art), product.tone, product.line.colours[2]
    for x in range(420, 900, 12):
        for y in range(340, 500, 12):
            dot(draw, (x + 6 * (y // 12 % 2), y), 2.2, mix(tone, "#000000", 0.13))
    draw.polygon(points("60,240 190,300 210,420 150,510 60,510"), fill=trim)
    draw.polygon(points("230,500 330,330 392,330 300,500"), fill=accent)
    second = accent if product.model else mix(accent, tone, 0.35)
    draw.polygon(points("330,500 420,348 456,356 384,500"), fill=second)
    draw.line(points("700,400 800,510"), fill=trim, width=60)


def _court_panels(art: Image.Image, product: Product, trim: str) -> None:
    """Heel tab, toe cap with vents, and a star."""
    draw, tone, accent = ImageDraw.Draw(art), product.tone, product.line.colours[2]
    draw.polygon(points("60,240 170,280 180,380 150,400 60,400"), fill=accent)
    draw.polygon(points("640,380 880,400 880,520 700,510 660,450"), fill=trim)
    for x in range(720, 830, 24):
        for y in (416, 436):
            dot(draw, (x, y), 3.5, mix(tone, "#000000", 0.5))
    draw.polygon(place(STAR, (330, 420), 52), fill=accent)
    draw.line(points("190,505 210,400 300,320"), fill=mix(tone, "#000000", 0.25), width=3)
