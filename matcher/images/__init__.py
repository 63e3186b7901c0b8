"""Photos as strangers send them, made fit to show and to encode.

Photos are decoded from an explicit list of formats, measured from their header before a single pixel is unpacked, and
turned upright by their EXIF tag. The paper resizes to 512 x 512; the working copy keeps the photo's shape *within*
512 x 512 instead, because every encoder resizes to its own input anyway and a squeezed bottle is a different bottle.
"""

import io
import struct
import zlib
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from matcher.errors import DataError
from matcher.images.colours import in_srgb
from matcher.images.repair import repair
from matcher.text import plain

MAX_PIXELS = 50_000_000  # 200 MB once unpacked; the largest phone photos have as many, sellers' one or two million
MAX_PHOTO_BYTES = 30_000_000  # a 50-megapixel JPEG at full quality
WORKING_SIDE = 512  # px, the paper's input size
THUMBNAIL_SIDE = 256  # px, a card on a screen of double density
ONE_COLOUR_BYTES = 16_000  # a field of one colour takes some 3,000 at WORKING_SIDE; a photo of anything ten times that
ONE_COLOUR_SIDE = 32  # px
ONE_COLOUR_SPREAD = 8  # of 255, between the darkest and the brightest value: what JPEG leaves of a plain field
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")  # what shops serve; Pillow knows forty more, each a way in

# Everything Pillow's decoders raise on damaged files. MemoryError: a decoder that believes a forged length.
DAMAGED = (OSError, SyntaxError, ValueError, TypeError, EOFError, KeyError, IndexError, AttributeError, OverflowError,
           MemoryError, RuntimeError, struct.error, zlib.error)  # fmt: skip


def open_image(source: Path | bytes, *, side: int | None = None) -> Image.Image:
    """Decode a photo that nobody vouches for, as `read_photo` does.

    Raises:
        DataError: As there.
    """
    return read_photo(source, side=side)[0]


def read_photo(source: Path | bytes, *, side: int | None = None) -> tuple[Image.Image, str]:
    """Decode a photo that nobody vouches for, and tell what was wrong with it that does not show.

    Args:
        source: A file, or its bytes.
        side: px. If given, the photo may be decoded smaller (JPEG's own scaled decoding), never below this side.

    Returns:
        The first frame as sRGB, upright, transparent parts on white; and its minor damage in words, "" if it is whole.

    Raises:
        DataError: Empty, too large, not one of FORMATS, more than MAX_PIXELS, or damaged so that it shows.
    """
    data = source if isinstance(source, bytes) else read_bounded(source)
    if not data:
        raise DataError("The file is empty. Send the photo again.")
    try:
        return _decode(data, side), ""
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels("far too many pixels") from error
    except DAMAGED as error:
        repaired, flaw = repair(data)
        if repaired:
            try:
                return _decode(repaired, side), flaw
            except (Image.DecompressionBombError, Image.DecompressionBombWarning, *DAMAGED):
                pass  # the first error says more
        if isinstance(error, UnidentifiedImageError):
            raise DataError(f"Not a photo: none of {', '.join(FORMATS)}. Save it as JPEG or PNG.") from error
        raise DataError(f"The photo is damaged or cut short ({plain(str(error))[:80]}). Send it again.") from error


def _decode(data: bytes, side: int | None) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise _too_many_pixels(f"{image.width} x {image.height} pixels")
        if side is not None:
            image.draft(None, (side, side))
        return _on_white(in_srgb(_upright(image), image))


def is_one_colour(photo: Path) -> bool:
    """Whether a working copy shows nothing but one colour: a white, black or grey field.

    Args:
        photo: A JPEG that an import made.

    Raises:
        DataError: The photo cannot be read.
    """
    if photo.stat().st_size > ONE_COLOUR_BYTES:
        return False
    extrema = open_image(photo, side=ONE_COLOUR_SIDE).getextrema()
    return all(high - low <= ONE_COLOUR_SPREAD for low, high in extrema)  # type: ignore[misc]  # RGB: three pairs


def read_bounded(path: Path) -> bytes:
    """Read a photo file, never more than MAX_PHOTO_BYTES.

    Raises:
        DataError: Larger than that, or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_PHOTO_BYTES + 1)
    except OSError as error:
        raise DataError(f"The file cannot be read ({error.strerror}).") from error
    if len(data) > MAX_PHOTO_BYTES:
        raise DataError(f"The file has more than {MAX_PHOTO_BYTES // 1_000_000} MB. Save it smaller.")
    return data


def working_copy(image: Image.Image) -> Image.Image:
    """The photo within 512 x 512, its shape kept; never enlarged."""
    return _within(image, WORKING_SIDE)


def thumbnail(image: Image.Image) -> Image.Image:
    """The photo within 256 x 256, its shape kept; never enlarged."""
    return _within(image, THUMBNAIL_SIDE)


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    """Encode as JPEG without any metadata: no place, no camera, no owner."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _within(image: Image.Image, side: int) -> Image.Image:
    if max(image.size) <= side:
        return image
    scale = side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except (SyntaxError, ValueError, TypeError, KeyError, struct.error, ZeroDivisionError):
        return image.copy()  # the tags are broken, the pixels need not be


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    if layer.getchannel("A").getbbox() is None:
        return layer.convert("RGB")  # an alpha that is zero everywhere was never meant: nothing would be left to see
    image = Image.new("RGBA", layer.size, "white")
    image.alpha_composite(layer)
    return image.convert("RGB")


def _too_many_pixels(found: str) -> DataError:
    return DataError(f"The photo has {found}; at most {MAX_PIXELS // 1_000_000} million are read. Save it smaller.")
