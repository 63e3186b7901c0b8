"""Small drawings for packs: leaves, flowers, fruit, waves, mountains, rays. All in plain polygons."""

import colorsys
from collections.abc import Callable

import numpy as np
from PIL import ImageColor, ImageDraw

Point = tuple[float, float]


def mix(first: str, second: str, share: float) -> str:
    """The colour `share` of the way from the first to the second, all "#rrggbb"."""
    pairs = zip(ImageColor.getrgb(first)[:3], ImageColor.getrgb(second)[:3], strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def readable(on: str, dark: str = "#1f2226", light: str = "#fbf9f4") -> str:
    """Dark or light ink, whichever reads better on a colour."""
    red, green, blue = ImageColor.getrgb(on)[:3]
    return dark if 0.299 * red + 0.587 * green + 0.114 * blue > 150 else light


def turned_hue(colour: str, share: float) -> str:
    """A colour with its hue moved by a share of the circle."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(c / 255 for c in ImageColor.getrgb(colour)[:3]))
    rgb = colorsys.hls_to_rgb((hue + share) % 1, lightness, saturation)
    return "#" + "".join(f"{round(c * 255):02x}" for c in rgb)


def place(shape: list[Point], at: Point, size: float, angle: float = 0.0) -> list[Point]:
    """Scale, turn (radians) and move a unit shape."""
    cosine, sine = np.cos(angle) * size, np.sin(angle) * size
    return [(at[0] + x * cosine - y * sine, at[1] + x * sine + y * cosine) for x, y in shape]


def leaf_shape(width: float = 0.32) -> list[Point]:
    """A pointed leaf from (0, 0) to (1, 0)."""
    t = np.linspace(0, 1, 24)
    half = width * np.sin(np.pi * t**0.8) * (1 - 0.25 * t)
    return [*zip(t, half, strict=True), *zip(t[::-1], -half[::-1], strict=True)]


def leaf(draw: ImageDraw.ImageDraw, at: Point, size: float, angle: float, colour: str, width: float = 0.32) -> None:
    """A leaf with its midrib."""
    draw.polygon(place(leaf_shape(width), at, size, angle), fill=colour)
    tip = place([(0.92, 0)], at, size, angle)[0]
    draw.line([at, tip], fill=mix(colour, "#ffffff", 0.35), width=max(1, int(size * 0.025)))


def sprig(draw: ImageDraw.ImageDraw, at: Point, size: float, angle: float, colour: str, pairs: int = 5) -> None:
    """A twig with leaves on both sides."""
    t = np.linspace(0, 1, 20)
    stem = place(list(zip(t, 0.12 * np.sin(t * 2.2), strict=True)), at, size, angle)
    draw.line(stem, fill=mix(colour, "#000000", 0.2), width=max(2, int(size * 0.02)), joint="curve")
    for step in range(1, pairs + 1):
        base = stem[int(19 * step / (pairs + 0.6))]
        length = size * 0.38 * (1.1 - 0.5 * step / pairs)
        for side in (-1, 1):
            leaf(draw, base, length, angle + side * 0.85, mix(colour, "#ffffff", 0.12 * (side > 0)))
    leaf(draw, stem[-1], size * 0.22, angle, colour)


def flower(draw: ImageDraw.ImageDraw, at: Point, size: float, angle: float, colour: str, petals: int = 6) -> None:
    """A round flower with a light heart."""
    for ring, shade in ((1.0, 0.0), (0.68, 0.25)):
        for index in range(petals):
            turn = angle + 2 * np.pi * (index + (ring < 1) / 2) / petals
            shape = place(leaf_shape(0.42), at, size * 0.62 * ring, turn)
            draw.polygon(shape, fill=mix(colour, "#ffffff", shade), outline=mix(colour, "#000000", 0.12))
    dot(draw, at, size * 0.12, mix("#f2c14e", colour, 0.15))


def dot(draw: ImageDraw.ImageDraw, at: Point, radius: float, colour: str) -> None:
    """A filled circle."""
    draw.ellipse((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius), fill=colour)


def slice_of(draw: ImageDraw.ImageDraw, at: Point, size: float, angle: float, colour: str) -> None:
    """A slice of citrus fruit."""
    dot(draw, at, size * 0.55, colour)
    dot(draw, at, size * 0.48, "#fffbe6")
    for index in range(8):
        turn = angle + index * np.pi / 4
        wedge = [(0.06, 0.0), (0.38, -0.13), (0.42, 0.0), (0.38, 0.13)]
        draw.polygon(place(wedge, at, size, turn), fill=mix(colour, "#ffffff", 0.15))


def chili(draw: ImageDraw.ImageDraw, at: Point, size: float, angle: float, colour: str) -> None:
    """A chili pepper."""
    t = np.linspace(0, 1, 24)
    spine, half = 0.25 * t**2, 0.13 * np.sqrt(1 - t) * (0.6 + 0.6 * np.sin(np.pi * t))
    body = [*zip(t - 0.5, spine - half, strict=True), *zip(t[::-1] - 0.5, (spine + half)[::-1], strict=True)]
    draw.polygon(place(body, at, size, angle), fill=colour)
    shine = place([(-0.4, -0.06), (0.1, -0.02), (0.3, 0.06)], at, size, angle)
    stalk = place([(-0.48, 0), (-0.62, -0.06), (-0.7, -0.18)], at, size, angle)
    draw.line(shine, fill=mix(colour, "#ffffff", 0.45), width=max(2, int(size * 0.03)), joint="curve")
    draw.line(stalk, fill="#3f7d35", width=max(3, int(size * 0.07)), joint="curve")


def wedge_of_cheese(draw: ImageDraw.ImageDraw, at: Point, size: float, angle: float, colour: str) -> None:
    """A wedge of cheese with holes."""
    draw.polygon(place([(-0.5, 0.05), (0.1, -0.3), (0.5, 0.05)], at, size, angle), fill=mix(colour, "#ffffff", 0.35))
    draw.polygon(place([(-0.5, 0.05), (0.5, 0.05), (0.5, 0.38), (-0.5, 0.38)], at, size, angle), fill=colour)
    for hole, radius in (((-0.25, 0.2), 0.07), ((0.1, 0.26), 0.09), ((0.35, 0.15), 0.05)):
        dot(draw, place([hole], at, size, angle)[0], radius * size, mix(colour, "#7a4a00", 0.35))


def bean(draw: ImageDraw.ImageDraw, at: Point, size: float, angle: float, colour: str) -> None:
    """A coffee bean."""
    t = np.linspace(0, 2 * np.pi, 40)
    outline = list(zip(0.5 * np.cos(t), 0.33 * np.sin(t), strict=True))
    draw.polygon(place(outline, at, size, angle), fill=colour)
    s = np.linspace(-0.45, 0.45, 16)
    groove = place(list(zip(s, 0.06 * np.sin(s * 7), strict=True)), at, size, angle)
    draw.line(groove, fill=mix(colour, "#000000", 0.45), width=max(2, int(size * 0.05)), joint="curve")


def drop(draw: ImageDraw.ImageDraw, at: Point, size: float, angle: float, colour: str) -> None:
    """A drop of liquid with a highlight."""
    t = np.linspace(0, 2 * np.pi, 60)
    outline = list(zip(0.36 * np.sin(t) * np.sin(t / 2) ** 1.2, -0.5 * np.cos(t), strict=True))
    draw.polygon(place(outline, at, size, 0.0), fill=colour, outline=mix(colour, "#ffffff", 0.4))
    dot(draw, place([(-0.1, 0.16)], at, size, angle)[0], size * 0.06, mix(colour, "#ffffff", 0.7))


def berry(draw: ImageDraw.ImageDraw, at: Point, size: float, angle: float, colour: str) -> None:
    """A strawberry."""
    t = np.linspace(0, 2 * np.pi, 40)
    radius = 0.42 - 0.06 * np.sin(t) + 0.05 * np.cos(2 * t)
    body = list(zip(radius * np.cos(t) * 0.9, radius * np.sin(t) * 1.1, strict=True))
    draw.polygon(place(body, at, size, angle), fill=colour)
    for x, y in ((-0.18, -0.1), (0.0, -0.02), (0.18, -0.1), (-0.1, 0.16), (0.1, 0.16), (0.0, 0.32)):
        dot(draw, place([(x, y)], at, size, angle)[0], size * 0.022, "#fde9b8")
    for turn in (-2.6, -2.1, -1.57, -1.04, -0.54):
        leaf(draw, place([(0, -0.36)], at, size, angle)[0], size * 0.3, angle + turn, "#4f9a45")


def waves(draw: ImageDraw.ImageDraw, size: tuple[int, int], top: float, colours: tuple[str, ...], phase: float) -> None:
    """Bands of waves from a height down to the bottom, each lower band in its own colour."""
    width, height = size
    x = np.linspace(0, width, 60)
    for index, colour in enumerate(colours):
        level = top + index * (height - top) / (len(colours) + 0.4)
        y = level + height * 0.03 * np.sin(2 * np.pi * x / width * 1.3 + phase + index * 1.7)
        draw.polygon([*zip(x, y, strict=True), (width, height), (0, height)], fill=colour)


def mountains(draw: ImageDraw.ImageDraw, size: tuple[int, int], foot: float, colours: tuple[str, ...]) -> None:
    """Rows of peaks, from the farthest to the nearest colour."""
    width, height = size
    for index, colour in enumerate(colours):
        rng = np.random.default_rng(41 + index)  # the same skyline on every pack of the range
        x = np.linspace(-0.05, 1.05, 7 + index)
        peaks = foot - (0.30 - 0.085 * index) * (0.45 + rng.random(len(x)) * 0.8)
        peaks[::2] += 0.07
        points = [(px * width, py * height) for px, py in zip(x, peaks, strict=True)]
        draw.polygon([*points, (width * 1.05, height), (-width * 0.05, height)], fill=colour)


def rays(draw: ImageDraw.ImageDraw, at: Point, radius: float, colour: str, count: int = 18) -> None:
    """Sun rays around a point."""
    for index in range(count):
        turn = 2 * np.pi * index / count
        half = np.pi / count / 2
        arms = [(np.cos(turn + side), np.sin(turn + side)) for side in (-half, half)]
        draw.polygon([at, *((at[0] + x * radius, at[1] + y * radius) for x, y in arms)], fill=colour)


Motif = Callable[[ImageDraw.ImageDraw, Point, float, float, str], None]
MOTIFS: dict[str, tuple[Motif, str]] = {  # by flavour or scent: the drawing and its natural colour
    "rose": (flower, "#e0708e"), "jasmine": (flower, "#fdfbf2"), "lavender": (sprig, "#8f7cc4"),
    "mint": (leaf, "#3f9f6f"), "lemon": (slice_of, "#f2cf3a"), "aloe": (leaf, "#5f9e4a"), "charcoal": (drop, "#3b3f46"),
    "salt": (drop, "#e9f3fb"), "balado": (chili, "#d8322a"), "cheese": (wedge_of_cheese, "#f6b93b"),
    "seaweed": (leaf, "#1f6b41"), "onion": (drop, "#c56a86"), "blacktea": (leaf, "#8a4a2a"),
    "greentea": (leaf, "#6f9e3b"), "plain": (drop, "#ffffff"), "chocolate": (bean, "#5a3320"),
    "strawberry": (berry, "#e2304f"), "gayo": (bean, "#5a3320"), "toraja": (bean, "#5a3320"),
    "kintamani": (bean, "#5a3320"), "matah": (sprig, "#6f9a3a"), "terasi": (chili, "#a83324"),
    "forest": (sprig, "#7a8f3a"), "randu": (flower, "#fbf3df"),
}  # fmt: skip
