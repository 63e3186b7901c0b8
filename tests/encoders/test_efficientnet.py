"""EfficientNet's vectors are timm's, made faster; photos and other weights are read safely, or it says why not."""

import importlib
import shutil

import numpy as np
import pytest
from PIL import Image, ImageDraw

from matcher.encoders.photos.efficientnet import PhotoModel
from matcher.encoders.photos.photo_views import photo_views
from matcher.encoders.registry import load_encoder
from matcher.encoders.runtime.openvino_runtime import load_network
from matcher.errors import Cancelled, EncoderError


def draw(path, seed: int, size=(320, 240)):
    """Save a picture of a few coloured shapes."""
    random = np.random.default_rng(seed)
    image = Image.new("RGB", size, "white")
    canvas = ImageDraw.Draw(image)
    for _ in range(6):
        (x, y), colour = random.integers(0, 200, 2), tuple(int(value) for value in random.integers(0, 255, 3))
        canvas.ellipse((x, y, x + 90, y + 60), fill=colour)
    image.save(path)
    return path


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Where the converted model is kept, so that it is converted once for all tests here."""
    return tmp_path_factory.mktemp("encoders")


@pytest.fixture(scope="module")
def encoder(kept):
    return load_encoder("efficientnet", folder=kept)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    return [draw(folder / f"{seed}.png", seed) for seed in range(5)]


@pytest.fixture(scope="module")
def images():
    """The module that loads timm; late, so that collecting the tests stays quick."""
    return importlib.import_module("matcher.encoders.photos.photo_net")


@pytest.fixture(scope="module")
def timm_folder(images, tmp_path_factory):
    """A folder as timm saves one, of the smallest network that it has."""
    torch_files = importlib.import_module("safetensors.torch")
    folder = tmp_path_factory.mktemp("timm")
    model = images.timm.create_model("test_efficientnet", num_classes=7)
    torch_files.save_file(model.state_dict(), folder / "model.safetensors")
    (folder / "config.json").write_text('{"architecture": "test_efficientnet"}')
    return folder


def test_vectors_are_those_of_timm_pooled_over_two_looks(kept, photos, images, full_precision):
    """In float32; what the CPU's own precision costs is told by F1 in tests/benchmarks/bench_encoders.py."""
    import torch

    encoder = load_encoder("efficientnet", folder=kept)

    backbone = images.load_bundled(encoder.weights).eval().backbone
    expected = np.zeros((len(photos), 1280))
    for row, photo in enumerate(photos):
        for look in photo_views(Image.open(photo), 224):
            pixels = torch.from_numpy(look).permute(2, 0, 1)[None] / 127.5 - 1  # mean = std = 0.5
            with torch.inference_mode():
                maps = backbone.forward_features(pixels)[0].clamp(min=1e-6).double().numpy()
            pooled = (maps**3).mean(axis=(1, 2)) ** (1 / 3)
            expected[row] += pooled / np.linalg.norm(pooled)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert (encoder.encode(photos) * expected).sum(axis=1).min() > 0.999


@pytest.mark.parametrize("size", [(300, 200), (31, 500), (1, 1)])
def test_the_two_views_are_the_middle_and_the_mirrored_whole(tmp_path, size):
    photo = Image.open(draw(tmp_path / "one.png", 1, size)).convert("RGB")
    middle, whole = photo_views(photo, 64)
    (width, height), half = size, 0.875 * min(size) / 2
    box = (width / 2 - half, height / 2 - half, width / 2 + half, height / 2 + half)
    np.testing.assert_array_equal(middle, photo.resize((64, 64), Image.Resampling.BICUBIC, box, reducing_gap=2.0))
    squeezed = np.asarray(photo.resize((64, 64), Image.Resampling.BICUBIC, reducing_gap=2.0))
    np.testing.assert_array_equal(whole, squeezed[:, ::-1])


def test_a_network_for_one_photo_at_a_time_gives_the_vectors_of_the_one_that_is_kept(encoder, photos, kept):
    encoder.encode(photos[:1])  # converts it
    [network] = kept.rglob("model.xml")
    pixels = [photo_views(Image.open(photo).convert("RGB"), 224)[None] for photo in photos]
    batches = [(np.array([row]), {"pixels": photo}) for row, photo in enumerate(pixels)]
    one_by_one = [vectors for _, vectors in load_network(network.parent, rows=1).run(batches)]
    free = load_network(network.parent)
    np.testing.assert_array_equal(one_by_one, [vectors for _, vectors in free.run(batches)])
    [(_, together)] = free.run([(np.arange(len(photos)), {"pixels": np.concatenate(pixels)})])
    np.testing.assert_allclose(together, np.concatenate(one_by_one), atol=2e-3)


def test_rows_are_unit_or_zero_and_equal_for_equal_photos(encoder, photos, tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"not a photo")
    inputs = [photos[0], None, photos[1], photos[0], tmp_path / "broken.jpg", tmp_path / "missing.jpg", photos[2]]
    vectors = encoder.encode(inputs)
    assert (vectors.shape, vectors.dtype) == ((7, 1280), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1, 1, 0, 0, 1], atol=1e-5)
    np.testing.assert_array_equal(vectors[0], vectors[3])
    np.testing.assert_allclose(encoder.encode_queries([photos[2]], inputs)[0], vectors[6], atol=1e-5)
    for nothing in ([], [None], [tmp_path / "missing.jpg"]):
        assert not encoder.encode(nothing).any()


