"""Phone cases, watches, earphones and power banks."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from matcher.demo.artwork import plain
from matcher.demo.containers import Pose
from matcher.demo.fashion import smooth
from matcher.demo.goods import Product
from matcher.demo.lettering import write
from matcher.demo.motifs import dot, flower, leaf, mix, readable
from matcher.demo.solids import Cushion, puff

Canvas = tuple[int, int]


def _rounded(size: Canvas, box: tuple[float, float, float, float], radius: float) -> Image.Image:
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).rounded_rectangle(box, radius, fill=255)
    return mask


def _sheen(image: Image.Image, strength: int = 60) -> Image.Image:
    """A slanted reflection across something flat and shiny."""
    band = Image.new("L", image.size)
    w, h = image.size
    ImageDraw.Draw(band).polygon([(w * 0.05, 0), (w * 0.45, 0), (w * 0.1, h), (-w * 0.3, h)], fill=strength)
    band = band.filter(ImageFilter.GaussianBlur(w * 0.03))
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    alpha = np.minimum(np.asarray(band), np.asarray(image.getchannel("A")))
    white.putalpha(Image.fromarray(alpha))
    image.alpha_composite(white)
    return image


def case(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """The back of a case on its phone; from behind, the phone's screen over the case."""
    size, tone, pro = (560, 960), product.tone, product.model.endswith("Pro")
    art = plain(tone, size)
    draw = ImageDraw.Draw(art)
    if product.line.look == "flora":
        art.paste(mix(tone, "#ffffff", 0.72), (0, 0, *size))
        pattern = np.random.default_rng(12)
        for index in range(34):
            at = (pattern.random() * size[0], pattern.random() * size[1])
            turn = pattern.random() * 6
            if index % 3:
                leaf(draw, at, 70, turn, mix("#6f9a6c", tone, 0.2))
            else:
                flower(draw, at, 90, turn, mix(tone, "#ffffff", 0.2 * (index % 2)), 5 + index % 2)
    else:
        write(art, product.line.brand, (280, 780), 34, mix(tone, readable(tone), 0.45), name="spaced")
    shell = puff(art, _rounded(size, (30, 20, 530, 940), 74), Cushion(26, 1.1, 0.35), rng)
    _camera(shell, pro, tone, rng)
    if not pose.from_behind:
        return _sheen(shell, 34)
    canvas = Image.new("RGBA", (820, 1000))
    canvas.alpha_composite(shell, (240, 20))
    screen = plain("#101318", size)
    glow = Image.fromarray(np.linspace(0, 255, 960, dtype=np.uint8)[:, None].repeat(560, 1))
    screen.paste(Image.composite(plain("#6f5bd0", size), plain("#e98a7a", size), glow), (0, 0), _rounded(size, (46, 36, 514, 924), 60))
    write(screen, "09:41", (280, 190), 96, "#ffffff", name="light")
    phone = puff(screen, _rounded(size, (30, 20, 530, 940), 74), Cushion(12, 0.6, 0.2), rng)
    canvas.alpha_composite(_sheen(phone, 50), (10, 0))
    return canvas


def _camera(shell: Image.Image, pro: bool, tone: str, rng: np.random.Generator) -> None:
    box = (58, 48, 270, 262) if pro else (58, 48, 176, 292)
    island = puff(plain(mix(tone, "#000000", 0.35), shell.size), _rounded(shell.size, box, 46), Cushion(12, 1.0, 0.3), rng)
    shell.alpha_composite(island)
    draw = ImageDraw.Draw(shell)
    spots = ((114, 106), (214, 106), (114, 204)) if pro else ((117, 110), (117, 222))
    for at in spots:
        for radius, shade in ((42, "#0d0f13"), (34, "#262a33"), (24, "#0a0c12"), (12, "#25336b")):
            dot(draw, at, radius, shade)
        dot(draw, (at[0] - 9, at[1] - 10), 5, "#cfd8ff")
    dot(draw, (214, 204) if pro else (117, 166), 10, "#fff3d0")


