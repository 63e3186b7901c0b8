"""The sharpness of a photo is the variance of its Laplacian, and a photo out of focus is told from a sharp one."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from matcher.images import jpeg, working_copy
from matcher.images.sharpness import SHARP, measure_photo, measure_sharpness

PATCHES = np.kron(np.random.default_rng(4).integers(0, 255, (24, 24, 3), np.uint8), np.ones((20, 20, 1), np.uint8))


def test_it_is_what_the_slow_way_gives():
    grey = np.random.default_rng(1).integers(0, 256, (7, 9), np.uint8)
    found = [
        float(grey[y - 1, x]) + grey[y + 1, x] + grey[y, x - 1] + grey[y, x + 1] - 4.0 * grey[y, x]
        for y in range(1, 6)
        for x in range(1, 8)
    ]
    assert measure_sharpness(Image.fromarray(grey)) == pytest.approx(np.var(found))


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (9, 2)])
def test_a_photo_without_inner_pixels_has_none(size):
    assert measure_sharpness(Image.new("RGB", size, "red")) == 0.0


def test_blur_and_blowing_up_are_seen(tmp_path):
    sharp = Image.fromarray(PATCHES)
    photos = {
        "sharp": sharp,
        "blurred": sharp.filter(ImageFilter.GaussianBlur(6)),
        "blown up": sharp.resize((40, 40)).resize((480, 480), Image.Resampling.BICUBIC),
        "plain": Image.new("RGB", (480, 480), "white"),
    }
    for name, photo in photos.items():
        (tmp_path / name).write_bytes(jpeg(working_copy(photo)))
    found = {name: measure_photo(tmp_path / name) for name in photos}
    assert [name for name, quality in found.items() if quality.is_sharp] == ["sharp"]
    assert found["sharp"].sharpness > 3 * SHARP
    assert (found["plain"].width, found["plain"].height) == (480, 480)
