"""Photos of every kind are made fit to show and to encode."""

import io

import numpy as np
import pytest
from PIL import Image

from matcher.errors import DataError
from matcher.images import open_image, thumbnail, working_copy


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


KINDS = [("RGBA", "PNG"), ("P", "GIF"), ("L", "JPEG"), ("CMYK", "JPEG"), ("RGB", "WEBP"), ("RGB", "BMP"), ("1", "PNG")]


@pytest.mark.parametrize(("mode", "kind"), [*KINDS, ("I;16", "PNG")])
def test_photos_of_every_kind_become_rgb(mode, kind):
    image = open_image(encoded(Image.new(mode, (30, 20)), kind))
    assert (image.mode, image.size) == ("RGB", (30, 20))


def test_sixteen_bits_a_pixel_become_eight():
    assert open_image(encoded(Image.new("I;16", (4, 4), 0x80FF), "PNG")).getpixel((1, 1)) == (128, 128, 128)


def test_transparent_parts_are_white():
    photo = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    photo.putpixel((3, 3), (255, 0, 0, 255))
    opened = open_image(encoded(photo, "PNG"))
    assert (opened.getpixel((1, 1)), opened.getpixel((3, 3))) == ((255, 255, 255), (255, 0, 0))


def test_copies_keep_the_shape_and_are_never_enlarged():
    wide = Image.new("RGB", (2000, 500))
    assert working_copy(wide).size == (512, 128)
    assert thumbnail(wide).size == (256, 64)
    assert working_copy(Image.new("RGB", (30, 20))).size == (30, 20)
    assert working_copy(Image.new("RGB", (3000, 1))).size == (512, 1)


NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 60, 3), np.uint8))
KINDS_OF_SHOPS = ["JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF"]
PHOTOS = [encoded(NOISE, kind) for kind in KINDS_OF_SHOPS]


@pytest.mark.parametrize("photo", PHOTOS, ids=KINDS_OF_SHOPS)
def test_a_damaged_photo_is_opened_or_refused_in_words(photo):
    """Each decoder has errors of its own, and hides the rarest at the head of the file."""
    places = [*range(min(500, len(photo))), *range(500, len(photo), max(1, len(photo) // 100))]
    for place in places:
        data = photo[:place] + bytes([photo[place] ^ 0x55]) + photo[place + 1 :]
        opened_or_refused(data)
        opened_or_refused(photo[:place])


def opened_or_refused(data):
    try:
        assert open_image(data).mode == "RGB"
    except DataError:
        pass  # said in words; anything else would be a defect
