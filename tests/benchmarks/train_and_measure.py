"""Train on two thirds of a catalog's products and measure on the last third, at the threshold that the tune side gave.

    python tests/benchmarks/train_and_measure.py image|text|both CATALOG_FOLDER --encoders FOLDER
        [--no-labels] [--set field=value ...]

Prints F1 (mean per listing, itself counted) of the products kept apart, among themselves and in the pool of all
listings, before and after; and the processor seconds that it took. `both` joins the runs of the two before it.
Needs listings.csv with item_id, title, label and, for photos, image beside a folder images/.
"""

import argparse
import json
import resource
import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd

from matcher.encoders.registry import load_encoder
from matcher.progress import Progress
from matcher.training.config import TrainConfig, preset
from matcher.training.data.split import TEST, TUNE, split_by_product
from matcher.training.dataset import Listings, prepare
from matcher.training.retrieval_score import score_retrieval
from matcher.training.train import train
from matcher.vectors.embeddings import Embeddings, embeddings_of, fuse

SHARES = (0.67, 0.0, 0.33)


def listings_of(folder: Path) -> Listings:
    frame = pd.read_csv(folder / "listings.csv", dtype=str, keep_default_na=False)
    photos = [folder / "images" / name for name in frame["image"]] if "image" in frame else [None] * len(frame)
    frame = frame.rename(columns={"posting_id": "item_id", "label_group": "label"})
    photos = [photo if photo and photo.is_file() else None for photo in photos]
    ids, labels, titles = (frame[name].tolist() for name in ("item_id", "label", "title"))
    return Listings(folder.name, ids, labels, titles, photos)


def measured(embeddings: Embeddings, codes: np.ndarray, sides: np.ndarray) -> dict[str, float]:
    """The threshold is chosen for the listings that the training kept out, in the pool of all."""
    tuned = score_retrieval(embeddings, codes, sides == TUNE)
    test = np.flatnonzero(sides == TEST)
    return {
        "tune": tuned.f1,
        "test at that threshold": f1_at(embeddings, codes, sides == TEST, tuned.threshold),
        "test, best": score_retrieval(embeddings, codes, sides == TEST).f1,
        "test alone, best": score_retrieval(embeddings.rows(test), codes[test], np.ones(len(test), dtype=bool)).f1,
    }


def f1_at(embeddings: Embeddings, codes: np.ndarray, asked: np.ndarray, threshold: float) -> float:
    rows = np.flatnonzero(asked)
    closeness = sum(part[rows] @ part.T for part in embeddings.parts)
    closeness = np.asarray(closeness.todense()) if hasattr(closeness, "todense") else closeness
    match = 1 - closeness <= threshold
    match[np.arange(len(rows)), rows] = True
    same = codes[rows][:, None] == codes[None]
    return float((2 * (match & same).sum(1) / (match.sum(1) + same.sum(1))).mean())


def shown(progress: Progress) -> None:
    if progress.total and progress.done % max(1, progress.total // 40) == 0:
        print(
            f"{time.strftime('%H:%M:%S')} {progress.step} {progress.done}/{progress.total} {progress.message}",
            flush=True,
        )


def processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("modality", choices=["image", "text", "both"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--no-labels", action="store_true")
    parser.add_argument("--encoders", type=Path, required=True, help="folder for the trained encoders")
    parser.add_argument("--name", default="")
    parser.add_argument("--set", nargs="*", default=[])
    options = parser.parse_args()
    options.encoders.mkdir(parents=True, exist_ok=True)
    listings = listings_of(options.folder)
    codes = pd.factorize(np.array(listings.labels))[0].astype(np.int32)
    # The same products are kept apart whether labels are used or not.
    sides = split_by_product(listings.item_ids, listings.labels, shares=SHARES, salt="kept apart")
    kept = [row for row in range(len(sides)) if sides[row] != TEST]
    columns = (listings.item_ids, listings.labels, listings.titles, listings.photos)
    some = Listings(options.folder.name, *([column[row] for row in kept] for column in columns))
    config = settings(options, len(kept))
    sides[kept] = prepare(some, config).sides
    tag = options.name or f"{options.folder.name}{'-no-labels' if options.no_labels else ''}"
    inputs = {"text": listings.titles, "image": listings.photos}
    names = {"text": f"{tag}-text", "image": f"{tag}-image"}
    if options.modality != "both":
        untrained = load_encoder(config.encoder, folder=options.encoders).encode(inputs[options.modality], shown)
        print("before", measured(embeddings_of(untrained), codes, sides))
        began, start = processor_seconds(), time.time()
        card = train(some, options.encoders, names[options.modality], config, shown)
        print(f"processor seconds {processor_seconds() - began:.0f}, seconds {time.time() - start:.0f}")
        print(json.dumps(card.figures), card.letter_share)
    wanted = ["text", "image"] if options.modality == "both" else [options.modality]
    made = {
        kind: embeddings_of(load_encoder(names[kind], folder=options.encoders).encode(inputs[kind], shown))
        for kind in wanted
    }
    if options.modality == "both":
        for weight in (0.3, 0.4, 0.5, 0.6, 0.7):
            print(weight, measured(fuse(made["text"], made["image"], weight), codes, sides))
    else:
        print("after", measured(made[options.modality], codes, sides))


def settings(options: argparse.Namespace, count: int) -> TrainConfig:
    config = preset("text" if options.modality == "both" else options.modality, "light", has_gpu=False, listings=count)
    kinds = {field.name: type(field.default) for field in fields(TrainConfig)}
    given = dict(pair.split("=", 1) for pair in options.set)
    changes = {
        name: kinds[name](value) if kinds[name] is not bool else value == "True" for name, value in given.items()
    }
    return replace(config, use_labels=not options.no_labels, **changes)


if __name__ == "__main__":
    main()
