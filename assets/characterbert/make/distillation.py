"""Train table and layers together, so that a spoiled title's vector is the one MiniLM gives the clean title."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from assets.characterbert.make.misspelling import spoil
from matcher.encoders.titles.char_ngrams import TITLE_BEGIN, TITLE_END, word_windows, words_of
from matcher.encoders.titles.characterbert_student import SmallCharacterBert
from matcher.progress import Progress, Report
from matcher.training.checkpoints import load_state, optimiser_tensors, restore_optimiser, save_state, under

STEP = "Learning from MiniLM"
POOL = 16  # batches that are sorted by length together


@dataclass(frozen=True)
class DistillationConfig:
    """How the training goes.

    Attributes:
        epochs: Passes over the titles, each spoiling them anew.
        batch: Titles at once: what a title's vector has to be told from.
        table_rate: Learning rate of the table of windows.
        rate: Learning rate of the layers.
        warm_up: Share of the steps until the rates are full; then they fall to nothing along a cosine.
        clean: Share of titles left as they are.
        contrast: Weight of telling a title from the others, beside being near its own.
        temperature: Of the contrast: the smaller, the more the nearest others count.
        seed: Decides the order and what is spoiled.
    """

    epochs: int = 1
    batch: int = 128
    table_rate: float = 1.5e-3
    rate: float = 3e-4
    warm_up: float = 0.03
    clean: float = 0.3
    contrast: float = 0.3
    temperature: float = 0.05
    seed: int = 0


def distil(
    model: SmallCharacterBert, titles: Sequence[str], targets: NDArray[np.float16], config: DistillationConfig,
    checkpoint: Path, report: Report,
) -> None:  # fmt: skip
    """Train the model in place; goes on where a checkpoint of the same settings stopped.

    Args:
        model: Its table fitted to word pieces, its layers MiniLM's.
        titles: N clean titles.
        targets: Shape (N, D). MiniLM's unit vectors of them.
        config: How.
        checkpoint: Written after each epoch.
        report: Told after each step.
    """
    table = [model.words.table.weight]
    layers = [weight for weight in model.parameters() if weight is not table[0]]
    groups = [{"params": table, "rate": config.table_rate}, {"params": layers, "rate": config.rate}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.0, betas=(0.9, 0.98), fused=True)
    first = _resume(model, optimiser, checkpoint, config)
    lengths = np.array([len(title.split()) for title in titles])
    model.train()
    steps = len(list(_batches(lengths, config, 0)))
    for epoch in range(first, config.epochs):
        rng = np.random.default_rng([config.seed, epoch])
        for step, rows in enumerate(_batches(lengths, config, epoch)):
            done = epoch * steps + step
            for group in optimiser.param_groups:
                group["lr"] = group["rate"] * _rate_share(done / (config.epochs * steps), config.warm_up)
            loss = _loss(model, [_spoil_some(titles[row], rng, config) for row in rows], targets[rows], config)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(layers, 1.0)
            optimiser.step()
            report(Progress(STEP, done + 1, config.epochs * steps, f"loss {loss.item():.3f}"))
        tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
        tensors |= {f"optimiser.{name}": tensor for name, tensor in optimiser_tensors(optimiser).items()}
        save_state(checkpoint, tensors, {"settings": repr(config), "epochs": epoch + 1})


def _resume(
    model: SmallCharacterBert, optimiser: torch.optim.Optimizer, checkpoint: Path, config: DistillationConfig
) -> int:
    """Epochs that are done."""
    saved = load_state(checkpoint)
    if saved is None or saved.about["settings"] != repr(config):
        return 0
    model.load_state_dict(under("model.", saved.tensors))
    restore_optimiser(optimiser, under("optimiser.", saved.tensors))
    return int(saved.about["epochs"])


def _batches(lengths: NDArray[np.int64], config: DistillationConfig, epoch: int) -> Iterator[NDArray[np.intp]]:
    """Rows in random order, batches of like length."""
    rng = np.random.default_rng([config.seed, epoch, 1])
    rows = rng.permutation(len(lengths))
    size = config.batch * POOL
    for start in range(0, len(rows), size):
        pool = rows[start : start + size]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        parts = [pool[at : at + config.batch] for at in range(0, len(pool), config.batch)]
        yield from (parts[place] for place in rng.permutation(len(parts)))


def _rate_share(done: float, warm_up: float) -> float:
    return done / warm_up if done < warm_up else 0.5 + 0.5 * float(np.cos(np.pi * (done - warm_up) / (1 - warm_up)))


def _spoil_some(title: str, rng: np.random.Generator, config: DistillationConfig) -> str:
    if rng.random() < config.clean:
        return title
    return spoil(title, rng, float(rng.choice((0.2, 0.4, 0.7))))


def _loss(
    model: SmallCharacterBert, titles: Sequence[str], targets: NDArray[np.float16], config: DistillationConfig
) -> Tensor:
    """How far titles are from where they should be, and how hard to tell from the others of the batch.

    Source: van den Oord et al., "Representation Learning with Contrastive Predictive Coding", 2018, equation 4.
    """
    expected = torch.from_numpy(targets.astype(np.float32))
    vectors = functional.normalize(embed_titles(model, titles), dim=1)
    near = 1 - (vectors * expected).sum(dim=1).mean()
    contrast = functional.cross_entropy(vectors @ expected.T / config.temperature, torch.arange(len(titles)))
    return near + config.contrast * contrast


def embed_titles(model: SmallCharacterBert, titles: Sequence[str]) -> Tensor:
    """What the model's `forward` gives, every different word read once."""
    split = [[TITLE_BEGIN, *words_of(title, model.config.max_words), TITLE_END] for title in titles]
    different, place = np.unique([word for words in split for word in words], return_inverse=True)
    windows = torch.from_numpy(word_windows([str(word) for word in different], model.config.buckets))
    count = (windows > 0).sum(dim=1, keepdim=True)
    table = model.words.table.weight
    read = functional.embedding_bag(windows, table, mode="sum", padding_idx=0) * torch.rsqrt(count.to(table.dtype))
    mask = torch.zeros(len(split), max(len(words) for words in split), dtype=torch.int64)
    for row, words in zip(mask, split, strict=True):
        row[: len(words)] = 1
    vectors = read.new_zeros(*mask.shape, read.shape[1])
    vectors[mask == 1] = read[torch.from_numpy(place)]
    return model.pool_words(vectors, mask)
