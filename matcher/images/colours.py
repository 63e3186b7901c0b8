"""Bring the pixels of a photo into the colours that screens show: sRGB, eight bits, whatever they were saved in."""

import io

from PIL import Image, ImageChops, ImageCms

MAX_PROFILE_BYTES = 4_000_000  # of a colour profile; those of printing presses have up to 3 MB
_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}


def in_srgb(image: Image.Image, source: Image.Image) -> Image.Image:
    """Apply the colour profile, and undo what a decoder takes for granted.

    Args:
        image: Decoded pixels.
        source: As opened, of which `image` was made: it knows the format, and what stood beside the pixels.
    """
    if image.mode.startswith("I;16") or image.mode == "I":
        return _eight_bits(image, source.info.get("transparency"))
    if source.format == "JPEG" and image.mode == "CMYK" and "adobe" not in source.info:
        image = ImageChops.invert(image)  # the decoder inverts as Adobe's programs do; others do not
    transparency = source.info.get("transparency")
    if isinstance(transparency, tuple) and max(transparency) > 255:
        image.info["transparency"] = tuple(value >> 8 for value in transparency)  # of 16 bits, as the pixels were
    profile = source.info.get("icc_profile")
    return _converted(image, profile) if profile and len(profile) <= MAX_PROFILE_BYTES else image


def _eight_bits(image: Image.Image, transparent: object) -> Image.Image:
    import numpy as np  # takes most of the start of a process that decodes photos, of which hardly one needs it

    pixels = np.asarray(image).astype(np.int32)
    grey = Image.fromarray(np.clip(pixels >> 8, 0, 255).astype(np.uint8))
    if not isinstance(transparent, int):
        return grey
    opaque = Image.fromarray(np.where(pixels == transparent, 0, 255).astype(np.uint8))
    return Image.merge("LA", (grey, opaque))


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    """The image in sRGB; as it is where the profile is sRGB already, damaged, or meant for another kind of pixels."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        description = ImageCms.getProfileDescription(source)
        space = _MODES.get(source.profile.xcolor_space)
        if space is None or "srgb" in description.lower():
            return image
        pixels = image.convert("RGBA") if image.mode == "P" or "transparency" in image.info else image
        alpha = pixels.getchannel("A") if pixels.mode in ("RGBA", "LA") else None
        colours = pixels if pixels.mode == space else pixels.convert(space)
        if (space == "CMYK") != (image.mode == "CMYK"):
            return image
        converted = ImageCms.profileToProfile(colours, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image  # without its profile a photo looks duller, and is the same photo
    if converted is None:
        return image
    if alpha is not None:
        converted.putalpha(alpha)
    return converted