def test_photos_of_every_mode_and_shape_are_encoded(encoder, tmp_path):
    inputs = []
    for mode in ("L", "RGBA", "P", "CMYK", "1"):
        image = Image.new("RGB", (50, 400), "teal").convert(mode)
        inputs.append(tmp_path / f"{mode}.{'jpg' if mode == 'CMYK' else 'png'}")
        image.save(inputs[-1])
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    assert np.isfinite(encoder.encode([*inputs, tmp_path / "dot.png"])).all()


def test_batches_are_as_large_as_the_runner_takes(photos):
    sizes = []

    class Large:
        where, scale = "a graphics card", 4

        def run(self, batches):
            for rows, inputs in batches:
                sizes.append(len(inputs["pixels"]))
                yield rows, np.ones((len(rows), 3), np.float32)

    vectors = np.zeros((6, 3))
    for rows, batch in PhotoModel(Large(), 3, 32).run([*photos[:5], photos[0]]):
        vectors[rows] = batch
    assert sizes == [4, 2]
    assert vectors.all()


def test_a_kept_model_gives_the_same_vectors_without_torch(encoder, photos, kept, monkeypatch):
    expected = encoder.encode(photos)
    monkeypatch.setattr("matcher.encoders.photos.efficientnet._convert", None)  # so that it cannot be converted anew
    np.testing.assert_allclose(load_encoder("efficientnet", folder=kept).encode(photos), expected, atol=1e-6)


def test_more_photos_than_are_decoded_ahead_keep_their_order_and_can_be_cancelled(encoder, photos, tmp_path):
    many = [shutil.copy(photos[number % 5], tmp_path / f"{number}.png") for number in range(90)]
    seen = []
    vectors = encoder.encode(many, seen.append)
    np.testing.assert_allclose(vectors, np.tile(encoder.encode(photos), (18, 1)), atol=1e-4)
    assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)
    assert (seen[0].done, seen[-1].done, seen[-1].total) == (0, 90, 90)

    def stop(progress):
        if progress.done:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        encoder.encode(many, stop)


def test_a_timm_folder_and_checkpoint_load_with_any_classifier(timm_folder, photos, tmp_path, monkeypatch):
    import torch

    convert = importlib.import_module("matcher.encoders.runtime.openvino_export")
    monkeypatch.setattr(convert, "_openvino", lambda module, *_: convert.TorchRunner(module, "cpu", "torch"))
    by_folder = load_encoder(f"efficientnet:{timm_folder}")
    named = shutil.copy(timm_folder / "model.safetensors", tmp_path / "test_efficientnet-mine.safetensors")
    by_file = load_encoder(f"efficientnet:{named}")
    pickled = tmp_path / "test_efficientnet.pth"
    weights = importlib.import_module("safetensors.torch").load_file(named)
    torch.save({"state_dict": {f"module.{key}": value for key, value in weights.items()}}, pickled)
    expected = by_folder.encode(photos)
    np.testing.assert_allclose(by_file.encode(photos), expected, atol=1e-5)
    np.testing.assert_allclose(load_encoder(f"efficientnet:{pickled}").encode(photos), expected, atol=1e-5)
    assert by_file.version == by_folder.version


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path):
    import torch

    mark = tmp_path / "ran"

    class Evil:
        def __reduce__(self):
            return (open, (str(mark), "w"))

    torch.save({"weight": Evil()}, tmp_path / "test_efficientnet.pth")
    with pytest.raises(EncoderError, match="could run any code"):
        load_encoder(f"efficientnet:{tmp_path / 'test_efficientnet.pth'}")
    assert not mark.exists()


def test_weights_that_do_not_fit_say_why(timm_folder, tmp_path):
    wrong = shutil.copy(timm_folder / "model.safetensors", tmp_path / "tf_efficientnet_lite0.safetensors")
    with pytest.raises(EncoderError, match="does not hold a tf_efficientnet_lite0"):
        load_encoder(f"efficientnet:{wrong}")
    cut = tmp_path / "test_efficientnet.safetensors"
    cut.write_bytes((timm_folder / "model.safetensors").read_bytes()[:500])
    with pytest.raises(EncoderError, match="damaged"):
        load_encoder(f"efficientnet:{cut}")
    with pytest.raises(EncoderError, match="did you mean test_efficientnet"):
        load_encoder(f"efficientnet:{cut.rename(tmp_path / 'test_eficientnet.safetensors')}")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("/no/such.safetensors", "There is no file"),
        ("tf_efficientnet_b3x", "did you mean tf_efficientnet_b3"),
        ("tf_efficientnet_b3", "hub cannot be reached"),
        ("/no/such/folder", "no model '/no/such/folder'"),
    ],
)
def test_a_model_that_cannot_be_had_says_why(name, said, monkeypatch):
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EncoderError, match=said):
        load_encoder(f"efficientnet:{name}")


def test_torchvision_imports_beside_any_torch(images):
    import torchvision

    images.import_torchvision()  # a second time does nothing
    assert torchvision.__version__