def watch(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A watch with its strap laid straight."""
    size, tone, smart = (520, 1000), product.tone, product.line.look == "smart"
    strap = smooth([(188, 330), (196, 190), (212, 60), (260, 34), (308, 60), (324, 190), (332, 330), (332, 670), (324, 820), (310, 950), (260, 972), (210, 950), (196, 820), (188, 670)])
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).polygon(strap, fill=255)
    art = plain(tone, size)
    draw = ImageDraw.Draw(art)
    for y in (*range(80, 260, 30), *range(750, 930, 30)):
        if smart:
            dot(draw, (260, y), 7, mix(tone, "#000000", 0.45))
    if not smart:
        for x in (204, 316):
            for y in range(70, 940, 16):
                draw.line([(x, y), (x, y + 9)], fill=mix(tone, "#ffe9c0", 0.5), width=3)
    canvas = puff(art, mask, Cushion(34, 1.1, 0.25 if smart else 0.12, 0.0 if smart else 0.12, 20), rng)
    (_smart_face if smart else _dial)(canvas, product, rng)
    return canvas


def _smart_face(canvas: Image.Image, product: Product, rng: np.random.Generator) -> None:
    pro, size = product.model == "Pro", canvas.size
    box = (112, 312, 408, 688) if not pro else (100, 340, 420, 660)
    radius = 84 if not pro else 160
    frame = mix("#2b2d31", "#c9ced3", 0.15 if product.word == "black" else 0.8)
    canvas.alpha_composite(puff(plain(frame, size), _rounded(size, box, radius), Cushion(18, 1.2, 0.7), rng))
    inner = (box[0] + 18, box[1] + 18, box[2] - 18, box[3] - 18)
    screen = plain("#0b0d11", size)
    draw, cx, cy = ImageDraw.Draw(screen), 260, 500
    for index, colour in enumerate(("#4fb592", "#e9705c", "#f2c14e")):
        r = 112 - index * 17
        draw.arc((cx - r, cy - r, cx + r, cy + r), -90, 150 + 40 * index, fill=colour, width=10)
    write(screen, "10:08", (cx, cy - 12), 62, "#ffffff")
    write(screen, product.line.icon, (cx - 26, cy + 40), 30, "#e9705c", name="icon")
    write(screen, "72", (cx + 16, cy + 40), 30, "#ffffff")
    canvas.paste(screen, (0, 0), _rounded(size, inner, radius - 16))
    ImageDraw.Draw(canvas).rounded_rectangle((box[2] - 4, 470, box[2] + 14, 530), 8, fill=frame)


def _dial(canvas: Image.Image, product: Product, rng: np.random.Generator) -> None:
    size, centre = canvas.size, (260.0, 500.0)
    gold, ink = product.line.colours[2], product.line.colours[1]
    canvas.alpha_composite(puff(plain(mix(gold, "#fff3cf", 0.25), size), _rounded(size, (78, 318, 442, 682), 182), Cushion(22, 1.4, 0.8), rng))
    face = "#f6f1e6" if product.word != "navy" else "#1d2a4a"
    ink = readable(face)
    draw = ImageDraw.Draw(canvas)
    dot(draw, centre, 156, mix(face, "#000000", 0.25))
    dot(draw, centre, 152, face)
    for hour in range(60):
        turn, long = hour * np.pi / 30, 24 if hour % 5 == 0 else 8
        edge, start = 142, 142 - long
        draw.line([(260 + np.sin(turn) * start, 500 - np.cos(turn) * start), (260 + np.sin(turn) * edge, 500 - np.cos(turn) * edge)],
                  fill=gold if long > 8 else ink, width=6 if long > 8 else 2)  # fmt: skip
    write(canvas, product.line.brand, (260, 440), 24, ink, name="serif", width=120)
    for turn, reach, width in ((-1.05, 78, 9), (1.0, 116, 6), (2.6, 126, 2)):
        draw.line([(260 - np.sin(turn) * 18, 500 + np.cos(turn) * 18), (260 + np.sin(turn) * reach, 500 - np.cos(turn) * reach)],
                  fill=ink if width > 2 else "#c5343a", width=width)  # fmt: skip
    dot(draw, centre, 9, gold)
    ImageDraw.Draw(canvas).rounded_rectangle((438, 482, 462, 518), 6, fill=gold)


def earbuds(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """An open charging case with both earphones beside or above it."""
    size, tone, stem = (860, 900), product.tone, product.line.look == "stem"
    canvas = Image.new("RGBA", size)
    box, radius = ((200, 430, 660, 830), 130) if stem else ((190, 470, 670, 800), 160)
    lid = (box[0] + 8, box[1] - 130, box[2] - 8, box[1] + 120)
    canvas.alpha_composite(puff(plain(mix(tone, "#000000", 0.12), size), _rounded(size, lid, radius * 0.8), Cushion(40, 1.0, 0.5), rng))
    canvas.alpha_composite(puff(plain("#2a2c31", size), _rounded(size, (lid[0] + 24, lid[1] + 22, lid[2] - 24, lid[3]), radius * 0.7), Cushion(30, 0.6, 0.2), rng))
    for side in (-1, 1):
        canvas.alpha_composite(_bud(size, (430 + side * 105, box[1] - (40 if stem else 0)), side, product, rng))
    art = plain(tone, size)
    write(art, product.line.brand, (430, box[3] - 130), 44, mix(tone, readable(tone), 0.55), name="spaced", width=260)
    if product.model:
        write(art, product.model, (430, box[3] - 80), 28, mix(tone, readable(tone), 0.45))
    canvas.alpha_composite(puff(art, _rounded(size, box, radius), Cushion(95, 0.9, 0.8), rng))
    dot(ImageDraw.Draw(canvas), (430, box[1] + 70), 8, "#58d68d")
    return canvas


def _bud(size: Canvas, at: tuple[float, float], side: int, product: Product, rng: np.random.Generator) -> Image.Image:
    x, y = at
    tone = product.tone
    head = Image.new("L", size)
    ImageDraw.Draw(head).ellipse((x - 74, y - 120, x + 74, y + 20), fill=255)
    bud = Image.new("RGBA", size)
    if product.line.look == "stem":
        bar = _rounded(size, (x - 30 + side * 22, y - 60, x + 30 + side * 22, y + 170), 28)
        bud.alpha_composite(puff(plain(tone, size), bar, Cushion(28, 1.0, 0.8), rng))
    bud.alpha_composite(puff(plain(tone, size), head, Cushion(68, 1.0, 0.8), rng))
    draw = ImageDraw.Draw(bud)
    grille = mix(tone, "#000000", 0.7)
    draw.ellipse((x - side * 44 - 22, y - 84, x - side * 44 + 22, y - 28), fill=grille)
    if product.model == "Pro":
        draw.ellipse((x - side * 70 - 34, y - 92, x - side * 70 + 34, y - 20), fill=mix("#3a3d44", tone, 0.2))
    return bud


def powerbank(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """A slab with lights and ports; the large capacity is longer."""
    slim = product.line.look == "slim"
    width, height = (400, 640) if slim else (430, round(720 + 130 * product.scale))
    size, tone = (width + 60, height + 60), product.tone
    ink = mix(tone, readable(tone), 0.75)
    canvas = Image.new("RGBA", size)
    canvas.alpha_composite(puff(plain(mix(tone, "#000000", 0.4), size), _rounded(size, (42, 42, width + 42, height + 42), 54), Cushion(16), rng))
    art = plain(tone, size)
    draw = ImageDraw.Draw(art)
    cx = 30 + width / 2
    if pose.from_behind:
        for row in range(8):
            draw.rectangle((cx - 120, height * 0.4 + row * 30, cx + (120 if row % 3 else 60), height * 0.4 + row * 30 + 9), fill=mix(tone, ink, 0.5))
        write(art, product.size, (cx, height * 0.3), 44, ink)
    else:
        if not slim:
            draw.rectangle((30, height * 0.62, width + 30, height * 0.66), fill=product.line.colours[2])
        write(art, product.line.icon, (cx, height * 0.32), 150, product.line.colours[2] if not slim else "#ffffff", name="icon")
        write(art, product.line.brand, (cx, height * 0.52), 64, ink, name="spaced", width=width * 0.72)
        write(art, product.size, (cx, height * 0.78), 50, ink, width=width * 0.7)
        for index in range(4):
            dot(draw, (cx - 45 + index * 30, height * 0.9), 7, "#58d68d" if index < 3 else mix(tone, "#888888", 0.5))
    canvas.alpha_composite(puff(art, _rounded(size, (30, 30, width + 30, height + 30), 54), Cushion(24, 1.0, 0.5), rng))
    draw = ImageDraw.Draw(canvas)
    draw.rounded_rectangle((cx - 70, 33, cx - 14, 45), 6, fill="#16181c")
    draw.rounded_rectangle((cx + 20, 33, cx + 84, 45), 2, fill="#16181c")
    return _sheen(canvas, 40)
