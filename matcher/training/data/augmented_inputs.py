"""Augmented inputs to train on: edited anew each time, or encoded once by a frozen stem and cached."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from matcher.encoders.backbones import Backbone, PhotoBackbone
from matcher.encoders.photos.photo_net_finetune import PhotoStem
from matcher.encoders.photos.photo_views import VIEWS, photo_views
from matcher.encoders.runtime.openvino_export import make_runner
from matcher.encoders.runtime.openvino_runtime import Batch, cores
from matcher.errors import TrainingError
from matcher.images import open_image
from matcher.progress import Progress, Report
from matcher.training.data.photo_augmentation import edit_photo
from matcher.training.data.title_augmentation import edit_title

STEP = "Encoding edited photos"
PHOTOS_PER_BATCH = 16
FREE_AFTERWARDS = 1 << 30  # bytes of disk left for everything else
READ_AT = 1.3  # photos are edited a little larger than they are read, so that a crop is not blurred


class AugmentedTitles:
    """Titles, rewritten anew each time."""

    at_once = 128

    def __init__(self, backbone: Backbone, titles: Sequence[str]) -> None:
        """Keep N titles."""
        self._backbone = backbone
        self._titles = titles
        self._letters = np.array([len(title) for title in titles], dtype=np.intp)

    def lengths(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """In letters, which is near enough."""
        return self._letters[rows]

    def plain(self, rows: NDArray[np.intp]) -> tuple[Tensor, ...]:
        """Titles as they are."""
        return tuple(self._backbone.inputs([self._titles[row] for row in rows]).values())

    def edited(self, rows: NDArray[np.intp], rng: np.random.Generator) -> tuple[Tensor, ...]:
        """Titles as another seller might write them."""
        return tuple(self._backbone.inputs([edit_title(self._titles[row], rng) for row in rows]).values())


class AugmentedPhotos:
    """Photos, edited anew each time: for a whole network on a GPU."""

    at_once = 16

    def __init__(self, backbone: PhotoBackbone, photos: Sequence[Path]) -> None:
        """Keep the names of N files."""
        self._backbone = backbone
        self._photos = photos
        self._pool = ThreadPoolExecutor(cores())

    def lengths(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """All alike."""
        return np.zeros(len(rows), dtype=np.intp)

    def plain(self, rows: NDArray[np.intp]) -> tuple[Tensor, ...]:
        """Photos as they are."""
        return self._inputs(lambda row: self._open(row), rows)

    def edited(self, rows: NDArray[np.intp], rng: np.random.Generator) -> tuple[Tensor, ...]:
        """Photos as another seller might show them."""
        seeds = dict(zip(rows.tolist(), rng.integers(2**63, size=len(rows)).tolist(), strict=True))
        return self._inputs(lambda row: edit_photo(self._open(row), np.random.default_rng(seeds[row])), rows)

    def _open(self, row: int) -> Image.Image:
        return open_image(self._photos[row], side=round(self._backbone.side * READ_AT))

    def _inputs(self, photo: Callable[[int], Image.Image], rows: NDArray[np.intp]) -> tuple[Tensor, ...]:
        return tuple(self._backbone.inputs(list(self._pool.map(photo, rows.tolist()))).values())


class CachedPhotos:
    """What a frozen stem made of the photos and of edited copies of each."""

    at_once = 128

    def __init__(self, maps: NDArray[np.float16]) -> None:
        """Keep maps of shape (V, N, C, H, W). Versions 0 and 1 are the two looks at the photo as it is, the others one
        look each at edited copies, in turn."""
        self._maps = maps

    def lengths(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """All alike."""
        return np.zeros(len(rows), dtype=np.intp)

    def plain(self, rows: NDArray[np.intp]) -> tuple[Tensor, ...]:
        """Maps of both looks at the photos as they are, float32 (B, 2, C, H, W)."""
        return (torch.from_numpy(np.stack([self._maps[0, rows], self._maps[1, rows]], axis=1).astype(np.float32)),)

    def edited(self, rows: NDArray[np.intp], rng: np.random.Generator) -> tuple[Tensor, ...]:
        """Maps of one of the versions of each photo, float32 (B, 1, C, H, W)."""
        version = rng.integers(len(self._maps), size=len(rows))
        return (torch.from_numpy(self._maps[version, rows][:, None].astype(np.float32)),)


def cache_augmented_photos(
    backbone: PhotoBackbone, photos: Sequence[Path], views: int, seed: int, path: Path, report: Report
) -> CachedPhotos:
    """Run the photos and `views` edited copies of each through the stem, once; a whole earlier result is used again.

    Args:
        backbone: Its stem is used.
        photos: N files.
        views: Edited copies of each.
        seed: Of the edits; each copy depends on it, the photo's row and the copy's number alone.
        path: Of the .npy file to keep them in; its name has to stand for all of the above.
        report: Told after each batch; may raise Cancelled.

    Raises:
        TrainingError: The disk has no room for them.
        DataError: A photo cannot be read.
    """
    if path.is_file():
        return CachedPhotos(np.load(path, mmap_mode="r"))
    backbone.module.eval()
    with torch.inference_mode():
        shape = backbone.module.stem(backbone.inputs([Image.new("RGB", (64, 64))])["pixels"]).shape[2:]
    part = path.with_suffix(".part")
    maps = _reserve(part, (views + VIEWS, len(photos), *shape))
    example = np.random.default_rng(0).integers(0, 256, (2, 1, backbone.side, backbone.side, 3), dtype=np.uint8)
    runner = make_runner(PhotoStem(backbone.module), {"pixels": torch.from_numpy(example)}, full_precision=True)
    flat = maps.reshape(-1, int(np.prod(shape)))
    done = 0
    for rows, batch in runner.run(_iterate_pixels(backbone, photos, views, seed)):
        flat[rows] = batch
        done += len(rows)
        report(Progress(STEP, done, len(flat), runner.where))
    maps.flush()
    os.replace(part, path)
    return CachedPhotos(np.load(path, mmap_mode="r"))


def _iterate_pixels(backbone: PhotoBackbone, photos: Sequence[Path], views: int, seed: int) -> Iterator[Batch]:
    """Pixels of all versions, photo by photo in threads, so that each file is opened once."""

    def edit_versions(row: int) -> NDArray[np.uint8]:
        photo = open_image(photos[row], side=round(backbone.side * READ_AT))
        plain = photo_views(photo, backbone.side)
        copies = (edit_photo(photo, np.random.default_rng([seed, row, copy])) for copy in range(views))
        return np.stack([*plain, *(photo_views(copy, backbone.side)[turn % VIEWS] for turn, copy in enumerate(copies))])

    with ThreadPoolExecutor(cores()) as pool:
        for start in range(0, len(photos), PHOTOS_PER_BATCH):
            rows = range(start, min(start + PHOTOS_PER_BATCH, len(photos)))
            versions = np.stack(list(pool.map(edit_versions, rows)), axis=1)
            for version, pixels in enumerate(versions):
                yield version * len(photos) + np.array(rows, dtype=np.intp), {"pixels": pixels[:, None]}


def _reserve(path: Path, shape: tuple[int, ...]) -> np.memmap[tuple[int, ...], np.dtype[np.float16]]:
    """A file of zeros with its room on the disk taken: writing to a map of a full disk would kill the process."""
    wanted = 2 * int(np.prod(shape))
    free = shutil.disk_usage(path.parent).free
    if wanted + FREE_AFTERWARDS > free:
        raise TrainingError(
            f"The copies to train on need {wanted / 1e9:.1f} GB in {path.parent}, and {free / 1e9:.1f} GB are free, of "
            "which one has to stay. Make room, or train with fewer copies of each photo."
        )
    maps = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=shape)
    with path.open("r+b") as file:
        os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return maps
