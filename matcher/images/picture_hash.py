"""The perceptual hash of a photo: the same picture again has nearly the same, whatever it was saved as."""

from pathlib import Path

from matcher.images import open_image

BITS = 64


def phash_of(photo: Path) -> str:
    """The 64-bit pHash of a photo as 16 hex digits, as in the column `image_phash` of Shopee's table.

    Raises:
        DataError: The photo cannot be read.

    Source: ImageHash's `phash`: the 8 x 8 lowest frequencies of the 32 x 32 grey picture, above or below their median.
    """
    import imagehash

    return str(imagehash.phash(open_image(photo, side=2 * BITS)))


def differing_bits(one: str, other: str) -> int:
    """How many of the bits of two hashes differ, 0..64."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
