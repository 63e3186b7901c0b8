"""The regions that carry a likeness: their shares sum to the cosine, and lie where the likeness is."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from matcher.encoders.photos.efficientnet import EfficientNetEncoder
from matcher.encoders.photos.likeness_map import GEM_POWER, GRID, lay_over, region_shares
from matcher.encoders.photos.photo_views import photo_views
from matcher.encoders.runtime.feature_maps import find_feature_maps
from matcher.encoders.runtime.openvino_runtime import OpenVinoRunner
from matcher.images import open_image
from matcher.vectors.embeddings import unit_rows


@given(st.integers(0, 99), st.sampled_from([1.0, 2.0, GEM_POWER]))
def test_shares_sum_to_the_cosine(seed, power):
    rng = np.random.default_rng(seed)
    maps = rng.random((2, 6, 3, 4)).astype(np.float32) + 0.01
    other = unit_rows(rng.normal(size=(1, 6)).astype(np.float32))[0]
    each = unit_rows((maps**power).mean(axis=(2, 3)) ** (1 / power))  # the slow, obvious way
    vector = unit_rows(each.mean(axis=0)[None])[0]
    assert region_shares(maps**power, other, power).sum() == pytest.approx(float(vector @ other), abs=1e-5)


def test_views_are_laid_where_they_were_taken():
    shares = np.zeros((2, 7, 7))
    shares[1, 0, 0] = 1.0  # top left of the mirrored whole: top right of the photo
    heat = lay_over(shares, (300, 200))
    assert heat[0, -1] == heat.max() == 1
    assert heat[0, 0] == heat[-1, -1] == 0
    shares[:] = 0
    shares[0] = 1.0  # all of the middle: a square in a wide photo
    heat = lay_over(shares, (400, 200))
    assert heat[GRID // 2, 0] == 0
    assert heat[GRID // 2, GRID // 2] == 1
    assert lay_over(np.zeros((2, 7, 7)), (9, 9)).max() == 0


def test_the_bundled_network_shows_where_two_photos_agree(tmp_path: Path):
    rng = np.random.default_rng(4)
    motif = Image.fromarray(rng.integers(0, 256, (12, 12, 3), dtype=np.uint8)).resize(
        (110, 110), Image.Resampling.NEAREST
    )
    for name, place in (("one", (10, 10)), ("other", (180, 180))):
        photo = Image.new("RGB", (300, 300), "white")
        photo.paste(motif, place)
        photo.save(tmp_path / f"{name}.png")
    encoder = EfficientNetEncoder(folder=tmp_path)
    encoder.load_maps()
    assert "_maps" in vars(encoder)  # the first picture waits for nothing any more
    vectors = encoder.encode([tmp_path / "one.png", tmp_path / "other.png"])
    runner = encoder._model.runner
    assert isinstance(runner, OpenVinoRunner)
    maps = find_feature_maps(runner.model)
    assert maps is not None
    pixels = photo_views(open_image(tmp_path / "one.png", side=encoder._model.side), encoder._model.side)
    shares = region_shares(maps.run({"pixels": pixels[None]}), vectors[1], GEM_POWER)
    assert shares.sum() == pytest.approx(float(vectors[0] @ vectors[1]), abs=0.02)  # the network itself is in bfloat16
    shown = encoder.map_likeness(tmp_path / "one.png", vectors[1])
    assert shown is not None
    colour = np.asarray(shown, dtype=int)
    coloured = colour[..., 0] - colour[..., 2]  # the photo itself is grey there
    half = shown.width // 2
    assert coloured[:half, :half].mean() > 2 * coloured[half:, half:].mean()
