"""Letters and icons, from the fonts in ../fonts (SIL OFL 1.1; the icons Apache-2.0): drawn alike anywhere."""

from functools import cache
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont

FONTS = Path(__file__).parents[1] / "fonts"

# Our name -> (file, weight axis or None for fonts without axes, letter spacing in ems).
FACES: dict[str, tuple[str, int | None, float]] = {
    "sans": ("sans.woff2", 700, 0.0),
    "light": ("sans.woff2", 400, 0.0),
    "spaced": ("sans.woff2", 600, 0.14),
    "heavy": ("sans-italic.woff2", 900, -0.01),
    "serif": ("serif.woff2", 500, 0.0),
    "display": ("serif.woff2", 300, 0.1),
    "slab": ("mono.woff2", 800, -0.05),
    "icon": ("icons.woff2", None, 0.0),
}


@cache
def face(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A font by our name at a size in pixels."""
    file, weight, _ = FACES[name]
    font = ImageFont.truetype(FONTS / file, size)
    if weight is not None:
        axes = font.get_variation_axes()
        font.set_variation_by_axes([weight, *(float(axis["maximum"] or 0) for axis in axes[1:])])
    return font


@cache
def stamp(text: str, name: str, size: int) -> Image.Image:
    """The text as a tight "L" mask; cached, since packs repeat their words."""
    font, spacing = face(name, size), FACES[name][2] * size
    letters = list(text) if spacing else [text]
    steps = [0.0]
    for letter in letters:
        steps.append(steps[-1] + font.getlength(letter) + spacing)
    mask = Image.new("L", (int(steps[-1]) + size, 2 * size))
    draw = ImageDraw.Draw(mask)
    for x, letter in zip(steps[:-1], letters, strict=True):
        draw.text((x + size * 0.3, size * 0.3), letter, fill=255, font=font)
    return mask.crop(mask.getbbox() or (0, 0, 1, 1))


def write(
    canvas: Image.Image,
    text: str,
    centre: tuple[float, float],
    size: float,
    colour: str,
    *,
    name: str = "sans",
    width: float | None = None,
    opacity: float = 1.0,
    angle: float = 0.0,
    left: bool = False,
) -> tuple[int, int]:
    """Write one line centred on a point, or to the right of it.

    Args:
        canvas: "RGB" or "RGBA" image, drawn on in place.
        text: The words; for the face "icon", an icon's name.
        centre: Pixels, where the middle of the ink goes.
        size: Font size in pixels, before `width` shrinks it.
        colour: "#rrggbb".
        name: Key of FACES.
        width: The line is shrunk to be at most this wide, in pixels.
        opacity: 0..1.
        angle: Degrees, counter-clockwise.
        left: The point is the middle of the line's left end instead of its centre.

    Returns:
        Width and height of the ink in pixels.
    """
    mask = stamp(text, name, max(6, round(size)))
    if width is not None and mask.width > width:
        mask = stamp(text, name, max(6, round(size * width / mask.width)))
    mask = mask.rotate(angle, Image.Resampling.BICUBIC, expand=True) if angle else mask
    mask = mask.point(lambda value: int(value * opacity)) if opacity < 1 else mask
    at = (round(centre[0] - (0 if left else mask.width / 2)), round(centre[1] - mask.height / 2))
    canvas.paste(Image.new(canvas.mode, mask.size, (*ImageColor.getrgb(colour), 255)[: len(canvas.mode)]), at, mask)
    return mask.size
