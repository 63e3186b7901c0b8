"""Photos of every kind are made fit to show and to encode."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from matcher.errors import DataError
from matcher.images import is_one_colour, open_image, read_photo, thumbnail, working_copy


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 60, 3), np.uint8))
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


def test_an_alpha_that_is_zero_everywhere_is_no_alpha():
    photo = encoded(Image.new("RGBA", (4, 4), (40, 90, 160, 0)), "BMP")
    assert open_image(photo).getpixel((1, 1)) == (40, 90, 160)


@pytest.mark.parametrize("mode", ["I;16", "RGB"])
def test_a_value_that_means_transparent_is_white(mode):
    photo = Image.new(mode, (4, 2), 0x3039 if mode == "I;16" else (9, 8, 7))
    photo.putpixel((0, 0), 0x8000 if mode == "I;16" else (128, 128, 128))
    data = encoded(photo, "PNG", transparency=0x3039 if mode == "I;16" else (9, 8, 7))
    opened = open_image(data)
    assert (opened.getpixel((0, 0)), opened.getpixel((1, 1))) == ((128, 128, 128), (255, 255, 255))


def test_ink_is_inverted_only_where_the_file_says_so():
    inks = Image.new("CMYK", (16, 16), (0, 200, 200, 20))
    marked = encoded(inks, "JPEG", quality=95)  # the encoder inverts, and leaves Adobe's mark
    start = marked.index(b"\xff\xee")
    (length,) = struct.unpack(">H", marked[start + 2 : start + 4])
    bare = marked[:start] + marked[start + 2 + length :]
    upright, inverted = open_image(marked).getpixel((8, 8)), open_image(bare).getpixel((8, 8))
    assert upright[0] > 180 > 100 > upright[1]
    assert inverted[0] < 60  # the same numbers, taken as they stand


def profile(scale):
    """A profile of three primaries like those of sRGB but for a light that is bent by another power."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    made = made.replace(b"s\x00R\x00G\x00B", b"w\x00i\x00d\x00e")
    place = made.index(b"para")
    made[place : place + 16] = b"para" + bytes(4) + struct.pack(">HH", 0, 0) + struct.pack(">I", int(scale * 65536))
    return bytes(made)


def test_the_colour_profile_is_applied_and_srgb_left_alone():
    grey = Image.new("RGB", (8, 8), (100, 100, 100))
    plain = open_image(
        encoded(grey, "PNG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    )
    dark = open_image(encoded(grey, "PNG", icc_profile=profile(3.5)))
    assert plain.getpixel((1, 1)) == (100, 100, 100)
    assert dark.getpixel((1, 1))[0] < 80
    assert open_image(encoded(grey, "PNG", icc_profile=b"no profile" * 40)).getpixel((1, 1)) == (100, 100, 100)
    clear = Image.new("RGBA", (8, 8), (100, 100, 100, 255))
    clear.putpixel((0, 0), (0, 0, 0, 0))
    opened = open_image(encoded(clear, "PNG", icc_profile=profile(3.5)))
    assert (opened.getpixel((0, 0)), opened.getpixel((1, 1))) == ((255, 255, 255), dark.getpixel((1, 1)))


def chunk(kind, body, checksum=None):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum or zlib.crc32(kind + body))


def png_with(extra):
    data = encoded(NOISE, "PNG")
    return data[:33] + extra + data[33:]  # behind the header's chunk


LONG = zlib.compress(b"<x:xmpmeta/>" * 400_000)
FLAWED = {
    "a text with a wrong checksum": (png_with(chunk(b"tEXt", b"Title\0Vase", 7)), "wrong checksum"),
    "a text that unpacks to megabytes": (
        png_with(chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + LONG)), "a text beside the pixels",
    ),
    "a picture without its last chunk": (encoded(NOISE, "PNG")[:-12], "no end mark"),
    "a photo without its end mark": (encoded(NOISE, "JPEG")[:-2], "no end mark"),
}  # fmt: skip


@pytest.mark.parametrize("kind", FLAWED)
def test_minor_damage_is_shown_and_told(kind):
    data, said = FLAWED[kind]
    image, flaw = read_photo(data)
    whole = open_image(encoded(NOISE, "JPEG" if data.startswith(b"\xff") else "PNG"))
    assert np.array_equal(np.asarray(image), np.asarray(whole))
    assert (said in flaw) or (flaw == "" and kind == "a picture without its last chunk")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_missing_pixels_are_no_minor_damage(kind):
    data = encoded(NOISE, kind)
    for share in (0.4, 0.7, 0.9):
        with pytest.raises(DataError):
            read_photo(data[: int(len(data) * share)])


def test_copies_keep_the_shape_and_are_never_enlarged():
    wide = Image.new("RGB", (2000, 500))
    assert working_copy(wide).size == (512, 128)
    assert thumbnail(wide).size == (256, 64)
    assert working_copy(Image.new("RGB", (30, 20))).size == (30, 20)
    assert working_copy(Image.new("RGB", (3000, 1))).size == (512, 1)


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


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (200, 10, 10), (128, 128, 128)])
def test_a_field_of_one_colour_is_told_from_a_photo(tmp_path, colour):
    def kept(image):
        file = tmp_path / "photo.jpg"
        working_copy(image).save(file, "JPEG", quality=90)
        return file

    field = Image.new("RGB", (600, 400), colour)
    assert is_one_colour(kept(field))
    field.paste((90, 120, 60), (280, 180, 330, 230))  # a small thing on a plain ground is a photo of it
    assert not is_one_colour(kept(field))
