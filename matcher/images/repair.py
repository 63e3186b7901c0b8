"""Mend photos whose damage does not show: a missing end mark, a wrong checksum or too long a text beside the pixels."""

import io
import struct
import zlib
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\x00\x00\x00\x00IEND\xaeB\x60\x82"
# What decides how pixels look; texts, dates and previews do not.
_PNG_NEEDED = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"eXIf"})
MISSING = 0.01  # share of the pixels that may be missing at the end: a line of them at the lower edge
_JPEG_END = b"\xff\xd9"
_FILLER = bytes(range(1, 251)) * 8  # stands for pixels that are missing; none of it is a mark


def repair(data: bytes) -> tuple[bytes, str]:
    """Give the photo without its minor damage.

    Returns:
        The mended bytes, and what was wrong in words; both empty if nothing of the kind was found, or if pixels are
        missing.
    """
    if data.startswith(_PNG):
        return _repair_png(data)
    if data.startswith(b"\xff\xd8"):
        return _repair_jpeg(data)
    return b"", ""


def _repair_png(data: bytes) -> tuple[bytes, str]:
    """Leave out damaged or needless chunks; those with pixels have to be whole."""
    kept = [_PNG]
    flaws = []
    place = len(_PNG)
    has_end = False
    while place + 12 <= len(data) and not has_end:
        (length,) = struct.unpack(">I", data[place : place + 4])
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        checksum = data[place + 8 + length : place + 12 + length]
        if len(checksum) < 4:
            break
        is_whole = struct.unpack(">I", checksum)[0] == zlib.crc32(kind + body)
        if kind in _PNG_NEEDED and is_whole:
            kept.append(data[place : place + 12 + length])
            has_end = kind == b"IEND"
        elif kind[:1].isupper():
            return b"", ""  # a damaged chunk that decides how pixels look
        elif not is_whole:
            flaws.append("a wrong checksum beside the pixels")
        place += 12 + length
    if not has_end:
        kept.append(_PNG_END)
        flaws.append("no end mark")
    flaws = flaws or ["a text beside the pixels that cannot be read"]
    return b"".join(kept), f"The photo has {' and '.join(dict.fromkeys(flaws))}; its pixels are whole."


def _repair_jpeg(data: bytes) -> tuple[bytes, str]:
    """Add the end mark, if hardly a pixel is missing: then it does not matter what stands before the mark."""
    if data.rstrip(b"\x00").endswith(_JPEG_END):
        return b"", ""
    one, other = _pixels(data + _JPEG_END), _pixels(data + _FILLER + _JPEG_END)
    if one is None or other is None or one.shape != other.shape:
        return b"", ""
    missing = float((one != other).reshape(*one.shape[:2], -1).any(axis=2).mean())
    if missing > MISSING:
        return b"", ""
    state = "its pixels are whole" if not missing else "less than a hundredth of it is missing"
    return data + _JPEG_END, f"The photo has no end mark; {state}."


def _pixels(data: bytes) -> "NDArray[np.uint8] | None":
    import numpy as np  # takes most of the start of a process that decodes photos, of which hardly one needs it

    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            return np.asarray(image, dtype=np.uint8)
    except (OSError, SyntaxError, ValueError, MemoryError, struct.error):
        return None
